// The confusion matrix as an ARIA grid: one cell in the tab order, arrows move, Enter chooses.
//
// Python owns which cell is chosen; a click says the wish and shows it at once.

const MOVES = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** What a cell says aloud. */
function told(names, i, j, count) {
  if (i === j) return `${names[i]}: ${count} right`;
  return `${names[i]} taken for ${names[j]}: ${count}`;
}

function draw(root, { names, counts }) {
  const table = element("table", "", { role: "grid", "aria-label": "Confusion matrix" });
  const head = element("tr", "");
  head.append(element("th", "True ↓ Answer →", { scope: "col" }));
  for (const name of names) head.append(element("th", name, { scope: "col" }));
  table.append(head);
  counts.forEach((row, i) => {
    const line = element("tr", "");
    line.append(element("th", names[i], { scope: "row" }));
    const sum = row.reduce((a, b) => a + b, 0) || 1;
    row.forEach((count, j) => {
      const cell = element("td", count, { role: "gridcell", tabindex: -1 });
      cell.setAttribute("aria-label", told(names, i, j, count));
      cell.dataset.at = `${i},${j}`;
      cell.className = count ? (i === j ? "right" : "wrong") : "none";
      cell.style.setProperty("--share", `${8 + (42 * count) / sum}%`);
      line.append(cell);
    });
    table.append(line);
  });
  root.replaceChildren(table);
}

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".lw-matrix");
  const { names, counts, chosen } = data[0];
  const shape = JSON.stringify([names, counts]);
  if (root.shape !== shape) {
    draw(root, data[0]);
    root.shape = shape;
  }
  const at = (i, j) => root.querySelector(`[data-at="${i},${j}"]`);
  const place = (cell) => cell.dataset.at.split(",").map(Number);

  const mark = (cell) => {
    root.querySelector("[aria-selected=true]")?.removeAttribute("aria-selected");
    cell?.setAttribute("aria-selected", "true");
  };
  const reach = (cell) => {
    root.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    cell.setAttribute("tabindex", "0");
  };
  const choose = (cell) => {
    const again = cell?.getAttribute("aria-selected") === "true";
    mark(again ? null : cell);
    setStateValue("cell", again || !cell ? null : place(cell));
  };

  mark(chosen ? at(...chosen) : null);
  if (!root.querySelector("[tabindex='0']")) reach(chosen ? at(...chosen) : at(0, 0));

  root.onclick = (event) => {
    const cell = event.target.closest("td");
    if (!cell) return;
    reach(cell);
    cell.focus({ preventScroll: true });
    choose(cell);
  };
  root.onkeydown = (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") choose(cell);
    else if (event.key === "Escape") choose(null);
    else if (event.key in MOVES) {
      const [i, j] = place(cell);
      const [down, right] = MOVES[event.key];
      const within = (n) => Math.min(Math.max(n, 0), names.length - 1);
      const next = at(within(i + down), within(j + right));
      reach(next);
      next.focus();
    } else return;
    event.preventDefault();
  };
}
