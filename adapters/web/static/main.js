// The page: which thread shows, what a reply of the desk leads to, and how the parts hear of each other.

import { createAccount } from "./account.js";
import { createAgent } from "./agent.js";
import { get, post, Refusal } from "./api.js";
import { createBegun, forgetBegun, ticketsBegun } from "./begun.js";
import { renderCard, whileBusy } from "./cards.js";
import { createComposer } from "./composer.js";
import { $, h, hasKeyboard, icon, isOwn, isPhone, refIn, say } from "./dom.js";
import { first } from "./first.js";
import { createForms } from "./forms.js";
import { listen } from "./live.js";
import { createNotices } from "./notices.js";
import { createThread } from "./thread.js";
import { createThreads } from "./threads.js";
import { hideTranscript, showTranscript } from "./transcript.js";
import { createTriage } from "./triage.js";

const { body } = document;
const { desk } = body.dataset;
const keeper = first.me?.id ?? ""; // names are not theirs alone
const isStaff = $("views") !== null;
const me = first.me ? Promise.resolve(first.me) : get("/api/me");

const here = () => refIn(location.href);
const does = {
  me,
  go,
  run,
  press,
  show,
  here,
  moved,
  refresh,
  arrived: () => arrived,
  write: (kind) => composer.write(kind),
  tell: (words, tone) => notices.tell(words, tone),
  type: (line) => composer.type(line),
  back: (pending) => composer.putBack(pending),
  quote: (markdown) => composer.quote(markdown),
};
let agent = null; // the keys, the palette and the work on many, for staff

const notices = createNotices({ isOpen: (ref) => ref === here() && document.hasFocus(), press });
const open = (ref, how) => void go(ref, how);
const threads = isStaff
  ? createTriage({ open, me, keeper: () => keeper, tell: does.tell, picked: (refs) => agent?.picked(refs), renewed: () => agent?.renewed() }, first.list)
  : createThreads({ open, me, show, tell: does.tell, ask: (words) => void ask(words, []), run: (line) => does.run(line), letGo: (action) => stopFollowing(action) }, first.list);
const thread = createThread(does);
const composer = createComposer(
  { send: (message) => thread.send(message), run, ask, editLast: () => thread.editLast(), seen: () => thread.seen() },
  { refs: () => threads.refs(), isStaff },
);
if (isStaff) agent = createAgent(does, threads);
const account = createAccount({ open }, me);
const keptAt = () => `${keeper}:${here() ?? ""}`;
const forms = createForms({ onreply: (reply) => void answer(reply), keeper: keptAt, onkept: () => begun.show(), onchosen: chose });
const begun = createBegun({
  all: () => (here() === null && !$("sheet").open ? ticketsBegun(keptAt()) : []),
  goOn: ({ id }, button) => void command(button, "/ticket open", { begun: id }),
  discard: ({ form, id }) => {
    forgetBegun(keptAt(), form, id);
    begun.show();
  },
});

// ---- where we are

let arrived = Promise.resolve();

function go(ref, how) {
  arrived = arrive(ref, how);
  return arrived;
}

/** `seed`: a card of the ticket, to show until its thread is here. `byKey`: single keys are to go on working there. */
async function arrive(ref, { push = true, seed = null, byKey = false } = {}) {
  if (push && ref !== here()) history.pushState(null, "", ref ? `/t/${ref}` : threads.home());
  $("asides").replaceChildren();
  $("home").hidden = ref !== null;
  begun.show();
  threads.select(ref);
  if (ref === null) {
    thread.close();
    agent?.left();
    composer.setContext({ ref: null, mayReply: true, mayNote: false });
    notices.name(desk);
    return;
  }
  show("talk");
  notices.name(`${ref} · ${desk}`);
  notices.look();
  if (ref !== thread.ref()) {
    agent?.left();
    hideTranscript();
    composer.setContext({ ref, mayReply: undefined, mayNote: false });
    const opening = thread.open(ref, threads.glance(ref), seed);
    // The title is there from now on, with what the list knows of the ticket.
    if (byKey) $("talk-title").focus({ preventScroll: true });
    await opening;
  } else if (byKey) $("talk-title").focus({ preventScroll: true });
  if (byKey || isStaff || !hasKeyboard() || isPhone() || $("sheet").open) return;
  composer.focus();
}

/** On a phone one area shows at a time; on a narrow desktop the facts lie over the thread. */
function show(area) {
  body.dataset.area = area;
}

function moved(room) {
  const { ticket, may_reply: mayReply, may_note: mayNote, goes_on: goesOn } = room.view;
  showTranscript(room);
  composer.setContext({ ref: room.ref, mayReply, mayNote, goesOn: Boolean(goesOn), isPublic: ticket.visibility === "public" });
  notices.name(`${ticket.ref} ${ticket.title} · ${desk}`);
  agent?.moved(room);
}

/** Tickets were changed by other means than a reply of the desk. */
function refresh() {
  threads.stir();
  void thread.catchUp();
}

// ---- what the desk answers

/** A command typed. Raises what the desk refuses. */
async function run(line, how = {}) {
  const from = body.dataset.area;
  const reply = await post("/api/commands", { text: line, ...(here() && { thread: here() }) });
  answer(reply, { isHelp: /^\s*\/help\b/i.test(line), from, ...how });
}

/** A button pressed: whether it was done. */
async function press(action) {
  try {
    const from = body.dataset.area;
    answer(await post("/api/actions", { action }), { from });
    return true;
  } catch (error) {
    notices.tell(error.message, "warning");
    if (error instanceof Refusal) void thread.catchUp();
    return false;
  }
}

/** Words where no ticket is open: they begin one. */
async function ask(text, files) {
  const back = () => composer.putBack({ text, kind: "reply", files }, null);
  try {
    const reply = await post("/api/commands", { text: "/ticket open" });
    if (reply.form) forms.open(reply.form, { fill: text, files, onleave: back });
  } catch (error) {
    back();
    notices.tell(error.message, "warning");
  }
}

/** `from`: the area that showed when it was asked for. Who has gone back to the list since stays there. */
function answer({ card, form, ticket }, { isHelp = false, begun: id = null, from = "list" } = {}) {
  if (form) {
    forms.open(form, { begun: id, about: titleOf(/\bT-\d+$/.exec(form.title)?.[0]) });
    return;
  }
  const ref = ticket?.ref ?? null;
  // A card of the ticket alone is only a look at it.
  if (ref && card?.subtitle !== ref) agent?.changed();
  const there = ref && ref !== here() ? go(ref, { seed: card }) : ref ? thread.catchUp() : null;
  void Promise.resolve(there).then(() => threads.stir());
  if (!card) return;
  // The thread shows its ticket's card itself: then only the sentence on what was done is news.
  if (ref && refIn(card.url) === ref) {
    if (card.subtitle !== ref) notices.tell(card.title);
    if (body.dataset.area === "list" && from === "list") show("talk");
  } else aside(card, isHelp);
}

/** Something similar was taken in place of a new ticket. `back()` shows the form of that again. */
function chose({ card }, { choice, ref }, back) {
  threads.stir();
  const followed = [{ label: `Open ${ref}`, url: `/t/${ref}` }, { label: "Undo", run: () => void unfollow(ref, back) }];
  const mine = back ? [{ label: "Open mine after all", run: back }] : [];
  notices.tell(card.title, "good", choice === "follow" ? followed : mine);
}

const unfollow = (ref, back) => stopFollowing(`1.ticket.unfollow.${ref.replace(/\D/g, "")}`, back); // as core/actions.py writes it

async function stopFollowing(action, back) {
  try {
    const { card } = await post("/api/actions", { action });
    threads.stir();
    notices.tell(card.title);
    back?.();
  } catch (error) {
    notices.tell(error.message, "warning");
  }
}

/** Of a ticket that the page knows. */
const titleOf = (ref) => (ref && ref === here() ? $("talk-title").textContent : (threads.glance(ref)?.title ?? ""));

/** An answer for nobody else, at the end of the thread until it is put away. */
function aside(card, isHelp) {
  show("talk");
  const close = () => {
    element.remove();
    composer.focus();
  };
  const element = h(
    "section",
    { class: "aside", "aria-label": "Only you see this" },
    h(
      "header",
      { class: "aside-head" },
      icon("eye"),
      h("span", { textContent: "Only you see this" }),
      h("button", { type: "button", class: "tool small", "aria-label": "Dismiss", onclick: close }, icon("close")),
    ),
    isHelp && h("p", { class: "aside-way" }, h("button", { type: "button", class: "button small", onclick: () => void account.showAround() }, icon("compass"), "Show me around")),
    renderCard(card, does),
  );
  $("asides").replaceChildren(element);
  $("home").hidden = true;
  say(`Only you see this: ${card.title}`);
  requestAnimationFrame(() => element.scrollIntoView({ block: element.offsetHeight > $("scroll").clientHeight ? "start" : "nearest" }));
}

new MutationObserver(() => {
  $("home").hidden = here() !== null || $("asides").childElementCount > 0;
}).observe($("asides"), { childList: true });

// ---- what people press

const openButton = $("open-ticket");
openButton.addEventListener("click", () => void command(openButton, "/ticket open"));
for (const button of document.querySelectorAll("[data-run]")) {
  button.addEventListener("click", () => void command(button, button.dataset.run));
}

const command = (button, line, how) =>
  whileBusy(button, () => run(line, how).catch((error) => notices.tell(error.message, "warning")));

$("type-command")?.addEventListener("click", () => {
  void go(null);
  show("talk");
  composer.type("/");
});

addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-area-to]");
  if (button) toArea(button.dataset.areaTo);
  const anchor = event.target.closest?.("a[href]");
  const isPlain = !event.defaultPrevented && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!anchor || !isPlain || anchor.target || !isOwn(anchor.origin)) return;
  const ref = refIn(anchor.href);
  if (!ref && anchor.pathname !== "/") return;
  if (anchor.hash) return;
  event.preventDefault();
  void go(ref);
  if (!ref) show("list");
});

function toArea(area) {
  // The same button shows the facts and puts them away again.
  const next = area === "facts" && body.dataset.area === "facts" ? "talk" : area;
  // Students' tickets stand below the ask box.
  if (next === "list" && !isStaff && here() !== null) void go(null);
  show(next);
  const place = { list: "#thread-list a[aria-current], #thread-list a, #open-ticket", talk: "#talk-title", facts: ".facts-back" }[next];
  document.querySelector(place)?.focus({ preventScroll: true });
}

addEventListener("keydown", (event) => {
  const isOver = document.querySelector("dialog[open], :popover-open");
  if (event.key === "Escape" && body.dataset.area === "facts" && !event.defaultPrevented && !isOver) toArea("talk");
  if (isStaff) return;
  const isFree = event.target === body || event.target.closest?.("a, button, [tabindex]");
  const isTyping = event.target.closest?.("input, textarea, select, dialog");
  if (event.key === "/" && isFree && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    show("talk");
    composer.type("/");
  }
});

addEventListener("popstate", () => {
  void go(here(), { push: false });
  if (here() !== null) return;
  history.replaceState(null, "", threads.home()); // the list is as it was left
  show("list");
});

document.querySelector("[data-next]")?.addEventListener("submit", (event) => {
  event.target.elements.next.value = location.pathname;
});

// ---- live

/** Whether the page's person is still signed in here. Where nobody is, the desk's answer leads to the way in. */
async function isMine() {
  const now = await get("/api/me").catch(() => null);
  const isOther = now !== null && now.id !== keeper;
  if (isOther) location.reload();
  return !isOther;
}

async function resume(isOther) {
  if (isOther && !(await isMine())) return;
  threads.stir();
  void thread.catchUp();
  void notices.load();
}

listen({
  onmessage(news) {
    if (news.type === "notice") {
      notices.arrive(news.notice);
      account.arrive(news.notice);
    }
    if (news.type === "read") thread.heardRead(news.ref, news.event);
    if (news.type !== "ticket" && news.type !== "read") return;
    threads.stir(news.ref);
    if (news.type === "ticket") void notices.stir(news.ref);
    if (news.type === "ticket" && news.ref === here()) void thread.catchUp();
  },
  onresume: (isOther) => void resume(isOther),
  onrefused: () => void isMine(),
  onstate(isUp) {
    $("offline").hidden = isUp;
    $("offline").textContent = isUp ? "" : "No connection to the desk. Trying again; what you write is kept.";
  },
});

// ---- the beginning: with what came along, and all else is asked for at once

$("scroll").classList.remove("painted");
threads.begin();
void notices.load();
void go(here(), { push: false });
me.then((answer) => {
  composer.know(answer.commands);
}).catch((error) => notices.tell(error.message, "warning"));
