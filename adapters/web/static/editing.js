// A message of one's own, changed or taken away where it stands.

import { h } from "./dom.js";
import { toMarkdown } from "./markdown.js";

/** Begin to edit: `entry.editing` holds what is typed, so that it outlives the element. */
export function beginEditing(entry) {
  const words = toMarkdown(entry.text);
  entry.editing = { words, was: words, kind: entry.kind, problem: "", busy: false };
}

/** The box in a message's place. `does.save(entry, words, sure)` keeps it, `does.endEdit(entry)` leaves it as it was. */
export function editorOf(entry, does) {
  const state = entry.editing;
  const problem = h("p", { class: "problem", role: "alert", textContent: state.problem });
  const box = h("textarea", { dir: "auto", rows: 1, "aria-label": "Edit your message", value: state.words, readOnly: state.busy });
  const save = h("button", { type: "button", class: "button small primary", textContent: "Save", onclick: () => void keep() });
  const anyway = h("button", { type: "button", class: "button small", textContent: "Save anyway", hidden: true, onclick: () => void keep(true) });
  const cancel = h("button", { type: "button", class: "button small", textContent: "Cancel", onclick: () => does.endEdit(entry) });

  function grow() {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 2, 320)}px`;
  }

  function complain(sentence) {
    state.problem = problem.textContent = sentence;
  }

  async function keep(sure = false) {
    if (state.busy) return;
    const now = box.value.trim();
    if (now === toMarkdown(entry.text).trim()) {
      does.endEdit(entry);
      return;
    }
    if (!now && !entry.files.length) {
      complain("Nothing is left of it. To take the message away, delete it.");
      return;
    }
    state.busy = box.readOnly = true;
    complain("");
    anyway.hidden = true;
    try {
      await does.save(entry, now, sure);
    } catch (error) {
      complain(error.message);
      anyway.hidden = error.reason !== "looks_secret";
      if (!anyway.hidden && editor.contains(document.activeElement)) anyway.focus({ preventScroll: true });
      editor.scrollIntoView({ block: "nearest" });
    }
    state.busy = box.readOnly = false;
  }

  box.addEventListener("input", () => {
    state.words = box.value;
    grow();
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      does.endEdit(entry);
    } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      void keep();
    }
  });
  requestAnimationFrame(grow);
  const foot = h("div", { class: "editor-foot" }, save, anyway, cancel, h("small", { class: "editor-keys", textContent: "Enter saves · Esc cancels" }));
  const editor = h("div", { class: "editor" }, box, problem, foot);
  return editor;
}

/** Ask once before a message goes. */
export function askToRemove(item, entry, does) {
  const article = item.querySelector("article");
  article.querySelector(".confirm")?.remove();
  const problem = h("p", { class: "problem", role: "alert" });
  const close = () => {
    ask.remove();
    (article.querySelector(".acts [tabindex='0']") ?? article).focus({ preventScroll: true });
  };
  const go = async () => {
    if (yes.getAttribute("aria-disabled") === "true") return;
    yes.setAttribute("aria-disabled", "true");
    try {
      await does.remove(entry);
      ask.remove();
      article.focus({ preventScroll: true });
    } catch (error) {
      problem.textContent = error.message;
      yes.removeAttribute("aria-disabled");
    }
  };
  const yes = h("button", { type: "button", class: "button small danger", textContent: "Delete", onclick: () => void go() });
  const ask = h(
    "div",
    { class: "confirm", role: "group", "aria-label": "Delete this message?" },
    h("p", { textContent: "Delete this message for everybody?" }),
    yes,
    h("button", { type: "button", class: "button small", textContent: "Keep it", onclick: close }),
    problem,
  );
  ask.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  article.append(ask);
  yes.focus();
}
