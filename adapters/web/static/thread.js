// The thread in the middle, kept in step with the desk.

import { createActs } from "./acts.js";
import { get, Refusal } from "./api.js";
import { $, h, icon, refIn, say } from "./dom.js";
import { decorate, entryOf, isGone, isMessage, pendingOf } from "./entries.js";
import { first } from "./first.js";
import { createLightbox } from "./lightbox.js";
import { createMeanwhile } from "./meanwhile.js";
import { createOutbox } from "./outbox.js";
import { Room } from "./room.js";
import { createSent } from "./sent.js";
import { plain } from "./text.js";
import { createTicket } from "./ticket.js";
import { createReading, DIVIDER, divider, firstNews, isLooking } from "./unread.js";
import { createWindow } from "./window.js";

const PAGE = 60; // entries at first
const EARLIER = 100; // and with each look back
const KEPT = 20; // threads that open at once when looked at again
const SPOKEN = 200; // characters of a new message that are read out
const AGAIN = 5000; // ms until the desk is asked for news once more, where it could not be
const FAR = 1.5; // heights of the view from the end at which the way back is offered

/**
 * `does`: as renderCard's, with `moved(room)` once a thread shows or changed, `back(pending)` for a message to be edited
 * again, `quote(markdown)` into the message box, and `tell(words, tone)`.
 */
export function createThread(does) {
  const rooms = new Map();
  const scroll = $("scroll");
  const log = $("log");
  const pendings = h("ol", { class: "entries pendings" });
  const ticket = createTicket(does);
  const reading = createReading();
  const outbox = createOutbox({ changed: showPending, taken, struck });
  const sent = createSent(does);
  const meanwhile = createMeanwhile({ onanyway: sendAnyway, onedit: takeBack });
  let room = null;
  let elsewhere = 0; // new messages that came in below what shows
  let retry = 0;

  const list = createWindow({
    scroll,
    list: $("entries"),
    make: ({ entry }) => (entry ? entryOf(entry, acts) : divider()),
    dress: (element, { entry }, before) => entry && decorate(element, entry, before && (before.entry ?? { at: before.at })),
    onreach: () => void earlier(),
    onmove: moved,
  });
  const acts = createActs(does, list, {
    may: () => Boolean(room?.view?.may_reply || room?.view?.may_note),
    place: (entry) => path(room.ref, `/messages/${encodeURIComponent(entry.message)}`),
  });
  log.append(pendings);
  scroll.tabIndex = -1;
  createLightbox(scroll, () => room?.pictures() ?? []);

  const path = (ref, rest = "") => `/api/threads/${encodeURIComponent(ref)}${rest}`;
  const itemOf = (entry) => ({ key: entry.event, order: entry.event, at: entry.at, entry });

  /** Show a thread; until it is here, what its list knows of it (`glance`), or the card of a reply (`seed`). */
  async function open(ref, glance, seed) {
    close();
    room = rooms.get(ref) ?? new Room(ref);
    const mine = room;
    sent.turn(ref);
    $("talk-head").hidden = false;
    if (mine.view) {
      show();
      void catchUp();
      return;
    }
    const painted = firstPaint(ref);
    if (painted) {
      keep(mine);
      mine.take(painted);
      show();
      void catchUp();
      return;
    }
    if (glance) ticket.showHead(glance);
    else $("talk-title").textContent = ref;
    if (seed && refIn(seed.url) === ref) ticket.showSeed(ref, seed);
    else $("waiting").hidden = false;
    await fetchFirst(mine);
  }

  async function fetchFirst(mine) {
    try {
      const answer = await get(path(mine.ref, `?limit=${PAGE}`));
      if (mine !== room) return; // another thread was opened, or this one once more
      keep(mine);
      mine.take(answer);
      show();
    } catch (error) {
      if (mine === room) showLost(error);
    }
  }

  /** Once more, where the desk could not be reached when the thread was opened. */
  function reopen() {
    const mine = room;
    if (!mine || mine.view) return;
    $("lost").hidden = true;
    $("waiting").hidden = false;
    void fetchFirst(mine);
  }

  function close() {
    room = null;
    sent.turn(null);
    list.reset([]);
    pendings.replaceChildren();
    meanwhile.show(null, []);
    for (const id of ["ticket", "earlier-holder", "facts-body", "goes-on", "lost"]) $(id).replaceChildren();
    for (const id of ["waiting", "lost", "talk-head", "new-below"]) $(id).hidden = true;
  }

  function keep(mine) {
    rooms.set(mine.ref, mine);
    if (rooms.size > KEPT) rooms.delete(rooms.keys().next().value);
  }

  /** Whatever is new in the thread that shows. One request at a time; what comes meanwhile asks once more. */
  async function catchUp() {
    outbox.flush();
    const mine = room;
    if (mine && !mine.view && !$("lost").hidden) reopen();
    if (!mine?.view) return;
    if (mine.asking) {
      mine.askAgain = true;
      return;
    }
    mine.asking = true;
    try {
      do {
        mine.askAgain = false;
        const answer = await get(path(mine.ref, `?after=${encodeURIComponent(mine.cursor)}`));
        const news = mine.take(answer);
        if (mine === room) update(news);
        mine.askAgain ||= answer.more_after === true;
      } while (mine.askAgain && mine === room);
    } catch (error) {
      if (isOver(error)) {
        rooms.delete(mine.ref);
        if (mine === room) showLost(error);
      } else {
        clearTimeout(retry);
        retry = setTimeout(() => void catchUp(), AGAIN);
      }
    } finally {
      mine.asking = false;
    }
  }

  /** The entries before the first one here. */
  async function earlier() {
    const mine = room;
    if (!mine?.hasBefore || mine.looking || mine.isStuck) return;
    mine.looking = true;
    showEarlier("Earlier messages are on their way…");
    try {
      const older = mine.takeEarlier(await get(path(mine.ref, `?before=${mine.first}&limit=${EARLIER}`)));
      mine.looking = false;
      if (mine !== room) return;
      list.prepend(older.map(itemOf));
      showDivider();
      showEarlier("");
      list.ensure();
    } catch (error) {
      mine.looking = false;
      mine.isStuck = true; // till it is tried by hand: whoever scrolls here is no reason
      if (mine === room) showEarlier(error.message, true);
    }
  }

  function lookAgain() {
    room.isStuck = false;
    void earlier();
  }

  function showEarlier(sentence, mayRetry = false) {
    const again = mayRetry && h("button", { type: "button", class: "button small", textContent: "Try again", onclick: lookAgain });
    const inside = [sentence && h("p", { class: "quiet", textContent: sentence }), again].filter(Boolean);
    list.keep(() => $("earlier-holder").replaceChildren(...inside));
  }

  // ---- sending

  function send({ text, kind, files, seen }) {
    if (!room) return;
    // What the writer had seen when they began, not what came since: only so is a reply noticed that came meanwhile.
    outbox.put(room.ref, { text, kind, files, seen: seen || room.seen || undefined });
    room.since = room.cursor;
    list.drop(DIVIDER);
    toEnd();
  }

  function taken(ref, pending, entry, takeBack) {
    takeOff(pending);
    if (takeBack) sent.put(ref, entry, takeBack);
    const mine = rooms.get(ref);
    if (!mine?.view || mine.entries.has(entry.event)) return;
    mine.hold(entry);
    if (mine === room) update({ fresh: [entry], changed: [] });
  }

  /** It shows no longer; whoever was at it by keyboard is in the thread still. */
  function takeOff({ element }) {
    const isHeld = element?.contains(document.activeElement);
    element?.remove();
    if (isHeld) scroll.focus({ preventScroll: true });
  }

  function struck(ref, pending) {
    takeOff(pending);
    if (room?.ref === ref) showMeanwhile();
  }

  function showPending(ref, pending) {
    if (room?.ref !== ref || !room.view) return;
    const element = pendingOf(pending, { again: () => outbox.again(ref, pending), back: () => takeBack(pending) });
    const isHeld = pending.element?.contains(document.activeElement);
    if (pending.element?.isConnected) pending.element.replaceWith(element);
    else pendings.append(element);
    if (isHeld) scroll.focus({ preventScroll: true });
    pending.element = element;
    if (pending.state === "meanwhile") void catchUp();
    showMeanwhile();
  }

  function showMeanwhile() {
    const pending = outbox.of(room.ref).find((one) => ["meanwhile", "secret"].includes(one.state)) ?? null;
    const said = pending?.state === "meanwhile" ? room.sorted().filter((entry) => entry.kind === "reply" && entry.by_staff && !entry.mine && entry.event > (pending.seen ?? 0)) : [];
    meanwhile.show(pending, said);
  }

  function sendAnyway(pending) {
    outbox.again(room.ref, pending, pending.state === "secret" ? { sure: true } : { seen: room.cursor });
    showMeanwhile();
  }

  function takeBack(pending) {
    pending.element?.remove();
    outbox.strike(room.ref, pending);
    showMeanwhile();
    does.back(pending.state === "meanwhile" ? { ...pending, seen: room.cursor } : pending);
  }

  /** The newest message of mine that may be edited. */
  function editLast() {
    const found = room?.sorted().findLast((entry) => entry.may_edit && isMessage(entry));
    if (!found) return false;
    if (!list.element(found.event)) list.show(found.event);
    acts.edit(found);
    return true;
  }

  // ---- showing

  function show() {
    $("waiting").hidden = true;
    ticket.show(room.view);
    list.reset(room.sorted().map(itemOf));
    for (const pending of outbox.of(room.ref)) showPending(room.ref, pending);
    room.since = room.seen;
    room.isStuck = false;
    elsewhere = 0;
    does.moved(room);
    const messages = room.sorted().some(isMessage);
    const news = showDivider();
    if (news) list.show(DIVIDER);
    else if (messages || pendings.childElementCount) toEnd();
    else scroll.scrollTop = 0;
    list.ensure();
    moved();
  }

  /** Where "New since you were here" stands, if it does. */
  function showDivider() {
    const sorted = room.sorted();
    const news = list.has(DIVIDER) ? null : firstNews(sorted, room.since, !room.hasBefore);
    if (!news) return list.has(DIVIDER);
    const before = sorted[sorted.indexOf(news) - 1] ?? news;
    list.keep(() => list.add([{ key: DIVIDER, order: news.event - 0.5, at: before.at, entry: null }]));
    return true;
  }

  function update({ fresh, changed }) {
    const wasAtEnd = list.isAtEnd();
    const isSeen = wasAtEnd && isLooking(scroll);
    const news = fresh.filter((entry) => isMessage(entry) && !entry.mine);
    if (isSeen && !list.has(DIVIDER)) room.since = Math.max(room.since, room.cursor);
    list.keep(() => {
      ticket.show(room.view);
      list.add([...fresh].sort((one, other) => one.event - other.event).map(itemOf));
      for (const message of changed) {
        acts.rescue(message);
        acts.renewed(message);
        if (isGone(message)) sent.gone(message.message);
      }
      showDivider();
    });
    hush(fresh);
    showMeanwhile();
    does.moved(room);
    if (wasAtEnd || fresh.some((entry) => entry.mine && isMessage(entry))) toEnd();
    else elsewhere += news.length;
    speak(news);
    moved();
  }

  /** An own message that is news is most likely one on its way: it shows once. */
  function hush(fresh) {
    for (const entry of fresh) {
      if (!entry.mine || !isMessage(entry)) continue;
      const pending = outbox.of(room.ref).find((one) => one.kind === entry.kind && one.state === "sending" && one.element?.isConnected);
      pending?.element.remove();
    }
  }

  function speak(news) {
    if (news.length > 3) say(`${news.length} new messages`);
    else if (news.length) say(news.map(spoken).join(" "));
  }

  function showLost(error) {
    const mine = room;
    const goesOn = !isOver(error);
    close();
    if (goesOn) room = mine;
    const again = goesOn && h("button", { type: "button", class: "button primary", textContent: "Try again", onclick: reopen });
    const title = goesOn ? (error instanceof Refusal ? "Not now" : "No connection") : "Not here";
    $("lost").hidden = false;
    $("lost").replaceChildren(
      h("h1", { textContent: title }),
      h("p", { dir: "auto", textContent: error.message }),
      h("p", { class: "buttons" }, again || "", h("a", { class: `button${goesOn ? "" : " primary"}`, href: "/", textContent: "Back to the tickets" })),
    );
    say(error.message);
  }

  // ---- scrolling and reading

  function toEnd() {
    list.toEnd();
    moved();
  }

  /** The reader is elsewhere in the thread, or looks at it again. */
  function moved() {
    if (!room?.view) return;
    const isAtEnd = list.isAtEnd();
    if (isAtEnd) elsewhere = 0;
    const isFar = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight > FAR * scroll.clientHeight;
    const down = $("new-below");
    const newer = elsewhere === 1 ? "1 new message" : `${elsewhere} new messages`;
    const label = elsewhere ? newer : "Newest messages";
    down.hidden = isAtEnd || (!isFar && !elsewhere);
    if (down.dataset.label !== label) {
      down.dataset.label = label;
      down.replaceChildren(icon("down"), label);
    }
    if (!isLooking(scroll)) return;
    const last = list.lastInSight();
    if (last) reading.saw(room, isAtEnd ? Math.max(last.order, room.cursor ?? 0) : Math.floor(last.order));
  }

  /** Another browser of mine read on. */
  function heardRead(ref, event) {
    const mine = rooms.get(ref);
    if (!mine) return;
    mine.readTo = Math.max(mine.readTo, event);
    mine.seen = Math.max(mine.seen, event);
  }

  $("new-below").addEventListener("click", () => {
    toEnd();
    scroll.focus({ preventScroll: true });
  });
  addEventListener("focus", moved);
  document.addEventListener("visibilitychange", moved);
  // A picture that loads, or a box that grows, must not push the last message out of sight.
  let stays = true;
  scroll.addEventListener("scroll", () => (stays = list.isAtEnd()), { passive: true });
  const grown = new ResizeObserver(() => {
    const isEditing = document.activeElement?.closest(".editor");
    if (room?.view && stays && !isEditing && log.querySelector(".message")) list.toEnd();
    moved();
  });
  for (const element of [scroll, log]) grown.observe(element);
  outbox.flush();

  return { open, close, catchUp, send, editLast, heardRead, toBottom: toEnd, seen: () => room?.seen || undefined, ref: () => room?.ref ?? null };
}

/** Whether trying again would bring the same: the thread is not there, or not for the reader. */
const isOver = (error) => error instanceof Refusal && error.status < 500 && error.status !== 429;

const spoken = ({ kind, who, text, files }) => {
  const words = plain(text).slice(0, SPOKEN) || files.map((file) => file.name).join(", ");
  return `${kind === "note" ? "Note by " : ""}${who}: ${words}`;
};

/** The thread that came with the page, once: later it would be outdated. */
function firstPaint(ref) {
  const { thread } = first;
  first.thread = null;
  return thread?.ref === ref ? thread : null;
}
