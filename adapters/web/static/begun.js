// Forms that were begun and not sent: kept until their tab is closed, and named above the ask box.

import { $, h, icon } from "./dom.js";
import { here } from "./kept.js";

const START = "form:";

/** `place`: for whom, and about which ticket. */
const keyOf = (place, form) => `${START}${place}:${form}`;

/** The forms called `form` that were begun there, the oldest first: `[{id, values, files}]`. */
export function begunOf(place, form) {
  const found = here.read(keyOf(place, form));
  return Array.isArray(found) ? found.filter((one) => one?.id && one.values && Array.isArray(one.files)) : [];
}

/** The tickets that were begun there. */
export function ticketsBegun(place) {
  const start = keyOf(place, "");
  const keys = here.keys().filter((key) => key.startsWith(start));
  const forms = keys.map((key) => key.slice(start.length));
  return forms.flatMap((form) => begunOf(place, form).filter(({ values }) => "title" in values).map((one) => ({ ...one, form })));
}

export function keepBegun(place, form, { id, values, files }) {
  const others = begunOf(place, form);
  const at = others.findIndex((one) => one.id === id);
  const begun = { id, values, files };
  put(place, form, at < 0 ? [...others, begun] : others.with(at, begun));
}

export function forgetBegun(place, form, id) {
  put(place, form, begunOf(place, form).filter((one) => one.id !== id));
}

function put(place, form, all) {
  here.write(keyOf(place, form), all.length ? all : null);
}

/**
 * The line above the ask box. `all()`: the tickets that were begun, where it is the place to name them, else none;
 * `goOn(begun, button)` shows its form again, `discard(begun)` forgets it.
 */
export function createBegun({ all, goOn, discard }) {
  const place = h("section", { class: "begun", "aria-label": "Not sent yet", hidden: true });
  $("composer").before(place);

  function show() {
    const begun = all();
    const hadFocus = place.contains(document.activeElement);
    place.hidden = begun.length === 0;
    place.replaceChildren(...begun.map(lineOf));
    if (hadFocus) $("say").focus({ preventScroll: true });
  }

  function lineOf(begun) {
    const title = titleOf(begun);
    const on = h("button", { type: "button", class: "link", textContent: "Go on", "aria-label": `Go on: ${title}`, onclick: () => goOn(begun, on) });
    const away = { type: "button", class: "link", textContent: "Discard", "aria-label": `Discard: ${title}`, onclick: () => discard(begun) };
    return h("p", {}, icon("pencil"), h("span", { class: "begun-words" }, "You began a ticket: ", h("strong", { dir: "auto", textContent: title })), on, h("button", away));
  }

  return { show };
}

function titleOf({ values, files }) {
  const said = values.title?.trim() || Object.values(values).find((value) => value.includes(" ")) || files[0]?.name || "without a title";
  const words = said.trim().split("\n")[0];
  return words.length > 60 ? `${words.slice(0, 59)}…` : words;
}
