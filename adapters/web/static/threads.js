// The lists at the left: mine, and for staff the queue and all.

import { get } from "./api.js";
import { $, h, icon, words } from "./dom.js";
import { time } from "./times.js";

const PAUSE = 400; // ms between two looks at a list, however much happens
const PAGE = 50; // as many as the desk gives at once
const NOTHING = {
  mine: "No tickets yet. Open one, and it is answered here.",
  staff: "Nothing of yours yet. Take a ticket from the queue.",
  queue: "The queue is empty. Nobody waits.",
  all: "No tickets yet.",
};

/** `does.open(ref)` shows a thread. `isStaff`: whether there is a queue. */
export function createThreads(does, isStaff) {
  const list = $("thread-list");
  const panel = $("threads");
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const lists = new Map(); // view -> tickets
  const unread = new Set();
  let view = "mine";
  let selected = null;
  let timer = 0;
  let seen = 0; // when the lists were last asked for

  const views = () => (isStaff ? [...new Set(["mine", "queue", view])] : ["mine"]);

  async function load() {
    clearTimeout(timer);
    timer = 0;
    seen = Date.now();
    await Promise.all(views().map(loadOne));
  }

  async function loadOne(which) {
    try {
      const fresh = await get(`/api/threads?view=${which}`);
      const known = lists.get(which) ?? [];
      // Older ones that were asked for stay; all others are as the desk says now.
      const oldest = fresh.length >= PAGE && which !== "queue" ? Math.min(...fresh.map((ticket) => ticket.number)) : 0;
      lists.set(which, [...fresh, ...known.filter((ticket) => ticket.number < oldest)]);
      show();
    } catch (error) {
      if (!lists.has(which) && which === view) showNothing(error.message);
    }
  }

  async function more() {
    const known = lists.get(view) ?? [];
    const which = view;
    const before = Math.min(...known.map((ticket) => ticket.number));
    const older = await get(`/api/threads?view=${which}&before=${before}`).catch(() => []);
    const refs = new Set(known.map((ticket) => ticket.ref));
    lists.set(which, [...known, ...older.filter((ticket) => !refs.has(ticket.ref))]);
    show(older.length >= PAGE);
  }

  /** Something happened to a ticket: look again, soon. */
  function stir(ref) {
    if (ref && ref !== selected) unread.add(ref);
    timer ||= setTimeout(load, Math.max(30, seen + PAUSE - Date.now()));
  }

  function show(mayHaveMore = true) {
    const tickets = lists.get(view);
    for (const tab of tabs) {
      const count = lists.get(tab.dataset.view)?.length;
      tab.querySelector(".count").textContent = count && tab.dataset.view !== "all" ? (count >= PAGE ? `${PAGE}+` : String(count)) : "";
    }
    if (!tickets) return;
    panel.setAttribute("aria-busy", "false");
    const held = document.activeElement?.closest?.("#thread-list a")?.dataset.ref;
    list.replaceChildren(...tickets.map(itemOf));
    if (held) list.querySelector(`[data-ref="${held}"]`)?.focus({ preventScroll: true });
    if (tickets.length) $("thread-none").hidden = true;
    else showNothing(NOTHING[isStaff && view === "mine" ? "staff" : view]);
    $("thread-more").hidden = !mayHaveMore || view === "queue" || tickets.length < PAGE;
  }

  function showNothing(sentence) {
    panel.setAttribute("aria-busy", "false");
    $("thread-none").textContent = sentence;
    $("thread-none").hidden = false;
  }

  function itemOf(ticket) {
    const urgent = ["high", "urgent"].includes(ticket.priority);
    const isNew = unread.has(ticket.ref);
    const who = isStaff ? ticket.requester : ticket.assignee && `with ${ticket.assignee}`;
    return h(
      "li",
      {},
      h(
        "a",
        {
          href: `/t/${ticket.ref}`,
          class: isNew ? "unread" : "",
          dataset: { ref: ticket.ref },
          "aria-current": ticket.ref === selected ? "page" : undefined,
        },
        h("span", { class: "item-top" }, words(ticket.title, "span", "item-title"), time(ticket.updated_at ?? ticket.opened_at)),
        h(
          "span",
          { class: "item-sub" },
          h("span", { class: "ref", textContent: ticket.ref }),
          h("span", { class: `dot status-${ticket.status}`, textContent: ticket.status_label, dir: "auto" }),
          urgent && h("span", { class: `priority-${ticket.priority}` }, icon("flame"), ticket.priority_label),
          who && words(who, "span", "item-who"),
          isNew && h("span", { class: "hidden", textContent: " new" }),
        ),
      ),
    );
  }

  function choose(next) {
    view = next;
    for (const tab of tabs) {
      const isIt = tab.dataset.view === view;
      tab.setAttribute("aria-selected", String(isIt));
      tab.tabIndex = isIt ? 0 : -1;
      if (isIt) panel.setAttribute("aria-labelledby", tab.id);
    }
    if (!lists.has(view)) {
      list.replaceChildren();
      $("thread-none").hidden = true;
      panel.setAttribute("aria-busy", "true");
    }
    show();
    void loadOne(view);
  }

  function select(ref) {
    selected = ref;
    if (ref) unread.delete(ref);
    for (const item of list.querySelectorAll("a")) {
      const isIt = item.dataset.ref === ref;
      if (isIt) item.setAttribute("aria-current", "page");
      else item.removeAttribute("aria-current");
      if (isIt) item.classList.remove("unread");
    }
  }

  const known = () => [...new Map([...lists.values()].flat().map((ticket) => [ticket.ref, ticket])).values()];

  list.addEventListener("click", (event) => {
    const item = event.target.closest("a");
    if (!item || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    does.open(item.dataset.ref);
  });
  $("thread-more").addEventListener("click", more);
  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(tab.dataset.view));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
      next.focus();
      choose(next.dataset.view);
    });
  }

  return {
    load,
    stir,
    select,
    choose,
    glance: (ref) => known().find((ticket) => ticket.ref === ref),
    refs: () => known().slice(0, 60).map(({ ref, title }) => ({ value: ref, label: `${ref} ${title}` })),
  };
}
