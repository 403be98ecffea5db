// The ticket of the open thread: its head, its card above the messages, its fields beside them.

import { buttonRow, fieldList, progressLine, standingOf } from "./cards.js";
import { $, h, icon, words } from "./dom.js";
import { fileList } from "./files.js";
import { blocks, isEmpty } from "./text.js";

/** `does`: as renderCard's. */
export function createTicket(does) {
  function showHead(ticket) {
    $("talk-title").textContent = ticket.title;
    $("talk-sub").replaceChildren(
      h("span", { class: "ref", textContent: ticket.ref }),
      h("span", { class: `pill status-${ticket.status}`, dir: "auto", textContent: ticket.status_label }),
      ...(["high", "urgent"].includes(ticket.priority)
        ? [h("span", { class: `pill priority-${ticket.priority}`, dir: "auto" }, icon("flame"), ticket.priority_label)] : []),
      words(ticket.assignee ? `with ${ticket.assignee}` : "with nobody yet", "span", "talk-with"),
    );
  }

  let shown = "";
  let wayOn = "null";

  function showCard({ card, files, ticket }) {
    const now = JSON.stringify([ticket.ref, card, files]);
    if (now === shown && $("ticket").childNodes.length) return;
    shown = now;
    showTicket(ticket.ref, card, files, h("p", { class: "ticket-from" }, words(ticket.requester), " asked"));
  }

  /** A reply's card names what was done first, and the ticket second. */
  function showSeed(ref, card) {
    const title = card.subtitle === ref ? card.title : card.subtitle;
    $("talk-title").textContent = title;
    shown = "";
    showTicket(ref, { ...card, title }, [], null);
  }

  function showTicket(ref, card, files, from) {
    $("ticket").replaceChildren(
      h(
        "article",
        { class: "ticket", "aria-label": `Ticket ${ref}` },
        from ?? h("p", { class: "ticket-from" }, "\u00a0"),
        h("h2", { dir: "auto", textContent: card.title }),
        !isEmpty(card.body) && h("div", { class: "text" }, blocks(card.body)),
        fileList(files),
        progressLine(card.progress),
        standingOf(card.fields),
        card.footer && h("p", { class: "card-footer" }, icon("eye"), words(card.footer)),
      ),
    );
    const buttons = buttonRow(card.buttons, does);
    if (buttons) $("ticket").append(buttons);
    $("facts-body").replaceChildren(fieldList(card.fields) ?? "");
  }

  /** What the desk says of it now; a button that has the focus keeps it. */
  function show(view) {
    const held = document.activeElement?.closest("#ticket .buttons") ? document.activeElement.textContent : null;
    showHead(view.ticket);
    showCard(view);
    showWayOn(view.goes_on);
    if (held !== null && document.activeElement === document.body) refocus(held);
  }

  /** Of a merged ticket, where the message box would be. */
  function showWayOn(card) {
    const now = JSON.stringify(card ?? null);
    if (now === wayOn && Boolean(card) === ($("goes-on").childNodes.length > 0)) return;
    wayOn = now;
    $("goes-on").replaceChildren(...(card ? [
      words(card.title, "strong"),
      h("div", { class: "text" }, blocks(card.body)),
      buttonRow(card.buttons, does) ?? "",
    ] : []));
  }

  function refocus(label) {
    const same = [...$("ticket").querySelectorAll("button")].find((button) => button.textContent === label);
    (same ?? $("talk-title")).focus({ preventScroll: true });
  }

  return { show, showHead, showSeed };
}
