// What reached me: a toast when it comes, a list under the bell, a number in the window's title.

import { get } from "./api.js";
import { $, h, icon, link, refIn, words } from "./dom.js";
import { blocks, isEmpty } from "./text.js";
import { time } from "./times.js";

const STAYS = 9000; // ms; a toast that is pointed at or has the focus stays
const AT_ONCE = 3;
const MARKS = { good: "check", warning: "alert", urgent: "flame" };

/** `does.open(ref)` shows a thread; `does.isOpen(ref)`: whether it is before the reader's eyes. */
export function createNotices(does) {
  const known = new Map();
  let fresh = 0;
  let title = document.title;

  async function load() {
    const list = await get("/api/notices").catch(() => []);
    const missed = known.size ? list.filter((notice) => !known.has(notice.id)) : [];
    for (const notice of list) known.set(notice.id, notice);
    missed.reverse().forEach(count);
    showList();
  }

  function arrive(notice) {
    if (known.has(notice.id)) return;
    known.set(notice.id, notice);
    showList();
    const ref = refIn(notice.card.url);
    if (ref && does.isOpen(ref)) return;
    count(notice);
    toast(notice, ref);
  }

  function count() {
    fresh += 1;
    showCount();
  }

  function showCount() {
    const badge = $("bell-count");
    badge.hidden = fresh === 0;
    badge.textContent = fresh > 99 ? "99+" : String(fresh);
    $("bell").setAttribute("aria-label", fresh ? `Notifications, ${fresh} new` : "Notifications");
    document.title = fresh ? `(${fresh}) ${title}` : title;
  }

  function toast({ card }, ref) {
    const open = opener(card, ref, () => close());
    const close = put($("toasts-news"), card.tone, [
      words(card.title, "p", "toast-title"),
      card.subtitle && words(card.subtitle, "p"),
      !isEmpty(card.body) && h("div", { class: "text toast-text" }, blocks(card.body)),
      open && h("div", { class: "buttons" }, open),
    ]);
  }

  /** A sentence of the desk's: what was done, or why not. */
  function tell(sentence, tone = "good") {
    put($(tone === "warning" ? "toasts-problems" : "toasts-news"), tone, [words(sentence, "p", "toast-title")]);
  }

  /** Returns what closes it. */
  function put(place, tone, children) {
    const close = () => element.remove();
    const element = h(
      "div",
      { class: `toast tone-${tone}`, dataset: { testid: "toast" } },
      h("span", { class: "toast-mark" }, icon(MARKS[tone] ?? "bell")),
      h("div", { class: "toast-words" }, children),
      h("button", { type: "button", class: "tool small", "aria-label": "Dismiss", onclick: close }, icon("close")),
    );
    let timer = setTimeout(close, STAYS);
    const hold = () => clearTimeout(timer);
    const leave = () => {
      clearTimeout(timer);
      timer = setTimeout(close, STAYS);
    };
    element.addEventListener("pointerenter", hold);
    element.addEventListener("focusin", hold);
    element.addEventListener("pointerleave", leave);
    element.addEventListener("focusout", leave);
    while (place.children.length >= AT_ONCE) place.firstElementChild.remove();
    place.append(element);
    return close;
  }

  function opener(card, ref, then) {
    const url = ref ? `/t/${ref}` : card.url;
    if (!url) return null;
    const anchor = link(url, "Open");
    anchor.className = "button small primary";
    anchor.setAttribute("aria-label", `Open ${ref ?? card.title}`);
    anchor.addEventListener("click", then);
    return anchor;
  }

  function showList() {
    const all = [...known.values()].sort((one, other) => other.id - one.id).slice(0, 30);
    $("notice-none").hidden = all.length > 0;
    $("notice-list").replaceChildren(...all.map(itemOf));
  }

  function itemOf({ at, card }) {
    const ref = refIn(card.url);
    const inner = [words(card.title, "strong"), card.subtitle && words(card.subtitle), time(at)];
    const url = ref ? `/t/${ref}` : card.url;
    const item = url ? link(url, ...inner) : h("div", {}, ...inner);
    item.addEventListener("click", () => $("notices").hidePopover());
    return h("li", {}, item);
  }

  $("notices").addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    fresh = 0;
    showCount();
  });

  return {
    load,
    arrive,
    tell,
    /** What the window is called, apart from the number. */
    name: (words) => {
      title = words;
      showCount();
    },
  };
}
