// Tickets that belong together: merge, split and link from beside the thread, by the commands that everybody has.

import { get } from "./api.js";
import { whileBusy } from "./cards.js";
import { h, icon, words } from "./dom.js";
import { choicesOf } from "./filters.js";
import { ticketsLike } from "./palette.js";
import { plain } from "./text.js";
import { time } from "./times.js";

const MOST = 200; // messages to choose from
const QUOTED = 160; // characters of each

/** What can be done to the ticket of `view`: `[verb, label]`, by what it belongs with already. */
export function combinations({ card }) {
  const isMerged = card.fields.some(({ key }) => key === "merged_into");
  if (isMerged) return [["unmerge", "Take the merge back"]];
  return [["merge", "Merge…"], ["split", "Split…"], ["link", "Link…"], ...(linkedTo(card).length ? [["unlink", "Unlink…"]] : [])];
}

const RELATIONS = { duplicates: "is a duplicate of", blocks: "blocks: it has to be solved before", relates: "is related to" };

const linkedTo = ({ fields }) => fields.filter(({ key }) => key === "link").flatMap(({ value }) => value.match(/T-\d+/g) ?? []);

/** `does`: `choose(question)` as the palette's, `run(line)`, `tell`, `me`, `known()`: tickets at hand, as choices. */
export function createCombine(does) {
  const verbs = { merge, unmerge: ({ ref }) => attempt(`/staff unmerge ${ref}`), split, link, unlink };

  /** `view`: the open ticket's. */
  const run = (verb, view) => verbs[verb](view);

  const attempt = (line) => does.run(line).catch((error) => does.tell(error.message, "warning"));

  /** The ref of another ticket, or null. */
  function other(ref, label) {
    const isOther = ({ value }) => value !== ref;
    const find = async (typed) => (await ticketsLike(typed)).filter(isOther);
    return does.choose({ label, choices: does.known().filter(isOther), find });
  }

  async function merge({ ref, ticket }) {
    const into = await other(ref, `Merge ${ref} into which ticket?`);
    if (!into) return;
    const people = await does.choose({
      label: `What may ${ticket.requester}, who asked in ${ref}, read of ${into}?`,
      choices: [
        { value: "", label: "They follow it: told when it is solved", detail: "and read no more of it than before" },
        { value: "join", label: "They join it", detail: `and read and write in all of ${into}` },
      ],
    });
    if (people !== null) await attempt(`/staff merge ${ref} ${into} ${people}`.trim());
  }

  async function link({ ref }) {
    const to = await other(ref, `Link ${ref} to which ticket?`);
    if (!to) return;
    const known = choicesOf((await does.me).commands, "relation");
    const choices = known.map(({ value, label }) => ({ value, label: `${ref} ${RELATIONS[value] ?? label} ${to}` }));
    const relation = await does.choose({ label: `How do ${ref} and ${to} belong together?`, choices });
    if (relation) await attempt(`/staff link ${ref} ${to} ${relation}`);
  }

  async function unlink({ ref, card }) {
    const choices = linkedTo(card).map((value) => ({ value, label: value }));
    const from = await does.choose({ label: `Unlink ${ref} from which ticket?`, choices });
    if (from) await attempt(`/staff unlink ${ref} ${from}`);
  }

  async function split({ ref }) {
    const found = await get(`/api/threads/${encodeURIComponent(ref)}?limit=${MOST}`).catch((error) => error);
    if (found instanceof Error) {
      does.tell(found.message, "warning");
      return;
    }
    const said = found.entries.filter(({ kind, message }) => message && ["reply", "note"].includes(kind));
    if (said.length) showSplit(ref, said, does.run);
    else does.tell(`${ref} has no messages to make a ticket of.`, "warning");
  }

  return { run };
}

/** Messages to tick, and what the ticket that they become is about. */
function showSplit(ref, said, run) {
  const title = h("input", { type: "text", id: "split-title", required: true, maxLength: 120, dir: "auto", autocomplete: "off" });
  const boxes = said.map(({ message }) => h("input", { type: "checkbox", value: String(message) }));
  const rows = said.map((entry, at) => h("li", {}, h("label", {}, boxes[at], h("span", { class: "split-words" }, h("span", { class: "split-who" }, words(entry.who, "strong"), entry.kind === "note" && icon("lock"), time(entry.at)), words(quoted(entry), "span")))));
  const problem = h("p", { class: "problem", role: "alert", dir: "auto" });
  const send = h("button", { type: "submit", class: "button primary", textContent: "Split" });
  const form = h(
    "form",
    { method: "dialog", autocomplete: "off" },
    h("header", { class: "sheet-head" }, h("h2", { id: "split-head", textContent: `Split ${ref}` }), closer({ class: "tool", "aria-label": "Close" }, icon("close"))),
    h(
      "div",
      { class: "sheet-body" },
      h("p", { class: "quiet", textContent: "A new ticket of the same requester, with the messages that you tick. Notes stay notes." }),
      problem,
      h("div", { class: "input" }, h("label", { htmlFor: "split-title", textContent: "What is the new ticket about?" }), title),
      h("fieldset", { class: "split-messages" }, h("legend", { textContent: "Messages" }), h("ul", {}, rows)),
    ),
    h("footer", { class: "sheet-foot" }, closer({ class: "button" }, "Cancel"), send),
  );
  const dialog = h("dialog", { class: "sheet", "aria-labelledby": "split-head" }, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void whileBusy(send, work);
  });
  form.addEventListener("input", () => (problem.textContent = ""));
  dialog.addEventListener("close", () => dialog.remove());

  async function work() {
    const chosen = boxes.filter((box) => box.checked).map((box) => `#${box.value}`);
    problem.textContent = chosen.length ? "" : "Tick the messages that are to move.";
    if (!chosen.length) return;
    try {
      await run(`/staff split ${ref} ${chosen.join(",")} ${title.value.trim()}`);
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
    }
  }

  function closer(props, ...children) {
    return h("button", { type: "button", ...props, onclick: () => dialog.close() }, ...children);
  }

  document.body.append(dialog);
  dialog.showModal();
  title.focus();
}

function quoted({ text, files }) {
  const all = plain(text).replace(/\s+/g, " ").trim() || files.map(({ name }) => name).join(", ");
  return all.length > QUOTED ? `${all.slice(0, QUOTED - 1)}…` : all;
}
