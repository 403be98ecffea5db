// The agent's hands: what each key, each line of the palette and each button of the selection does.

import { createBulk, VERBS } from "./bulk.js";
import { createCombine } from "./combine.js";
import { $, say } from "./dom.js";
import { createFacts } from "./facts.js";
import { createKeys, markKeys } from "./keys.js";
import { createPalette, findTickets } from "./palette.js";

/**
 * `does`: as in main.js, with `here()` (the ref of the open ticket), `arrived()` (a promise: its thread is here),
 * `show(area)`, `type(line)`, `write(kind)`, `refresh()` once tickets were changed. `triage`: the list.
 */
export function createAgent(does, triage) {
  const palette = createPalette({ sources, find: (words) => findTickets(words, open), closed: () => triage.settle() });
  const bulk = createBulk({
    me: does.me,
    tell: does.tell,
    agents,
    choose: palette.choose,
    changed: does.refresh,
    unpick: triage.unpick,
    tags: tagsOf,
    worksOn: triage.worksOn,
    rest: () => triage.focus(),
  });
  const combine = createCombine({ choose: palette.choose, run: does.run, tell: does.tell, me: does.me, known: () => triage.refs() });
  const facts = createFacts({ change: (verb, ref) => void bulk.run(verb, [ref]), combine: combine.run });
  let room = null; // of the open ticket
  let me = null;

  const open = (ref) => ref && does.go(ref, { byKey: true });

  /** What the tickets are tagged with, and what others are. */
  function tagsOf(refs) {
    const shown = room ? [room.view.ticket, ...triage.all()] : triage.all();
    const tagsIn = (tickets) => [...new Set(tickets.flatMap((ticket) => ticket.tags))].sort();
    const own = tagsIn(shown.filter((ticket) => refs.includes(ticket.ref)));
    return { own, others: tagsIn(shown).filter((tag) => !own.includes(tag)) };
  }

  const { targets } = triage;

  function work(verb) {
    const refs = targets();
    if (refs.length) void bulk.run(verb, refs);
    else does.tell(triage.whyNone(), "warning");
  }

  /** One ticket is asked for its answer by the desk's own form; several are resolved as they are. */
  function resolve() {
    const refs = targets();
    if (refs.length !== 1) {
      work("resolve");
      return;
    }
    const [ref] = refs;
    void does.press(`1.ticket.resolve.${ref.replace(/\D/g, "")}`); // as core/actions.py writes it
  }

  async function write(kind) {
    const ref = targets()[0];
    if (!ref) {
      does.tell(triage.whyNone(), "warning");
      return;
    }
    if (ref !== does.here()) void open(ref);
    does.show("talk");
    does.write(kind);
    // Until the thread is here nothing can be sent, and whether it takes notes is not known.
    await does.arrived();
    if (ref !== does.here()) return;
    if (kind === "note" && $("write-as").hidden) does.tell(`You cannot leave notes on ${ref}.`, "warning");
    else if (document.activeElement === $("say")) does.write(kind);
  }

  function sheet() {
    keys.sheet();
  }

  function filter(id) {
    if (!triage.filters.choose(id)) return;
    if (does.here() === null || $("list").offsetParent === null) does.show("list");
    triage.focusFirst();
    const name = triage.filters.all().find((one) => one.id === id)?.name;
    if (name) say(name);
  }

  const actions = {
    next: () => triage.move(1),
    previous: () => triage.move(-1),
    open: () => open(triage.current()),
    before: () => open(triage.beside(-1)),
    after: () => open(triage.beside(1)),
    unassigned: () => filter("unassigned"),
    mine: () => filter("mine"),
    urgent: () => filter("urgent"),
    waiting: () => filter("waiting"),
    all: () => filter("all"),
    nth: (key) => filter(triage.filters.nth(Number(key))),
    claim: () => work("claim"),
    assign: () => work("assign"),
    priority: () => work("priority"),
    status: () => work("status"),
    tag: () => work("tag"),
    resolve,
    reply: () => void write("reply"),
    note: () => void write("note"),
    more: () => void more(),
    pick: () => triage.current() && triage.pick(triage.current()),
    pickTo: () => triage.current() && triage.pickTo(triage.current()),
    pickAll: () => triage.pickAll(),
    undo: () => void undo(),
    palette: () => palette.open(),
    words: () => {
      does.show("list");
      $("filter-words").focus();
      $("filter-words").select();
    },
    command: () => {
      does.show("talk");
      does.type("/");
    },
    sheet,
  };
  const keys = createKeys({ actions, back });

  async function undo() {
    if (await bulk.undo()) return;
    const command = (await commands()).find((one) => one.verb === "undo");
    const ofMessages = command ? ` ${command.name} takes your own last message back.` : "";
    does.tell(`There is nothing to undo. What is done can be undone for a short while, and not after a reload.${ofMessages}`, "warning");
  }

  /** One step back: from the message box to the thread, from there to the list; there, nothing is selected any more. */
  function back(target) {
    if (document.body.dataset.area === "facts") return false;
    if (target.closest?.("#composer")) {
      $("talk-title").focus({ preventScroll: true });
      return true;
    }
    if (target.closest?.("#filter-words") && target.value) return false;
    if (target.closest?.(".list")) {
      if (!triage.pickedRefs().length) return false;
      triage.unpick();
      return true;
    }
    does.show("list");
    triage.focus();
    return true;
  }

  // ---- the palette

  /** Everything that can be done to a ticket. */
  async function more() {
    const refs = targets();
    if (!refs.length) {
      palette.open();
      return;
    }
    const about = refs.length === 1 ? refs[0] : `${refs.length} tickets`;
    const choices = Object.entries(VERBS).map(([verb, { label, asks }]) => ({ value: `bulk ${verb}`, label: `${label}${asks ? "…" : ""}` }));
    if (refs.length === 1) {
      for (const command of await commands()) {
        const isAbout = command.parameters[0]?.kind === "ticket" && !VERBS[command.verb];
        if (isAbout) choices.push({ value: command.name, label: command.name, detail: command.help });
      }
    }
    const chosen = await palette.choose({ label: `What to do with ${about}`, choices });
    if (chosen?.startsWith("bulk ")) void bulk.run(chosen.slice(5), refs);
    else if (chosen) runOn((await commands()).find((one) => one.name === chosen), refs[0]);
  }

  async function commands() {
    return (await does.me).commands;
  }

  /** A command, at once where it needs nothing more; else in the message box, where the rest is typed. */
  function runOn(command, ref) {
    const [first, ...rest] = command.parameters;
    const isAbout = first?.kind === "ticket";
    if (!first || (isAbout && ref && !rest.length)) {
      void does.run(isAbout ? `${command.name} ${ref}` : command.name).catch((error) => does.tell(error.message, "warning"));
      return;
    }
    does.show("talk");
    does.type(isAbout && ref && ref !== does.here() ? `${command.name} ${ref} ` : `${command.name} `);
  }

  function sources() {
    const ref = targets()[0] ?? null;
    const known = triage.refs().map(({ value, label }) => ({ label, icon: "facts", run: () => open(value) }));
    return [
      { group: "Filters", items: triage.filters.all().map(({ id, name, count }) => ({ label: name, detail: String(count), icon: "filter", run: () => filter(id) })) },
      { group: "Commands", items: (me?.commands ?? []).map((command) => ({ label: command.name, detail: command.help, icon: "slash", run: () => runOn(command, ref) })) },
      { group: "In this list", items: known.slice(0, 60) },
      { group: "Pages", items: pages() },
    ];
  }

  function pages() {
    const to = (path) => () => location.assign(path);
    const isAdmin = me?.roles.includes("admin");
    return [
      { label: "Open a ticket", icon: "plus", run: () => $("open-ticket").click() },
      { label: "Tickets", icon: "mark", run: () => void does.go(null) },
      { label: "What many ask for", icon: "flame", run: () => void does.run("/desk hot").catch((error) => does.tell(error.message, "warning")) },
      isAdmin && { label: "Administration", icon: "facts", run: to("/admin") },
      ...(isAdmin ? ["People", "Teams", "Pending", "Failures", "Alerts", "Configuration"] : []).map((name) => ({ label: `Administration: ${name}`, icon: "facts", run: to(`/admin/${name.toLowerCase()}`) })),
      document.querySelector(".demo-alerts") && { label: "Alert space", icon: "bell", run: to("/alerts") },
      { label: "Notifications", icon: "bell", run: () => $("bell").click() },
      { label: "Keys", icon: "slash", keys: "?", run: sheet },
    ].filter(Boolean);
  }

  function agents() {
    const others = triage.filters.agents().filter(({ id }) => id !== me?.id);
    return [{ value: "me", label: "me" }, ...others.map(({ id, name }) => ({ value: id, label: name }))];
  }

  does.me.then((answer) => (me = answer)).catch(() => {}); // main.js tells what is the matter
  $("find").addEventListener("click", () => palette.open());
  for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", sheet);

  return {
    picked: bulk.show,
    changed: bulk.withdraw,
    renewed: facts.renew,
    /** A thread shows, or changed. */
    moved: (next) => {
      room = next;
      facts.show(next);
      markKeys($("ticket"));
    },
    left: () => {
      room = null;
      facts.close();
    },
  };
}
