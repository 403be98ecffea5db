// What a student's list shows: whose tickets, with which words, narrowed and put in order how.

import { $, h } from "./dom.js";
import { choicesOf, intoList } from "./filters.js";
import { isMod } from "./keys.js";
import { withTags } from "./tags.js";

const TYPING = 250; // ms without a key before the list follows the words
const LISTS = {
  mine: { title: "My tickets", nothing: "No tickets yet. Open one, and it is answered here." },
  followed: { title: "Tickets that I follow", nothing: "You follow no ticket. Of a public one press Follow, and you hear how it is solved." },
  public: { title: "Public tickets", nothing: "No ticket is public yet." },
};
const NOTHING = "No ticket here fits what you look for.";
const SELECTS = [
  { name: "order", label: "Order", any: "best first", more: [{ value: "newest", label: "newest first" }, { value: "followers", label: "most followers" }] },
  { name: "status", label: "Status", kind: "statuses", any: "any" },
  { name: "category", label: "Category", kind: "category", any: "any" },
];

/**
 * `onchange()`: another list is wanted. `me`: the promise of /api/me. `first`: the query that the page was painted with;
 * "" is the person's own tickets, as they are without a search.
 */
export function createSearch({ onchange, me, show }, first = "") {
  const box = $("filters");
  const wordsBox = $("filter-words");
  const wanted = new URLSearchParams(first);
  let choices = {};
  let timer = 0;

  const among = () => wanted.get("among") ?? "mine";
  const words = () => wanted.get("q") ?? "";
  const isNarrow = () => [...wanted.keys()].some((name) => name !== "among");

  function set(name, value) {
    clearTimeout(timer);
    if ((wanted.get(name) ?? "") === value) return;
    if (value) wanted.set(name, value);
    else wanted.delete(name);
    showControls();
    onchange();
  }

  function showControls() {
    document.querySelector(`#lists [value=${among()}]`).checked = true;
    $("list-title").textContent = LISTS[among()].title;
    if (document.activeElement !== wordsBox) wordsBox.value = words();
    $("filter-toggle").classList.toggle("on", [...SELECTS, { name: "tag" }].some(({ name }) => wanted.has(name)));
    for (const field of box.querySelectorAll("select, input")) if (document.activeElement !== field) field.value = wanted.get(field.name) ?? "";
  }

  function build() {
    box.replaceChildren(
      ...SELECTS.map(({ name, label, kind, any, more = [] }) => {
        const options = [{ value: "", label: any }, ...more, ...(choices[kind] ?? [])];
        const select = h("select", { name, onchange: (event) => set(name, event.target.value) }, options.map((one) => h("option", { value: one.value, textContent: one.label })));
        return h("label", {}, h("span", { textContent: label }), select);
      }),
      h("label", {}, h("span", { textContent: "Tag" }), withTags(h("input", { type: "text", name: "tag", dir: "auto", autocomplete: "off", placeholder: "any", maxLength: 60, onchange: (event) => set("tag", event.target.value.trim()) }))),
    );
    showControls();
  }

  function now() {
    set("q", wordsBox.value.trim());
  }

  $("search").addEventListener("submit", (event) => {
    event.preventDefault();
    now();
  });
  $("lists").addEventListener("change", ({ target }) => set("among", target.value === "mine" ? "" : target.value));
  wordsBox.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(now, TYPING);
  });
  wordsBox.addEventListener("keydown", intoList);
  $("filter-toggle").addEventListener("click", () => {
    box.hidden = !box.hidden;
    $("filter-toggle").setAttribute("aria-expanded", String(!box.hidden));
  });
  addEventListener("keydown", (event) => {
    const isIt = isMod(event) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    if (!isIt || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    show("list");
    wordsBox.focus();
    wordsBox.select();
  });
  me.then(({ commands }) => {
    choices = { statuses: choicesOf(commands, "statuses"), category: choicesOf(commands, "category") };
    build();
  }).catch(() => {}); // main.js tells what is the matter

  build();
  return {
    /** As it stands in the address; "" for the person's own tickets, of which nothing is looked for. */
    query: () => String(wanted),
    /** As /api/search reads it. */
    asked: () => `${wanted}${wanted.has("among") ? "" : "&among=mine"}`,
    words,
    isPublic: () => among() === "public",
    nothing: () => (isNarrow() ? NOTHING : LISTS[among()].nothing),
    /** Looks for the same among the public tickets; null where it does. */
    widened: () => (words() && among() !== "public" ? () => set("among", "public") : null),
  };
}
