// By day or by night, as chosen in this browser: said before the page is painted, so this is no module.

try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // No storage: as the system has it.
}
