// Messages on their way to the desk. Each is written down before it is sent and struck out once it was taken, under one key
// all along: so it outlives a lost connection, a fault of the desk and a reload, and is said once.

import { newKey, post, Refusal } from "./api.js";
import { hearWaiting, keepWaiting, waitingIn, whereWaiting } from "./drafts.js";

const WAITS = [400, 1000]; // ms between tries before a message is shown as waiting
const AGAIN = 10_000; // ms to the next round, where nothing else tells that the connection is back
const TO_SEND = ["sending", "waiting"];
const ASKED = { reply_meanwhile: "meanwhile", looks_secret: "secret" }; // what its author is asked about first

/**
 * `does.changed(ref, pending)`: it shows differently; `does.taken(ref, pending, entry, takeBack)`: the desk has it;
 * `does.struck(ref, pending)`: another window sent it or took it back.
 * `pending.state`: sending, waiting (for the connection), refused (with `problem`), meanwhile (somebody else replied) or secret (it looks
 * like one, says `problem`).
 */
export function createOutbox(does) {
  const boxes = new Map();
  const busy = new Set();
  let timer = 0;

  function of(ref) {
    if (!boxes.has(ref)) boxes.set(ref, waitingIn(ref).map((one) => ({ ...one, isKept: true })));
    return boxes.get(ref);
  }

  /** Write down what is known of a message. Other tabs have theirs in the same place, which stay. */
  function keep(ref, pending) {
    const { key, text, kind, files, seen, sure, state, problem, tried } = pending;
    const kept = { key, text, kind, files, seen, sure, state, problem, tried };
    const others = waitingIn(ref);
    const at = others.findIndex((one) => one.key === key);
    keepWaiting(ref, at < 0 ? [...others, kept] : others.with(at, kept));
    pending.isKept = waitingIn(ref).some((one) => one.key === key);
  }

  function strike(ref, pending) {
    boxes.set(ref, of(ref).filter((one) => one !== pending));
    keepWaiting(ref, waitingIn(ref).filter((one) => one.key !== pending.key));
  }

  function turn(ref, pending, state, problem = "") {
    Object.assign(pending, { state, problem });
    keep(ref, pending);
    does.changed(ref, pending);
  }

  /** `message`: `{text, kind, files, seen}`. */
  function put(ref, message) {
    const pending = { ...message, key: newKey(), state: "sending", problem: "", tried: false };
    of(ref).push(pending);
    turn(ref, pending, "sending");
    void work(ref);
    return pending;
  }

  /** Once more, with what is `changed` about it. */
  function again(ref, pending, changed = {}) {
    Object.assign(pending, changed);
    turn(ref, pending, "sending");
    void work(ref);
  }

  /** One after the other, so that they stand in the order in which they were written. */
  async function work(ref) {
    if (busy.has(ref)) return;
    busy.add(ref);
    try {
      for (let next; (next = of(ref).find((one) => TO_SEND.includes(one.state))); ) if (!(await deliver(ref, next))) break;
    } finally {
      busy.delete(ref);
    }
  }

  /** False where the desk cannot be reached. */
  async function deliver(ref, pending) {
    if (!navigator.onLine) {
      turn(ref, pending, "waiting");
      return false;
    }
    pending.tried = true;
    turn(ref, pending, "sending");
    const { text, kind, files, seen, sure, key } = pending;
    const wish = { text, kind, files: files.map((file) => file.id), ...(seen !== undefined && { seen }), ...(sure && { sure }) };
    try {
      const { entry, take_back: takeBack } = await post(`/api/threads/${encodeURIComponent(ref)}/messages`, wish, { key, waits: WAITS });
      strike(ref, pending);
      does.taken(ref, pending, entry, takeBack);
      return true;
    } catch (error) {
      if (!of(ref).includes(pending)) return true;
      if (!(error instanceof Refusal)) {
        turn(ref, pending, "waiting");
        clearTimeout(timer);
        timer = setTimeout(flush, AGAIN);
        return false;
      }
      turn(ref, pending, ASKED[error.reason] ?? "refused", error.message);
      return true;
    }
  }

  /** Another window of mine sent a message of these, or took it back: it is not to be said from here as well. */
  function follow(ref) {
    const kept = new Set(waitingIn(ref).map((one) => one.key));
    for (const pending of of(ref).filter((one) => one.isKept && !kept.has(one.key))) {
      boxes.set(ref, of(ref).filter((one) => one !== pending));
      does.struck(ref, pending);
    }
  }

  /** The connection is back, or may be. */
  function flush() {
    for (const ref of new Set([...boxes.keys(), ...whereWaiting()])) void work(ref);
  }

  addEventListener("online", flush);
  hearWaiting(follow);

  return { of, put, again, strike, flush };
}
