// What is done with a message of the thread where it stands: react, quote, edit, delete.

import { patch, put, remove } from "./api.js";
import { beginEditing } from "./editing.js";
import { isGone, renew } from "./entries.js";
import { toMarkdown } from "./markdown.js";
import { isMine, toggled } from "./reactions.js";

/**
 * `does`: as createThread's. `list`: the window that shows the messages. `may()`: whether one may write here at all;
 * `place(entry)`: the message's address.
 */
export function createActs(does, list, { may, place }) {
  const acts = { may, react, quote, edit, endEdit, save, remove: takeAway, rescue, renewed };
  let told = Promise.resolve(); // the reactions so far

  /** Let a message show what it is now. */
  function renewed(entry) {
    const element = list.element(entry.event);
    if (element) list.keep(() => renew(element, entry, acts));
    return element;
  }

  const isSet = (entry, emoji) => entry.reactions.some((one) => one.emoji === emoji && isMine(one));

  /** Shown at once, and told one after the other: who presses twice has it as it was. */
  function react(entry, emoji) {
    const isOn = !isSet(entry, emoji);
    const address = `${place(entry)}/reactions/${encodeURIComponent(emoji)}`;
    const turn = () => {
      entry.reactions = toggled(entry.reactions, emoji);
      renewed(entry);
    };
    turn();
    told = told.then(() => (isOn ? put : remove)(address)).catch((error) => {
      if (!isGone(entry) && isSet(entry, emoji) === isOn) turn();
      does.tell(error.message, "warning");
    });
  }

  function quote(entry) {
    does.quote(toMarkdown(entry.text));
  }

  function edit(entry) {
    beginEditing(entry);
    const box = renewed(entry)?.querySelector(".editor textarea");
    box?.focus({ preventScroll: true });
    box?.setSelectionRange(box.value.length, box.value.length);
    box?.closest(".editor").scrollIntoView({ block: "nearest" });
  }

  /** Whoever writes elsewhere by now stays there. */
  function endEdit(entry) {
    const isHeld = list.element(entry.event)?.contains(document.activeElement);
    entry.editing = null;
    const element = renewed(entry);
    if (isHeld) (element.querySelector(".acts [aria-label=Edit]") ?? element.querySelector("article")).focus({ preventScroll: true });
  }

  async function save(entry, words, sure) {
    const { entry: now } = await patch(place(entry), { text: words, ...(sure && { sure }) });
    if (!isGone(entry)) Object.assign(entry, { text: now.text, edited_at: now.edited_at, files: now.files });
    endEdit(entry);
  }

  async function takeAway(entry) {
    await remove(place(entry));
    Object.assign(entry, { kind: "undone", text: null, files: [], reactions: [], removed: false, may_edit: false, may_remove: false });
    renewed(entry);
  }

  /** What was typed about a message that was taken back meanwhile is not lost. */
  function rescue({ kind, editing }) {
    if (kind !== "undone" || !editing || editing.words.trim() === editing.was.trim()) return;
    does.back({ text: editing.words, kind: editing.kind, files: [] });
    does.tell("The message that you were changing was taken back. Your words are in the message box.", "warning");
  }

  return acts;
}
