// What the page knows of a thread: its entries and messages by their numbers, as the desk last said them.

import { amend, isGone, isMessage } from "./entries.js";

export class Room {
  constructor(ref) {
    this.ref = ref;
    this.view = null; // all that the desk says of the thread but its entries
    this.cursor = null;
    this.first = null; // the first entry that is here, and whether the desk has earlier ones
    this.hasBefore = false;
    this.readTo = 0; // as the desk knows
    this.seen = 0; // as this page knows
    this.since = 0; // up to where it was read when this visit began
    this.card = "";
    this.entries = new Map();
    this.messages = new Map();
    this.isStuck = false; // earlier ones were asked for in vain
    this.changes = new Map(); // of messages that are not here yet: what was told of them later
  }

  /** What the desk answered: `{fresh, changed}`, the entries that were not known and the messages that are otherwise. */
  take({ entries, cursor, ...view }) {
    if (!this.view) {
      this.first = view.first ?? entries[0]?.event ?? null;
      this.hasBefore = view.has_before ?? false;
      this.seen = this.since = view.read_to ?? 0;
    }
    this.readTo = Math.max(this.readTo, view.read_to ?? 0);
    this.view = view;
    this.cursor = cursor;
    return this.learn(entries);
  }

  /** A page of earlier ones. */
  takeEarlier({ entries, first, has_before: hasBefore }) {
    this.first = first ?? this.first;
    this.hasBefore = Boolean(hasBefore) && first !== null;
    return this.learn(entries).fresh;
  }

  learn(entries) {
    const fresh = [];
    const changed = new Set();
    for (const entry of entries) {
      if (entry.about) {
        const message = this.messages.get(entry.about);
        if (message) {
          amend(message, entry);
          changed.add(message);
        } else if (entry.kind === "undone") this.changes.set(entry.about, entry);
      } else if (!this.entries.has(entry.event)) {
        this.hold(entry);
        fresh.push(entry);
      }
    }
    return { fresh: fresh.filter(isShown), changed: [...changed] };
  }

  hold(entry) {
    this.entries.set(entry.event, entry);
    if (!entry.message) return;
    this.messages.set(entry.message, entry);
    const later = this.changes.get(entry.message);
    if (later) amend(entry, later);
    this.changes.delete(entry.message);
  }

  sorted() {
    return [...this.entries.values()].filter(isShown).sort((one, other) => one.event - other.event);
  }

  /** All pictures of the thread that are here. */
  pictures() {
    const ofTicket = (this.view?.files ?? []).map((file) => ({ ...file, by: this.view.ticket.requester }));
    const ofMessages = this.sorted().flatMap((entry) => (isGone(entry) ? [] : (entry.files ?? []).map((file) => ({ ...file, by: entry.mine ? "You" : entry.who }))));
    return [...ofTicket, ...ofMessages].filter((file) => file.is_image);
  }
}

const isShown = (entry) => isMessage(entry) || isGone(entry) || Boolean(entry.line);
