// One box to find anything by: tickets, commands, filters, pages. Also how a key asks for one of several.

import { get } from "./api.js";
import { h, icon, say } from "./dom.js";

const TYPING = 150; // ms without a key before the desk is asked for tickets
const MOST = 40;

/**
 * `sources()`: [{group, items}] at hand; an item is {label, detail, icon, keys, run}. `find(words)`: tickets, a promise.
 * `closed()`: it is closed, and what had the focus before may be gone.
 */
export function createPalette({ sources, find, closed }) {
  const input = h("input", {
    type: "text",
    role: "combobox",
    id: "palette-input",
    dir: "auto",
    autocomplete: "off",
    spellcheck: false,
    "aria-autocomplete": "list",
    "aria-controls": "palette-list",
    "aria-expanded": "true",
  });
  const question = h("p", { class: "palette-question", hidden: true });
  const list = h("div", { id: "palette-list", role: "listbox", tabIndex: -1 });
  const none = h("p", { class: "quiet palette-none", hidden: true });
  const dialog = h(
    "dialog",
    { class: "palette", id: "palette", "aria-label": "Find a ticket or a command" },
    question,
    h("div", { class: "palette-box" }, icon("search"), input, h("button", { type: "button", class: "tool small", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
    list,
    none,
  );
  document.body.append(dialog);
  let mode = null; // {groups, free, find, isAll, done}
  let options = [];
  let active = -1;
  let found = [];
  let problem = ""; // why the desk could not be asked
  let isMoved = false; // whether one of the options was chosen by hand
  let isEager = false; // Enter was pressed before the desk had answered
  let timer = 0;
  let turn = 0;

  /** Everything there is to find. */
  function open(words = "") {
    start({ label: "Find a ticket or a command", hint: "Ticket, command, filter or page", groups: sources(), find, isAll: true }, words);
  }

  /**
   * Ask for one of `choices` ([{value, label, detail}]), or of those that `find(words)` brings, or with `free` for words:
   * resolves to the value, or to null where none was chosen.
   */
  function choose({ label, choices = [], find: more = null, free = false, value = "" }) {
    return new Promise((resolve) => {
      const itemOf = (choice) => ({ ...choice, run: () => resolve(choice.value) });
      const groups = [{ group: "", items: choices.map(itemOf) }];
      const found = more && (async (words) => (await more(words)).map(itemOf));
      start({ label, hint: free ? "Words" : "Type to narrow down", groups, find: found, free: free && ((words) => resolve(words)), done: () => resolve(null) }, value);
    });
  }

  function start(next, words) {
    mode?.done?.();
    mode = next;
    forget();
    dialog.setAttribute("aria-label", mode.label);
    input.setAttribute("aria-label", mode.label);
    list.setAttribute("aria-label", mode.label);
    input.placeholder = mode.hint;
    question.hidden = mode.isAll === true;
    question.textContent = mode.label;
    input.value = words;
    if (!dialog.open) dialog.showModal();
    input.focus();
    input.select();
    show();
  }

  /** What was found for other words than those that are there now. */
  function forget() {
    clearTimeout(timer);
    turn += 1;
    timer = 0;
    [found, problem, isMoved, isEager] = [[], "", false, false];
  }

  function show() {
    const words = input.value.trim();
    const chosen = isMoved ? options[active] : null;
    const refs = new Set(found.map((item) => item.label));
    const others = mode.groups.map((one) => ({ ...one, items: one.items.filter((item) => !refs.has(item.label)) }));
    const groups = found.length ? [{ group: "Tickets", items: found, isFound: true }, ...others] : others;
    const shown = groups.map((one) => ({ ...one, items: one.isFound ? one.items : ranked(one.items, words) })).filter((one) => one.items.length);
    // Where words are typed, the group that fits them best comes first.
    if (words) shown.sort((one, other) => best(other) - best(one));
    options = [];
    list.replaceChildren(...shown.map(groupOf));
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    none.textContent = problem || (timer ? "Looking…" : emptyWords(words));
    none.hidden = options.length > 0 && !problem;
    // What comes in later must not take the place of what was chosen.
    const kept = chosen ? options.findIndex((item) => item.label === chosen.label) : -1;
    pick(kept >= 0 ? kept : mode.free ? -1 : 0);
  }

  function emptyWords(words) {
    if (!mode.free) return "Nothing is called that.";
    return words ? "Enter takes these words." : "Type the words, then press Enter.";
  }

  const best = (one) => (one.isFound ? 60 : Math.max(...one.items.map((item) => item.score ?? 0)));

  function groupOf({ group, items }) {
    const elements = items.map((item) => {
      options.push(item);
      return optionOf(item, options.length - 1);
    });
    if (!group) return h("div", { role: "presentation" }, elements);
    const id = `palette-${group.toLowerCase().replace(/\W+/g, "-")}`;
    return h("div", { role: "group", "aria-labelledby": id }, h("p", { id, class: "palette-group", textContent: group }), elements);
  }

  function optionOf(item, number) {
    return h(
      "div",
      {
        id: `palette-option-${number}`,
        role: "option",
        class: "palette-option",
        "aria-selected": "false",
        onmousedown: (event) => event.preventDefault(),
        onclick: () => take(item),
      },
      item.icon && icon(item.icon),
      h("span", { class: "palette-label", dir: "auto", textContent: item.label }),
      item.detail && h("span", { class: "palette-detail", dir: "auto", textContent: item.detail }),
      item.keys && h("kbd", { textContent: item.keys }),
    );
  }

  function pick(number) {
    const at = (index) => dialog.querySelector(`#palette-option-${index}`);
    at(active)?.setAttribute("aria-selected", "false");
    active = options.length ? number : -1;
    const element = at(active);
    element?.setAttribute("aria-selected", "true");
    element?.scrollIntoView({ block: "nearest" });
    if (element) input.setAttribute("aria-activedescendant", element.id);
    else input.removeAttribute("aria-activedescendant");
    if (!options.length) say(none.textContent);
  }

  function take(item) {
    mode.done = null;
    dialog.close();
    item.run();
  }

  function enter() {
    if (options[active]) take(options[active]);
    else if (mode.free && input.value.trim()) take({ run: () => mode?.free(input.value.trim()) });
    else isEager = timer !== 0;
  }

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      isMoved = true;
      pick(active < 0 && step < 0 ? options.length - 1 : (active + step + options.length) % options.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      enter();
    }
  });
  input.addEventListener("input", () => {
    const before = found; // until others are found, so that the list does not jump
    forget();
    const words = input.value.trim();
    if (mode.find && words.length > 1) {
      found = before.filter((item) => fit(item.label, words) > 0);
      timer = setTimeout(() => void look(words, turn), TYPING);
    }
    show();
  });

  async function look(words, mine) {
    const answer = await mode.find(words).catch((error) => error);
    if (mine !== turn || !dialog.open) return;
    timer = 0;
    found = answer instanceof Error ? [] : answer;
    problem = answer instanceof Error ? answer.message : "";
    show();
    if (isEager) enter();
  }

  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    if (dialog.open) return; // it was opened again since
    // What had the focus may be gone; then a box that nobody sees must not go on taking the keys.
    if (dialog.contains(document.activeElement)) document.activeElement.blur();
    forget();
    mode?.done?.();
    mode = null;
    closed();
  });

  return { open, choose, isOpen: () => dialog.open };
}

/** Tickets as items, found by their title or ref. */
export async function findTickets(words, open) {
  return (await ticketsLike(words)).map((item) => ({ ...item, run: () => open(item.value) }));
}

/** The same as choices. */
export async function ticketsLike(words) {
  const { tickets } = await get(`/api/triage?${new URLSearchParams({ q: words, order: "newest", limit: 8 })}`);
  return tickets.map((ticket) => ({ value: ticket.ref, label: `${ticket.ref} ${ticket.title}`, detail: `${ticket.status_label} · ${ticket.requester}`, icon: "facts" }));
}

/** The items that fit, best first; all of them, in their order, where nothing is typed. */
export function ranked(items, words) {
  if (!words) return items.slice(0, MOST);
  return items
    .map((item) => ({ ...item, score: Math.max(fit(item.label, words), fit(item.detail ?? "", words) / 2) }))
    .filter((item) => item.score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, MOST);
}

/** How well the letters of `words` stand in `text`, in their order: 0 not at all; more where they begin words or follow one another. */
export function fit(text, words) {
  const [here, wanted] = [text.toLowerCase(), words.toLowerCase()];
  const whole = here.indexOf(wanted);
  if (whole >= 0) return 100 - Math.min(whole, 40) + (isStart(here, whole) ? 40 : 0);
  let score = 0;
  let at = -1;
  for (const letter of wanted.replace(/\s+/g, "")) {
    const next = here.indexOf(letter, at + 1);
    if (next < 0) return 0;
    score += next === at + 1 ? 3 : isStart(here, next) ? 2 : -1;
    at = next;
  }
  return Math.max(0, Math.min(score, 50));
}

const isStart = (text, at) => at === 0 || /[\s/·-]/.test(text[at - 1]);
