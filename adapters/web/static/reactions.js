// What people set under a message: one chip for each emoji, pressed to join in or leave; and a few to choose from.

import { h, nextOf } from "./dom.js";

const MOST_NAMES = 12;
const PLAIN_PICTURE = /^\p{Extended_Pictographic}$/u;
const COMMON = [
  ["👍", "thumbs up"],
  ["❤", "heart"],
  ["😄", "smile"],
  ["🎉", "celebrate"],
  ["👀", "looking"],
  ["✅", "done"],
  ["🙏", "thank you"],
];
const list = new Intl.ListFormat("en");

const me = () => document.body.dataset.me;
export const isMine = ({ mine, people }) => mine ?? people.includes(me());

/** `toggle(emoji)`, where the reader may react; else the chips are there to be read. */
export function reactionsOf(reactions, toggle) {
  if (!reactions?.length) return null;
  return h("ul", { class: "reactions", "aria-label": "Reactions" }, reactions.map((one) => chip(one, toggle)));
}

/** An emoji is a person's text, as their name is: a platform's own comes as `:name:`, and is only read here. */
function chip(one, toggle) {
  const { emoji, count, people } = one;
  const said = `${namesOf(people)} reacted with ${emoji}`;
  const inner = [
    h("span", { class: "emoji", dir: "auto", "aria-hidden": "true", textContent: inColour(emoji) }),
    h("span", { class: "times", "aria-hidden": "true", textContent: count }),
    h("span", { class: "hidden", dir: "auto", textContent: said }),
  ];
  const isOurs = toggle && !/^:.*:$/.test(emoji);
  const mine = isMine(one);
  return h(
    "li",
    { title: said, class: mine ? "own" : "" },
    isOurs ? h("button", { type: "button", "aria-pressed": String(mine), dataset: { emoji }, onclick: () => toggle(emoji) }, inner) : h("span", {}, inner),
  );
}

/** A heart, say, which fonts draw as a letter too. */
const inColour = (emoji) => (PLAIN_PICTURE.test(emoji) ? `${emoji}\ufe0f` : emoji);

function namesOf(people) {
  const more = people.length - MOST_NAMES;
  return list.format(more > 1 ? [...people.slice(0, MOST_NAMES), `${more} more`] : people);
}

/** The reactions as they are once I have set `emoji`, or taken it away. */
export function toggled(reactions, emoji) {
  const found = reactions.find((one) => one.emoji === emoji);
  if (!found) return [...reactions, { emoji, count: 1, people: [me()], mine: true }];
  const mine = isMine(found);
  const people = mine ? found.people.filter((name) => name !== me()) : [...found.people, me()];
  const changed = { ...found, people, count: found.count + (mine ? -1 : 1), mine: !mine };
  return reactions.map((one) => (one === found ? changed : one)).filter((one) => one.count > 0);
}

let picker = null;

/** Offer the common ones beside `button`; `onpick(emoji)` hears of the one that was chosen. */
export function offerReactions(button, onpick) {
  picker?.remove();
  const choose = (emoji) => {
    picker.hidePopover();
    button.focus({ preventScroll: true });
    onpick(emoji);
  };
  const own = h(
    "div",
    { class: "picker", popover: "auto", role: "group", "aria-label": "React with" },
    COMMON.map(([emoji, name]) => h("button", { type: "button", "aria-label": name, title: name, textContent: inColour(emoji), onclick: () => choose(emoji) })),
  );
  picker = own;
  own.addEventListener("toggle", (event) => event.newState === "closed" && own.remove());
  own.addEventListener("keydown", walk);
  button.closest("section, main").append(own);
  own.showPopover();
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = own;
  own.style.left = `${Math.max(8, Math.min(at.left + at.width / 2 - width / 2, innerWidth - width - 8))}px`;
  own.style.top = `${at.top - height - 6 > 8 ? at.top - height - 6 : at.bottom + 6}px`;
  own.firstElementChild.focus({ preventScroll: true });
}

function walk(event) {
  const next = nextOf([...event.currentTarget.children], event);
  if (!next) return;
  event.preventDefault();
  next.focus();
}
