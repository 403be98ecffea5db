// The agents' list: which tickets (filters), in which order, and which of them are selected.

import { get, Refusal } from "./api.js";
import { $, say } from "./dom.js";
import { createFilters, same } from "./filters.js";
import { itemOf, mark, offerWays, refill } from "./items.js";

const PAUSE = 500; // ms between two looks at the list, however much happens
const AGAIN = 5000; // ms until the desk is asked once more, where it could not be reached
const PAGE = 50;
const NOTHING = {
  unassigned: "Nobody waits for an agent. Well done.",
  mine: "Nothing of yours. Take one from Unassigned.",
  urgent: "Nothing urgent.",
  waiting: "Nothing waits for the person who asked.",
  all: "No open tickets.",
};

/**
 * `does.open(ref, how)` shows a thread; `does.picked(refs)` hears which tickets are selected, `does.renewed()` that the
 * desk said how the tickets are now; `does.tell`, `does.me`, `does.keeper`: as main.js has them. `first`:
 * `{tickets, total, query, filters, agents}` that came with the page, if they did.
 */
export function createTriage(does, first = null) {
  const list = $("thread-list");
  const panel = $("threads");
  const picked = new Set();
  let tickets = null;
  let total = 0;
  let selected = null; // the ref of the open ticket
  let at = 0; // where in the list the reader is
  let from = null; // where a range of selected ones begins
  let asked = 0; // pages
  let shown = null; // the query that the list answers
  let wantsFirst = null; // what had the focus when the first row was asked for
  let held = null; // the ref of the row that had the focus last, until the focus goes elsewhere
  let isByHand = false; // whether the reader went to a row, rather than the page put the focus there
  let isPlacing = false; // while the page does
  let isPickNew = false; // whether something was selected since the ticket was opened
  const own = new Set(); // tickets that one changes oneself: that they leave the list is no surprise
  const finished = []; // those of them that the next look at the list shows as they are now
  let turn = 0; // which request is the newest
  let answered = 0; // and which is the newest of those that the list shows
  let timer = 0;
  let seen = 0;

  const filters = createFilters({ onchange: start, tell: does.tell, me: does.me, keeper: does.keeper }, first);

  /** Another filter: from the top. */
  function start() {
    asked = 1;
    at = 0;
    from = null;
    picked.clear();
    own.clear();
    held = null;
    panel.scrollTop = 0;
    panel.setAttribute("aria-busy", "true");
    showPicked();
    void load();
  }

  async function load() {
    clearTimeout(timer);
    timer = 0;
    seen = Date.now();
    const counting = filters.count();
    if (filters.query() === null) await counting;
    await look();
  }

  async function look() {
    if (filters.query() === null) return;
    const mine = ++turn;
    const query = filters.query();
    const over = finished.splice(0);
    try {
      const pages = await Promise.all(offsets().map((offset) => get(pathOf(query, offset))));
      // An answer that is slow is still news, unless a later one came before it or another list is wanted by now.
      if (mine < answered || query !== filters.query()) {
        finished.push(...over);
        return;
      }
      answered = mine;
      tickets = unique(pages.flatMap((page) => page.tickets));
      total = pages[0].total;
      shown = query;
      show();
      for (const ref of over) own.delete(ref);
      does.renewed();
    } catch (error) {
      if (mine === turn) failed(error, query);
    }
  }

  /** What was there stays where the desk could only not answer now; the list of another filter would be a lie. */
  function failed(error, query) {
    const isWrong = error instanceof Refusal && error.status < 429;
    if (isWrong || query !== shown) {
      [tickets, total, shown] = [[], 0, null];
      show();
      showNothing(error.message);
    }
    if (!isWrong) setTimeout(stir, AGAIN);
  }

  const offsets = () => Array.from({ length: Math.max(1, asked) }, (_none, page) => page * PAGE);

  function pathOf(query, offset) {
    const wanted = new URLSearchParams(query);
    wanted.set("limit", PAGE);
    if (offset) wanted.set("offset", offset);
    return `/api/triage?${wanted}`;
  }

  /** Something happened to a ticket: look again, soon. */
  function stir() {
    timer ||= setTimeout(load, Math.max(30, seen + PAUSE - Date.now()));
  }

  // ---- showing

  function show() {
    panel.setAttribute("aria-busy", "false");
    const here = new Set(tickets.map((ticket) => ticket.ref));
    for (const ref of picked) if (!here.has(ref)) picked.delete(ref);
    const moreHad = document.activeElement === $("thread-more");
    const before = list.childElementCount;
    const items = tickets.map((ticket) => itemOf(ticket, { selected, isStaff: true, isPicked: picked.has(ticket.ref) }));
    placing(() => refill(list, items));
    settle();
    if (wantsFirst && [wantsFirst, document.body].includes(document.activeElement)) rest(0);
    wantsFirst = null;
    $("thread-none").hidden = tickets.length > 0;
    if (tickets.length) offerWays([]);
    else showEmpty();
    $("thread-more").hidden = tickets.length >= total;
    if (moreHad && $("thread-more").hidden) focusRow(Math.min(before, tickets.length - 1));
    const count = total >= 1000 ? "1000 and more tickets" : total === 1 ? "1 ticket" : `${total} tickets`;
    if ($("list-count").textContent !== count) $("list-count").textContent = count;
    showPicked();
  }

  /** Where the row that had the focus is gone, or what lay over it is closed: the focus finds its place again. */
  function settle() {
    const isNowhere = isLost() || document.activeElement === document.body;
    if (held === null || !isNowhere || document.querySelector("dialog[open]")) return;
    const index = indexOf(held);
    if (index >= 0) focusRow(index);
    else if (isLost()) return;
    else if (held === selected) ($("talk-title").offsetParent ? $("talk-title") : list).focus({ preventScroll: true });
    else if (own.delete(held)) focusRow(Math.min(at, tickets.length - 1));
    else lost(held);
  }

  /** Somebody else took the ticket out of this list: no key may now be about the one that stands in its place. */
  function lost(ref) {
    list.focus({ preventScroll: true });
    held = ref;
    say(`${ref} is no longer in this list.`);
  }

  function showNothing(sentence) {
    panel.setAttribute("aria-busy", "false");
    $("thread-none").textContent = sentence;
    $("thread-none").hidden = false;
  }

  function showEmpty() {
    const widen = filters.widened();
    if (widen) showNothing("No ticket of this filter has these words.");
    else showNothing((filters.isPlain() && NOTHING[filters.current()]) || "Nothing fits this filter.");
    offerWays(widen ? [["Look in all tickets", () => filters.widened()?.()]] : []);
  }

  function showPicked() {
    for (const row of list.children) {
      const isPicked = picked.has(row.dataset.row);
      row.classList.toggle("picked", isPicked);
      row.querySelector("input").checked = isPicked;
    }
    const all = $("pick-all");
    all.checked = picked.size > 0 && picked.size === tickets?.length;
    all.indeterminate = picked.size > 0 && !all.checked;
    all.disabled = !tickets?.length;
    panel.classList.toggle("picking", picked.size > 0);
    does.picked(pickedRefs());
  }

  const pickedRefs = () => (tickets ?? []).map((ticket) => ticket.ref).filter((ref) => picked.has(ref));

  function select(ref) {
    selected = ref;
    isByHand = false;
    isPickNew = false;
    mark(list, ref);
    const index = indexOf(ref);
    if (index >= 0) at = index;
    if (index >= 0) list.children[index]?.scrollIntoView({ block: "nearest" });
  }

  // ---- moving and selecting

  const indexOf = (ref) => (tickets ?? []).findIndex((ticket) => ticket.ref === ref);

  /** Where the reader is: the row with the focus, else the open ticket, else nowhere. */
  function focused() {
    const row = document.activeElement?.closest?.("#thread-list [data-row]")?.dataset.row;
    return row ? indexOf(row) : -1;
  }

  function focusRow(index) {
    const row = list.children[index];
    if (!row) {
      list.focus({ preventScroll: true });
      return;
    }
    at = index;
    placing(() => row.querySelector("a").focus({ preventScroll: true }));
    row.scrollIntoView({ block: "nearest" });
  }

  function placing(put) {
    isPlacing = true;
    put();
    isPlacing = false;
  }

  /** The focus comes to the list: on the open ticket's row, on none where that is elsewhere, else on the row at `index`. */
  function rest(index) {
    focusRow(selected === null ? index : indexOf(selected));
  }

  function move(step) {
    if (!tickets?.length) return;
    const here = focused();
    const open = indexOf(selected);
    if (here >= 0) focusRow(clamp(here + step));
    else if (open >= 0 && !isLost()) focusRow(clamp(open + step));
    else focusRow(clamp(step < 0 && (isLost() || selected !== null) ? at - 1 : at));
    isByHand = true;
  }

  const isLost = () => held !== null && document.activeElement === list;
  const clamp = (index) => Math.max(0, Math.min(index, (tickets?.length ?? 0) - 1));

  /** The ref beside the open ticket's; one that has left the list was where `at` is. */
  function beside(step) {
    if (!tickets?.length) return null;
    const here = indexOf(selected);
    const next = here >= 0 ? here + step : step > 0 ? at : at - 1;
    return tickets[next]?.ref ?? null;
  }

  function pick(ref, isOn = !picked.has(ref)) {
    if (!isHere(ref)) return;
    if (isOn) picked.add(ref);
    else picked.delete(ref);
    isPickNew = true;
    from = ref;
    showPicked();
  }

  function isHere(ref) {
    const found = indexOf(ref) >= 0;
    if (!found) does.tell(`${ref} is not in this list, so it cannot be selected.`, "warning");
    return found;
  }

  function pickTo(ref) {
    if (!isHere(ref)) return;
    const begin = Math.max(0, indexOf(from ?? ref));
    const [low, high] = [begin, indexOf(ref)].sort((one, other) => one - other);
    for (const ticket of tickets.slice(low, high + 1)) picked.add(ticket.ref);
    isPickNew = true;
    showPicked();
  }

  function pickAll(isOn = picked.size < all().length) {
    picked.clear();
    if (isOn) for (const ticket of all()) picked.add(ticket.ref);
    isPickNew = true;
    showPicked();
  }

  /** Where the reader is: the row with the focus, else the open ticket. */
  function current() {
    const here = focused();
    if (here >= 0) return tickets[here].ref;
    return isLost() ? null : selected;
  }

  /** What a key is about: the open ticket, unless the reader went on to a row or selected some since it was opened. */
  function targets() {
    const refs = pickedRefs();
    const isOn = selected === null || isByHand;
    if (refs.length && (isOn || isPickNew)) return refs;
    const ref = isOn || isLost() ? current() : selected;
    return ref ? [ref] : [];
  }

  const all = () => tickets ?? [];

  list.addEventListener("click", (event) => {
    const ref = event.target.closest("[data-row]")?.dataset.row;
    if (!ref) return;
    const box = event.target.closest("input");
    if (event.shiftKey && (box || event.target.closest("a, label"))) {
      event.preventDefault();
      getSelection()?.removeAllRanges();
      // The browser puts the box back after a click that was prevented; what is selected is shown once it has.
      setTimeout(() => pickTo(ref));
    } else if (box) pick(ref, box.checked);
    else if (event.target.closest("a") && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      does.open(ref, { byKey: event.detail === 0 });
    }
  });
  document.addEventListener("focusin", ({ target }) => {
    if (target.closest("dialog")) return;
    const here = focused();
    if (here >= 0) at = here;
    if (here < 0) isByHand = false;
    else if (!isPlacing) isByHand = true;
    held = here >= 0 ? tickets[here].ref : null;
  });
  // A press elsewhere takes the focus away for good, even where nothing takes it.
  document.addEventListener("pointerdown", ({ target }) => {
    if (!target.closest("dialog, #thread-list")) held = null;
  });
  $("pick-all").addEventListener("change", (event) => pickAll(event.target.checked));
  $("thread-more").addEventListener("click", () => {
    asked = Math.max(1, asked) + 1;
    void look();
  });

  /** With what the page was painted with, if that is what is wanted. */
  function begin() {
    if (!first || !same(first.query, filters.query() ?? "")) {
      void load();
      return;
    }
    ({ tickets, total, query: shown } = first);
    show();
  }

  return {
    begin,
    load,
    stir,
    select,
    move,
    beside,
    current,
    targets,
    pick,
    pickTo,
    pickAll,
    pickedRefs,
    filters,
    settle,
    /** One's own hand changes these. Returns what says that it is done. */
    worksOn: (refs) => {
      for (const ref of refs) own.add(ref);
      return () => finished.push(...refs);
    },
    /** Why no key can be about a ticket now. */
    whyNone: () => (isLost() ? `${held} is no longer in this list. Press j or k to go on.` : "No ticket is open or selected."),
    unpick: () => pickAll(false),
    /** The first of the list, once it is here. */
    focusFirst: () => {
      wantsFirst = document.activeElement;
    },
    focus: () => rest(clamp(at)),
    glance: (ref) => tickets?.find((ticket) => ticket.ref === ref),
    all,
    home: () => "/",
    refs: () => (tickets ?? []).slice(0, 60).map(({ ref, title }) => ({ value: ref, label: `${ref} ${title}` })),
  };
}

const unique = (tickets) => [...new Map(tickets.map((ticket) => [ticket.ref, ticket])).values()];
