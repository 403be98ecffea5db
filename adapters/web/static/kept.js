// What the browser keeps for the page, in all its windows or in this tab. It may keep nothing (a private window, storage
// switched off, no room left): then the page itself is all there is.

function attempt(work) {
  try {
    return work();
  } catch {
    return null;
  }
}

/** `open()`: the storage, whose very name may be forbidden. What is null is dropped, and what is not there is null. */
function shelf(open) {
  const keep = (key, text) => attempt(() => (text === null ? open().removeItem(key) : open().setItem(key, text)));
  return {
    text: (key) => attempt(() => open().getItem(key)),
    keep,
    read: (key) => attempt(() => JSON.parse(open().getItem(key))),
    write: (key, value) => keep(key, value === null ? null : JSON.stringify(value)),
    keys: () => attempt(() => Object.keys(open())) ?? [],
    clear: () => attempt(() => open().clear()),
  };
}

export const everywhere = shelf(() => localStorage);
export const here = shelf(() => sessionStorage);
