// One thing in a thread as an element: a reply, a note, a line on what happened, or what is still on its way.

import { avatar, h, icon, words } from "./dom.js";
import { fileList } from "./files.js";
import { asTyped, blocks, isEmpty } from "./text.js";
import { dayName, time } from "./times.js";

const UNDO_FOR = 60_000; // ms, as the desk allows
const TOGETHER = 5 * 60_000; // messages of one person within this time stand together

export const isMessage = (entry) => entry.kind === "reply" || entry.kind === "note";

/** What stands where a message was before it was taken back; the taking back itself is told apart by its `about`. */
export const isGone = (entry) => entry.kind === "undone" && Boolean(entry.message);

/** `undo()` takes the last own message back, where that can be done. */
export function entryOf(entry, undo) {
  if (!isMessage(entry) && !isGone(entry)) return lineOf(entry);
  const who = entry.mine ? "you" : entry.who;
  const item = h(
    "li",
    {
      class: `entry message ${entry.kind} ${entry.mine ? "mine" : "theirs"}${entry.by_staff ? " staff" : ""}`,
      dataset: { event: entry.event, message: entry.message ?? "", at: entry.at, person: `${entry.kind} ${entry.who}` },
    },
    avatar(entry.who),
    h(
      "article",
      { "aria-label": entry.kind === "note" ? `Note by ${who}, staff only` : `Reply by ${who}` },
      headOf(entry.mine ? "You" : entry.who, entry, time(entry.at)),
      h("div", { class: "bubble" }, !isEmpty(entry.text) && h("div", { class: "text" }, blocks(entry.text)), fileList(entry.files)),
    ),
  );
  if (isGone(entry)) takeBack(item);
  else if (entry.mine) offerUndo(item, entry, undo);
  return item;
}

function headOf(name, { by_staff: byStaff, mine, kind }, when) {
  return h(
    "header",
    { class: "entry-head" },
    h("strong", { dir: "auto", textContent: name }),
    byStaff && !mine && h("span", { class: "badge-staff", textContent: "Staff" }),
    kind === "note" && h("span", { class: "badge-note" }, icon("lock"), "Note · staff only"),
    when,
  );
}

function lineOf(entry) {
  return h(
    "li",
    { class: "entry line", dataset: { event: entry.event, at: entry.at } },
    h("p", {}, words(entry.line), " ", time(entry.at)),
  );
}

function offerUndo(item, entry, undo) {
  const left = UNDO_FOR - (Date.now() - Date.parse(entry.at));
  if (!undo || left <= 0) return;
  const button = h("button", { type: "button", class: "link undo", onclick: undo, textContent: "Undo" });
  item.querySelector(".entry-head").append(button);
  setTimeout(() => button.remove(), left);
}

/** Nothing of the words is left; that something was there is. */
export function takeBack(item) {
  item.classList.add("gone");
  item.querySelector(".undo")?.remove();
  item.querySelector(".bubble").replaceChildren(h("p", { textContent: "This message was taken back." }));
}

/** A message that the desk has not confirmed yet. */
export function pendingOf(pending, { again, back }) {
  const state = h("span", { class: "sending", textContent: pending.problem ? "" : pending.waiting ? "no connection, trying again…" : "sending…" });
  const trouble =
    pending.problem &&
    h(
      "div",
      { class: "problem", role: "alert" },
      h("p", { textContent: pending.problem }),
      h("button", { type: "button", class: "button small", onclick: again, textContent: "Try again" }),
      h("button", { type: "button", class: "button small", onclick: back, textContent: "Edit" }),
    );
  return h(
    "li",
    { class: `entry message mine pending ${pending.kind}`, dataset: { at: new Date().toISOString(), person: "" } },
    avatar("You"),
    h(
      "article",
      { "aria-label": "On its way" },
      headOf("You", { kind: pending.kind, mine: true }, state),
      h("div", { class: "bubble" }, h("div", { class: "text" }, asTyped(pending.text)), fileList(pending.files)),
      trouble,
    ),
  );
}

/** Days between entries, messages of one person close together, the one message that can be taken back. */
export function decorate(list) {
  let day = "";
  let before = null;
  for (const item of list.children) {
    const at = new Date(item.dataset.at);
    const today = dayName(at);
    const isNewDay = today !== day;
    if (isNewDay) item.dataset.day = today;
    else delete item.dataset.day;
    day = today;
    const follows = !isNewDay && item.dataset.person && before?.dataset.person === item.dataset.person && at - new Date(before.dataset.at) < TOGETHER;
    item.classList.toggle("follows", Boolean(follows));
    before = item;
  }
  [...list.querySelectorAll(".undo")].slice(0, -1).forEach((button) => button.remove());
}
