// The switch between day and night in the account menu: kept in this browser, and for the person's next one.

import { get, put } from "./api.js";
import { $ } from "./dom.js";
import { everywhere } from "./kept.js";

const KEPT = "theme";
const switches = [...($("looks")?.querySelectorAll("[name=looks]") ?? [])];

function show(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const one of switches) one.checked = one.value === theme;
}

const keep = (theme) => everywhere.keep(KEPT, theme);
const kept = () => everywhere.text(KEPT);

/** A browser that the person never chose in: as they chose in another one. */
async function ask() {
  const { theme } = await get("/api/preferences");
  if (!["light", "dark", "auto"].includes(theme) || kept()) return;
  keep(theme);
  show(theme);
}

for (const one of switches) {
  one.addEventListener("change", () => {
    keep(one.value);
    show(one.value);
    // What the desk could not note down holds in this browser all the same.
    put("/api/preferences/theme", one.value).catch(() => {});
  });
}

show(document.documentElement.dataset.theme ?? "auto");
if (switches.length && !kept()) ask().catch(() => {});
// Another window of the same browser chose.
addEventListener("storage", ({ key, newValue }) => key === KEPT && show(newValue ?? "auto"));
