// What people set under a message: one chip for each emoji. To be read; they are set where the message was written.

import { h } from "./dom.js";

const MOST_NAMES = 12;
const PLAIN_PICTURE = /^\p{Extended_Pictographic}$/u;
const list = new Intl.ListFormat("en");

export function reactionsOf(reactions) {
  if (!reactions?.length) return null;
  return h("ul", { class: "reactions", "aria-label": "Reactions" }, reactions.map(chip));
}

/** An emoji is a person's text, as their name is: a platform's own comes as `:name:`. */
function chip({ emoji, count, people }) {
  const said = `${namesOf(people)} reacted with ${emoji}`;
  return h(
    "li",
    { title: said },
    h("span", { class: "emoji", dir: "auto", "aria-hidden": "true", textContent: inColour(emoji) }),
    h("span", { class: "times", "aria-hidden": "true", textContent: count }),
    h("span", { class: "hidden", dir: "auto", textContent: said }),
  );
}

/** A heart, say, which fonts draw as a letter too. */
const inColour = (emoji) => (PLAIN_PICTURE.test(emoji) ? `${emoji}\ufe0f` : emoji);

function namesOf(people) {
  const more = people.length - MOST_NAMES;
  return list.format(more > 1 ? [...people.slice(0, MOST_NAMES), `${more} more`] : people);
}
