// One thing in a thread as an element: a reply, a note, a line on what happened, or what is still on its way.

import { append, avatar, h, icon, words } from "./dom.js";
import { fileList } from "./files.js";
import { reactionsOf } from "./reactions.js";
import { asTyped, blocks } from "./text.js";
import { dayName, editedMark, time } from "./times.js";

const UNDO_FOR = 60_000; // ms, as the desk allows
const TOGETHER = 5 * 60_000; // messages of one person within this time stand together

export const isMessage = (entry) => entry.kind === "reply" || entry.kind === "note";

/** What stands where a message was before it was taken back; the taking back itself is told apart by its `about`. */
export const isGone = (entry) => entry.kind === "undone" && Boolean(entry.message);

/** A message that is held becomes what `entry`, which is about it, says it is now. */
export function amend(message, entry) {
  const { text, files, reactions, edited_at } = entry;
  Object.assign(message, { text, files, reactions, edited_at });
  if (entry.kind === "undone") Object.assign(message, { kind: "undone", removed: entry.person !== message.person });
}

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
      h("div", { class: "bubble" }, h("div", { class: "text" }), h("div", { class: "with-files" })),
      h("div", { class: "below", "aria-live": "off" }),
    ),
  );
  renew(item, entry);
  if (entry.mine && !isGone(entry)) offerUndo(item, entry, undo);
  return item;
}

/** Let the element of a message show it as it is now. What did not change is left alone: a picture, the focus. */
export function renew(item, entry) {
  const gone = isGone(entry);
  item.classList.toggle("gone", gone);
  if (gone) item.querySelector(".undo")?.remove();
  const said = gone ? [entry.removed === true] : [entry.text, entry.edited_at];
  fill(item.querySelector(".bubble > .text"), said, () => (gone ? insteadOf(entry) : wordsOf(entry)));
  fill(item.querySelector(".with-files"), entry.files, () => fileList(entry.files));
  fill(item.querySelector(".below"), entry.reactions, () => reactionsOf(entry.reactions));
}

/** Nothing of the words is left; that something was there is. */
function insteadOf({ removed }) {
  return h("p", { textContent: removed ? "This message was removed where it was written." : "This message was taken back." });
}

function wordsOf(entry) {
  const said = blocks(entry.text);
  if (!entry.edited_at) return said;
  const mark = editedMark(entry.edited_at);
  const last = said.at(-1);
  if (last?.localName !== "p") return [...said, mark];
  last.append(" ", mark);
  return said;
}

const shown = new WeakMap();

/** Fill `place` with what `make` makes of `value`, unless it shows that already; whoever was reading in it stays there. */
function fill(place, value, make) {
  const now = JSON.stringify(value);
  if (shown.get(place) === now) return;
  shown.set(place, now);
  const stops = () => [...place.querySelectorAll("a, pre")];
  const held = stops().indexOf(document.activeElement);
  place.replaceChildren();
  append(place, [make()]);
  place.hidden = !place.hasChildNodes();
  if (held >= 0) (stops()[held] ?? reachable(place.closest("article"))).focus({ preventScroll: true });
}

function reachable(element) {
  element.tabIndex = -1;
  return element;
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
