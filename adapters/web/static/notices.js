// What reached me: a toast when it comes, a list under the bell, a number in the window's title.

import { get, put as tellDesk } from "./api.js";
import { $, h, icon, link, refIn, words } from "./dom.js";
import { here } from "./kept.js";
import { blocks, isEmpty } from "./text.js";
import { time } from "./times.js";

const STAYS = 9000; // ms; a toast that is pointed at or has the focus stays
const AT_ONCE = 3;
const MARKS = { good: "check", warning: "alert", urgent: "flame" };

/** `does.open(ref)` shows a thread; `does.isOpen(ref)`: whether it is before the reader's eyes. */
export function createNotices(does) {
  const known = new Map();
  const toasts = new Map(); // what closes them, by notice
  const looked = new Set(recall()); // notices after `noticed` whose thread was looked at
  let noticed = null; // the newest one that was there when the bell was opened; null until the desk has said
  let marked = []; // those that were new when the bell was opened, until it is closed
  let title = document.title;

  const isNew = ({ id }) => id > (noticed ?? 0) && !looked.has(id);
  const isOpen = ({ card }) => Boolean(refIn(card.url)) && does.isOpen(refIn(card.url));
  const news = () => (noticed === null ? [] : [...known.values()].filter(isNew));

  async function load() {
    const [list, kept] = await Promise.all([get("/api/notices").catch(() => []), get("/api/preferences").catch(() => null)]);
    for (const notice of list) known.set(notice.id, notice);
    // Where it cannot be asked for, all that is there counts as seen.
    noticed = Math.max(noticed ?? 0, kept ? (kept.noticed ?? 0) : Math.max(0, ...known.keys()));
    look();
    showAll();
  }

  function arrive(notice) {
    if (known.has(notice.id)) return;
    known.set(notice.id, notice);
    look();
    showAll();
    if (!looked.has(notice.id)) toast(notice, refIn(notice.card.url));
  }

  /** What concerns the thread before the reader's eyes is no news any more. */
  function look() {
    const seen = [...known.values()].filter((notice) => isNew(notice) && isOpen(notice));
    if (!seen.length) return;
    for (const { id } of seen) {
      looked.add(id);
      toasts.get(id)?.();
    }
    here.write(LOOKED, [...looked].filter((id) => id > (noticed ?? 0)));
    showAll();
  }

  function openBell() {
    marked = news().map(({ id }) => id);
    const newest = Math.max(0, ...known.keys());
    if (noticed === null || newest <= noticed) return;
    noticed = newest;
    for (const close of toasts.values()) close();
    // Where it is not told, it counts once more after a reload.
    tellDesk("/api/preferences/noticed", newest).catch(() => {});
  }

  function showAll() {
    showList();
    showCount();
  }

  function showCount() {
    const fresh = news().length;
    const badge = $("bell-count");
    badge.hidden = fresh === 0;
    badge.textContent = fresh > 99 ? "99+" : String(fresh);
    $("bell").setAttribute("aria-label", fresh ? `Notifications, ${fresh} new` : "Notifications");
    document.title = fresh ? `(${fresh}) ${title}` : title;
  }

  function toast({ id, card }, ref) {
    const open = opener(card, ref, () => close());
    const close = put($("toasts-news"), card.tone, [
      words(card.title, "p", "toast-title"),
      card.subtitle && words(card.subtitle, "p"),
      !isEmpty(card.body) && h("div", { class: "text toast-text" }, blocks(card.body)),
      open && h("div", { class: "buttons" }, open),
    ]);
    toasts.set(id, close);
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

  function itemOf(notice) {
    const { id, at, card } = notice;
    const isMarked = marked.includes(id) || (noticed !== null && isNew(notice));
    const ref = refIn(card.url);
    const inner = [isMarked && h("span", { class: "hidden", textContent: "New:" }), words(card.title, "strong"), card.subtitle && words(card.subtitle), time(at)];
    const url = ref ? `/t/${ref}` : card.url;
    const item = url ? link(url, ...inner) : h("div", {}, ...inner);
    item.addEventListener("click", () => $("notices").hidePopover());
    return h("li", { class: isMarked ? "new" : undefined }, item);
  }

  $("notices").addEventListener("toggle", (event) => {
    if (event.newState === "open") openBell();
    else marked = [];
    showAll();
  });
  addEventListener("focus", look);

  return {
    load,
    arrive,
    look,
    tell,
    /** What the window is called, apart from the number. */
    name: (words) => {
      title = words;
      showCount();
    },
  };
}

// ---- what was looked at beside the bell, for a reload of this tab

const LOOKED = "looked";

function recall() {
  const kept = here.read(LOOKED);
  return Array.isArray(kept) ? kept : [];
}
