// The list at the left, for those who ask: their own tickets, newest first.

import { get, Unreachable } from "./api.js";
import { $ } from "./dom.js";
import { itemOf, mark, refill } from "./items.js";

const PAUSE = 400; // ms between two looks at the list, however much happens
const PAGE = 50; // as many as the desk gives at once
const AGAIN = 5000; // ms until the desk is asked once more, where it could not be reached
const NOTHING = "No tickets yet. Open one, and it is answered here.";

/** `does.open(ref)` shows a thread; `does.tell(words, tone)`. `first`: the tickets that came with the page, if they did. */
export function createThreads(does, first = null) {
  const list = $("thread-list");
  const panel = $("threads");
  let tickets = first;
  let selected = null;
  let mayHaveMore = first === null || first.length >= PAGE;
  let timer = 0;
  let seen = 0; // when the list was last asked for
  let turn = 0; // which request is the newest
  let answered = 0; // and which is the newest of those that the list shows

  async function load() {
    clearTimeout(timer);
    timer = 0;
    seen = Date.now();
    const mine = ++turn;
    try {
      const fresh = await get("/api/threads?view=mine");
      if (mine < answered) return;
      answered = mine;
      // Older ones that were asked for stay; all others are as the desk says now.
      const oldest = fresh.length >= PAGE ? Math.min(...fresh.map((ticket) => ticket.number)) : 0;
      tickets = [...fresh, ...(tickets ?? []).filter((ticket) => ticket.number < oldest)];
      show();
    } catch (error) {
      if (!tickets) showNothing(error.message);
      if (error instanceof Unreachable) setTimeout(stir, AGAIN);
    }
  }

  async function more() {
    const before = Math.min(...tickets.map((ticket) => ticket.number));
    const older = await get(`/api/threads?view=mine&before=${before}`).catch((error) => does.tell(error.message, "warning"));
    if (!older) return;
    const isHeld = document.activeElement === $("thread-more");
    const begin = tickets.length;
    const refs = new Set(tickets.map((ticket) => ticket.ref));
    tickets = [...tickets, ...older.filter((ticket) => !refs.has(ticket.ref))];
    mayHaveMore = older.length >= PAGE;
    show();
    if (isHeld && $("thread-more").hidden) list.children[Math.min(begin, tickets.length - 1)]?.querySelector("a").focus();
  }

  /** Something happened to a ticket: look again, soon. */
  function stir() {
    timer ||= setTimeout(load, Math.max(30, seen + PAUSE - Date.now()));
  }

  function show() {
    panel.setAttribute("aria-busy", "false");
    refill(list, tickets.map((ticket) => itemOf(ticket, { selected })));
    if (tickets.length) $("thread-none").hidden = true;
    else showNothing(NOTHING);
    $("thread-more").hidden = !mayHaveMore || tickets.length < PAGE;
  }

  function showNothing(sentence) {
    panel.setAttribute("aria-busy", "false");
    $("thread-none").textContent = sentence;
    $("thread-none").hidden = false;
  }

  function select(ref) {
    selected = ref;
    mark(list, ref);
  }

  list.addEventListener("click", (event) => {
    const item = event.target.closest("a");
    if (!item || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    does.open(item.dataset.ref);
  });
  $("thread-more").addEventListener("click", more);

  return {
    begin: () => (tickets ? show() : void load()),
    load,
    stir,
    select,
    glance: (ref) => tickets?.find((ticket) => ticket.ref === ref),
    refs: () => (tickets ?? []).slice(0, 60).map(({ ref, title }) => ({ value: ref, label: `${ref} ${title}` })),
  };
}
