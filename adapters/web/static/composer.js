// The message box: replies, notes, files, and slash commands that it knows.

import { Refusal } from "./api.js";
import { suggest } from "./commands.js";
import { $, hasKeyboard, isPhone } from "./dom.js";
import { Basket, catchFiles } from "./files.js";
import { createMenu } from "./menu.js";

const WORDS = {
  reply: "Everybody in this thread reads it.",
  note: "Staff only. The person who asked never sees it.",
};

/**
 * `does.send({text, kind, files})` shows and sends a message at once; `does.run(line)` runs a command and returns a
 * promise; `does.ask(text, files)` begins a ticket with words typed where no ticket is open.
 * `refs()`: tickets at hand. `keeper()`: whose drafts these are.
 */
export function createComposer(does, { refs, keeper }) {
  const form = $("composer");
  const box = $("say");
  const kinds = $("write-as");
  const problem = $("say-problem");
  const chooser = $("attach-input");
  const basket = new Basket($("chips"), refresh);
  const menu = createMenu({ ontake: take });
  let commands = [];
  let context = { ref: null, mayReply: false, mayNote: false };
  let running = false;
  let dismissed = false;

  const kind = () => form.elements.kind.value;
  const isCommand = () => box.value.startsWith("/");

  function setContext(next) {
    const moved = next.ref !== context.ref;
    if (moved) keep();
    context = next;
    kinds.hidden = !(next.ref && next.mayNote);
    form.querySelector("[value=reply]").disabled = !next.mayReply;
    if (moved) restore();
    else if (kinds.hidden) setKind("reply");
    refresh();
  }

  function setKind(value) {
    const onlyNotes = context.ref && context.mayNote && !context.mayReply;
    form.elements.kind.value = onlyNotes ? "note" : value;
    refresh();
  }

  /** Make everything show what is the case. */
  function refresh() {
    const isNote = !kinds.hidden && kind() === "note" && !isCommand();
    form.classList.toggle("note", isNote);
    form.classList.toggle("command", isCommand());
    $("write-as-words").textContent = isCommand() ? "A command: only you see the answer." : WORDS[kind()];
    box.placeholder = placeholder(isNote);
    const name = isNote ? "Note, staff only" : context.ref ? "Reply" : "Message";
    box.setAttribute("aria-label", name);
    const send = $("send");
    send.setAttribute("aria-label", isCommand() ? "Run the command" : isNote ? "Add the note" : context.ref ? "Send the reply" : "Send");
    send.disabled = running || (box.value.trim() === "" && basket.count === 0) || basket.busy;
    grow();
  }

  function placeholder(isNote) {
    if (!context.ref) return "What is the matter? Or type / for commands";
    if (isNote) return "A note for the staff…";
    return context.mayReply ? "Write a reply, or / for commands" : "You can read along here. Type / for commands";
  }

  function grow() {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 2, 240)}px`;
  }

  function look() {
    if (!isCommand()) dismissed = false;
    const before = box.value.slice(0, box.selectionStart ?? box.value.length);
    const atEnd = box.selectionStart === box.value.length;
    const found = atEnd && !dismissed ? suggest(before, commands, { refs: refs(), inThread: context.ref !== null }) : null;
    if (found) menu.show(found);
    else menu.hide();
    return found;
  }

  function take(item) {
    box.value = item.line;
    box.setSelectionRange(item.line.length, item.line.length);
    box.focus();
    refresh();
    look();
  }

  function onkeydown(event) {
    if (event.isComposing) return;
    if (menu.isOpen && menuKey(event)) {
      event.preventDefault();
      return;
    }
    const plainEnter = event.key === "Enter" && !event.shiftKey && !event.altKey;
    // On a touch keyboard there is no Shift+Enter: there Enter is a line break, and the button sends.
    if (plainEnter && (hasKeyboard() || isCommand() || event.ctrlKey || event.metaKey || !isPhone())) {
      event.preventDefault();
      void submit();
    }
  }

  /** Whether the menu took the key. */
  function menuKey(event) {
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        if (!menu.item(true)) return false;
        menu.move(event.key === "ArrowDown" ? 1 : -1);
        return true;
      case "Escape":
        dismissed = true;
        menu.hide();
        return true;
      case "Tab":
        return !event.shiftKey && takeActive(menu.item(true));
      case "Enter": {
        if (event.shiftKey) return false;
        const found = suggest(box.value, commands, { refs: refs(), inThread: context.ref !== null });
        const chosen = menu.item(found?.stage === "argument" && !found.exact);
        return chosen?.line.trimEnd() !== box.value.trimEnd() && takeActive(chosen);
      }
      default:
        return false;
    }
  }

  function takeActive(item) {
    if (!item || item.line === box.value) return false;
    take(item);
    return true;
  }

  async function submit() {
    const text = box.value.trim();
    if (running || basket.busy || (!text && !basket.count)) return;
    problem.textContent = "";
    menu.hide();
    if (text.startsWith("/")) {
      await runCommand(text);
      return;
    }
    if (basket.failed) {
      problem.textContent = "A file was not taken. Remove it, then send again.";
      return;
    }
    const message = { text, kind: kinds.hidden ? "reply" : kind(), files: basket.files };
    empty();
    if (context.ref) does.send(message);
    else does.ask(text, message.files);
  }

  async function runCommand(line) {
    running = true;
    box.readOnly = true;
    refresh();
    try {
      await does.run(line);
      if (box.value.trim() === line) empty();
    } catch (error) {
      problem.textContent = error instanceof Refusal ? error.message : `${error.message} Press Enter to try again.`;
    }
    running = false;
    box.readOnly = false;
    refresh();
  }

  function empty() {
    box.value = "";
    basket.clear();
    dismissed = false;
    keep();
    refresh();
  }

  /** Put a message that was not sent back where it came from, if nothing else stands there. */
  function putBack({ text, kind: written, files }) {
    if (box.value.trim()) box.value = `${text}\n\n${box.value}`;
    else box.value = text;
    basket.restore(files);
    setKind(written);
    box.focus();
  }

  function type(line) {
    box.value = line;
    dismissed = false;
    box.focus();
    box.setSelectionRange(line.length, line.length);
    refresh();
    look();
  }

  // Drafts: what was typed in each thread, until it is sent or the tab is closed.
  const place = () => `draft:${keeper()}:${context.ref ?? "home"}`;

  function keep() {
    try {
      if (box.value.trim()) sessionStorage.setItem(place(), JSON.stringify({ text: box.value, kind: kind() }));
      else sessionStorage.removeItem(place());
    } catch {
      // No storage: the draft lives in the box alone.
    }
  }

  function restore() {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(place()));
    } catch {
      // As in keep.
    }
    box.value = kept?.text ?? "";
    basket.clear();
    problem.textContent = "";
    menu.hide();
    setKind(kept?.kind ?? "reply");
  }

  box.addEventListener("input", () => {
    problem.textContent = "";
    refresh();
    look();
    keep();
  });
  box.addEventListener("keydown", onkeydown);
  box.addEventListener("blur", () => menu.hide());
  box.addEventListener("focus", () => isCommand() && look());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  for (const radio of form.elements.kind) radio.addEventListener("change", () => setKind(kind()));
  $("attach").addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    basket.add(chooser.files);
    chooser.value = "";
  });
  catchFiles($("talk"), (files) => basket.add(files));
  refresh();

  return {
    setContext,
    putBack,
    type,
    focus: () => box.focus({ preventScroll: true }),
    know: (known) => {
      commands = known;
      if (document.activeElement === box) look();
    },
  };
}
