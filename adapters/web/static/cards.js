// Cards as core/cards makes them: progress, fields, rows, buttons.

import { h, icon, link, words } from "./dom.js";
import { foundIn } from "./items.js";
import { blocks, isEmpty } from "./text.js";
import { time } from "./times.js";

const STATES = { done: "done", now: "now", to_come: "to come" };
const STANDING = ["with", "offered", "escalation", "snoozed", "place", "expected", "duty", "opened"];
const TONE_ICONS = { good: "check", warning: "alert", urgent: "flame" };

/**
 * `does.press(action)` runs a button and returns a promise; `does.type(line)` puts a command into the message box;
 * `level` is the heading's.
 */
export function renderCard(card, does, level = 2) {
  const mark = TONE_ICONS[card.tone];
  const heading = h(`h${level}`, { class: "card-title", dir: "auto" }, mark && icon(mark), card.title);
  return h(
    "article",
    { class: `card tone-${card.tone ?? "plain"}`, "aria-label": card.title },
    heading,
    card.subtitle && words(card.subtitle, "p", "card-subtitle"),
    progressLine(card.progress),
    !isEmpty(card.body) && h("div", { class: "text" }, blocks(card.body)),
    fieldList(card.fields),
    rowList(card.rows, does),
    buttonRow(card.buttons, does),
    card.footer && words(card.footer, "p", "card-footer"),
  );
}

/** Opened, with an agent, answered, resolved: knots on a thread. */
export function progressLine(steps) {
  if (!steps?.length) return null;
  return h(
    "ol",
    { class: "progress", "aria-label": "Progress" },
    steps.map((step, at) =>
      h(
        "li",
        { class: step.state, "aria-current": step.state === "now" ? "step" : undefined },
        h("span", { class: "knot", "aria-hidden": "true" }, (step.state === "done" || (step.state === "now" && at === steps.length - 1)) && icon("check")),
        h("span", { class: "step", dir: "auto", textContent: step.label }),
        h("span", { class: "hidden", textContent: ` (${STATES[step.state]})` }),
      ),
    ),
  );
}

/** Of a ticket's fields those that say how it goes: who has it, its place in the queue, when to expect an answer, since when. */
export function standingOf(fields) {
  const list = fieldList(fields?.filter((field) => STANDING.includes(field.key)));
  list?.classList.replace("fields", "standing");
  return list;
}

export function fieldList(fields) {
  if (!fields?.length) return null;
  const value = (field) => (field.at ? time(field.at, "both") : leads(field) ? refsIn(field.value) : field.value || "–");
  return h(
    "dl",
    { class: "fields" },
    fields.map((field) =>
      h("div", {}, h("dt", { dir: "auto", textContent: field.label }), h("dd", { dir: "auto" }, value(field))),
    ),
  );
}

/** Whether a field names tickets that its reader may look at: where a merged one went is told to its requester too, who may
 * not. */
const leads = ({ key }) => ["link", "merged"].includes(key) || (key === "merged_into" && document.body.classList.contains("for-staff"));

const refsIn = (text) => text.split(/(T-\d+)/).map((piece, at) => (at % 2 ? h("a", { href: `/t/${piece}`, textContent: piece }) : piece));

function rowList(rows, does) {
  if (!rows?.length) return null;
  return h("ul", { class: "rows" }, rows.map((row) => rowOf(row, does)));
}

function rowOf(row, does) {
  const url = row.ref ? `/t/${row.ref}` : row.url;
  return h(
    "li",
    {},
    h(
      "div",
      { class: "row-words" },
      h("p", { class: "row-title", dir: "auto" }, rowTitle(row.title, url, does)),
      row.detail && words(row.detail, "p", "row-detail"),
      row.snippet && foundIn(row.snippet),
    ),
    buttonRow(row.buttons, does, row.title),
  );
}

function rowTitle(title, url, does) {
  if (url) return link(url, title);
  if (!title.startsWith("/") || !does.type) return title;
  const command = title.replace(/\s*[<[].*$/, "");
  return h("button", { type: "button", class: "link command", onclick: () => does.type(`${command} `) }, h("code", { textContent: title }));
}

/** `about` tells buttons with one label in several rows apart. */
export function buttonRow(buttons, does, about) {
  if (!buttons?.length) return null;
  return h("div", { class: "buttons", role: "group", "aria-label": about ? `Actions: ${about}` : "Actions" }, buttons.map((button) => buttonOf(button, does)));
}

function buttonOf(button, does) {
  const style = button.style && button.style !== "plain" ? ` ${button.style}` : "";
  if (button.url && !button.action) {
    const anchor = link(button.url, button.label);
    anchor.className = `button${style}`;
    return anchor;
  }
  const element = h("button", { type: "button", class: `button${style}`, dir: "auto", textContent: button.label, dataset: { action: button.action ?? "" } });
  element.addEventListener("click", () => whileBusy(element, () => does.press(button.action)));
  return element;
}

/** Run `work` once, however often the button is pressed meanwhile; the button keeps the focus. */
export async function whileBusy(button, work) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  button.classList.add("busy");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-disabled");
    button.classList.remove("busy");
  }
}
