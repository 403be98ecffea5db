// Work on one ticket or many at once, and one undo for the whole of it.

import { newKey, post } from "./api.js";
import { $, append, h, icon } from "./dom.js";
import { choicesOf } from "./filters.js";

const STAYS = 15_000; // ms that the undo is offered; while it is pointed at or has the focus, longer
const AT_ONCE = 100; // as many as the desk takes in one request

/** What can be done to tickets: its button, what is asked for first, and the words once it is done. */
export const VERBS = {
  claim: { label: "Claim", done: "claimed" },
  assign: { label: "Assign", asks: "agent", question: "Who should have it?", done: "assigned" },
  priority: { label: "Priority", asks: "priority", question: "Which priority?", done: "given a new priority" },
  status: { label: "Status", asks: "status", question: "Which status?", done: "given a new status" },
  resolve: { label: "Resolve", done: "resolved" },
  close: { label: "Close", done: "closed" },
  reopen: { label: "Reopen", done: "reopened" },
  transfer: { label: "Transfer", asks: "team", question: "To which team?", done: "handed over" },
  tag: { label: "Tags", asks: "tags", question: "Which tags? -tag takes one away", done: "tagged" },
  unassign: { label: "Put back", done: "put back into the queue" },
};
const IN_BAR = ["claim", "assign", "priority", "status", "resolve", "close", "transfer", "tag"];

/**
 * `does`: `choose(question)` as the palette's, `me`, `agents()`: choices, `tell`, `changed()` once tickets may
 * be other than they show, `unpick()`, `tags(refs)`: {own, others}, `worksOn(refs)`: they are about to be changed, and
 * what it returns is called once they were; `rest()` gives the focus a place.
 */
export function createBulk(does) {
  const bar = $("bulk");
  const count = h("p", { class: "bulk-count", role: "status" });
  const offer = h("div", { class: "undo-bar", hidden: true });
  const news = h("section", { class: "undo-place", "aria-label": "Undo" }, h("p", { class: "hidden", role: "status" }), offer);
  document.body.append(news);
  let picked = [];
  let back = null; // the items that undo what was done last
  let timer = 0;
  const going = new Set(); // what is on its way, so that a key pressed twice does it once

  bar.append(
    h("div", { class: "bulk-head" }, count, h("button", { type: "button", class: "tool small", "aria-label": "Clear the selection", onclick: () => does.unpick() }, icon("close"))),
    h("div", { class: "bulk-buttons" }, IN_BAR.map((verb) => h("button", { type: "button", class: `button small${verb === "claim" ? " primary" : ""}`, dataset: { verb }, textContent: VERBS[verb].label + (VERBS[verb].asks ? "…" : ""), onclick: () => void run(verb, picked) }))),
  );

  function show(refs) {
    picked = refs;
    const had = bar.contains(document.activeElement);
    bar.hidden = refs.length === 0;
    if (had && bar.hidden) does.rest();
    const words = refs.length ? `${refs.length} selected` : "";
    if (count.textContent !== words) count.textContent = words;
  }

  /** Do `verb` to the tickets; what it needs is asked for first. Returns whether anything was done. */
  async function run(verb, refs, given = null) {
    if (!refs.length) return false;
    const values = given ?? (await ask(verb, refs));
    if (values === null) return false;
    const items = refs.map((ref) => ({ ref, verb, arguments: values })).filter((item) => !going.has(JSON.stringify(item)));
    if (!items.length) return false;
    count.textContent = items.length === 1 ? `Changing ${items[0].ref}…` : `Changing ${items.length} tickets…`;
    const { done, refused } = await send(items);
    show(picked);
    if (!done.length && !refused.length) return false;
    if (done.length) {
      does.unpick();
      offerUndo(sentence(verb, done), done.map((one) => one.undo).filter(Boolean).reverse());
    }
    complain(refused);
    does.changed();
    return done.length > 0;
  }

  async function ask(verb, refs) {
    const { asks, question } = VERBS[verb];
    if (!asks) return {};
    const about = refs.length === 1 ? refs[0] : `${refs.length} tickets`;
    const label = `${about}: ${question}`;
    if (asks === "tags") {
      const { own, others } = does.tags(refs);
      const choices = [...own.map((tag) => ({ value: `-${tag}`, label: `-${tag}`, detail: "take it away" })), ...others.map((tag) => ({ value: tag, label: tag }))];
      const value = await does.choose({ label, choices, free: true });
      return value === null ? null : { tags: value.replace(/,/g, " ") };
    }
    const choices = asks === "agent" ? does.agents() : choicesOf((await does.me).commands, asks);
    const value = await does.choose({ label, choices });
    return value === null ? null : { [asks]: value };
  }

  /** `{done, refused, left}`: what the desk did, what it would not do, and what it was not asked or did not answer. */
  async function send(items) {
    const whole = { done: [], refused: [], left: items };
    const keys = items.map((item) => JSON.stringify(item));
    const finish = does.worksOn(items.map(({ ref }) => ref));
    for (const key of keys) going.add(key);
    try {
      for (let first = 0; first < items.length; first += AT_ONCE) {
        const { done, refused } = await post("/api/bulk", { items: items.slice(first, first + AT_ONCE) }, { key: newKey() });
        whole.done.push(...done);
        whole.refused.push(...refused);
        whole.left = items.slice(first + AT_ONCE);
      }
    } catch (error) {
      does.tell(error.message, "warning");
    }
    for (const key of keys) going.delete(key);
    finish();
    return whole;
  }

  function complain(refused) {
    if (!refused.length) return;
    const words = refused.slice(0, 3).map(({ ref, problem }) => `${ref}: ${problem}`);
    const more = refused.length > 3 ? [`And ${refused.length - 3} more.`] : [];
    does.tell([...words, ...more].join(" "), "warning");
  }

  // ---- the undo

  function offerUndo(words, items) {
    back = items.length ? items : null;
    clearTimeout(timer);
    offer.hidden = false;
    offer.replaceChildren();
    append(offer, [
      h("span", { textContent: words }),
      back && h("button", { type: "button", class: "button small", "aria-keyshortcuts": "u", onclick: () => void undo() }, icon("undo"), "Undo", h("kbd", { textContent: "u" })),
      h("button", { type: "button", class: "tool small", "aria-label": "Dismiss", onclick: withdraw }, icon("close")),
    ]);
    news.querySelector("[role=status]").textContent = back ? `${words} Press U to undo.` : words;
    hold(false);
  }

  function hold(isHeld) {
    clearTimeout(timer);
    if (!isHeld) timer = setTimeout(withdraw, STAYS);
  }

  function withdraw() {
    clearTimeout(timer);
    back = null;
    const had = offer.contains(document.activeElement);
    offer.hidden = true;
    offer.replaceChildren();
    if (had) does.rest();
  }

  /** Whether there was anything to undo. */
  async function undo() {
    if (!back) return false;
    const items = back;
    withdraw();
    const { done, refused, left } = await send(items);
    complain(refused);
    if (left.length) offerUndo(left.length === 1 ? `${left[0].ref} is not undone yet.` : `${left.length} tickets are not undone yet.`, left);
    else if (done.length) offerUndo(done.length === 1 ? `${done[0].ref} is as it was.` : `${done.length} tickets are as they were.`, []);
    does.changed();
    return true;
  }

  offer.addEventListener("pointerenter", () => hold(true));
  offer.addEventListener("focusin", () => hold(true));
  offer.addEventListener("pointerleave", () => hold(false));
  offer.addEventListener("focusout", () => hold(false));

  return { show, run, undo, withdraw };
}

function sentence(verb, done) {
  const { done: word } = VERBS[verb];
  if (done.length > 1) return `${done.length} tickets are ${word}.`;
  return verb === "claim" ? `${done[0].ref} is yours.` : `${done[0].ref} is ${word}.`;
}
