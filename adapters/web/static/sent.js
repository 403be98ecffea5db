// What was just sent, above the message box, for as long as it can be taken back by the same command as anywhere.

import { $, h, icon } from "./dom.js";

const NOTICED = { reply: "Sent", note: "Noted, for the staff only" };

/** `does.press(action)`: whether the desk took it back. */
export function createSent(does) {
  const place = h("div", { class: "sent", role: "status", dataset: { testid: "sent" } });
  $("composer").before(place);
  let last = null; // of all threads, until its time is over
  let shown = null; // the ref whose thread is open
  let timer = 0;

  /** `entry`: the message; `takeBack`: the desk's `{action, seconds}` for it. */
  function put(ref, entry, takeBack) {
    clearTimeout(timer);
    last = { ref, kind: entry.kind, message: entry.message, action: takeBack.action };
    timer = setTimeout(end, takeBack.seconds * 1000);
    draw();
  }

  function end() {
    clearTimeout(timer);
    last = null;
    draw();
  }

  /** Whoever was at it by keyboard goes on in the message box. */
  function draw() {
    const isHeld = place.contains(document.activeElement);
    place.replaceChildren(...(last !== null && last.ref === shown ? inside(last) : []));
    if (isHeld) $("say").focus({ preventScroll: true });
  }

  function inside({ kind, action }) {
    return [
      icon("check"),
      h("span", { textContent: NOTICED[kind] ?? NOTICED.reply }),
      h("button", { type: "button", class: "button small", textContent: "Take back", onclick: (event) => void takeBack(event.currentTarget, action) }),
      h("button", { type: "button", class: "tool small", "aria-label": "Keep it", onclick: end }, icon("close")),
    ];
  }

  async function takeBack(button, action) {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    const isDone = await does.press(action);
    button.removeAttribute("aria-disabled");
    if (isDone && last?.action === action) end();
  }

  place.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    end();
  });

  return {
    put,
    /** Another thread is open, or none (`null`). */
    turn: (ref) => {
      shown = ref;
      draw();
    },
    /** A message was taken back by another way. */
    gone: (message) => last?.message === message && end(),
  };
}
