// Forms in a dialog: conditions between fields, files, problems, and nothing that was typed is lost.

import { newKey, post, Unreachable } from "./api.js";
import { begunOf, forgetBegun, keepBegun } from "./begun.js";
import { $, h, icon, words } from "./dom.js";
import { Basket, catchFiles } from "./files.js";
import { createSimilar } from "./similar.js";

const NEAR_THE_LIMIT = 0.8;
const OPENING = /^\d+!ticket!open!/; // as core/actions.py writes it

/** `onreply(reply)` gets what the desk answers once a form is taken. `keeper()` names for whom, and about which ticket,
 * typing is kept; `onkept()` hears that more or less of it is. `onchosen(reply, chosen, back)`: something similar was taken
 * in place of a new ticket; `back()` shows its form again, with all that was typed; null where it was closed meanwhile. */
export function createForms({ onreply, keeper, onkept, onchosen = null }) {
  const sheet = $("sheet");
  let opener = null;
  let about = ""; // the title of the ticket that the form is about
  let leave = null; // what is to happen where the form is closed unsent
  let state = null; // of the form that shows

  sheet.addEventListener("close", () => {
    state?.similar?.stop();
    sheet.replaceChildren();
    if (state && !state.isTouched) forgetBegun(state.place, state.name, state.id);
    if (!state?.isTouched) leave?.();
    leave = state = null;
    onkept();
    if (opener?.isConnected && document.activeElement === document.body) opener.focus();
    opener = null;
  });
  sheet.addEventListener("click", (event) => {
    // A press beside the sheet lets it be; only Escape and the buttons close it, so that no stray click loses words.
    if (event.target.closest("[data-close]")) sheet.close();
  });

  catchFiles(sheet, (files, folders) => {
    const basket = state?.fields.find((field) => field.basket && !field.element.hidden)?.basket;
    if (basket) basket.add(files, folders);
    else if (state) complain(state, "This form takes no files.");
  });

  /** `fill`: words for the first fitting field, which begin another one. `files`: those with the desk already. `begun`: the
   * kept one that goes on, else the last. `onleave`: it was closed with nothing changed in it. `about`: its ticket's title. */
  function open(form, { fill = "", files = [], begun = null, onleave = null, about: title = "" } = {}) {
    if (!sheet.open) opener = document.activeElement;
    leave = onleave;
    about = title;
    const [place, name] = [keeper(), form.title];
    const isNew = fill !== "" || files.length > 0;
    const kept = isNew ? null : (begunOf(place, name).findLast((one) => !begun || one.id === begun) ?? null);
    const id = kept?.id ?? newKey();
    show(form, { place, name, id, typed: kept?.values ?? {}, fill, files: kept?.files ?? files, isTouched: kept !== null });
    if (isNew) remember();
    if (!sheet.open) sheet.showModal();
    focusFirst();
  }

  function show(form, { place, name, id, typed, fill = "", files, isTouched }) {
    const fields = form.inputs.map((input) => fieldOf(input, typed[input.key], changed));
    const problem = h("p", { class: "problem", role: "alert", id: "sheet-problem", dir: "auto", textContent: form.problem ?? "" });
    const submit = h("button", { class: "button primary", type: "submit", textContent: form.submit || "Send" });
    const similar = onchosen && OPENING.test(form.action) ? similarTo(form, submit) : null;
    const element = h(
      "form",
      { method: "dialog", autocomplete: "off", "aria-describedby": "sheet-problem" },
      h(
        "header",
        { class: "sheet-head" },
        h("h2", { id: "sheet-title", dir: "auto", textContent: form.title }),
        h("button", { class: "tool", type: "button", "aria-label": "Close", dataset: { close: "" } }, icon("close")),
      ),
      h("div", { class: "sheet-body" }, about && words(about, "p", "sheet-about"), form.intro && words(form.intro, "p", "quiet"), problem, fields.map((field) => field.element)),
      similar?.element,
      h(
        "footer",
        { class: "sheet-foot" },
        h("button", { class: "button", type: "button", dataset: { close: "" }, textContent: "Cancel" }),
        submit,
      ),
    );
    state?.similar?.stop();
    state = null; // what is filled in now was not changed by hand
    if (fill) fillIn(fields, fill);
    for (const field of fields) field.basket?.restore(files);
    applyConditions(fields);
    state = { form, place, name, id, typed, fields, problem, submit, similar, isTouched, key: newKey(), busy: false };
    const shown = state;
    element.addEventListener("input", changed);
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      void send(shown);
    });
    sheet.replaceChildren(element);
    sheet.classList.toggle("of-ticket", similar !== null);
    similar?.look(valuesOf(fields));
    if (form.problem) sheet.querySelector(".sheet-body").scrollTop = 0;
  }

  function changed() {
    if (!state) return;
    state.key = newKey();
    state.isTouched = true;
    applyConditions(state.fields);
    state.similar?.look(valuesOf(state.fields));
    remember();
  }

  /** What is similar to the ticket that `form` is to open. While something is, `submit` says what it means then. */
  function similarTo(form, submit) {
    const usual = submit.textContent;
    return createSimilar({
      shown: (own) => (submit.textContent = own ?? usual),
      chosen(reply, chosen) {
        if (!state) {
          onchosen(reply, chosen, null); // it was closed meanwhile, and what was typed is kept
          return;
        }
        const { place, name, id, typed, fields } = state;
        const begun = { id, values: { ...typed, ...valuesOf(fields, { all: true }) }, files: filesIn(fields) };
        forgetBegun(place, name, id);
        leave = state = null;
        sheet.close();
        onchosen(reply, chosen, () => {
          keepBegun(place, name, begun);
          open(form, { begun: id });
        });
      },
    });
  }

  function remember() {
    const { place, name, id, typed, fields } = state;
    keepBegun(place, name, { id, values: { ...typed, ...valuesOf(fields, { all: true }) }, files: filesIn(fields) });
  }

  async function send(sent) {
    if (sent.busy) return;
    const baskets = sent.fields.filter((field) => field.basket && !field.element.hidden).map((field) => field.basket);
    if (baskets.some((basket) => basket.busy)) return complain(sent, "The files are still on their way; one moment.");
    if (baskets.some((basket) => basket.failed)) return complain(sent, "A file was not taken. Remove it, then send again.");
    const files = baskets.flatMap((basket) => basket.files);
    setBusy(sent, true);
    try {
      const values = valuesOf(sent.fields);
      const wish = { action: sent.form.action, values, files: files.map((file) => file.id) };
      const onwait = () => complain(sent, "No connection. Trying again…");
      taken(sent, await post("/api/forms", wish, { key: sent.key, onwait }), files);
    } catch (error) {
      complain(sent, error.message);
      if (!(error instanceof Unreachable)) sent.key = newKey();
    }
    setBusy(sent, false);
    return undefined;
  }

  function taken(sent, reply, files) {
    if (!reply.form) {
      forgetBegun(sent.place, sent.name, sent.id);
      leave = state = null;
      sheet.close();
      onreply(reply);
      return;
    }
    const { place, name, id, isTouched } = sent;
    const typed = { ...sent.typed, ...valuesOf(sent.fields, { all: true }) };
    show(reply.form, { place, name, id, typed, files, isTouched });
    if (reply.form.problem) say(reply.form.problem);
    focusFirst();
  }

  function say(sentence) {
    const place = sheet.querySelector("#sheet-problem");
    place.textContent = "";
    requestAnimationFrame(() => (place.textContent = sentence));
  }

  function complain({ problem }, sentence) {
    problem.textContent = sentence;
    problem.scrollIntoView({ block: "nearest" });
  }

  function setBusy(sent, busy) {
    sent.busy = busy;
    sent.submit.classList.toggle("busy", busy);
    sent.submit.setAttribute("aria-disabled", String(busy));
  }

  function focusFirst() {
    const fields = [...sheet.querySelectorAll("input:not([type=file]), select, textarea")].filter((field) => !field.disabled);
    (fields.find((field) => !field.value) ?? fields[0] ?? sheet.querySelector("[type=submit]"))?.focus();
  }

  return { open };
}

/** One input with its label, hint and condition. */
function fieldOf(input, typed, onfiles) {
  const id = `input-${input.key.replace(/\W/g, "-")}`;
  const value = (input.kind.startsWith("choice") ? typed || input.value : input.value || typed) || "";
  const hint = input.hint && h("small", { id: `${id}-hint`, class: "hint", dir: "auto", textContent: input.hint });
  const count = h("small", { class: "hint count", "aria-live": "polite" });
  const shared = { id, name: input.key, required: input.required, "aria-describedby": input.hint ? `${id}-hint` : undefined };
  const { control, basket } = controlOf(input, shared, value, onfiles);
  const optional = !input.required && h("span", { class: "optional", textContent: " (optional)" });
  const label = input.kind === "choices" ? null : h("label", { htmlFor: id, dir: "auto" }, input.label, optional);
  const element = h("div", { class: `input of-${input.kind}` }, label, control, h("div", { class: "under" }, hint, count));
  const field = { input, element, basket, control: basket ? null : control };
  if (input.max_length && field.control) {
    control.addEventListener("input", () => measure(control, count, input.max_length));
    measure(control, count, input.max_length);
  }
  return field;
}

function controlOf(input, shared, value, onfiles) {
  switch (input.kind) {
    case "paragraph":
      return { control: h("textarea", { ...shared, rows: 4, dir: "auto", value }) };
    case "choice":
      return { control: choiceOf(input, shared, value) };
    case "choices":
      return { control: choicesOf(input, shared, value) };
    case "files":
      return filesOf(shared, onfiles);
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

/** Boxes to tick; its value is those that are, with commas between. The desk says so where one is needed. */
function choicesOf(input, { id, "aria-describedby": describedby }, value) {
  const ticked = new Set(value.split(","));
  const boxes = input.choices.map((choice) => h("input", { type: "checkbox", value: choice.value, checked: ticked.has(choice.value) }));
  const rows = input.choices.map((choice, at) => h("li", {}, h("label", {}, boxes[at], words(choice.label, "span"))));
  const group = h("fieldset", { id, class: "choices", "aria-describedby": describedby }, h("legend", { dir: "auto", textContent: input.label }), h("ul", {}, rows));
  Object.defineProperty(group, "value", { get: () => boxes.filter((box) => box.checked).map((box) => box.value).join(",") });
  return group;
}

function filesOf(shared, onfiles) {
  const list = h("ul", { class: "chips", "aria-label": "Chosen files", hidden: true });
  const basket = new Basket(list, onfiles);
  const chooser = h("input", { ...shared, type: "file", multiple: true, required: false });
  chooser.addEventListener("change", () => {
    basket.add(chooser.files);
    chooser.value = "";
  });
  const control = h("div", { class: "drop" }, h("span", { class: "drop-words", "aria-hidden": "true" }, icon("clip"), "Choose, drop or paste files"), chooser, list);
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

const filesIn = (fields) => fields.flatMap(({ basket }) => basket?.files ?? []);

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
