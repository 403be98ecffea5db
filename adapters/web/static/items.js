// A ticket as a line of a list: the student's and the agents'.

import { $, h, icon, words } from "./dom.js";
import { time } from "./times.js";

/**
 * `isStaff`: a box to select it, and who asked. `isPicked`: whether it is selected. `isPublic`: of a list of everybody's,
 * where only what is one's own is ever new.
 */
export function itemOf(ticket, { selected, isStaff = false, isPicked = false, isPublic = false } = {}) {
  const isNew = ticket.unread > 0 && ticket.ref !== selected && (ticket.is_mine || !isPublic);
  return h(
    "li",
    { class: isPicked ? "picked" : "", dataset: { row: ticket.ref } },
    isStaff && pickOf(ticket, isPicked),
    h(
      "a",
      {
        href: `/t/${ticket.ref}`,
        class: isNew ? "unread" : "",
        dataset: { ref: ticket.ref },
        "aria-current": ticket.ref === selected ? "page" : undefined,
      },
      h("span", { class: "item-top" }, words(ticket.title, "span", "item-title"), time(ticket.last?.at ?? ticket.updated_at ?? ticket.opened_at)),
      ticket.snippet ? foundIn(ticket.snippet) : lastOf(ticket.last),
      subOf(ticket, isStaff, isNew),
    ),
  );
}

const pickOf = ({ ref, title }, isPicked) =>
  h("label", { class: "pick" }, h("input", { type: "checkbox", checked: isPicked, "aria-label": `Select ${ref} ${title}` }));

/** Where the words stand that were looked for. */
export function foundIn({ pieces, of_notes: isNote }) {
  return h(
    "span",
    { class: `item-last item-found${isNote ? " of-note" : ""}` },
    isNote && [icon("lock"), "Note: "],
    h("bdi", {}, pieces.map(({ text, found }) => (found ? h("mark", { textContent: text }) : text))),
  );
}

/** The newest words, and whose they are. */
function lastOf(last) {
  if (!last) return null;
  return h(
    "span",
    { class: `item-last${last.kind === "note" ? " of-note" : ""}` },
    last.kind === "note" && icon("lock"),
    h("bdi", { textContent: last.mine ? "You" : last.who }),
    ": ",
    h("bdi", { textContent: last.text || "sent a file" }),
  );
}

function subOf(ticket, isStaff, isNew) {
  const urgent = ["high", "urgent"].includes(ticket.priority);
  return h(
    "span",
    { class: "item-sub" },
    h("span", { class: "ref", textContent: ticket.ref }),
    h("span", { class: `dot status-${ticket.status}`, textContent: ticket.status_label, dir: "auto" }),
    urgent && h("span", { class: `priority-${ticket.priority}` }, icon("flame"), ticket.priority_label),
    isStaff && words(ticket.requester, "span", "item-who"),
    ticket.assignee && words(`with ${ticket.assignee}`, "span", "item-who"),
    isNew && h("span", { class: "item-unread" }, String(Math.min(ticket.unread, 99)), h("span", { class: "hidden", textContent: " unread" })),
  );
}

/**
 * Make the list hold `items`. A ticket that stays keeps its elements, and so the focus, or the press that has begun on
 * it.
 */
export function refill(list, items) {
  const held = list.contains(document.activeElement) ? document.activeElement : null;
  const there = new Map([...list.children].map((row) => [row.dataset.row, row]));
  const rows = items.map((item) => renewed(there.get(item.dataset.row), item));
  const staying = new Set(rows);
  for (const row of there.values()) if (!staying.has(row)) row.remove();
  let next = list.firstElementChild;
  for (const row of rows) {
    if (row === next) next = next.nextElementSibling;
    else list.insertBefore(row, next);
  }
  // What is moved loses the focus.
  if (held?.isConnected && held !== document.activeElement) held.focus({ preventScroll: true });
}

/** The row that is there, with all that `item` says; `item` itself where none is. */
function renewed(row, item) {
  if (!row || row.isEqualNode(item)) return row ?? item;
  row.className = item.className;
  const [link, fresh] = [row.querySelector("a"), item.querySelector("a")];
  link.className = fresh.className;
  if (fresh.hasAttribute("aria-current")) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
  link.replaceChildren(...fresh.childNodes);
  const name = item.querySelector("input")?.getAttribute("aria-label");
  if (name) row.querySelector("input").setAttribute("aria-label", name);
  return row;
}

/** Below a list that is empty: what else one may do, as pairs of a label and what it does. Those that stay keep the focus. */
export function offerWays(ways) {
  const place = $("none-ways");
  const labels = ways.map(([label]) => label).join("\n");
  if ([...place.children].map((button) => button.textContent).join("\n") === labels) return;
  const isHeld = place.contains(document.activeElement);
  place.replaceChildren(...ways.map(([label, onclick]) => h("button", { type: "button", class: "button small", textContent: label, onclick })));
  if (isHeld) $("filter-words").focus();
}

/** Show which of a list's tickets is open. */
export function mark(list, ref) {
  for (const item of list.querySelectorAll("a")) {
    const isIt = item.dataset.ref === ref;
    if (isIt) item.setAttribute("aria-current", "page");
    else item.removeAttribute("aria-current");
    if (!isIt) continue;
    item.classList.remove("unread");
    item.querySelector(".item-unread")?.remove();
  }
}
