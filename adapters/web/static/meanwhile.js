// What is asked before a message is sent, above the box: somebody else of the staff replied while one was writing, and
// what they said; or one's own looks as if it held a secret.

import { $, h, icon, words } from "./dom.js";
import { blocks } from "./text.js";
import { time } from "./times.js";

/** `onanyway(pending)` sends it as it is, `onedit(pending)` takes it back into the box. */
export function createMeanwhile({ onanyway, onedit }) {
  const place = h("section", { class: "meanwhile", role: "alert", hidden: true });
  $("composer").before(place);
  let shown = "";

  /** `pending`: the message that waits for an answer, or null; `replies`: what was said meanwhile. */
  function show(pending, replies) {
    const now = JSON.stringify([pending?.key, pending?.state, replies.map((reply) => [reply.event, reply.text])]);
    if (now === shown) return;
    shown = now;
    const held = place.contains(document.activeElement) ? document.activeElement.textContent : null;
    place.hidden = pending === null;
    place.ariaLabel = pending?.state === "secret" ? "This looks like a secret" : "Somebody replied meanwhile";
    place.replaceChildren(...(pending ? inside(pending, replies) : []));
    if (held === null) return;
    const same = [...place.querySelectorAll("button")].find((button) => button.textContent === held);
    (same ?? $("say")).focus({ preventScroll: true });
  }

  function inside(pending, replies) {
    const isSecret = pending.state === "secret";
    const anyway = h("button", { type: "button", class: `button small${isSecret ? "" : " primary"}`, textContent: "Send anyway", onclick: () => onanyway(pending) });
    const edit = h("button", { type: "button", class: `button small${isSecret ? " primary" : ""}`, textContent: "Edit", onclick: () => onedit(pending) });
    const own = h("div", { class: "meanwhile-own" }, h("p", { class: "meanwhile-who", textContent: "Your reply" }), h("p", { class: "meanwhile-words", dir: "auto", textContent: pending.text }));
    if (isSecret) return [h("p", { class: "meanwhile-head" }, icon("alert"), h("strong", { textContent: pending.problem })), own, h("div", { class: "buttons" }, edit, anyway)];
    const names = [...new Set(replies.map((reply) => reply.who))];
    const who = names.length ? `${new Intl.ListFormat("en").format(names)} replied meanwhile` : "Somebody replied meanwhile";
    return [
      h("p", { class: "meanwhile-head" }, icon("alert"), h("strong", { dir: "auto", textContent: who }), h("span", { textContent: "Yours was not sent yet." })),
      h("ul", { class: "meanwhile-said" }, replies.map((reply) => h("li", {}, h("p", { class: "meanwhile-who" }, words(reply.who, "strong"), " ", time(reply.at)), h("div", { class: "text" }, blocks(reply.text))))),
      own,
      h("div", { class: "buttons" }, anyway, edit),
    ];
  }

  return { show };
}
