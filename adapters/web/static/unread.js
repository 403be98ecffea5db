// How far a thread was read: told to the desk, and shown as a line before what is new.

import { post } from "./api.js";
import { h } from "./dom.js";
import { isMessage } from "./entries.js";

const PAUSE = 400; // ms of looking before it counts

export const DIVIDER = "new"; // its key in the list

const isNews = (entry, from) => isMessage(entry) && !entry.mine && entry.event > from;

/** The entry before which "New since you were here" stands, or null; `isWhole`: nothing earlier is missing. */
export function firstNews(sorted, from, isWhole) {
  if (!from) return null;
  const found = sorted.find((entry) => isNews(entry, from));
  if (!found) return null;
  return isWhole || sorted[0].event <= from ? found : null;
}

const NEWS = "New since you were here";
export const divider = () => h("li", {}, h("div", { class: "divider", role: "separator", "aria-label": NEWS }, h("span", { textContent: NEWS })));

/** Whether somebody looks at the thread now. */
export const isLooking = (scroll) => document.hasFocus() && document.visibilityState === "visible" && scroll.clientHeight > 0;

/** Tells the desk how far a room was read: the last one wins, and never backwards. */
export function createReading() {
  let timer = 0;
  let waiting = null; // the room whose reading is still to be told

  function send() {
    clearTimeout(timer);
    timer = 0;
    const room = waiting;
    waiting = null;
    if (!room || room.seen <= room.readTo) return;
    const { ref, seen } = room;
    room.readTo = seen;
    // A lost one is no loss: the next one says the same and more.
    post(`/api/threads/${encodeURIComponent(ref)}/read`, { event: seen }, { waits: [1000] }).catch(() => {});
  }

  /** The reader sees `event` of `room`. */
  function saw(room, event) {
    if (waiting && waiting !== room) send();
    room.seen = Math.max(room.seen, event);
    if (room.seen <= room.readTo) return;
    waiting = room;
    timer ||= setTimeout(send, PAUSE);
  }

  return { saw };
}
