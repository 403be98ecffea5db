// Below the list of what one follows: private tickets that one joined unseen, by one's own words, to be let go.

import { $, h, words } from "./dom.js";
import { whileBusy } from "./cards.js";

/** `letGo(action)` does what the row's button says. */
export function createUnseen(letGo) {
  const list = $("thread-unseen");
  let shown = "";

  /** `rows`: as the desk has them, `[{title, detail, buttons}]`. */
  function show(rows) {
    const now = JSON.stringify(rows.map(({ title, buttons }) => [title, buttons]));
    if (now === shown) return;
    shown = now;
    const isHeld = list.contains(document.activeElement);
    list.replaceChildren(...rows.map(rowOf));
    list.hidden = rows.length === 0;
    if (isHeld) (list.querySelector("button") ?? $("filter-words")).focus({ preventScroll: true });
  }

  function rowOf({ title, detail, buttons }) {
    return h(
      "li",
      {},
      h("span", { class: "row-words" }, words(title, "span", "item-title"), words(detail, "span", "item-last")),
      buttons.map(({ label, action }) => {
        const button = h("button", { type: "button", class: "button small", textContent: label, "aria-label": `${label}: ${title}` });
        button.addEventListener("click", () => void whileBusy(button, () => letGo(action)));
        return button;
      }),
    );
  }

  return { show };
}
