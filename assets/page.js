// Ours on every page; runs again whenever another step is shown (`step` and `plotly` are given).

const HEARD = 400; // milliseconds after which the server has surely heard of a field that was left
const PATIENCE = 3000; // milliseconds after which a click goes on although the server is not done
const QUIET = 700; // milliseconds of rest on the old page after which a link's click was lost
const GONE = 1500; // milliseconds without a server after which it is said
const AGAIN = 3; // how often such a click is repeated

if (!window.layerwise) {
  window.layerwise = true;

  // in a text field Ctrl+Z is the field's own undo, not the project's
  window.addEventListener("keydown", (e) => {
    const typing = e.target.closest && e.target.closest("input, textarea, [contenteditable=true]");
    if (typing && (e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z") e.stopPropagation();
  }, true);

  // Who types and at once clicks elsewhere leaves the field by that very click, and Streamlit breaks
  // off the script that reads the field to answer the click: such a click waits until it was read.
  const FIELDS = "input:not([type=checkbox], [type=radio], [type=file]), textarea";
  const piece = (element) => element.closest("[data-testid=stElementContainer]");
  const running = () => document.querySelector(
    "[data-test-script-state=running], [data-test-script-state=rerunRequested]");
  let before, typed = null;
  window.addEventListener("focusin", (e) => { before = e.target.value; });
  window.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && e.target.matches?.("input")) before = e.target.value; // told by that
  }, true);
  window.addEventListener("pointerdown", () => {
    const field = document.activeElement;
    typed = field?.matches(FIELDS) && field.value !== before ? field : null;
  }, true);
  window.addEventListener("click", (e) => {
    const target = e.target.closest?.("a[href], button:not([data-rac])");
    if (!typed || !target || !e.isTrusted || piece(typed)?.contains(target)) return;
    typed.blur();
    typed = null;
    e.preventDefault();
    e.stopImmediatePropagation();
    const began = performance.now();
    let heard = false;
    const look = () => {
      const waited = performance.now() - began;
      heard ||= Boolean(running());
      const unread = running() ? waited < PATIENCE : !heard && waited < HEARD;
      if (unread) setTimeout(look, 20);
      else target.click();
    };
    look();
  }, true);

  // While the server is away: what Streamlit says then is for those who start it from a terminal.
  // A server that comes back knows of no button until it has drawn the page once, and would forget
  // a click: such a click waits for that. (pages/shell.py sees that the page is drawn.)
  const app = () => document.querySelector("[data-testid=stApp]")?.dataset;
  const gone = () => app() && app().testConnectionState !== "CONNECTED";
  const notice = Object.assign(document.createElement("div"), { className: "lw-away" });
  notice.setAttribute("role", "status");
  document.body.append(notice);
  let away = null, late = null;
  setInterval(() => {
    const now = performance.now();
    if (gone()) away = { since: away?.since ?? now };
    else if (away) {
      away.back ??= now;
      away.drawn ||= Boolean(running());
      if (!running() && (away.drawn || now - away.back > HEARD)) away = null;
    }
    document.body.classList.toggle("lw-gone", Boolean(away && !away.back));
    const said = away && !away.back && now - away.since > GONE;
    const text = said ? "The server does not answer. Nothing is lost: trainings go on by themselves,"
      + " and this page goes on when it is back." : "";
    if (notice.textContent !== text) notice.textContent = text;
    if (away || !late) return;
    const { button, place } = late;
    late = null;
    const again = button.isConnected ? button : place && document.querySelector(`.${place} button`);
    if (again && !again.disabled) again.click();
  }, 50);
  window.addEventListener("click", (e) => {
    const button = e.target.closest?.("button:not([data-rac])");
    if (!away || !e.isTrusted || !button || !piece(button)) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    const place = button.closest("[class*=st-key-]")?.className.match(/st-key-[\w-]+/)?.[0];
    late = { button, place };
  }, true);

  // Streamlit drops a link's click when a timer of the page that is left asks the busy server for
  // something a moment later: when all is quiet and the page still the old one, it is clicked again
  let wanted = null;
  const content = () => { wanted = null; };
  for (const act of ["pointerdown", "keydown", "popstate"]) window.addEventListener(act, content, true);
  window.addEventListener("click", (e) => {
    const link = e.target.closest?.("[data-testid=stPageLink-NavLink]");
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
    if (link.pathname === location.pathname) return content();
    if (link.pathname !== wanted?.path) wanted = { path: link.pathname, tries: AGAIN };
    const mine = wanted;
    let quiet = performance.now();
    const look = () => {
      if (wanted !== mine || location.pathname === mine.path) return;
      if (running()) quiet = performance.now();
      if (performance.now() - quiet < QUIET) return setTimeout(look, 50);
      const links = [...document.querySelectorAll("[data-testid=stPageLink-NavLink]")];
      if (mine.tries-- > 0) links.find((a) => a.pathname === mine.path)?.click();
    };
    look();
  }, true);

  // a page that gets its project's address is still the same place: Back leaves it in one press
  const push = window.history.pushState.bind(window.history);
  window.history.pushState = (state, unused, url) => {
    const same = url && new URL(url, location.href).pathname === location.pathname;
    return same ? window.history.replaceState(state, unused, url) : push(state, unused, url);
  };

  // Plotly is 4.7 MB to read: begun while nobody waits, so that the first chart is there at once
  const early = () => {
    if (window.Plotly || document.querySelector("script[data-plotly]")) return;
    const script = Object.assign(document.createElement("script"), { src: plotly, async: true });
    script.dataset.plotly = "";
    script.onerror = () => script.remove();
    script.onload = () => window.Plotly || script.remove();
    document.head.append(script);
  };
  const idle = window.requestIdleCallback ?? setTimeout;
  setTimeout(() => idle(early), 1000);
}

// on a narrow screen the bar of steps scrolls: the one that is shown comes into view, again
// whenever a link gets its width, because Streamlit first draws empty places
const reach = (tries) => {
  const bar = document.querySelector(".st-key-steps");
  const here = bar?.querySelector(`.st-key-step-${step}`);
  if (!here) return tries && requestAnimationFrame(() => reach(tries - 1));
  window.layerwiseReach?.disconnect();
  window.layerwiseReach = new ResizeObserver(() => {
    const left = here.getBoundingClientRect().left - bar.getBoundingClientRect().left;
    bar.scrollLeft += left - (bar.clientWidth - here.clientWidth) / 2;
  });
  for (const place of bar.querySelectorAll("[class*=st-key-step-]")) window.layerwiseReach.observe(place);
};
reach(600);
