// The script, line by line: a list box with one place in the tab order; arrows move, Enter explains.
//
// Python owns the text, the lines of the selected layer and the chosen line.

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function draw(root, { lines, label }) {
  const list = element("div", "lines");
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
  lines.forEach((tokens, i) => {
    const row = element("div", "line");
    row.setAttribute("role", "option");
    row.setAttribute("tabindex", "-1");
    row.dataset.line = i + 1;
    const gutter = element("span", "gutter", i + 1);
    gutter.setAttribute("aria-hidden", "true");
    const code = element("code", "");
    for (const [kind, text] of tokens) code.append(element("span", kind, text));
    if (!tokens.length) code.append("\n");
    row.append(gutter, code);
    list.append(row);
  });
  root.querySelector(".lines")?.remove();
  root.append(list);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // without a secure address the clipboard is closed to scripts: the older way
    const area = element("textarea", "", text);
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".lw-code");
  const { lines, marked, chosen, text } = data[0];
  const shape = JSON.stringify(lines);
  if (root.shape !== shape) {
    draw(root, data[0]);
    root.shape = shape;
    root.marks = "";
  }
  const list = root.querySelector(".lines");
  const at = (n) => list.querySelector(`[data-line="${n}"]`);

  const marks = JSON.stringify(marked);
  if (root.marks !== marks) {
    list.querySelectorAll(".marked").forEach((row) => {
      row.classList.remove("marked");
      row.removeAttribute("aria-current");
    });
    for (const n of marked) {
      at(n)?.classList.add("marked");
      at(n)?.setAttribute("aria-current", "true");
    }
    root.marks = marks;
    const first = marked.length ? at(marked[marked.length - 1]) : null;
    if (first) list.scrollTop = first.offsetTop - list.offsetTop - list.clientHeight / 2;
  }

  const reach = (row) => {
    list.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    row.setAttribute("tabindex", "0");
  };
  const mark = (row) => {
    list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    row?.setAttribute("aria-selected", "true");
  };
  const choose = (row) => {
    mark(row);
    setStateValue("line", row ? Number(row.dataset.line) : null);
  };
  mark(chosen ? at(chosen) : null);
  if (!list.querySelector("[tabindex='0']")) reach(at(chosen || marked[0] || 1) || at(1));

  root.querySelector("button").onclick = async () => {
    const done = await copy(text);
    const said = root.querySelector("[role=status]");
    said.textContent = done ? "Copied" : "Not copied: select the text instead";
    setTimeout(() => (said.textContent = ""), 2500);
  };
  list.onclick = (event) => {
    const row = event.target.closest(".line");
    if (!row || getSelection()?.toString()) return; // text is being selected by hand
    reach(row);
    row.focus({ preventScroll: true });
    choose(row);
  };
  list.onkeydown = (event) => {
    const row = event.target.closest(".line");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const n = Number(row.dataset.line);
    const moves = { ArrowUp: n - 1, ArrowDown: n + 1, PageUp: n - 15, PageDown: n + 15, Home: 1, End: lines.length };
    if (event.key === "Enter" || event.key === " ") choose(row);
    else if (event.key === "Escape") choose(null);
    else if (event.key in moves) {
      const next = at(Math.min(Math.max(moves[event.key], 1), lines.length));
      reach(next);
      next.focus();
    } else return;
    event.preventDefault();
  };
}
