// What the page brought along: the data that it was painted with, so that nothing of it is asked for again.

const place = document.getElementById("first");

/** `{me, list, thread}`; what did not come along is null. Each is for its first asker: later it would be outdated. */
export const first = place ? JSON.parse(place.textContent) : { me: null, list: null, thread: null };
