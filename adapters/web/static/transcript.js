// Beside the thread: the ways to take all of it along. They are plain links, which the desk answers with a file.

import { $ } from "./dom.js";

/** A ticket's thread shows, or changed. */
export function showTranscript({ ref, view }) {
  const place = $("facts-transcript");
  place.hidden = !view.may_transcript;
  for (const way of place.querySelectorAll("a")) way.href = `/api/tickets/${encodeURIComponent(ref)}/transcript?format=${way.dataset.format}`;
}

export function hideTranscript() {
  const place = $("facts-transcript");
  place.hidden = true;
  place.open = false;
}
