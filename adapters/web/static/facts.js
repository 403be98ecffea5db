// Beside the thread: what can be changed about a ticket, what else its requester asked, and all that happened to it.

import { get } from "./api.js";
import { combinations } from "./combine.js";
import { $, append, h, words } from "./dom.js";
import { time } from "./times.js";

const CHANGES = [
  ["assign", "Assign…", "a"],
  ["priority", "Priority…", "p"],
  ["status", "Status…", "s"],
  ["tag", "Tags…", "t"],
  ["transfer", "Transfer…", ""],
];

/** For staff. `does.change(verb, ref)` and `does.combine(verb, view)` ask for what they need and do it. */
export function createFacts(does) {
  const place = $("facts-more");
  let now = null; // the ref that shows
  let shown = null; // and its thread as the desk gave it
  let cursor = null;
  let othersOf = "";
  let found = ""; // those others, as they show
  let asker = "";
  let turn = 0; // which look at the history is the newest
  let look = 0; // and which at the others

  /** A ticket's thread shows, or changed. */
  function show(room) {
    const { ref, view } = room;
    if (ref !== now) build(ref);
    else if (cursor !== room.cursor && place.querySelector("#facts-history")?.open) void history(ref);
    cursor = room.cursor;
    for (const group of place.querySelectorAll(".facts-change")) group.hidden = !view.may_note;
    combine(view);
    asker = view.ticket.requester;
    if (othersOf === ref) return;
    othersOf = ref;
    void others(ref);
  }

  /** What it can be combined with depends on what it belongs with already. A button that has the focus keeps it. */
  function combine(view) {
    const group = place.querySelector("#facts-combine");
    shown = view;
    const all = combinations(view);
    if (group.dataset.verbs !== String(all)) {
      const held = group.contains(document.activeElement);
      group.dataset.verbs = String(all);
      group.replaceChildren(...all.map(([verb, label]) => h("button", { type: "button", class: "button small", textContent: label, onclick: () => void does.combine(verb, shown) })));
      if (held) group.firstElementChild.focus({ preventScroll: true });
    }
  }

  /** Any ticket may be other than it shows. */
  function renew() {
    if (othersOf) void others(othersOf);
  }

  function close() {
    now = null;
    othersOf = "";
    place.replaceChildren();
  }

  function build(ref) {
    now = ref;
    found = "";
    const open = (event) => event.target.open && void history(ref);
    place.replaceChildren(
      h(
        "div",
        { class: "facts-change", role: "group", "aria-label": "Change" },
        CHANGES.map(([verb, label, key]) => h("button", { type: "button", class: "button small", "aria-keyshortcuts": key || undefined, title: key ? `${label} (${key})` : undefined, textContent: label, onclick: () => does.change(verb, ref) })),
      ),
      h("div", { class: "facts-change", id: "facts-combine", role: "group", "aria-label": "Belongs together" }),
      h("section", { class: "facts-others", id: "facts-others", hidden: true }),
      h("details", { class: "facts-history", id: "facts-history", ontoggle: open }, h("summary", { textContent: "History" }), h("ol", {})),
    );
  }

  async function others(ref) {
    const mine = ++look;
    const tickets = await get(`/api/threads/${encodeURIComponent(ref)}/others`).catch(() => null);
    const section = place.querySelector("#facts-others");
    if (ref !== now || mine !== look || !section) return;
    if (!tickets) {
      othersOf = ""; // asked again with the next change
      return;
    }
    const said = JSON.stringify([asker, tickets]);
    if (said === found) return;
    found = said;
    showOthers(section, tickets);
  }

  function showOthers(section, tickets) {
    const held = section.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    section.hidden = tickets.length === 0;
    section.replaceChildren();
    append(section, [
      h("h3", {}, "Also from ", words(asker, "bdi")),
      h("ul", {}, tickets.map((ticket) => h("li", {}, h("a", { href: `/t/${ticket.ref}` }, h("span", { class: "ref", textContent: ticket.ref }), words(ticket.title, "span", "other-title"), h("span", { class: `dot status-${ticket.status}`, dir: "auto", textContent: ticket.status_label }))))),
    ]);
    if (held) section.querySelector(`a[href="${held}"]`)?.focus({ preventScroll: true });
  }

  async function history(ref) {
    const mine = ++turn;
    const found = await get(`/api/threads/${encodeURIComponent(ref)}/history`).catch((error) => error);
    const list = place.querySelector("#facts-history ol");
    if (mine !== turn || ref !== now || !list) return;
    if (found instanceof Error) list.replaceChildren(h("li", { textContent: found.message }));
    else list.replaceChildren(...found.toReversed().map((one) => h("li", {}, words(one.line, "span"), time(one.at, "both"))));
  }

  return { show, close, renew };
}
