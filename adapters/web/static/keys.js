// Every key of the page, in one table: what it does is wired here, and the sheet that explains them is made from it.

import { h, icon } from "./dom.js";
import { everywhere } from "./kept.js";

const PAIR = 1200; // ms between the two keys of a pair
const OFF = "keys:off";

/** `press`: as people read it. `on`: event.key of a single key, after an optional `after` (the first of a pair). */
export const KEYS = [
  ["Move", [
    { press: ["j"], on: "j", run: "next", repeats: true, says: "Next ticket of the list" },
    { press: ["k"], on: "k", run: "previous", repeats: true, says: "Previous ticket of the list" },
    { press: ["o"], on: "o", run: "open", says: "Open it (Enter too)" },
    { press: ["["], on: "[", run: "before", says: "Open the ticket before this one" },
    { press: ["]"], on: "]", run: "after", says: "Open the ticket after this one" },
    { press: ["Esc"], says: "One step back: message box, thread, list" },
    { press: ["g", "u"], after: "g", on: "u", run: "unassigned", says: "Unassigned" },
    { press: ["g", "m"], after: "g", on: "m", run: "mine", says: "Mine" },
    { press: ["g", "r"], after: "g", on: "r", run: "urgent", says: "Urgent" },
    { press: ["g", "w"], after: "g", on: "w", run: "waiting", says: "Waiting" },
    { press: ["g", "a"], after: "g", on: "a", run: "all", says: "All open" },
    { press: ["f"], on: "f", run: "words", says: "Search for words in this list" },
    { press: ["1", "…", "9"], on: /^[1-9]$/, run: "nth", says: "The filter at that place, saved ones too" },
  ]],
  ["Several at once", [
    { press: ["x"], on: "x", run: "pick", says: "Select" },
    { press: ["Shift", "x"], on: "X", run: "pickTo", says: "Select up to here" },
    { press: ["Shift", "a"], on: "A", run: "pickAll", says: "Select all shown, or none" },
    { press: ["u"], on: "u", run: "undo", says: "Undo what was done last" },
    { press: ["Ctrl", "z"], mod: "z", run: "undo", says: "The same" },
  ]],
  ["On a ticket, or on all that are selected", [
    { press: ["c"], on: "c", run: "claim", verb: "claim", says: "Claim" },
    { press: ["r"], on: "r", run: "reply", says: "Reply" },
    { press: ["n"], on: "n", run: "note", says: "Note for the staff" },
    { press: ["e"], on: "e", run: "resolve", verb: "resolve", says: "Resolve, with the answer" },
    { press: ["a"], on: "a", run: "assign", says: "Assign" },
    { press: ["p"], on: "p", run: "priority", verb: "priority", says: "Priority" },
    { press: ["s"], on: "s", run: "status", says: "Status" },
    { press: ["t"], on: "t", run: "tag", says: "Tags" },
    { press: ["."], on: ".", run: "more", says: "Everything else that can be done" },
  ]],
  ["Anywhere", [
    { press: ["Ctrl", "k"], mod: "k", everywhere: true, run: "palette", says: "Find a ticket, a command, a filter or a page" },
    { press: ["/"], on: "/", run: "command", says: "Type a command" },
    { press: ["?"], on: "?", run: "sheet", says: "These keys" },
    { press: ["Ctrl", "/"], mod: "/", everywhere: true, run: "sheet", says: "These keys, from a message box too" },
  ]],
];

const ALL = KEYS.flatMap(([, keys]) => keys);
const IS_MAC = /Mac|iP/.test(navigator.platform ?? "");

/** Whether Ctrl is held, or what stands for it. */
export const isMod = (event) => (IS_MAC ? event.metaKey : event.ctrlKey);

/** `actions`: what each `run` of the table does; `back()`: one step back. */
export function createKeys({ actions, back }) {
  let first = null; // the first key of a pair, once it is pressed
  let timer = 0;

  function onkeydown(event) {
    if (event.defaultPrevented || event.isComposing) return;
    const key = letterOf(event);
    // Where [ and ] are written with AltGr, it comes as Ctrl with Alt.
    const isGraph = event.getModifierState("AltGraph");
    const mod = isMod(event);
    const isWriting = isField(event.target);
    const isElsewhere = document.querySelector("dialog[open]") !== null;
    let found;
    if (mod && !event.altKey) {
      found = ALL.find((one) => one.mod === key && (one.everywhere || !isWriting));
    } else if (isGraph || (!event.ctrlKey && !event.metaKey && !event.altKey)) {
      if (event.key === "Escape") {
        const isOver = isElsewhere || document.querySelector(":popover-open");
        if (!isOver && back(event.target)) event.preventDefault();
        return;
      }
      if (isWriting || off) return;
      found = single(key, event);
    }
    if (!found) return;
    if (isElsewhere && !(found.run === "palette" && isPaletteAlone())) {
      // The browser's own search bar is not what was meant either.
      if (mod) event.preventDefault();
      return;
    }
    event.preventDefault();
    // A key that is held down moves on and on; it does not claim again and again.
    if (!event.repeat || found.repeats) actions[found.run](key);
  }

  function single(key, event) {
    const pair = first && ALL.find((one) => one.after === first && one.on === key);
    first = null;
    clearTimeout(timer);
    if (pair) return pair;
    if (ALL.some((one) => one.after === key)) {
      first = key;
      timer = setTimeout(() => (first = null), PAIR);
      event.preventDefault();
      return null;
    }
    return ALL.find((one) => !one.after && (one.on instanceof RegExp ? one.on.test(key) : one.on === key));
  }

  addEventListener("keydown", onkeydown);
  return { sheet: showSheet };
}

const isPaletteAlone = () => document.querySelector("dialog[open]:not(#palette)") === null;

const PLACES = { BracketLeft: "[", BracketRight: "]" };

/** The key's letter, whatever Caps Lock says; where the keyboard writes other letters than these, by where it lies. */
function letterOf({ key, code, shiftKey }) {
  const isOurs = key.length > 1 || /^[\p{ASCII}\p{Script=Latin}]$/u.test(key);
  const found = isOurs ? key : (PLACES[code] ?? /^(?:Key|Digit)(.)$/.exec(code)?.[1] ?? key);
  if (found.length > 1) return found;
  return shiftKey ? found.toUpperCase() : found.toLowerCase();
}

/** Whether keys are words there. A checkbox takes none but Space. */
function isField(target) {
  const field = target.closest?.("input, textarea, select, [contenteditable]");
  return Boolean(field) && !["checkbox", "radio", "button"].includes(field.type);
}

/** Show on the buttons of a ticket which key does the same. */
export function markKeys(place) {
  for (const { verb, press } of ALL) {
    const button = verb && place.querySelector(`[data-action^="1.ticket.${verb}."]`);
    if (!button) continue;
    button.setAttribute("aria-keyshortcuts", press[0]);
    button.title = `${button.textContent} (${press[0]})`;
  }
}

// ---- on and off

const isKept = () => everywhere.text(OFF) === "yes";

let off = isKept();

function turn(isOn) {
  off = !isOn;
  everywhere.keep(OFF, isOn ? null : "yes");
}

// Another window of the same browser switched them.
addEventListener("storage", ({ key }) => key === OFF && (off = isKept()));

// ---- the sheet

function showSheet() {
  const dialog = h(
    "dialog",
    { class: "sheet keys-sheet", "aria-labelledby": "keys-title" },
    h(
      "div",
      { class: "keys-whole" },
      h(
        "header",
        { class: "sheet-head" },
        h("h2", { id: "keys-title", textContent: "Keys" }),
        h("button", { type: "button", class: "tool", "aria-label": "Close", onclick: () => dialog.close() }, icon("close")),
      ),
      h("div", { class: "sheet-body keys-body" }, KEYS.map(groupOf)),
      h(
        "footer",
        { class: "sheet-foot keys-foot" },
        h("label", {}, h("input", { type: "checkbox", checked: !off, onchange: (event) => turn(event.target.checked) }), h("span", { textContent: "Single keys are shortcuts" })),
        h("p", { class: "quiet", textContent: "Switched off, only those with Ctrl and Esc stay. Nothing is a shortcut while you type." }),
      ),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}

const groupOf = ([name, keys]) =>
  h(
    "section",
    { "aria-label": name },
    h("h3", { textContent: name }),
    h("dl", {}, keys.map(({ press, says }) => h("div", {}, h("dt", {}, press.map((key) => (key === "…" ? "…" : h("kbd", { textContent: shown(key) })))), h("dd", { textContent: says })))),
  );

const shown = (key) => (IS_MAC && key === "Ctrl" ? "⌘" : key);
