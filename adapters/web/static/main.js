// The page: which thread shows, what a reply of the desk leads to, and how the parts hear of each other.

import { get, post, Refusal } from "./api.js";
import { renderCard, whileBusy } from "./cards.js";
import { createComposer } from "./composer.js";
import { $, h, hasKeyboard, icon, isPhone, refIn, say } from "./dom.js";
import { createForms } from "./forms.js";
import { listen } from "./live.js";
import { createNotices } from "./notices.js";
import { createThread } from "./thread.js";
import { createThreads } from "./threads.js";

const { body } = document;
const { desk, me: keeper } = body.dataset;
const isStaff = $("tab-queue") !== null;
const me = get("/api/me");

const here = () => refIn(location.href);
const does = { press, type: (line) => composer.type(line), moved, back: (pending) => composer.putBack(pending), undo: null };

const notices = createNotices({ isOpen: (ref) => ref === here() && document.hasFocus() });
const threads = createThreads({ open: (ref) => void go(ref) }, isStaff);
const thread = createThread(does);
const composer = createComposer(
  { send: (message) => void thread.send(message), run, ask },
  { refs: () => threads.refs(), keeper: () => keeper },
);
const forms = createForms({ onreply: (reply) => void answer(reply), keeper: () => `${keeper}:${here() ?? ""}` });

// ---- where we are

/** `seed`: a card of the ticket, to show until its thread is here. */
async function go(ref, { push = true, seed = null } = {}) {
  if (push && ref !== here()) history.pushState(null, "", ref ? `/t/${ref}` : "/");
  $("asides").replaceChildren();
  $("home").hidden = ref !== null;
  threads.select(ref);
  if (ref === null) {
    thread.close();
    composer.setContext({ ref: null, mayReply: true, mayNote: false });
    notices.name(desk);
    return;
  }
  show("talk");
  notices.name(`${ref} · ${desk}`);
  if (ref !== thread.ref()) {
    composer.setContext({ ref, mayReply: false, mayNote: false });
    await thread.open(ref, threads.glance(ref), seed);
  }
  if (hasKeyboard() && !isPhone() && !$("sheet").open) composer.focus();
}

/** On a phone one area shows at a time; on a narrow desktop the facts lie over the thread. */
function show(area) {
  body.dataset.area = area;
}

function moved(room) {
  const { ticket, may_reply: mayReply, may_note: mayNote } = room.view;
  composer.setContext({ ref: room.ref, mayReply, mayNote });
  notices.name(`${ticket.ref} ${ticket.title} · ${desk}`);
}

// ---- what the desk answers

/** A command typed. Raises what the desk refuses. */
async function run(line) {
  const reply = await post("/api/commands", { text: line, ...(here() && { thread: here() }) });
  answer(reply);
}

/** A button pressed. */
async function press(action) {
  try {
    answer(await post("/api/actions", { action }));
  } catch (error) {
    notices.tell(error.message, "warning");
    if (error instanceof Refusal) void thread.catchUp();
  }
}

/** Words where no ticket is open: they begin one. */
async function ask(text, files) {
  try {
    const reply = await post("/api/commands", { text: "/ticket open" });
    if (reply.form) forms.open(reply.form, { fill: text, files });
  } catch (error) {
    composer.putBack({ text, kind: "reply", files });
    notices.tell(error.message, "warning");
  }
}

function answer({ card, form, ticket }) {
  if (form) {
    forms.open(form);
    return;
  }
  const ref = ticket?.ref ?? null;
  const there = ref && ref !== here() ? go(ref, { seed: card }) : ref ? thread.catchUp() : null;
  void Promise.resolve(there).then(() => threads.stir());
  if (!card) return;
  // The thread shows its ticket's card itself: then only the sentence on what was done is news.
  if (ref && refIn(card.url) === ref) {
    if (card.subtitle !== ref) notices.tell(card.title);
    show("talk");
  } else aside(card);
}

/** An answer for nobody else, at the end of the thread until it is put away. */
function aside(card) {
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
for (const button of document.querySelectorAll("[data-view-to]")) {
  button.addEventListener("click", () => {
    threads.choose(button.dataset.viewTo);
    $(`tab-${button.dataset.viewTo}`).focus();
  });
}

const command = (button, line) =>
  whileBusy(button, () => run(line).catch((error) => notices.tell(error.message, "warning")));

$("type-command").addEventListener("click", () => {
  void go(null);
  show("talk");
  composer.type("/");
});

addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-area-to]");
  if (button) toArea(button.dataset.areaTo);
  const anchor = event.target.closest?.("a[href]");
  const isPlain = !event.defaultPrevented && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!anchor || !isPlain || anchor.origin !== location.origin) return;
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
  show(next);
  const place = { list: "#thread-list a[aria-current], #open-ticket", talk: "#talk-title", facts: ".facts-back" }[next];
  document.querySelector(place)?.focus({ preventScroll: true });
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && body.dataset.area === "facts" && !event.defaultPrevented) toArea("talk");
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
  if (here() === null) show("list");
});

document.querySelector("[data-next]")?.addEventListener("submit", (event) => {
  event.target.elements.next.value = location.pathname;
});

// ---- live

listen({
  onmessage(news) {
    if (news.type === "notice") notices.arrive(news.notice);
    if (news.type !== "ticket") return;
    threads.stir(news.ref);
    if (news.ref === here()) void thread.catchUp();
  },
  onresume() {
    threads.stir();
    void thread.catchUp();
    void notices.load();
  },
  onstate(isUp) {
    $("offline").hidden = isUp;
    $("offline").textContent = isUp ? "" : "No connection to the desk. Trying again; what you write is kept.";
  },
});

// ---- the beginning: everything is asked for at once

void threads.load();
void notices.load();
void go(here(), { push: false });
me.then((answer) => {
  composer.know(answer.commands);
  const undo = answer.commands.find((one) => one.verb === "undo");
  if (undo) does.undo = () => run(undo.name).catch((error) => notices.tell(error.message, "warning"));
}).catch((error) => notices.tell(error.message, "warning"));
