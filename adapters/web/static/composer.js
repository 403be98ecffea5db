// The message box: replies, notes, files, and slash commands that it knows.

import { Refusal } from "./api.js";
import { suggest } from "./commands.js";
import { $, hasKeyboard, isPhone } from "./dom.js";
import { draftOf, keepDraft } from "./drafts.js";
import { Basket, catchFiles } from "./files.js";
import { createMenu } from "./menu.js";

const STILL_COMING = "The files are still on their way; send it in a moment.";
const STILL_LOADING = "The thread is still loading. This goes out as soon as it is here.";
const READ_ONLY = "You cannot write here.";
const WORDS = {
  reply: "Whoever takes part in this ticket reads it, and the support staff.",
  public: "This ticket is public: everybody who is signed in can read it.",
  note: "Staff only. The person who asked never sees it.",
};

/**
 * `does.send({text, kind, files})` shows and sends a message at once; `does.run(line)` runs a command and returns a
 * promise; `does.ask(text, files)` begins a ticket with words typed where no ticket is open; `does.editLast()` opens the
 * last own message where it stands, if it can; `does.seen()`: up to where the open thread was read.
 * `refs()`: tickets at hand.
 */
export function createComposer(does, { refs, isStaff = false }) {
  const form = $("composer");
  const box = $("say");
  const kinds = $("write-as");
  const problem = $("say-problem");
  const chooser = $("attach-input");
  const basket = new Basket($("chips"), () => {
    refresh();
    keep();
  });
  const menu = createMenu({ ontake: take });
  let commands = [];
  let context = { ref: undefined, mayReply: false, mayNote: false };
  let running = false;
  let dismissed = false;
  let isDue = false; // what stands in the box is to go once it is known who may write here
  let seen; // of the thread, when the writing of what stands in the box began

  const kind = () => form.elements.kind.value;
  const isReadOnly = () => Boolean(context.ref) && context.mayReply === false && !context.mayNote;
  const isCommand = () => box.value.startsWith("/");

  function setContext(next) {
    const moved = next.ref !== context.ref;
    context = next;
    kinds.hidden = !(next.ref && next.mayNote);
    form.hidden = Boolean(next.goesOn) && isReadOnly();
    form.querySelector("[value=reply]").disabled = !next.mayReply;
    if (moved) restore();
    else setKind(kinds.hidden && next.mayReply ? "reply" : kind());
    if (isDue && next.mayReply !== undefined) void submit();
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
    $("talk").classList.toggle("noting", isNote);
    $("write-as-words").textContent = isCommand() ? "A command: only you see the answer." : WORDS[kind() === "reply" && context.isPublic ? "public" : kind()];
    box.placeholder = placeholder(isNote);
    const name = isNote ? "Note, staff only" : context.ref ? "Reply" : "Message";
    box.setAttribute("aria-label", name);
    $("attach").disabled = isReadOnly();
    const send = $("send");
    send.setAttribute("aria-label", isCommand() ? "Run the command" : isNote ? "Add the note" : context.ref ? "Send the reply" : "Send");
    send.disabled = running || (box.value.trim() === "" && basket.count === 0) || (basket.busy && !isCommand());
    if (!basket.busy && problem.textContent === STILL_COMING) problem.textContent = "";
    grow();
  }

  function placeholder(isNote) {
    if (!context.ref) return isStaff ? "Type / for commands" : "A few words, or / for commands";
    if (isNote) return "A note for the staff…";
    if (context.mayReply === undefined) return "Type / for commands"; // nothing is known of the thread yet, or there is none
    return context.mayReply ? "Write a reply, or / for commands" : "Read only. Type / for commands";
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
    } else if (event.key === "ArrowUp" && !box.value && context.ref && does.editLast?.()) event.preventDefault();
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
    if (running || (!text && !basket.count)) return;
    if (basket.busy && !isCommand()) {
      problem.textContent = STILL_COMING;
      return;
    }
    problem.textContent = "";
    isDue = false;
    menu.hide();
    if (text.startsWith("/")) {
      await runCommand(text);
      return;
    }
    if (basket.failed) {
      problem.textContent = "A file was not taken. Remove it, then send again.";
      return;
    }
    if (context.ref && context.mayReply === undefined) {
      isDue = true;
      problem.textContent = STILL_LOADING;
      return;
    }
    if (isReadOnly()) {
      problem.textContent = READ_ONLY;
      return;
    }
    const message = { text, kind: kinds.hidden ? "reply" : kind(), files: basket.files, seen };
    // A note is the exception: what is written next goes to everybody again, and the box says so.
    setKind("reply");
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
      if (box.value.trim() === line) empty({ withFiles: false });
    } catch (error) {
      problem.textContent = error instanceof Refusal ? error.message : `${error.message} Press Enter to try again.`;
    }
    running = false;
    box.readOnly = false;
    refresh();
  }

  function empty({ withFiles = true } = {}) {
    box.value = "";
    if (withFiles) basket.clear();
    dismissed = false;
    keep();
    refresh();
  }

  /** Put a message that was not sent back where it came from, before what else stands there. */
  function putBack({ text, kind: written, files, seen: before }, ref = context.ref) {
    if (ref !== context.ref) {
      const kept = draftOf(ref);
      keepDraft(ref, { text: kept ? `${text}\n\n${kept.text}` : text, kind: written, files: [...files, ...(kept?.files ?? [])], seen: before });
      return;
    }
    if (box.value.trim()) box.value = `${text}\n\n${box.value}`;
    else box.value = text;
    seen = before;
    basket.restore(files);
    setKind(written);
    keep();
    box.focus();
  }

  /** Words of a message, to be answered below them. */
  function quote(words) {
    const quoted = words.split("\n").map((line) => `> ${line}`.trimEnd()).join("\n");
    const before = box.value.trimEnd();
    box.value = `${before ? `${before}\n\n` : ""}${quoted}\n\n`;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
    refresh();
    keep();
    box.scrollTop = box.scrollHeight;
  }

  /** Ready to write a reply or a note. */
  function write(wished) {
    if (!kinds.hidden) setKind(wished);
    keep();
    box.focus({ preventScroll: true });
  }

  function type(line) {
    box.value = line;
    dismissed = false;
    box.focus();
    box.setSelectionRange(line.length, line.length);
    refresh();
    look();
  }

  // Drafts: what was typed in each thread, until it is sent.

  function keep() {
    seen = box.value.trim() || basket.count ? (seen ?? does.seen()) : undefined;
    if (context.ref !== undefined) keepDraft(context.ref, { text: box.value, kind: kind(), files: basket.files, seen });
  }

  function restore() {
    const kept = draftOf(context.ref);
    box.value = kept?.text ?? "";
    seen = kept?.seen;
    problem.textContent = "";
    isDue = false;
    menu.hide();
    setKind(kept?.kind === "note" ? "note" : "reply");
    basket.turnTo(context.ref, kept?.files ?? []);
  }

  box.addEventListener("input", () => {
    problem.textContent = "";
    isDue = false;
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
  for (const radio of form.elements.kind) {
    radio.addEventListener("change", () => {
      setKind(kind());
      keep();
    });
  }
  function bring(files, folders) {
    if (isReadOnly()) problem.textContent = READ_ONLY;
    else basket.add(files, folders);
  }

  $("attach").addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    bring(chooser.files);
    chooser.value = "";
  });
  catchFiles($("talk"), bring);
  refresh();

  return {
    setContext,
    putBack,
    quote,
    write,
    type,
    focus: () => box.focus({ preventScroll: true }),
    know: (known) => {
      commands = known;
      if (document.activeElement === box) look();
    },
  };
}
