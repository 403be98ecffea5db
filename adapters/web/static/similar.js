// What may answer a question before its ticket is opened: shown below the form while it is filled.

import { get, newKey, post } from "./api.js";
import { whileBusy } from "./cards.js";
import { h, icon, isPhone } from "./dom.js";
import { blocks } from "./text.js";

const TYPING = 300; // ms without a key before the desk is asked
const APART = 1600; // ms between two questions: the desk answers forty a minute
const SHORTEST = 5; // characters from which on there is something to look for
const ASKED = ["title", "description", "category"];

/**
 * For a form with the inputs `ASKED`. `shown(own)`: something similar shows, and `own` is what opens a ticket all the
 * same; null when nothing does any more. `chosen(reply, chosen)`: it was taken in place of a ticket.
 */
export function createSimilar({ shown, chosen }) {
  const status = h("p", { class: "hidden", role: "status" });
  const toggle = h("button", { type: "button", class: "similar-head", "aria-expanded": "true", "aria-controls": "similar-list" }, icon("answers"), h("span"), icon("down"));
  const list = h("ul", { class: "similar-list", id: "similar-list" });
  const problem = h("p", { class: "problem", role: "alert", dir: "auto" });
  const panel = h("section", { class: "similar", "aria-label": "Similar to yours", hidden: true }, h("h3", {}, toggle), problem, list);
  const element = h("div", { class: "similar-place" }, status, panel);
  let values = {};
  let asked = ""; // for which words
  let found = ""; // what shows, as it was told
  let waiting = null; // what came while the panel was being used
  let timer = 0;
  let last = 0; // when the desk was last asked
  let request = null;
  let key = newKey();

  toggle.addEventListener("click", () => expand(toggle.getAttribute("aria-expanded") !== "true"));
  // What has the focus stays; what came meanwhile shows once it has gone.
  panel.addEventListener("focusout", () => requestAnimationFrame(() => waiting && !isUsed() && show(waiting)));

  const isUsed = () => panel.contains(document.activeElement);

  function expand(isOpen) {
    toggle.setAttribute("aria-expanded", String(isOpen));
    list.hidden = !isOpen;
  }

  /** The form's values are these now. */
  function look(now) {
    values = Object.fromEntries(ASKED.map((name) => [name, now[name] ?? ""]));
    const words = JSON.stringify(ASKED.map((name) => values[name].trim()));
    if (words === asked) return;
    asked = words;
    request?.abort();
    clearTimeout(timer);
    if ((values.title + values.description).trim().length < SHORTEST) offer({ items: [], others: null });
    else timer = setTimeout(() => void ask(), Math.max(TYPING, last + APART - Date.now()));
  }

  /** Where it cannot be asked, nothing shows: nobody's ticket waits for it. */
  async function ask() {
    last = Date.now();
    request = new AbortController();
    const { signal } = request;
    const answer = await post("/api/similar", values, { waits: [], signal }).catch(() => null);
    if (!signal.aborted) offer(answer ?? { items: [], others: null });
  }

  function offer(answer) {
    if (isUsed()) waiting = answer;
    else show(answer);
  }

  function show(answer) {
    waiting = null;
    const told = JSON.stringify(answer);
    if (told === found) return;
    found = told;
    key = newKey();
    const rows = [...answer.items.map(rowOf), ...(answer.others ? [othersOf(answer.others)] : [])];
    const wasHidden = panel.hidden;
    panel.hidden = rows.length === 0;
    problem.textContent = "";
    list.replaceChildren(...rows);
    toggle.querySelector("span").textContent = `${answer.title} (${answer.items.length || answer.others?.line})`;
    if (wasHidden) expand(!isPhone());
    shown(rows.length ? answer.own : null);
    tell(answer);
    // The form has less room now, or more: what is being filled in stays in sight.
    document.activeElement?.closest(".sheet-body .input")?.scrollIntoView({ block: "nearest" });
  }

  /** Said once for the same finds, in whatever order they come. */
  function tell({ title, items, others }) {
    const names = items.map(({ ref, title: name }) => `${ref} ${name}`).join(", ");
    const words = items.length || others ? [`${title}, below the form:`, names, others?.line].filter(Boolean).join(" ") : "";
    if (status.textContent !== words) status.textContent = words;
  }

  // ---- the rows

  function rowOf(one) {
    const place = h("div", { class: "similar-answer", hidden: true });
    const isFaq = one.kind === "faq";
    const away = one.why.filter((word) => !anyOf([word]).test(`${one.title} ${one.answer}`));
    const choice = one.choice && choiceOf(one.choice, one.ref, `${one.ref} ${one.title}`);
    return h(
      "li",
      {},
      h("p", { class: "similar-title" }, linkTo(one)),
      h(
        "p",
        { class: "similar-stands" },
        h("span", { class: "pill", dir: "auto", textContent: one.state }),
        one.followed.map((line) => h("span", { dir: "auto", textContent: line })),
        away.length > 0 && h("span", { dir: "auto" }, "has ", away.map((word, at) => [at ? ", " : "", h("mark", { textContent: word })])),
      ),
      one.answer && h("p", { class: "similar-excerpt", dir: "auto" }, marked(one.answer, one.why)),
      isFaq && place,
      h("div", { class: "buttons" }, isFaq && opener(one, place, choice), !isFaq && choice),
    );
  }

  /** A FAQ is read here before it is said to answer anything. */
  function opener(one, place, choice) {
    const button = h("button", { type: "button", class: "button small", "aria-expanded": "false", textContent: "Read it here", "aria-label": `Read it here: ${one.ref} ${one.title}` });
    button.addEventListener("click", () => void whileBusy(button, toggleAnswer));
    async function toggleAnswer() {
      if (!place.childNodes.length) {
        const faq = await get(`/api/faqs/${one.ref}`).catch((error) => error);
        if (faq instanceof Error) {
          problem.textContent = faq.message;
          return;
        }
        place.replaceChildren(h("div", { class: "text" }, blocks(faq.answer)), ...(choice ? [h("div", { class: "buttons" }, choice)] : []));
      }
      place.hidden = !place.hidden;
      place.closest("li").classList.toggle("open", !place.hidden);
      button.setAttribute("aria-expanded", String(!place.hidden));
      button.textContent = place.hidden ? "Read it here" : "Hide it";
      button.setAttribute("aria-label", `${button.textContent}: ${one.ref} ${one.title}`);
    }
    return button;
  }

  const othersOf = ({ line, detail, choice }) =>
    h(
      "li",
      {},
      h("p", { class: "similar-title", dir: "auto", textContent: line }),
      h("p", { class: "similar-stands" }, h("span", { dir: "auto", textContent: detail })),
      choice && h("div", { class: "buttons" }, choiceOf(choice, undefined, line)),
    );

  function choiceOf({ choice, label }, ref, about) {
    const button = h("button", { type: "button", class: "button small", dir: "auto", textContent: label, "aria-label": `${label}: ${about}` });
    button.addEventListener("click", () => void whileBusy(button, () => take({ choice, ref })));
    return button;
  }

  async function take(wanted) {
    problem.textContent = "";
    try {
      const wish = { ...wanted, values };
      const own = `${key}${wanted.choice}${wanted.ref ?? ""}`; // pressed twice, it is done once
      chosen(await post("/api/similar/choice", wish, { key: own }), wanted);
    } catch (error) {
      key = newKey();
      problem.textContent = error.message;
    }
  }

  /** The form is gone. */
  function stop() {
    clearTimeout(timer);
    request?.abort();
  }

  return { element, look, stop };
}

/** In a window of its own: the form stays. */
function linkTo({ ref, kind, title, why }) {
  const href = kind === "faq" ? `/faq/${ref}` : `/t/${ref}`;
  const name = h("span", { dir: "auto" }, marked(title, why));
  return h("a", { href, target: "_blank", rel: "noopener" }, h("span", { class: "ref", textContent: ref }), " ", name, h("span", { class: "hidden", textContent: " (opens in a new tab)" }));
}

/** One of `words`, whole. */
function anyOf(words) {
  const all = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|");
  return new RegExp(`(?<![\\p{L}\\p{N}])(${all})(?![\\p{L}\\p{N}])`, "iu");
}

/** `text` in pieces, those of `words` marked. */
function marked(text, words) {
  if (!words.length) return text;
  return text.split(anyOf(words)).map((piece, at) => (at % 2 ? h("mark", { textContent: piece }) : piece));
}
