// What was written and is not sent yet: drafts, and messages that wait for the connection. It outlives the tab, belongs to
// one person, and is forgotten where they sign out or somebody else signs in; their other windows are put away then.

import { first } from "./first.js";
import { everywhere, here } from "./kept.js";

const KINDS = ["draft:", "outbox:", "triage:"];
const LEFT = "desk:left";
const CAME = "desk:came"; // who signed in last

const person = first.me ? String(first.me.id) : "";
let isOver = false;

/** What others left in this browser goes. */
function tidy() {
  const theirs = KINDS.map((kind) => `${kind}${person}:`);
  for (const key of kept()) if (!theirs.some((start) => key.startsWith(start))) drop(key);
  drop(LEFT);
}

const kept = () => everywhere.keys().filter((key) => KINDS.some((kind) => key.startsWith(kind)));
const drop = (key) => everywhere.keep(key, null);

function write(key, value) {
  if (!isOver) everywhere.write(key, value);
}

const placeOf = (kind, ref) => `${kind}${person}:${ref ?? "home"}`;

/** `{text, kind, files, seen}`, or null. */
export function draftOf(ref) {
  const found = everywhere.read(placeOf("draft:", ref));
  if (typeof found?.text !== "string") return null;
  return { ...found, files: Array.isArray(found.files) ? found.files : [] };
}

/** `files`: those that the desk has already; `seen`: up to where the thread was read when the writing began. */
export function keepDraft(ref, { text, kind, files, seen }) {
  write(placeOf("draft:", ref), text.trim() || files.length ? { text, kind, files, seen } : null);
}

/** The messages for a thread that the desk has not taken yet, the oldest first. */
export function waitingIn(ref) {
  const found = everywhere.read(placeOf("outbox:", ref));
  return Array.isArray(found) ? found.filter((one) => typeof one?.key === "string" && typeof one.text === "string" && Array.isArray(one.files)) : [];
}

export function keepWaiting(ref, messages) {
  write(placeOf("outbox:", ref), messages.length ? messages : null);
}

/** The threads in which something waits. */
export function whereWaiting() {
  const start = `outbox:${person}:`;
  return kept().filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
}

/** `heard(ref)`: another window of mine changed what waits for that thread. */
export function hearWaiting(heard) {
  const start = `outbox:${person}:`;
  addEventListener("storage", ({ key }) => key?.startsWith(start) && heard(key.slice(start.length)));
}

/** Nothing of anybody's stays, nor what was typed into a form. */
function forget() {
  isOver = true;
  for (const key of kept()) drop(key);
  here.clear();
}

document.addEventListener("submit", (event) => {
  const { action } = event.target;
  if (typeof action !== "string" || new URL(action, location.href).pathname !== "/session/end") return;
  const waits = kept().some((key) => key.startsWith("outbox:"));
  if (waits && !confirm("A message was not sent yet. It is lost where you sign out now. Sign out all the same?")) {
    event.preventDefault();
    return;
  }
  forget();
  // Another tab of mine must not write its draft down once more.
  everywhere.keep(LEFT, String(Date.now()));
});

addEventListener("storage", ({ key, newValue }) => {
  if (key === LEFT && newValue) {
    forget();
    location.replace("/welcome");
  } else if (key === CAME && newValue !== person) location.reload();
});
// A page that the browser kept whole may be of somebody who is signed out by now.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

if (person) {
  tidy();
  everywhere.keep(CAME, person);
}
