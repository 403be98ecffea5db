// The admins' pages: each came whole from the desk and is kept fresh here; roles are given, failures tried again,
// people and settings looked for.

import { rendered } from "./admin-rows.js";
import { get, post, Refusal } from "./api.js";
import { whileBusy } from "./cards.js";
import { $, h, say } from "./dom.js";
import "./drafts.js"; // who signs out here leaves nothing typed behind either
import { time } from "./times.js";

const PAUSE = 10_000; // ms between two looks at what changes by itself
const TYPING = 250; // ms
const CHANGES = ["pending", "failures", "alerts", "webhooks"];
const UNREACHED = "The desk cannot be reached; trying again.";

const { section } = $("admin").dataset;
const body = $("admin-body");
const search = $("admin-words");
let shown = ""; // the data that the page shows, as JSON
let pages = 1; // of people
let turn = 0; // which request is the newest
let isStale = false; // the last look failed, and the page says so

// ---- what the page shows

async function look({ byHand = false } = {}) {
  const mine = ++turn;
  try {
    const data = await fetched();
    if (mine !== turn) return;
    if (isStale || byHand) $("admin-problem").textContent = "";
    isStale = false;
    show(data);
    if (byHand) tell("Up to date.");
  } catch (error) {
    if (mine !== turn) return;
    isStale = true;
    warn(error.message);
  }
}

async function fetched() {
  if (section !== "people") return get(`/api/admin/${section}`);
  const people = [];
  let next = null;
  for (let page = 0; page < pages; page++) {
    const found = await get(`/api/admin/people?${query(next)}`);
    people.push(...found.people);
    ({ next } = found);
    if (next === null) break;
  }
  return { people, next };
}

const words = () => search?.value.trim() ?? "";

function query(after) {
  const wanted = new URLSearchParams();
  if (words()) wanted.set("q", words());
  if (after !== null) wanted.set("after", after);
  return wanted;
}

/** What had the focus keeps it, where it is still there. */
function show(data) {
  const fresh = JSON.stringify(data);
  if (fresh === shown) return;
  shown = fresh;
  const { roleOf, retry, replay, since, enable } = body.contains(document.activeElement) ? document.activeElement.dataset : {};
  const isMore = document.activeElement?.id === "admin-more";
  body.replaceChildren(...rendered(section, data, words()));
  if (roleOf) (buttonOf("roleOf", roleOf) ?? $("admin")).focus();
  for (const [kind, value] of Object.entries({ retry, replay, since, enable })) if (value) (buttonOf(kind, value) ?? $("admin-refresh")).focus();
  if (isMore) ($("admin-more") ?? body.querySelector("li:last-child button"))?.focus();
  filter();
}

const buttonOf = (kind, value) => [...body.querySelectorAll("button")].find((one) => one.dataset[kind] === value);

function tell(sentence) {
  const said = $("admin-said");
  said.textContent = sentence && said.textContent === sentence ? `${sentence}\u00a0` : sentence;
  $("admin-problem").textContent = "";
}

function warn(sentence) {
  $("admin-said").textContent = "";
  $("admin-problem").textContent = sentence;
}

/** What somebody is called, in a sentence of the page's: it keeps its own direction. */
const isolated = (name) => `\u2068${name}\u2069`;

// ---- people

let typing = 0;

async function more() {
  pages += 1;
  await look();
  if (isStale) pages -= 1;
  else say(`${body.querySelectorAll(".admin-row").length} people are shown.`);
}

function searched() {
  clearTimeout(typing);
  pages = 1;
  tell("");
  history.replaceState(null, "", words() ? `?${query(null)}` : location.pathname);
  void look();
}

search?.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(searched, TYPING);
});
$("admin-search")?.addEventListener("submit", (event) => {
  event.preventDefault();
  searched();
});

const sheet = $("role-sheet");
let chosen = null; // whose role is being changed

/** Approving gives the very role that waits; else the sheet asks which. */
function askRole(button) {
  chosen = button.dataset;
  const isApproval = "role" in chosen;
  $("role-title").textContent = isApproval ? "Approve" : "Give a role";
  $("role-give").textContent = isApproval ? "Approve" : "Give the role";
  $("role-name").textContent = chosen.name;
  $("role-words").textContent = isApproval ? `gets the role ${chosen.role}, for every team.` : "gets this role for every team, beside what they have.";
  $("role-input").hidden = isApproval;
  $("role-problem").textContent = "";
  $("role-choice").value = chosen.role ?? "agent";
  sheet.showModal();
  (isApproval ? $("role-give") : $("role-choice")).focus();
}

async function giveRole() {
  const { roleOf, name } = chosen;
  const role = $("role-choice").value;
  const problem = $("role-problem");
  const onwait = () => (problem.textContent = UNREACHED);
  problem.textContent = "";
  try {
    await post("/api/forms", { action: $("role-form").dataset.action, values: { role, person: roleOf } }, { onwait });
  } catch (error) {
    problem.textContent = error.message;
    return;
  }
  sheet.close();
  tell(`${isolated(name)} has the role ${role} now, for every team.`);
  await look();
}

sheet?.addEventListener("click", (event) => event.target.closest("[data-close]") && sheet.close());
$("role-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  void whileBusy($("role-give"), giveRole);
});

// ---- failures and webhooks

const retry = (number) => change(`failures/${number}/retry`, {}, `Number ${number} is being tried again.`);
const replay = (number) => change(`webhooks/${number}/replay`, {}, `Number ${number} is sent again.`);
const replaySince = (key, since) => change(`endpoints/${key}/replay`, { since }, `What ${key} was sent since then is sent again.`);
const enable = (key) => change(`endpoints/${key}/enable`, {}, `${key} is switched on.`);

async function change(path, body, said) {
  try {
    await post(`/api/admin/${path}`, body, { onwait: () => warn(UNREACHED) });
    tell(said);
  } catch (error) {
    warn(error.message);
    if (!(error instanceof Refusal)) return;
  }
  await look();
}

body.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.roleOf) askRole(button);
  else if (button?.dataset.retry) void whileBusy(button, () => retry(button.dataset.retry));
  else if (button?.dataset.replay) void whileBusy(button, () => replay(button.dataset.replay));
  else if (button?.dataset.since) void whileBusy(button, () => replaySince(...button.dataset.since.split(" ")));
  else if (button?.dataset.enable) void whileBusy(button, () => enable(button.dataset.enable));
  else if (event.target.closest("#admin-more")) {
    event.preventDefault();
    void more();
  }
});

// ---- settings

const wanted = $("admin-filter-words");

/** Shows the settings in which every word occurs: in the name, the value, or where it was set. */
function filter() {
  if (!wanted) return;
  const all = wanted.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const table of body.querySelectorAll(".admin-box")) {
    const name = table.querySelector("h2").textContent;
    const rows = [...table.querySelectorAll("tbody tr")];
    for (const row of rows) {
      const [key, ...others] = [...row.cells].map((cell) => cell.textContent);
      const text = `${name}.${key} ${others.join(" ")}`.toLowerCase();
      row.hidden = !all.every((word) => text.includes(word));
    }
    const found = rows.filter((row) => !row.hidden).length;
    table.hidden = found === 0;
    count += found;
  }
  $("admin-none").hidden = count > 0;
  if (all.length) say(`Settings found: ${count}.`);
}

wanted?.addEventListener("input", filter);

// ---- the beginning

document.querySelector(".admin-nav [aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
if (wanted) $("admin-filter").hidden = false;
$("admin-refresh").addEventListener("click", () => void look({ byHand: true }));
document.querySelector("[data-next]")?.addEventListener("submit", (event) => {
  event.target.elements.next.value = location.pathname;
});
for (const element of body.querySelectorAll("time")) element.replaceWith(time(element.dateTime));
if (new URLSearchParams(location.search).has("after")) body.append(h("p", { class: "admin-more" }, h("a", { class: "button", href: "/admin/people", textContent: "From the beginning" })));
if (CHANGES.includes(section)) setInterval(() => document.hidden || void look(), PAUSE);
