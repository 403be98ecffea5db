// What is the person's own: the guided tour, which everybody is shown once, and notifications of their computer.

import { get, put } from "./api.js";
import { $ } from "./dom.js";
import { everywhere } from "./kept.js";
import { createNotify } from "./notify.js";
import { createTour } from "./tour.js";

/** `me`: the promise of who is signed in; `does.open(ref)` shows a thread. */
export function createAccount(does, me) {
  let notify = null;
  const tour = begin();

  async function begin() {
    const { id, roles } = await me;
    notify = createNotify(does, id);
    const made = createTour({ roles, remember: (name) => remember(name, id) });
    seenBy(id).then((seen) => made.offer(seen), () => {}); // unasked, nobody is shown around twice
    return made;
  }

  /** Because the person asked for it. */
  async function showAround() {
    if ($("account").matches(":popover-open")) $("account").hidePopover();
    (await tour).start();
  }

  tour.catch(() => {}); // who the person is could not be asked: the page says so by itself
  $("tour-again").addEventListener("click", () => void showAround());

  return { showAround, arrive: (notice) => notify?.arrive(notice) };
}

// ---- the tours that somebody has seen: the desk knows, and where it could not be told, this browser

const keyOf = (id) => `toured:${id}`;

async function seenBy(id) {
  const { toured = [] } = await get("/api/preferences");
  return [...toured, ...(everywhere.text(keyOf(id)) ?? "").split(" ")];
}

async function remember(name, id) {
  try {
    const { toured = [] } = await get("/api/preferences");
    if (!toured.includes(name)) await put("/api/preferences/toured", [...toured, name]);
  } catch {
    everywhere.keep(keyOf(id), `${everywhere.text(keyOf(id)) ?? ""} ${name}`.trim());
  }
}
