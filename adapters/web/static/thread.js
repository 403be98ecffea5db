// The thread in the middle and the ticket's facts beside it, kept in step with the desk.

import { get, newKey, post, Refusal } from "./api.js";
import { buttonRow, fieldList, progressLine } from "./cards.js";
import { $, h, icon, refIn, say, words } from "./dom.js";
import { amend, decorate, entryOf, isGone, isMessage, pendingOf, renew } from "./entries.js";
import { fileList } from "./files.js";
import { blocks, isEmpty } from "./text.js";

const SHOWN = 200; // entries at once; earlier ones by a button
const NEAR = 90; // px from the bottom that count as being there
const KEPT = 20; // threads that open at once when looked at again

/**
 * `does`: as renderCard's, with `undo` (a function or null), `moved(room)` once a thread shows or changed, and
 * `back(pending)` for a message to be edited again.
 */
export function createThread(does) {
  const rooms = new Map();
  const scroll = $("scroll");
  const list = $("entries");
  const log = $("log");
  let room = null;

  /** Show a thread; until it is here, what its list knows of it (`glance`), or the card of a reply (`seed`). */
  async function open(ref, glance, seed) {
    close();
    room = rooms.get(ref) ?? { ref, view: null, entries: new Map(), messages: new Map(), cursor: null, pendings: [], shown: SHOWN, card: "" };
    const mine = room;
    $("talk-head").hidden = false;
    if (mine.view) {
      show();
      void catchUp();
      return;
    }
    if (glance) showHead(glance);
    else $("talk-title").textContent = ref;
    if (seed && refIn(seed.url) === ref) showSeed(ref, seed);
    else $("waiting").hidden = false;
    try {
      const answer = await get(`/api/threads/${encodeURIComponent(ref)}`);
      keep(mine);
      take(mine, answer);
      if (mine === room) show();
    } catch (error) {
      if (mine === room) showLost(error);
    }
  }

  function close() {
    room = null;
    log.setAttribute("aria-live", "off");
    for (const id of ["ticket", "entries", "earlier-holder", "facts-body", "lost"]) $(id).replaceChildren();
    for (const id of ["waiting", "lost", "talk-head", "new-below"]) $(id).hidden = true;
  }

  function keep(mine) {
    rooms.set(mine.ref, mine);
    if (rooms.size > KEPT) rooms.delete(rooms.keys().next().value);
  }

  /** Whatever is new in the thread that shows. One request at a time; what comes meanwhile asks once more. */
  async function catchUp() {
    const mine = room;
    if (!mine?.view) return;
    if (mine.asking) {
      mine.askAgain = true;
      return;
    }
    mine.asking = true;
    try {
      do {
        mine.askAgain = false;
        const answer = await get(`/api/threads/${encodeURIComponent(mine.ref)}?after=${encodeURIComponent(mine.cursor)}`);
        const fresh = take(mine, answer);
        if (mine === room) update(fresh);
      } while (mine.askAgain && mine === room);
    } catch (error) {
      if (error instanceof Refusal && mine === room) showLost(error);
      if (error instanceof Refusal) rooms.delete(mine.ref);
    } finally {
      mine.asking = false;
    }
  }

  /** Put what the desk answered into the room; what was not known comes back. */
  function take(mine, answer) {
    const { entries, cursor, ...view } = answer;
    mine.view = view;
    mine.cursor = cursor;
    return learn(mine, entries);
  }

  function learn(mine, entries) {
    const fresh = entries.filter((entry) => !mine.entries.has(entry.event));
    for (const entry of fresh) {
      hold(mine, entry);
      if (entry.mine && isMessage(entry)) settle(mine, entry);
    }
    return fresh;
  }

  /** What tells of a message's change is held as that message; of one that is not here it says nothing. */
  function hold(mine, entry) {
    const message = mine.messages.get(entry.about);
    if (message) amend(message, entry);
    if (entry.about) return;
    mine.entries.set(entry.event, entry);
    if (entry.message) mine.messages.set(entry.message, entry);
  }

  /** An own message that is news is most likely the oldest one on its way: show it once. */
  function settle(mine, entry) {
    const pending = mine.pendings.find((one) => one.kind === entry.kind && !one.problem);
    if (!pending) return;
    mine.pendings = mine.pendings.filter((one) => one !== pending);
    pending.element?.remove();
  }

  async function send({ text, kind, files }) {
    if (!room) return;
    const pending = { text, kind, files, key: newKey(), problem: "", waiting: false, element: null };
    room.pendings.push(pending);
    await deliver(room, pending);
  }

  async function deliver(mine, pending) {
    pending.problem = "";
    showPending(mine, pending);
    if (mine === room) toBottom();
    try {
      const wish = { text: pending.text, kind: pending.kind, files: pending.files.map((file) => file.id) };
      const onwait = () => {
        pending.waiting = true;
        showPending(mine, pending);
      };
      const { entry } = await post(`/api/threads/${encodeURIComponent(mine.ref)}/messages`, wish, { key: pending.key, onwait });
      if (mine.entries.has(entry.event)) settleThis(mine, pending);
      else {
        settleThis(mine, pending);
        learnOwn(mine, entry);
      }
    } catch (error) {
      pending.problem = error.message;
      if (error instanceof Refusal) pending.key = newKey();
      if (!mine.pendings.includes(pending)) mine.pendings.push(pending);
      showPending(mine, pending);
    }
  }

  function settleThis(mine, pending) {
    mine.pendings = mine.pendings.filter((one) => one !== pending);
    pending.element?.remove();
  }

  function learnOwn(mine, entry) {
    hold(mine, entry);
    if (mine === room && mine.view) update([entry]);
  }

  // ---- showing

  function show() {
    const { view } = room;
    $("waiting").hidden = true;
    showHead(view.ticket);
    showCard();
    showEntries();
    does.moved(room);
    const messages = [...room.entries.values()].some(isMessage);
    scroll.scrollTop = messages || room.pendings.length ? scroll.scrollHeight : 0;
    requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  }

  function update(fresh) {
    const wasAtBottom = isAtBottom();
    const stand = standing();
    const held = document.activeElement?.closest("#ticket .buttons")
      ? document.activeElement.textContent : null;
    showHead(room.view.ticket);
    showCard();
    if (held !== null && document.activeElement === document.body) refocus(held);
    for (const entry of [...fresh].sort((one, other) => one.event - other.event)) bring(entry);
    decorate(list);
    does.moved(room);
    const messages = fresh.filter(isMessage);
    if (wasAtBottom || messages.some((entry) => entry.mine)) {
      toBottom();
      return;
    }
    stand();
    if (messages.length) $("new-below").hidden = false;
  }

  /** An entry of its own in its place; one about a message in that message's place. */
  function bring(entry) {
    if (!entry.about) {
      place(entry);
      return;
    }
    const item = list.querySelector(`[data-message="${Number(entry.about)}"]`);
    if (item) renew(item, room.messages.get(entry.about));
  }

  function refocus(label) {
    const same = [...$("ticket").querySelectorAll("button")].find((button) => button.textContent === label);
    (same ?? $("talk-title")).focus({ preventScroll: true });
  }

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

  function showCard() {
    const { card, files, ticket } = room.view;
    const now = JSON.stringify([card, files]);
    if (now === room.card && $("ticket").childNodes.length) return;
    room.card = now;
    showTicket(ticket.ref, card, files, h("p", { class: "ticket-from" }, words(ticket.requester), " asked"));
  }

  /** A reply's card names what was done first, and the ticket second. */
  function showSeed(ref, card) {
    const title = card.subtitle === ref ? card.title : card.subtitle;
    $("talk-title").textContent = title;
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
        card.footer && h("p", { class: "card-footer" }, icon("eye"), words(card.footer)),
      ),
    );
    const buttons = buttonRow(card.buttons, does);
    if (buttons) $("ticket").append(buttons);
    $("facts-body").replaceChildren(fieldList(card.fields) ?? "");
  }

  function showEntries() {
    const all = [...room.entries.values()].sort((one, other) => one.event - other.event);
    const hidden = Math.max(0, all.length - room.shown);
    list.replaceChildren();
    for (const entry of all.slice(hidden)) place(entry, true);
    for (const pending of room.pendings) showPending(room, pending);
    decorate(list);
    showEarlier(hidden);
  }

  function showEarlier(hidden) {
    const more = () => {
      const fromBottom = scroll.scrollHeight - scroll.scrollTop;
      room.shown += SHOWN;
      showEntries();
      scroll.scrollTop = scroll.scrollHeight - fromBottom;
    };
    const button = h("button", { type: "button", class: "button", onclick: more, textContent: `Show earlier messages (${hidden})` });
    $("earlier-holder").replaceChildren(...(hidden ? [button] : []));
  }

  /** An entry in its place by number: before what is on its way, and after what came before it. */
  function place(entry, isLast = false) {
    if (!isMessage(entry) && !isGone(entry) && !entry.line) return;
    const element = entryOf(entry, does.undo);
    const later = isLast ? null : [...list.children].find((item) => !item.dataset.event || Number(item.dataset.event) > entry.event);
    list.insertBefore(element, later ?? null);
  }

  function showPending(mine, pending) {
    if (mine !== room || !mine.pendings.includes(pending)) return;
    const element = pendingOf(pending, {
      again: () => void deliver(mine, pending),
      back: () => {
        settleThis(mine, pending);
        does.back(pending);
      },
    });
    if (pending.element?.isConnected) pending.element.replaceWith(element);
    else list.append(element);
    pending.element = element;
    decorate(list);
  }

  function showLost(error) {
    close();
    $("lost").hidden = false;
    $("lost").replaceChildren(
      h("h1", { textContent: error instanceof Refusal ? "Not here" : "No connection" }),
      h("p", { dir: "auto", textContent: error.message }),
      h("a", { class: "button primary", href: "/", textContent: "Back to the tickets" }),
    );
    say(error.message);
  }

  // ---- scrolling

  const isAtBottom = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;

  /** Where the reader is: what it returns puts it back there after something above has grown or shrunk. */
  function standing() {
    const { top } = scroll.getBoundingClientRect();
    const inSight = (item) => item.getBoundingClientRect().bottom > top;
    const seen = [$("ticket").firstElementChild, ...list.children].find((item) => item && inSight(item));
    const before = seen?.getBoundingClientRect().top;
    return () => {
      if (seen?.isConnected) scroll.scrollTop += seen.getBoundingClientRect().top - before;
    };
  }

  function toBottom() {
    scroll.scrollTop = scroll.scrollHeight;
    $("new-below").hidden = true;
  }

  scroll.addEventListener("scroll", () => isAtBottom() && ($("new-below").hidden = true), { passive: true });
  $("new-below").addEventListener("click", toBottom);
  // A picture that loads, or a box that grows, must not push the last message out of sight.
  let stay = true;
  scroll.addEventListener("scroll", () => (stay = isAtBottom()), { passive: true });
  new ResizeObserver(() => room?.view && stay && list.querySelector(".message") && toBottom()).observe(scroll);

  return { open, close, catchUp, send, toBottom, ref: () => room?.ref ?? null };
}
