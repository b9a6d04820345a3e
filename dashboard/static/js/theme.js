// Before the first paint: a theme that was chosen, else the system's.
(() => {
  let chosen = "";
  try { chosen = localStorage.getItem("theme") ?? ""; } catch { /* no storage: the system's theme */ }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
