// Which tickets the agents' list shows: the built-in filters, those that one saved, and the controls that make new ones.

import { get, put } from "./api.js";
import { $, h, words } from "./dom.js";
import { everywhere } from "./kept.js";
import { withTags } from "./tags.js";

const TYPING = 250; // ms without a key before the list follows the words
const LIVE = { value: "live", label: "open, any" };
const FIELDS = [
  { name: "status", label: "Status", kind: "status", more: [LIVE] },
  { name: "team", label: "Team", kind: "team" },
  { name: "category", label: "Category", kind: "category" },
  { name: "priority", label: "Priority", kind: "priority" },
  { name: "assignee", label: "With", more: [{ value: "none", label: "nobody yet" }, { value: "me", label: "me" }] },
];
/** Those that are typed; `of` makes what is typed into the condition's values. */
const TYPED = [
  { name: "requester", label: "Asked by", hint: "any, me, or a name", of: (line) => [line.trim()] },
  { name: "tag", label: "Tags", hint: "any", of: (line) => line.split(/[\s,]+/) },
];
const MANY = "\u001f"; // between the values of one choice that stands for several

/**
 * `onchange()`: another list is wanted. `tell(words, tone)`. `me`: the promise of /api/me. `keeper()`: whose habits are
 * remembered in this browser. `first`: `{filters, agents}` that came with the page, if they did.
 */
export function createFilters({ onchange, tell, me, keeper }, first = null) {
  const views = $("views");
  const box = $("filters");
  const wordsBox = $("filter-words");
  const order = $("filter-order");
  let known = []; // as /api/triage/counts gives them
  let wanted = recall();
  let agents = []; // whom a ticket may be given to
  const choices = {};
  let lit = null; // the id of the filter that shows as chosen
  let timer = 0;
  let counting = null;
  let again = false;

  // ---- which

  const query = () => (wanted === null ? null : wanted.query);

  /** The known filter that says just what is wanted, or the one that was chosen and changed since. */
  const exact = () => (isWanted(chosen()) ? chosen() : known.find(isWanted));
  const isWanted = (one) => Boolean(one && wanted) && same(one.query, wanted.query);
  // Saved ones have their numbers by their places, which change; their names are theirs alone.
  const chosen = () => known.find((one) => wanted && (one.builtin ? one.id === wanted.id : one.name === wanted.name));

  function choose(id) {
    const filter = known.find((one) => String(one.id) === String(id));
    if (!filter) return false;
    clearTimeout(timer); // words that were being typed belong to the filter before
    wordsBox.value = new URLSearchParams(filter.query).get("q") ?? "";
    want(filter.query, filter);
    return true;
  }

  function want(next, { id, name, builtin } = wanted ?? {}) {
    wanted = { query: String(next), id, name: builtin ? undefined : name, builtin };
    remember(wanted);
    showViews();
    showControls();
    onchange();
  }

  /** Change one condition; an empty value takes it away. */
  function set(name, value) {
    const next = new URLSearchParams(wanted?.query ?? "");
    next.delete(name);
    for (const one of value.split(MANY)) if (one) next.append(name, one);
    want(next);
  }

  /** The counts, one request at a time; what is asked for meanwhile is asked once more. */
  function count() {
    if (counting) {
      again = true;
      return counting;
    }
    counting = (async () => {
      try {
        do {
          again = false;
          learn(await get("/api/triage/counts"));
        } while (again);
      } catch {
        // The numbers stay as they were; the list says what is the matter.
      } finally {
        counting = null;
      }
    })();
    return counting;
  }

  function learn(answer) {
    known = answer.filters;
    agents = answer.agents;
    choices.assignee = agents.map(({ id, name }) => ({ value: String(id), label: name }));
    wanted ??= { query: known[0].query, id: known[0].id, builtin: true };
    showControls();
    showViews();
  }

  // ---- showing

  function showViews() {
    const held = views.contains(document.activeElement) ? document.activeElement.dataset.filter : null;
    const now = exact() ?? chosen();
    const { scrollTop } = views;
    views.replaceChildren(...known.map((filter, number) => viewOf(filter, filter === now, number)));
    views.scrollTop = scrollTop;
    if (held) [...views.querySelectorAll("button")].find((button) => button.dataset.filter === held)?.focus({ preventScroll: true });
    // Of many, the one that was just chosen is in sight.
    if (now?.id !== lit) views.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    lit = now?.id;
    showSaving();
  }

  function viewOf(filter, isIt, number) {
    const isChanged = isIt && !same(filter.query, wanted.query);
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: filter.count === 0 ? "none" : "",
          dataset: { filter: String(filter.id) },
          "aria-current": isIt ? "true" : undefined,
          title: number < 9 ? `${filter.name} · key ${number + 1}` : filter.name,
          onclick: () => choose(filter.id),
        },
        words(filter.name, "span", "view-name"),
        isChanged && h("span", { class: "view-changed" }, "*", h("span", { class: "hidden", textContent: " changed" })),
        // What is counted is the filter as it was; the list says how many it has now.
        !isChanged && h("span", { class: "count", textContent: filter.count >= 1000 ? "999+" : String(filter.count) }),
      ),
    );
  }

  function showControls() {
    const now = new URLSearchParams(wanted?.query ?? "");
    if (document.activeElement !== wordsBox) wordsBox.value = now.get("q") ?? "";
    order.value = now.get("order") ?? "queue";
    order.querySelector("[value=best]").disabled = !now.has("q") && order.value !== "best"; // of no words nothing is best
    const set_ = [...FIELDS, ...TYPED].map(({ name }) => name).filter((name) => now.has(name)).length;
    $("filter-toggle").classList.toggle("on", set_ > 0 && !exact());
    for (const select of box.querySelectorAll("select[name]")) fillSelect(select, now);
    for (const input of box.querySelectorAll("label > input")) {
      if (document.activeElement !== input) input.value = now.getAll(input.name).join(", ");
    }
  }

  function fillSelect(select, now) {
    const field = FIELDS.find(({ name }) => name === select.name);
    const options = [{ value: "", label: "any" }, ...(field.more ?? []), ...(choices[field.name] ?? [])];
    const values = now.getAll(field.name);
    const value = values.join(MANY);
    if (value && !options.some((option) => option.value === value)) {
      const label = (one) => options.find((option) => option.value === one)?.label ?? one;
      options.push({ value, label: values.map(label).join(", ") });
    }
    if (document.activeElement === select) return;
    select.replaceChildren(...options.map((option) => h("option", { value: option.value, textContent: option.label })));
    select.value = value;
  }

  function build() {
    if (box.childElementCount) return;
    box.append(
      ...FIELDS.map((field) =>
        h("label", {}, h("span", { textContent: field.label }), h("select", { name: field.name, onchange: (event) => set(field.name, event.target.value) })),
      ),
      ...TYPED.map(({ name, label, hint, of }) => {
        const input = h("input", { type: "text", name, dir: "auto", autocomplete: "off", placeholder: hint, onchange: (event) => set(name, of(event.target.value).join(MANY)) });
        return h("label", {}, h("span", { textContent: label }), name === "tag" ? withTags(input) : input);
      }),
      h("div", { class: "filter-saving", id: "filter-saving" }),
    );
    showControls();
    showSaving();
  }

  // ---- saving

  function showSaving() {
    const place = $("filter-saving");
    if (!place || place.querySelector("input")) return;
    const own = chosen() && !chosen().builtin ? chosen() : null;
    const isKnown = Boolean(exact());
    const button = (label, onclick) => h("button", { type: "button", class: "button small", textContent: label, onclick });
    const held = place.contains(document.activeElement) ? document.activeElement.textContent : null;
    place.replaceChildren(
      ...[
        !isKnown && button("Save this filter", () => askName("", saveNew)),
        own && !isKnown && button(`Save over “${own.name}”`, () => saveOver(own)),
        own && button("Rename", () => askName(own.name, (name) => rename(own, name))),
        own && button("Delete", () => remove(own)),
        !isKnown && chosen() && button("Reset", () => choose(chosen().id)),
      ].filter(Boolean),
    );
    if (held) ([...place.children].find((one) => one.textContent === held) ?? place.firstElementChild ?? $("filter-toggle")).focus();
  }

  const mine = () => known.filter((one) => !one.builtin);

  function askName(value, then) {
    const input = h("input", { type: "text", required: true, maxLength: 40, dir: "auto", value, "aria-label": "Name of the filter", placeholder: "Name of the filter", autocomplete: "off" });
    const put_ = async () => {
      const name = input.value.trim();
      if (!name) return;
      if (await then(name)) close();
    };
    const close = () => {
      $("filter-saving").replaceChildren();
      showSaving();
      ($("filter-saving").querySelector("button") ?? $("filter-toggle")).focus();
    };
    const onkeydown = (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        void put_();
      } else if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        close();
      }
    };
    input.addEventListener("keydown", onkeydown);
    $("filter-saving").replaceChildren(
      input,
      h("button", { type: "button", class: "button small primary", textContent: "Save", onclick: put_ }),
      h("button", { type: "button", class: "button small", textContent: "Cancel", onclick: close }),
    );
    input.focus();
    input.select();
  }

  async function saveNew(name) {
    const { query: saved } = wanted;
    const isSaved = await save((filters) => [...filters, { name, query: saved }], `“${name}” is saved.`);
    if (isSaved && same(saved, wanted.query)) choose(known.find((one) => !one.builtin && one.name === name)?.id);
    return isSaved;
  }

  const changed = ({ name }, change) => (filters) => filters.map((one) => (one.name === name ? { ...one, ...change } : one));

  const saveOver = (own) => save(changed(own, { query: wanted.query }), `“${own.name}” is changed.`);

  async function rename(own, name) {
    const isNamed = await save(changed(own, { name }), `It is called “${name}” now.`);
    if (isNamed && wanted.name === own.name) {
      wanted = { ...wanted, name };
      remember(wanted);
      showViews();
    }
    return isNamed;
  }

  async function remove(own) {
    const isGone = await save((filters) => filters.filter((one) => one.name !== own.name), `“${own.name}” is deleted.`);
    if (isGone && wanted.name === own.name) choose(known[0].id);
  }

  /** `change(filters)`: the saved ones as they are to be, from those that there are now: another window may have saved. */
  async function save(change, said) {
    try {
      learn(await get("/api/triage/counts"));
      await put("/api/triage/filters", { filters: change(mine()).map(({ name, query: kept }) => ({ name, query: kept })) });
      await count();
      tell(said);
      return true;
    } catch (error) {
      tell(error.message, "warning");
      return false;
    }
  }

  // ---- what is remembered in this browser

  function place() {
    return `triage:${keeper()}:list`;
  }

  function remember(value) {
    everywhere.write(place(), value);
  }

  function recall() {
    const kept = everywhere.read(place());
    return typeof kept?.query === "string" ? kept : null;
  }

  wordsBox.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => set("q", wordsBox.value.trim()), TYPING);
  });
  wordsBox.addEventListener("keydown", (event) => intoList(event));
  order.addEventListener("change", () => set("order", order.value === "queue" ? "" : order.value));
  $("filter-toggle").addEventListener("click", () => {
    const isOpen = box.hidden;
    build();
    box.hidden = !isOpen;
    $("filter-toggle").setAttribute("aria-expanded", String(isOpen));
  });
  me.then(({ commands }) => {
    for (const { name, kind } of FIELDS) if (kind) choices[name] = choicesOf(commands, kind);
    showControls();
  }).catch(() => {}); // main.js tells what is the matter

  if (first) learn(first);
  else showControls();
  return {
    query,
    choose,
    count,
    current: () => exact()?.id ?? null,
    /** What the words of the filter are looked for in all tickets by; null where they are already, or there are none. */
    widened() {
      const now = new URLSearchParams(wanted?.query ?? "");
      const isNarrow = [...now.keys()].some((name) => !["q", "order"].includes(name));
      if (!now.get("q") || !isNarrow) return null;
      return () => want(new URLSearchParams({ q: now.get("q"), order: "best" }));
    },
    isPlain: () => Boolean(exact()),
    /** By its place in the list, from 1. */
    nth: (number) => known[number - 1]?.id,
    all: () => known,
    agents: () => agents,
  };
}

/** What a parameter of this kind may be, as the commands have it. */
export function choicesOf(commands, kind) {
  const parameters = commands.flatMap((command) => command.parameters);
  return parameters.find((parameter) => parameter.kind === kind && parameter.choices?.length)?.choices ?? [];
}

/** From the box of words down to what they find. */
export function intoList(event) {
  if (event.key !== "ArrowDown") return;
  event.preventDefault();
  document.querySelector("#thread-list a")?.focus();
}

/** Whether two queries ask for the same, in whatever order they say it. */
export function same(one, other) {
  const sorted = (query) => {
    const pairs = [...new URLSearchParams(query)].filter(([, value]) => value !== "").map((pair) => pair.join("="));
    return pairs.sort().join("&");
  };
  return sorted(one) === sorted(other);
}
