// Forms in a dialog: conditions between fields, files, problems, and nothing that was typed is lost.

import { newKey, post, Unreachable } from "./api.js";
import { $, h, icon, words } from "./dom.js";
import { Basket, catchFiles } from "./files.js";

const NEAR_THE_LIMIT = 0.8;

/** `onreply(reply)` gets what the desk answers once a form is taken. `keeper()` names for whom, and about which ticket,
 * typing is kept. */
export function createForms({ onreply, keeper }) {
  const sheet = $("sheet");
  let opener = null;

  sheet.addEventListener("close", () => {
    sheet.replaceChildren();
    if (opener?.isConnected && document.activeElement === document.body) opener.focus();
    opener = null;
  });
  sheet.addEventListener("click", (event) => {
    // A press beside the sheet lets it be; only Escape and the buttons close it, so that no stray click loses words.
    if (event.target.closest("[data-close]")) sheet.close();
  });

  /** `fill`: words for the first fitting field. `files`: those with the desk already. */
  function open(form, { fill = "", files = [] } = {}) {
    if (!sheet.open) opener = document.activeElement;
    const kept = recall(keeper, form.title);
    show(form, kept, fill, files);
    if (!sheet.open) sheet.showModal();
    focusFirst();
  }

  function show(form, typed, fill, files) {
    const fields = form.inputs.map((input) => fieldOf(input, typed[input.key]));
    const problem = h("p", { class: "problem", role: "alert", id: "sheet-problem", dir: "auto", textContent: form.problem ?? "" });
    const submit = h("button", { class: "button primary", type: "submit", textContent: form.submit || "Send" });
    const element = h(
      "form",
      { method: "dialog", autocomplete: "off", "aria-describedby": "sheet-problem" },
      h(
        "header",
        { class: "sheet-head" },
        h("h2", { id: "sheet-title", dir: "auto", textContent: form.title }),
        h("button", { class: "tool", type: "button", "aria-label": "Close", dataset: { close: "" } }, icon("close")),
      ),
      h("div", { class: "sheet-body" }, form.intro && words(form.intro, "p", "quiet"), problem, fields.map((field) => field.element)),
      h(
        "footer",
        { class: "sheet-foot" },
        h("button", { class: "button", type: "button", dataset: { close: "" }, textContent: "Cancel" }),
        submit,
      ),
    );
    const state = { form, fields, problem, submit, key: newKey(), busy: false };
    if (fill) fillIn(fields, fill);
    for (const field of fields) field.basket?.restore(files);
    applyConditions(fields);
    element.addEventListener("input", () => {
      state.key = newKey();
      applyConditions(fields);
      remember(keeper, form.title, valuesOf(fields, { all: true }));
    });
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      void send(state);
    });
    sheet.replaceChildren(element);
    if (form.problem) sheet.querySelector(".sheet-body").scrollTop = 0;
  }

  async function send(state) {
    if (state.busy) return;
    const baskets = state.fields.filter((field) => field.basket && !field.element.hidden).map((field) => field.basket);
    if (baskets.some((basket) => basket.busy)) return complain(state, "The files are still on their way; one moment.");
    if (baskets.some((basket) => basket.failed)) return complain(state, "A file was not taken. Remove it, then send again.");
    const files = baskets.flatMap((basket) => basket.files);
    setBusy(state, true);
    try {
      const values = valuesOf(state.fields);
      const wish = { action: state.form.action, values, files: files.map((file) => file.id) };
      const onwait = () => complain(state, "No connection. Trying again…");
      taken(state, await post("/api/forms", wish, { key: state.key, onwait }), files);
    } catch (error) {
      complain(state, error.message);
      if (!(error instanceof Unreachable)) state.key = newKey();
    }
    setBusy(state, false);
    return undefined;
  }

  function taken(state, reply, files) {
    if (!reply.form) {
      forget(keeper, state.form.title);
      sheet.close();
      onreply(reply);
      return;
    }
    const typed = valuesOf(state.fields, { all: true });
    show(reply.form, typed, "", files);
    if (reply.form.problem) say(reply.form.problem);
    focusFirst();
  }

  function say(sentence) {
    const place = sheet.querySelector("#sheet-problem");
    place.textContent = "";
    requestAnimationFrame(() => (place.textContent = sentence));
  }

  function complain(state, sentence) {
    state.problem.textContent = sentence;
    state.problem.scrollIntoView({ block: "nearest" });
  }

  function setBusy(state, busy) {
    state.busy = busy;
    state.submit.classList.toggle("busy", busy);
    state.submit.setAttribute("aria-disabled", String(busy));
  }

  function focusFirst() {
    const fields = [...sheet.querySelectorAll("input:not([type=file]), select, textarea")].filter((field) => !field.disabled);
    (fields.find((field) => !field.value) ?? fields[0] ?? sheet.querySelector("[type=submit]"))?.focus();
  }

  return { open };
}

/** One input with its label, hint and condition. */
function fieldOf(input, typed) {
  const id = `input-${input.key.replace(/\W/g, "-")}`;
  const value = (input.kind === "choice" ? typed || input.value : input.value || typed) || "";
  const hint = input.hint && h("small", { id: `${id}-hint`, class: "hint", dir: "auto", textContent: input.hint });
  const count = h("small", { class: "hint count", "aria-live": "polite" });
  const shared = { id, name: input.key, required: input.required, "aria-describedby": input.hint ? `${id}-hint` : undefined };
  const { control, basket } = controlOf(input, shared, value);
  const label = h("label", { htmlFor: id, dir: "auto" }, input.label, !input.required && h("span", { class: "optional", textContent: " (optional)" }));
  const element = h("div", { class: `input of-${input.kind}` }, label, control, h("div", { class: "under" }, hint, count));
  const field = { input, element, basket, control: basket ? null : control };
  if (input.max_length && field.control) {
    control.addEventListener("input", () => measure(control, count, input.max_length));
    measure(control, count, input.max_length);
  }
  return field;
}

function controlOf(input, shared, value) {
  switch (input.kind) {
    case "paragraph":
      return { control: h("textarea", { ...shared, rows: 4, dir: "auto", value }) };
    case "choice":
      return { control: choiceOf(input, shared, value) };
    case "files":
      return filesOf(shared);
    default:
      return { control: h("input", { ...shared, type: "text", dir: "auto", value, autocomplete: "off" }) };
  }
}

function choiceOf(input, shared, value) {
  const known = input.choices.some((choice) => choice.value === value);
  const none = (!known || !input.required) && h("option", { value: "", textContent: input.required ? "Choose…" : "No choice" });
  const options = input.choices.map((choice) => h("option", { value: choice.value, textContent: choice.label }));
  const select = h("select", shared, none, options);
  select.value = known ? value : "";
  return select;
}

function filesOf(shared) {
  const list = h("ul", { class: "chips", "aria-label": "Chosen files", hidden: true });
  const basket = new Basket(list);
  const chooser = h("input", { ...shared, type: "file", multiple: true, required: false });
  chooser.addEventListener("change", () => {
    basket.add(chooser.files);
    chooser.value = "";
  });
  const control = h("div", { class: "drop" }, h("span", { class: "drop-words", "aria-hidden": "true" }, icon("clip"), "Choose, drop or paste files"), chooser, list);
  catchFiles(control, (files) => basket.add(files));
  return { control, basket };
}

/** Shows and asks only for what applies; the others keep what was typed in them. */
function applyConditions(fields) {
  const current = valuesOf(fields, { all: true });
  for (const { input, element, control, basket } of fields) {
    const shown = !input.when || current[input.when.field] === input.when.value;
    element.hidden = !shown;
    if (control) control.disabled = !shown;
    if (basket) element.querySelector("input").disabled = !shown;
  }
}

function valuesOf(fields, { all = false } = {}) {
  const asked = fields.filter(({ control, element }) => control && (all || !element.hidden));
  return Object.fromEntries(asked.map(({ input, control }) => [input.key, control.value]));
}

/** Short words are a title, long ones a description. */
function fillIn(fields, fill) {
  const short = fill.length <= 120 && !fill.includes("\n");
  const fits = ({ input, control }) => control && input.kind === (short ? "line" : "paragraph") && !input.when;
  const field = fields.find(fits) ?? fields.find(({ input }) => ["line", "paragraph"].includes(input.kind));
  if (field?.control) field.control.value = fill;
}

function measure(control, count, limit) {
  const length = [...control.value.trim()].length;
  control.setCustomValidity(length > limit ? `This has ${length} characters, and ${limit} is the most. Please shorten it.` : "");
  count.textContent = length > limit * NEAR_THE_LIMIT ? `${length} of ${limit}` : "";
  count.classList.toggle("over", length > limit);
}

// What was typed into a form that was closed unsent; gone with the tab.
const place = (keeper, title) => `form:${keeper()}:${title}`;

function remember(keeper, title, values) {
  try {
    sessionStorage.setItem(place(keeper, title), JSON.stringify(values));
  } catch {
    // No storage, or a full one: the form still works, only closing it loses what was typed.
  }
}

function recall(keeper, title) {
  try {
    return JSON.parse(sessionStorage.getItem(place(keeper, title))) ?? {};
  } catch {
    return {};
  }
}

function forget(keeper, title) {
  try {
    sessionStorage.removeItem(place(keeper, title));
  } catch {
    // As in remember.
  }
}
