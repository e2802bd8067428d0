// In every page before Streamlit's own scripts. A script that was asked for while the server was
// away stays broken, and a page without it empty: the browser keeps the failure until the page is
// loaded again, which loses nothing, for the project is in its address.
(() => {
  const LOOK = 500; // milliseconds between two looks at the page
  const REST = 5000; // milliseconds between two loads of it
  const KEPT = "lw-reloaded";
  let failed = false;
  const fails = (e) => { failed ||= e.type === "unhandledrejection" || e.target !== window; };
  for (const kind of ["error", "unhandledrejection"]) addEventListener(kind, fails, true);
  const empty = () => document.readyState === "complete" && !document.querySelector("#root > *");
  const refused = () => [...document.querySelectorAll("[role=alert]")]
    .some((e) => e.textContent.includes("Failed to fetch dynamically imported module"));
  setInterval(async () => {
    if (!(failed && empty()) && !refused()) return;
    if (Date.now() - (sessionStorage.getItem(KEPT) ?? 0) < REST) return;
    const health = await fetch(new URL("_stcore/health", document.baseURI)).catch(() => null);
    if (!health?.ok) return;
    sessionStorage.setItem(KEPT, Date.now());
    location.reload();
  }, LOOK);
})();
