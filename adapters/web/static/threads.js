// The list at the left, for those who ask: their own tickets, newest first, or what they look for.

import { get, Refusal, Unreachable } from "./api.js";
import { $ } from "./dom.js";
import { itemOf, mark, offerWays, refill } from "./items.js";
import { createSearch } from "./search.js";
import { createUnseen } from "./unseen.js";

const PAUSE = 400; // ms between two looks at the list, however much happens
const PAGE = 50; // as many as the desk gives at once
const DEEPEST = 1000; // of what is found, that the desk shows
const AGAIN = 5000; // ms until the desk is asked once more, where it could not be reached

/**
 * `does.open(ref)` shows a thread; `does.tell(words, tone)`; `does.show(area)`; `does.ask(words)` begins a ticket with them,
 * `does.run(line)` a command, `does.letGo(action)` stops to follow; `does.me`: the promise of /api/me. `first`:
 * `{tickets, total, query, unseen}` that came with the page, if they did.
 */
export function createThreads(does, first = null) {
  const list = $("thread-list");
  const panel = $("threads");
  const search = createSearch({ onchange: start, me: does.me, show: does.show }, first?.query);
  const below = createUnseen(does.letGo);
  let tickets = first?.tickets ?? null;
  let unseen = first?.unseen ?? []; // what is followed without being seen, where the list is of what is followed
  let total = first?.total ?? null; // null: not counted
  let selected = null;
  let mayHaveMore = first === null || (total === null ? tickets.length >= PAGE : tickets.length < total);
  let pages = 1; // of a search, that are shown
  let timer = 0;
  let seen = 0; // when the list was last asked for
  let turn = 0; // which request is the newest
  let answered = 0; // and which is the newest of those that the list shows

  /** Another list: from the top. */
  function start() {
    pages = 1;
    tickets = null;
    panel.setAttribute("aria-busy", "true");
    panel.scrollTop = 0;
    if (location.pathname === "/") history.replaceState(null, "", home());
    void load();
  }

  const home = () => (search.query() ? `/?${search.query()}` : "/");

  async function load() {
    clearTimeout(timer);
    timer = 0;
    seen = Date.now();
    const mine = ++turn;
    const query = search.query();
    try {
      const look = await (query ? find() : own());
      if (mine < answered || query !== search.query()) return;
      answered = mine;
      ({ tickets, total, mayHaveMore, unseen = [] } = look);
      show();
    } catch (error) {
      if (query !== search.query()) return;
      if (!tickets || (error instanceof Refusal && error.status < 429)) failed(error);
      if (error instanceof Unreachable) setTimeout(stir, AGAIN);
    }
  }

  async function own() {
    const fresh = await get("/api/threads?view=mine");
    // Older ones that were asked for stay; all others are as the desk says now.
    const oldest = fresh.length >= PAGE ? Math.min(...fresh.map((ticket) => ticket.number)) : 0;
    const older = (tickets ?? []).filter((ticket) => ticket.number < oldest);
    return { tickets: [...fresh, ...older], total: null, mayHaveMore: tickets === null ? fresh.length >= PAGE : mayHaveMore };
  }

  async function find() {
    const asked = search.asked();
    const offsets = Array.from({ length: pages }, (_none, page) => page * PAGE);
    const answers = await Promise.all(offsets.map((offset) => get(`/api/search?${asked}&limit=${PAGE}&offset=${offset}`)));
    const found = unique(answers.flatMap((answer) => answer.tickets));
    const { total: all } = answers[0];
    return { tickets: found, total: all, unseen: answers[0].unseen, mayHaveMore: pages * PAGE < Math.min(all, DEEPEST) };
  }

  async function more() {
    if (!tickets) return;
    const begin = tickets.length;
    const isHeld = document.activeElement === $("thread-more");
    if (search.query()) {
      pages += 1;
      await load();
    } else await older();
    if (isHeld && tickets && $("thread-more").hidden) list.children[Math.min(begin, tickets.length - 1)]?.querySelector("a").focus();
  }

  async function older() {
    const before = Math.min(...tickets.map((ticket) => ticket.number));
    const found = await get(`/api/threads?view=mine&before=${before}`).catch((error) => does.tell(error.message, "warning"));
    if (!found || search.query()) return;
    tickets = unique([...tickets, ...found]);
    mayHaveMore = found.length >= PAGE;
    show();
  }

  /** Something happened to a ticket: look again, soon. */
  function stir() {
    timer ||= setTimeout(load, Math.max(30, seen + PAUSE - Date.now()));
  }

  function show() {
    panel.setAttribute("aria-busy", "false");
    refill(list, tickets.map((ticket) => itemOf(ticket, { selected, isPublic: search.isPublic() })));
    below.show(unseen);
    if (tickets.length || unseen.length) $("thread-none").hidden = true;
    else showNothing(search.nothing());
    showWays();
    $("thread-more").hidden = !mayHaveMore || tickets.length < PAGE;
    count(total === null ? "" : counted(total + unseen.length));
  }

  /** Said to those who do not see it, where it changes. */
  function count(words) {
    if ($("list-count").textContent !== words) $("list-count").textContent = words;
  }

  function showNothing(sentence) {
    panel.setAttribute("aria-busy", "false");
    $("thread-none").textContent = sentence;
    $("thread-none").hidden = false;
  }

  function failed(error) {
    tickets = null;
    list.replaceChildren();
    below.show([]);
    offerWays([]);
    $("thread-more").hidden = true;
    count("");
    showNothing(error.message);
  }

  /** What else one may do where nothing was found. */
  function showWays() {
    const ways = [
      search.widened() && ["Look in public tickets", () => search.widened()?.()],
      ["Ask the desk", () => void does.run(`/ask ${search.words()}`).catch((error) => does.tell(error.message, "warning"))],
      ["Open a ticket with these words", () => does.ask(search.words())],
    ];
    offerWays(tickets.length || !search.words() ? [] : ways.filter(Boolean));
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
  $("thread-more").addEventListener("click", () => void more());

  return {
    begin: () => (tickets ? show() : void load()),
    load,
    stir,
    select,
    home,
    glance: (ref) => tickets?.find((ticket) => ticket.ref === ref),
    refs: () => (tickets ?? []).slice(0, 60).map(({ ref, title }) => ({ value: ref, label: `${ref} ${title}` })),
  };
}

const counted = (many) => (many >= 1000 ? "1000 and more tickets" : many === 1 ? "1 ticket" : `${many} tickets`);

const unique = (tickets) => [...new Map(tickets.map((ticket) => [ticket.ref, ticket])).values()];
