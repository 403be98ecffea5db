// Somebody else of the staff replied while one was writing: what they said, above the box, before one's own is sent.

import { $, h, icon, words } from "./dom.js";
import { blocks } from "./text.js";
import { time } from "./times.js";

/** `onanyway(pending)` sends it as it is, `onedit(pending)` takes it back into the box. */
export function createMeanwhile({ onanyway, onedit }) {
  const place = h("section", { class: "meanwhile", role: "alert", "aria-label": "Somebody replied meanwhile", hidden: true });
  $("composer").before(place);
  let shown = "";

  /** `pending`: the message that waits for an answer, or null; `replies`: what was said meanwhile. */
  function show(pending, replies) {
    const now = JSON.stringify([pending?.key, replies.map((reply) => [reply.event, reply.text])]);
    if (now === shown) return;
    shown = now;
    const held = place.contains(document.activeElement) ? document.activeElement.textContent : null;
    place.hidden = pending === null;
    place.replaceChildren(...(pending ? inside(pending, replies) : []));
    if (held === null) return;
    const same = [...place.querySelectorAll("button")].find((button) => button.textContent === held);
    (same ?? $("say")).focus({ preventScroll: true });
  }

  function inside(pending, replies) {
    const anyway = h("button", { type: "button", class: "button small primary", textContent: "Send anyway", onclick: () => onanyway(pending) });
    const edit = h("button", { type: "button", class: "button small", textContent: "Edit", onclick: () => onedit(pending) });
    const names = [...new Set(replies.map((reply) => reply.who))];
    const who = names.length ? `${new Intl.ListFormat("en").format(names)} replied meanwhile` : "Somebody replied meanwhile";
    return [
      h("p", { class: "meanwhile-head" }, icon("alert"), h("strong", { dir: "auto", textContent: who }), h("span", { textContent: "Yours was not sent yet." })),
      h("ul", { class: "meanwhile-said" }, replies.map((reply) => h("li", {}, h("p", { class: "meanwhile-who" }, words(reply.who, "strong"), " ", time(reply.at)), h("div", { class: "text" }, blocks(reply.text))))),
      h("div", { class: "meanwhile-own" }, h("p", { class: "meanwhile-who", textContent: "Your reply" }), h("p", { class: "meanwhile-words", dir: "auto", textContent: pending.text })),
      h("div", { class: "buttons" }, anyway, edit),
    ];
  }

  return { show };
}
