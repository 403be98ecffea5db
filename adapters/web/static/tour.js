// The guided tour: a callout beside the real thing, step by step. It takes no focus from anybody and covers nothing that
// it points at; Escape or one press ends it for good, and the account menu and /help show it again.

import { $, h, icon, isPhone, say } from "./dom.js";
import { TOURS, tourFor } from "./tour-steps.js";

const GAP = 12; // px between the callout and what it points at
const EDGE = 8; // px to the window's edge
const LOOKS = 400; // ms between looks at where the thing is now

/** `roles`: of the person. `remember(name)` notes down that they have seen the tour. */
export function createTour({ roles, remember }) {
  const name = tourFor(roles);
  const steps = TOURS[name];
  let number = 0;
  let timer = 0;
  let before = null; // what had the focus when the person asked for the tour
  let areaBefore = null; // what a phone showed before it

  const count = h("p", { class: "tour-count" });
  const title = h("h2", { id: "tour-title" });
  const words = h("p", { id: "tour-words" });
  const back = h("button", { type: "button", class: "button small", textContent: "Back", onclick: () => go(number - 1) });
  const next = h("button", { type: "button", class: "button small primary", onclick: () => go(number + 1) });
  const close = h("button", { type: "button", class: "tool small", "aria-label": "Skip the tour", onclick: end }, icon("close"));
  const callout = h(
    "section",
    { class: "tour", role: "dialog", "aria-label": "A tour of this page", dataset: { testid: "tour" } },
    h("div", { class: "tour-head" }, count, close),
    h("div", { "aria-live": "polite" }, title, words),
    h("div", { class: "tour-foot" }, back, next),
  );
  const ring = h("div", { class: "tour-ring", "aria-hidden": "true" });

  /** At the first visit: shown, announced, and out of the way of whoever has begun to type. `seen`: names of tours. */
  function offer(seen) {
    if (seen.includes(name) || callout.isConnected) return;
    show();
    say(`A short tour of this page, in ${steps.length} steps, is at the top of the page. Escape skips it.`);
  }

  /** Because the person asked for it. */
  function start() {
    if (!callout.isConnected) before = document.activeElement;
    show();
    next.focus();
  }

  function show() {
    document.querySelector(".skip")?.after(callout, ring);
    if (!callout.isConnected) document.body.prepend(callout, ring);
    clearInterval(timer);
    timer = setInterval(place, LOOKS);
    addEventListener("resize", place);
    document.addEventListener("scroll", place, { capture: true, passive: true });
    document.addEventListener("keydown", onkey);
    areaBefore ??= document.body.dataset.area;
    go(0);
    remember(name);
  }

  function go(to) {
    if (to >= steps.length) {
      end();
      return;
    }
    number = Math.max(0, to);
    const step = steps[number];
    count.textContent = `${number + 1} of ${steps.length}`;
    title.textContent = step.title;
    words.textContent = step.words;
    if (number === 0 && document.activeElement === back) next.focus();
    back.hidden = number === 0;
    next.textContent = number === steps.length - 1 ? "Done" : "Next";
    if (isPhone() && step.area) document.body.dataset.area = step.area;
    placesOf(step)[0]?.scrollIntoView({ block: "nearest", inline: "nearest" });
    place();
  }

  function end() {
    const hadFocus = callout.contains(document.activeElement);
    clearInterval(timer);
    removeEventListener("resize", place);
    document.removeEventListener("scroll", place, { capture: true });
    document.removeEventListener("keydown", onkey);
    callout.remove();
    ring.remove();
    if (isPhone() && document.body.dataset.area === steps[number].area) document.body.dataset.area = areaBefore;
    areaBefore = null;
    // Staff go on by single keys, which the message box would take for words.
    const rest = $("views") ? $("thread-list") : $("say");
    if (hadFocus) (before?.isConnected && before !== document.body ? before : rest)?.focus({ preventScroll: true });
    before = null;
  }

  function onkey(event) {
    const isElsewhere = document.querySelector("dialog[open], :popover-open") || !($("menu")?.hidden ?? true);
    if (event.key !== "Escape" || event.defaultPrevented || isElsewhere) return;
    event.preventDefault();
    end();
  }

  function place() {
    const target = placesOf(steps[number]).find(isInside);
    ring.hidden = !target;
    if (!target) {
      callout.dataset.side = "none";
      callout.style.removeProperty("left");
      callout.style.removeProperty("top");
      return;
    }
    const at = target.getBoundingClientRect();
    Object.assign(ring.style, { left: px(at.left - 4), top: px(at.top - 4), width: px(at.width + 8), height: px(at.height + 8) });
    callout.dataset.side = "below";
    const { side, left, top } = beside(at, callout.offsetWidth, callout.offsetHeight);
    callout.dataset.side = side;
    Object.assign(callout.style, { left: px(left), top: px(top) });
    const point = side === "below" || side === "above" ? at.left + at.width / 2 - left : at.top + at.height / 2 - top;
    const room = side === "below" || side === "above" ? callout.offsetWidth : callout.offsetHeight;
    callout.style.setProperty("--point", px(clamp(point, 20, room - 20)));
  }

  return { offer, start };
}

const px = (number) => `${Math.round(number)}px`;
const clamp = (number, least, most) => Math.max(least, Math.min(number, most));

/** A step's places that show here and now, the best first; those that are scrolled away too. */
const placesOf = ({ at }) => at.flatMap((selector) => [...document.querySelectorAll(selector)]).filter((one) => one.checkVisibility());

function isInside(element) {
  const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0 && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
}

/** The side with room for it: below, above, right or left of the thing; over its lower edge where there is none. */
function beside(at, width, height) {
  const x = clamp(at.left + at.width / 2 - width / 2, EDGE, innerWidth - width - EDGE);
  const y = clamp(at.top + at.height / 2 - height / 2, EDGE, innerHeight - height - EDGE);
  if (at.bottom + GAP + height + EDGE <= innerHeight) return { side: "below", left: x, top: at.bottom + GAP };
  if (at.top - GAP - height >= EDGE) return { side: "above", left: x, top: at.top - GAP - height };
  if (at.right + GAP + width + EDGE <= innerWidth) return { side: "right", left: at.right + GAP, top: y };
  if (at.left - GAP - width >= EDGE) return { side: "left", left: at.left - GAP - width, top: y };
  return { side: "over", left: x, top: innerHeight - height - EDGE };
}
