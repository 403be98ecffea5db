// What reached me: a toast when it comes, a list under the bell, a number in the window's title.

import { get, put as tellDesk } from "./api.js";
import { fieldList, whileBusy } from "./cards.js";
import { $, h, icon, link, refIn, words } from "./dom.js";
import { here } from "./kept.js";
import { blocks, isEmpty } from "./text.js";
import { time } from "./times.js";

const STAYS = 9000; // ms; a toast that is pointed at or has the focus stays
const AT_ONCE = 3;
const MARKS = { good: "check", warning: "alert", urgent: "flame" };

/** `does.isOpen(ref)`: whether a thread is before the reader's eyes; `does.press(action)` runs a button: whether it did. */
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
    const [, kept] = await Promise.all([renew(), get("/api/preferences").catch(() => null)]);
    // Where it cannot be asked for, all that is there counts as seen.
    noticed = Math.max(noticed ?? 0, kept ? (kept.noticed ?? 0) : Math.max(0, ...known.keys()));
    look();
    showAll();
  }

  /** As the desk has them now. What asked for something that is done by now is left out of its list, and goes. */
  async function renew() {
    const before = [...known.values()];
    const list = await get("/api/notices").catch(() => null);
    if (list === null) return;
    for (const notice of list) known.set(notice.id, notice);
    const listed = new Set(list.map(({ id }) => id));
    for (const { id, card } of before) {
      if (listed.has(id) || !actsIn(card).length) continue;
      known.delete(id);
      toasts.get(id)?.();
    }
  }

  /** Something became of a ticket: what asks about it may be done. */
  async function stir(ref) {
    if (![...known.values()].some(({ card }) => refIn(card.url) === ref && actsIn(card).length)) return;
    await renew();
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
    const acts = actsOf(card, () => close());
    const open = opener(card, ref, acts.length === 0, () => close());
    const close = put($("toasts-news"), card.tone, [
      words(card.title, "p", "toast-title"),
      card.subtitle && words(card.subtitle, "p"),
      saidIn(card),
      buttons(card, [...acts, open]),
    ], asks(card));
    toasts.set(id, close);
  }

  /** A sentence of the desk's: what was done, or why not. `acts`: what can be done about it, `[{label, url}]` or
   * `[{label, run}]`. */
  function tell(sentence, tone = "good", acts = []) {
    const close = put($(tone === "warning" ? "toasts-problems" : "toasts-news"), tone, [
      words(sentence, "p", "toast-title"),
      acts.length > 0 && h("div", { class: "buttons", role: "group", "aria-label": `Actions: ${sentence}` }, acts.map((act) => actOf(act, () => close()))),
    ]);
  }

  function actOf({ label, url, run }, then) {
    const way = url ? link(url, label) : h("button", { type: "button", textContent: label, onclick: run });
    way.className = "button small";
    way.addEventListener("click", then);
    return way;
  }

  /** Returns what closes it. `waits`: it goes only when it is answered, or put away. */
  function put(place, tone, children, waits = false) {
    const close = () => {
      const hadFocus = element.contains(document.activeElement);
      element.remove();
      // Whoever works by keyboard goes on at the next one, or at the list of all.
      if (hadFocus) ($("toasts").querySelector(".waits .buttons > *") ?? $("bell")).focus();
    };
    const element = h(
      "div",
      { class: `toast tone-${tone}${waits ? " waits" : ""}`, dataset: { testid: "toast" } },
      h("span", { class: "toast-mark" }, icon(MARKS[tone] ?? "bell")),
      h("div", { class: "toast-words" }, children),
      h("button", { type: "button", class: "tool small", "aria-label": "Dismiss", onclick: close }, icon("close")),
    );
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      close();
    });
    if (!waits) passing(element, close);
    // What passes makes room for what waits.
    while (place.children.length >= AT_ONCE) (place.querySelector(".toast:not(.waits)") ?? place.firstElementChild).remove();
    place.append(element);
    return close;
  }

  /** What can be done about it without opening it, as an offer that is accepted. */
  function actsOf(card, then) {
    return actsIn(card).map(({ label, action, style }) => {
      const button = h("button", { type: "button", class: `button small${style && style !== "plain" ? ` ${style}` : ""}`, dir: "auto", textContent: label });
      const run = async () => {
        if (await does.press(action)) then();
        await renew();
        showAll();
      };
      button.addEventListener("click", () => void whileBusy(button, run));
      return button;
    });
  }

  function opener(card, ref, isFirst, then) {
    const url = ref ? `/t/${ref}` : card.url;
    if (!url) return null;
    const anchor = link(url, "Open");
    anchor.className = `button small${isFirst ? " primary" : ""}`;
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
    const acts = actsOf(card, () => $("notices").hidePopover());
    // A closed list is read by nobody: it is not drawn in full with each notice that comes.
    const said = $("notices").matches(":popover-open") ? saidIn(card).filter(Boolean) : [];
    return h("li", { class: isMarked ? "new" : undefined }, item, said.length > 0 && h("div", { class: "notice-said" }, said), buttons(card, acts));
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
    stir,
    look,
    tell,
    /** What the window is called, apart from the number. */
    name: (words) => {
      title = words;
      showCount();
    },
  };
}

const actsIn = (card) => (card.buttons ?? []).filter(({ action }) => action);

/** Whether it wants an answer of its reader's, and waits for it. */
const asks = (card) => actsIn(card).some(({ style }) => style === "primary" || ["warning", "urgent"].includes(card.tone));

/** All that a notice says beside its title and what happened. */
const saidIn = (card) => [
  ...(card.rows ?? []).map((row) => words([row.title, row.detail].filter(Boolean).join(" · "), "p", "notice-row")),
  !isEmpty(card.body) && h("div", { class: "text notice-text" }, blocks(card.body)),
  fieldList(card.fields),
  card.footer && words(card.footer, "p", "card-footer"),
];

/** Buttons of a notice; `card` tells those with one label in several notices apart. */
function buttons(card, all) {
  const shown = all.filter(Boolean);
  return shown.length > 0 && h("div", { class: "buttons", role: "group", "aria-label": `Actions: ${card.title}` }, shown);
}

/** Let it go by itself after a while, unless it is pointed at or has the focus. */
function passing(element, close) {
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
}

// ---- what was looked at beside the bell, for a reload of this tab

const LOOKED = "looked";

function recall() {
  const kept = here.read(LOOKED);
  return Array.isArray(kept) ? kept : [];
}
