// What the leads' Google Chat space received: its conversations, looked at every two seconds.

import { $, h } from "./dom.js";
import "./drafts.js"; // who signs out here leaves nothing typed behind either
import { cardOf, markup } from "./gchat.js";
import { time } from "./times.js";

const PAUSE = 2000; // ms
const SVG = "http://www.w3.org/2000/svg";

const place = $("space");
const list = $("space-threads");
const log = list.parentElement;
const threads = new Map(); // thread name -> {element, replies}
const known = new Set();

async function look() {
  try {
    const response = await fetch(place.dataset.messages, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`the inbox answered with ${response.status}`);
    const { messages } = await response.json();
    show(messages);
    tell("Live");
  } catch {
    tell("No connection; trying again");
  }
}

function show(messages) {
  const fresh = messages.filter((message) => !known.has(message.name));
  const wasAtBottom = log.scrollHeight - log.scrollTop - log.clientHeight < 90;
  const isFirst = known.size === 0;
  fresh.forEach(add);
  $("space-none").hidden = known.size > 0;
  log.setAttribute("aria-busy", "false");
  if (fresh.length && wasAtBottom) log.scrollTop = log.scrollHeight;
  if (isFirst) requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}

function add(message) {
  known.add(message.name);
  const name = message.thread?.name ?? message.name;
  const thread = threads.get(name);
  if (thread) {
    thread.replies.append(h("li", {}, messageOf(message, 3)));
    return;
  }
  const replies = h("ol", { class: "g-replies", "aria-label": "Replies" });
  threads.set(name, { replies });
  list.append(h("li", { class: "g-thread" }, messageOf(message, 2), replies));
}

function messageOf(message, level) {
  const title = message.cardsV2?.[0]?.card?.header?.title ?? message.fallbackText ?? "Message";
  return h(
    "article",
    { class: "g-message", "aria-label": title },
    mark(),
    h("header", { class: "g-head" }, h("strong", { textContent: "Threaddesk" }), h("span", { class: "g-app", textContent: "APP" }), time(message.createTime)),
    (message.cardsV2 ?? []).map((card) => cardOf(card, level)),
    !message.cardsV2?.length && h("p", { class: "g-text", dir: "auto" }, markup(message.text ?? "")),
  );
}

function mark() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "mark");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", "#i-mark");
  svg.append(use);
  return svg;
}

function tell(words) {
  if ($("space-live").textContent !== words) $("space-live").textContent = words;
}

setInterval(() => document.hidden || void look(), PAUSE);
document.addEventListener("visibilitychange", () => document.hidden || void look());
void look();
