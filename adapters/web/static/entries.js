// One thing in a thread as an element: a reply, a note, a line on what happened, or what is still on its way.

import { append, avatar, h, icon, nextOf, words } from "./dom.js";
import { askToRemove, editorOf } from "./editing.js";
import { fileList } from "./files.js";
import { offerReactions, reactionsOf } from "./reactions.js";
import { asTyped, blocks } from "./text.js";
import { dayName, editedMark, time } from "./times.js";

const TOGETHER = 5 * 60_000; // messages of one person within this time stand together

export const isMessage = (entry) => entry.kind === "reply" || entry.kind === "note";

/** What stands where a message was before it was taken back; the taking back itself is told apart by its `about`. */
export const isGone = (entry) => entry.kind === "undone" && Boolean(entry.message);

/** A message that is held becomes what `entry`, which is about it, says it is now. */
export function amend(message, entry) {
  const { text, files, reactions, edited_at } = entry;
  Object.assign(message, { text, files, reactions, edited_at });
  if (entry.kind === "undone") Object.assign(message, { kind: "undone", removed: entry.person !== message.person, may_edit: false, may_remove: false });
}

/**
 * `does`: what can be done with a message: `react(entry, emoji)`, `quote(entry)`, `save(entry, words)` and
 * `remove(entry)`, which return promises, and `may()`, whether one may write in this thread at all.
 */
export function entryOf(entry, does) {
  if (!isMessage(entry) && !isGone(entry)) return lineOf(entry);
  const who = entry.mine ? "you" : entry.who;
  const item = h(
    "li",
    {
      class: `entry message ${entry.kind} ${entry.mine ? "mine" : "theirs"}${entry.by_staff ? " staff" : ""}`,
      dataset: { event: entry.event, message: entry.message ?? "" },
    },
    avatar(entry.who),
    h(
      "article",
      { "aria-label": entry.kind === "note" ? `Note by ${who}, staff only` : `Reply by ${who}`, tabIndex: -1 },
      headOf(entry.mine ? "You" : entry.who, entry, time(entry.at)),
      h("div", { class: "bubble" }, h("div", { class: "text" }), h("div", { class: "with-files" })),
      h("div", { class: "below", "aria-live": "off" }),
    ),
  );
  renew(item, entry, does);
  return item;
}

/** Let the element of a message show it as it is now. What did not change is left alone: a picture, the focus. */
export function renew(item, entry, does) {
  const gone = isGone(entry);
  item.classList.toggle("gone", gone);
  item.classList.toggle("editing", Boolean(entry.editing) && !gone);
  if (gone) entry.editing = null;
  const toggle = does.may() && !gone ? (emoji) => does.react(entry, emoji) : null;
  const said = gone ? [entry.removed === true] : entry.editing ? "editing" : [entry.text, entry.edited_at];
  fill(item.querySelector(".bubble > .text"), said, () => (gone ? insteadOf(entry) : entry.editing ? editorOf(entry, does) : wordsOf(entry)));
  fill(item.querySelector(".with-files"), gone ? [] : entry.files, () => fileList(entry.files));
  fill(item.querySelector(".below"), [entry.reactions, Boolean(toggle)], () => reactionsOf(entry.reactions, toggle));
  offer(item, entry, does, gone);
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
  const stops = () => [...place.querySelectorAll("a, pre, button, textarea")];
  const held = stops().indexOf(document.activeElement);
  place.replaceChildren();
  append(place, [make()]);
  place.hidden = !place.hasChildNodes();
  if (held >= 0) (stops()[held] ?? place.closest("article")).focus({ preventScroll: true });
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
  return h("li", { class: "entry line", dataset: { event: entry.event } }, h("p", {}, words(entry.line), " ", time(entry.at)));
}

// ---- what can be done with a message

/** A toolbar, which is one stop for the Tab key. It is made anew only where what it offers changed. */
function offer(item, entry, does, gone) {
  const article = item.querySelector("article");
  const may = does.may();
  const offers = gone || entry.editing ? [] : [may && "react", may && "quote", entry.may_edit && "edit", entry.may_remove && "remove"].filter(Boolean);
  const now = offers.join(" ");
  if ((item.dataset.offers ?? "") === now) return;
  item.dataset.offers = now;
  article.querySelector(".acts")?.remove();
  if (!offers.length) return;
  const buttons = offers.map((name, at) => toolOf(name, entry, does, item, at));
  const bar = h("div", { class: "acts", role: "toolbar", "aria-label": entry.mine ? "Your message" : `Message by ${entry.who}` }, buttons);
  bar.addEventListener("keydown", walk);
  article.append(bar);
}

function toolOf(name, entry, does, item, at) {
  const [sign, label, press] = {
    react: ["smile", "React", (event) => offerReactions(event.currentTarget, (emoji) => does.react(entry, emoji))],
    quote: ["quote", "Quote", () => does.quote(entry)],
    edit: ["pencil", "Edit", () => does.edit(entry)],
    remove: ["trash", "Delete", () => askToRemove(item, entry, does)],
  }[name];
  return h("button", { type: "button", class: "tool small", "aria-label": label, title: label, tabIndex: at ? -1 : 0, onclick: press }, icon(sign));
}

function walk(event) {
  const all = [...event.currentTarget.children];
  const next = nextOf(all, event);
  if (!next) return;
  event.preventDefault();
  for (const one of all) one.tabIndex = one === next ? 0 : -1;
  next.focus();
}

// ---- what is on its way

const STATES = { sending: "sending…", waiting: "waits for the connection, then it is sent", meanwhile: "not sent yet: see below", secret: "not sent yet: see below" };

/** A message that the desk has not confirmed yet. `again`, `back`: try once more; take it back into the box. */
export function pendingOf(pending, { again, back }) {
  const { state, problem, kind } = pending;
  const trouble =
    state === "refused" &&
    h(
      "div",
      { class: "problem", role: "alert" },
      h("p", { textContent: problem }),
      h("button", { type: "button", class: "button small", onclick: again, textContent: "Try again" }),
      h("button", { type: "button", class: "button small", onclick: back, textContent: "Edit" }),
    );
  // What may have arrived is not taken back: it could be said twice then.
  const waits =
    state === "waiting" &&
    h(
      "div",
      { class: "waits" },
      h("button", { type: "button", class: "link", onclick: again, textContent: "Try now" }),
      !pending.tried && h("button", { type: "button", class: "link", onclick: back, textContent: "Take back" }),
    );
  return h(
    "li",
    { class: `entry message mine pending ${kind} ${state}`, dataset: { testid: "pending" } },
    avatar("You"),
    h(
      "article",
      { "aria-label": "On its way" },
      headOf("You", { kind, mine: true }, h("span", { class: "sending", textContent: STATES[state] ?? "" })),
      h("div", { class: "bubble" }, h("div", { class: "text" }, asTyped(pending.text)), fileList(pending.files)),
      trouble,
      waits,
    ),
  );
}

/** The day that begins with an entry, and whether it stands close to the one `before` it. */
export function decorate(element, entry, before) {
  const at = new Date(entry.at);
  const today = dayName(at);
  const isNewDay = !before || dayName(new Date(before.at)) !== today;
  if (isNewDay) element.dataset.day = today;
  else delete element.dataset.day;
  const isSame = before && before.kind === entry.kind && before.person === entry.person && before.who === entry.who && isMessage(entry);
  element.classList.toggle("follows", Boolean(isSame && !isNewDay && at - new Date(before.at) < TOGETHER));
}
