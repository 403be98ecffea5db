// Tags while one types them: those that somebody may see, as the browser offers what fits a field.

import { get } from "./api.js";
import { h } from "./dom.js";

const TYPING = 150; // ms without a key before the desk is asked
let made = 0;

/** Offer tags in `input`; returns it with its list, to be put in its place. */
export function withTags(input) {
  made += 1;
  const list = h("datalist", { id: `tags-${made}` });
  input.setAttribute("list", list.id);
  let timer = 0;
  let asked = null;

  async function look() {
    const typed = input.value;
    if (typed === asked) return;
    asked = typed;
    const found = await get(`/api/tags?q=${encodeURIComponent(typed)}`).catch(() => []); // what is typed counts all the same
    if (typed !== asked) return;
    list.replaceChildren(...found.map((value) => h("option", { value })));
  }

  input.addEventListener("focus", () => {
    asked = null;
    void look();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, TYPING);
  });
  return [input, list];
}
