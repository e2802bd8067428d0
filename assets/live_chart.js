// One Plotly chart that stays mounted while its runs grow; it asks /lw/rows for new rows itself.
//
// Streamlit calls the default export at mount and again whenever data or theme change; the chart
// lives on the root element, so later calls only hand over what is new.

const POLL = 200; // ms from question to question while a run is going: more than four a second
const PATIENCE = 10000; // ms after which a question without an answer is asked again
const EAGER = 100; // ms between questions until its first point is there …
const EAGER_TIMES = 100; // … and how often at most: it may wait in the queue
const LIMIT = 3000; // points a per-batch line may hold; beyond it neighbours are averaged
const PANEL = 210; // px a panel is high
const COLORS = ["#0e7c7b", "#c2571a", "#5b5fc7", "#8a6d00", "#a8326b", "#4a6b1f"];
const SYMBOLS = ["circle", "square", "triangle-up", "cross", "star", "hexagon"];
const ENDED = new Set(["finished", "stopped", "failed"]);
const RESTING = new Set(["paused", "interrupted"]); // until somebody lets them go on

/** Plotly, downloaded once a page; the page's own script has begun with it while nobody waited. */
function loadPlotly(address) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  const script = document.querySelector("script[data-plotly]") ?? document.createElement("script");
  return new Promise((resolve, reject) => {
    const fails = () => {
      script.remove(); // so that the next try downloads again
      reject(new Error("plotly.js did not load"));
    };
    script.addEventListener("load", () => (window.Plotly ? resolve(window.Plotly) : fails()));
    script.addEventListener("error", fails);
    if (script.isConnected) return;
    script.dataset.plotly = "";
    script.src = address;
    document.head.append(script);
  });
}

// --- numbers ---------------------------------------------------------------------------------

/** A growing line; `values` are raw, `shown()` applies the smoothing. */
class Line {
  constructor(limit = Infinity) {
    Object.assign(this, { limit, x: [], values: [], every: 1, sum: 0, n: 0, at: 0 });
  }

  /** Adds points; true when older ones were merged, so that the whole line has to be redrawn. */
  push(x, y) {
    if (y === null || y === undefined) return false;
    this.sum += y;
    this.at = x;
    if (++this.n < this.every) return false;
    this.x.push(this.at);
    this.values.push(this.sum / this.n);
    this.sum = this.n = 0;
    if (this.x.length <= this.limit) return false;
    const half = (a, merge) => a.flatMap((v, i) => (i % 2 ? [merge(a[i - 1], v)] : []));
    this.x = half(this.x, (a, b) => b);
    this.values = half(this.values, (a, b) => (a + b) / 2);
    this.every *= 2;
    return true;
  }

  /** Exponential moving average, corrected for its start (as TensorBoard's). */
  shown(weight) {
    if (weight < 0.001) return this.values;
    let state = 0;
    return this.values.map((y, i) => {
      state = weight * state + (1 - weight) * y;
      return state / (1 - weight ** (i + 1));
    });
  }
}

/** What is known of one run: its lines by "panel|train|batch" and where to read on. */
class Series {
  constructor(id) {
    Object.assign(this, { id, label: id, after: 0, status: "queued", steps: 0, lines: {}, epochs: [] });
    this.gone = false;
    this.reached = 0;
  }

  get done() {
    return this.gone || (ENDED.has(this.status) && !this.more && !this.again);
  }

  get quiet() {
    return this.done || RESTING.has(this.status);
  }

  line(key, limit) {
    return (this.lines[key] ??= new Line(limit));
  }

  /** Takes one answer of /lw/rows; returns the keys that grew and those to be redrawn. */
  take(answer) {
    const grew = new Set();
    const redraw = new Set();
    const put = (key, x, y, limit) => {
      if (this.line(key, limit).push(x, y)) redraw.add(key);
      grew.add(key);
    };
    this.after = answer.next;
    this.again = false;
    this.more = answer.more;
    this.status = answer.status;
    this.steps = answer.steps || this.steps;
    const { x = [], ...metrics } = answer.batches;
    // a run without a seed that begins again makes other numbers: the earlier ones are gone
    if (x[0] <= this.reached || answer.epochs[0]?.epoch <= this.epochs.at(-1)?.epoch) {
      this.epochs = [];
      for (const [key, line] of Object.entries(this.lines)) {
        this.lines[key] = new Line(line.limit);
        grew.add(key);
        redraw.add(key);
      }
    }
    this.reached = x.at(-1) ?? this.reached;
    for (const [name, ys] of Object.entries(metrics))
      ys.forEach((y, i) => put(`${name}|batch`, x[i], y, LIMIT));
    for (const row of answer.epochs) {
      this.epochs.push(row);
      for (const [name, y] of Object.entries(row))
        if (name !== "epoch") {
          const validation = name.startsWith("val_");
          put(`${validation ? name.slice(4) : name}|${validation ? "val" : "train"}`, row.epoch, y);
        }
    }
    return { grew, redraw };
  }
}

const panelOf = (key) => key.split("|")[0];
const words = (name) => name.replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase());
const short = (y) => (y === null || y === undefined ? "not a number" : Number(y.toPrecision(4)) + "");

// --- the chart -------------------------------------------------------------------------------

class LiveChart {
  constructor(root) {
    this.root = root;
    this.find = (name) => root.querySelector(`.lwc-${name}`);
    this.plot = this.find("plot");
    this.runs = [];
    this.panels = [];
    this.keys = []; // trace number → `${run id}|${line key}`
    this.weight = 0;
    this.queue = Promise.resolve(); // Plotly calls one after the other
    window.__lwMounts = (window.__lwMounts || 0) + 1; // the browser test counts them
    this.find("log").onchange = () => this.draw(() => this.P.relayout(this.plot, this.axisTypes()));
    this.find("batches").onchange = () => {
      this.legend();
      this.draw(() => this.rebuild());
    };
    this.find("smooth").oninput = (event) => {
      this.weight = Number(event.target.value);
      this.find("smooth-value").textContent = this.weight ? this.weight.toFixed(2) : "off";
      this.draw(() => this.restyleLines(this.keys.map((_, i) => i)));
    };
    this.find("reset").onclick = () => this.draw(() => this.P.relayout(this.plot, this.fitAll()));
    this.find("numbers").ontoggle = () => this.writeTable();
    this.onVisible = () => document.hidden || this.wake?.();
    document.addEventListener("visibilitychange", this.onVisible);
  }

  /** New data from Python: other runs, other labels, or only a new theme. */
  update(data) {
    this.data = data;
    this.base = data.base;
    const wanted = data.runs.map((r) => r.id).join();
    const first = this.runs.map((r) => r.id).join() !== wanted || !this.started;
    if (first) {
      const known = Object.fromEntries(this.runs.map((r) => [r.id, r]));
      this.runs = data.runs.map((r) => known[r.id] ?? new Series(r.id));
      data.runs.forEach((r, i) => (this.runs[i].label = r.label));
      if (this.runs.length > 1) this.find("batches").checked = false; // a thicket otherwise
      this.panels = this.chosen([...data.panels, ...this.seenPanels()]);
      this.only = String(data.only);
      this.root.style.setProperty("--lwc-height", `${this.height()}px`);
      this.say(this.runs.length ? "" : data.empty);
      this.legend();
      this.draw(() => this.rebuild());
      this.started = true;
      this.poll();
    } else {
      // called again because `moment` is another: even an ended run may have been told to go on
      data.runs.forEach((r, i) => Object.assign(this.runs[i], { label: r.label, again: true }));
      const other = this.only !== String(data.only);
      if (other) this.panels = this.chosen([...data.panels, ...this.seenPanels()]);
      this.only = String(data.only);
      if (other || this.themeKey() !== this.theme) this.draw(() => this.rebuild());
      this.legend();
      this.wake?.();
    }
  }

  destroy() {
    this.stopped = true;
    document.removeEventListener("visibilitychange", this.onVisible);
    this.resize?.disconnect();
    if (this.P) this.P.purge(this.plot);
  }

  /** Queues one piece of drawing behind the one before; a failed piece never stops the next. */
  draw(work) {
    this.queue = this.queue
      .then(() => (this.stopped || !this.P ? undefined : work()))
      .catch((error) => console.warn("Layerwise chart", error));
    return this.queue;
  }

  // --- reading

  async poll() {
    const turn = (this.turn = (this.turn || 0) + 1); // a newer loop ends the older
    let failures = 0;
    let eager = EAGER_TIMES;
    const alive = () => !this.stopped && this.turn === turn && this.root.isConnected;
    while (alive()) {
      const asked = performance.now();
      try {
        this.P = await loadPlotly(this.data.plotly);
        for (const run of this.runs) if (alive() && !run.done) await this.read(run);
        // not before: drawn once with its first points, a new chart is there sooner
        if (!this.plot.classList.contains("js-plotly-plot")) await this.draw(() => this.rebuild());
        if (failures) this.say("");
        failures = 0;
      } catch (error) {
        failures += 1;
        this.say("Waiting for the server. The curves continue by themselves when it answers.");
      }
      if (!alive()) return;
      const idle = this.runs.every((r) => r.quiet) || document.hidden;
      const more = this.runs.some((r) => r.more);
      const young = this.runs.some((r) => !r.done && !r.after) && eager-- > 0;
      const rest = POLL - (performance.now() - asked); // from question to question, not between
      const usual = more ? 0 : young ? EAGER : Math.max(rest, 20);
      await this.pause(idle ? 10000 : failures ? Math.min(500 * 2 ** failures, 5000) : usual);
    }
  }

  pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => (clearTimeout(timer), resolve());
    });
  }

  async read(run) {
    const after = run.after;
    const signal = AbortSignal.timeout(PATIENCE);
    const reply = await fetch(`${this.base}/rows?run=${run.id}&after=${after}`, { signal });
    if (reply.status === 404 || reply.status === 400) {
      run.gone = true;
      this.say("This run is no longer in the workspace, so there are no curves to show.");
      return;
    }
    if (!reply.ok) throw new Error(`status ${reply.status}`);
    const answer = await reply.json();
    if (run.after !== after) return; // another question was quicker: these rows are here already
    const { grew, redraw } = run.take(answer);
    if (!grew.size) return;
    await this.draw(() => this.grow(run, grew, redraw));
    this.describe();
  }

  // --- drawing

  seenPanels() {
    return this.runs.flatMap((r) => Object.keys(r.lines).map(panelOf));
  }

  height() {
    return Math.max(1, this.panels.length) * PANEL + 56;
  }

  /** Appends what is new; draws anew only when a panel or a line appears for the first time. */
  async grow(run, grew, redraw) {
    const keys = [...grew];
    const fresh = keys.some((k) => !this.keys.includes(`${run.id}|${k}`) && this.wants(run, k));
    if (fresh) {
      this.panels = this.chosen([...this.panels, ...keys.map(panelOf)]);
      return this.rebuild();
    }
    const add = { x: [], y: [], customdata: [] };
    const traces = [];
    const again = [];
    for (const key of keys) {
      const i = this.keys.indexOf(`${run.id}|${key}`);
      if (i < 0) continue;
      const line = run.lines[key];
      const have = this.plot.data[i].x.length;
      if (redraw.has(key) || have > line.x.length) again.push(i);
      else if (line.x.length > have) {
        traces.push(i);
        add.x.push(line.x.slice(have));
        add.y.push(this.smooth(run, key).slice(have));
        add.customdata.push(line.values.slice(have));
      }
    }
    if (traces.length) await this.P.extendTraces(this.plot, add, traces);
    if (again.length) await this.restyleLines(again);
  }

  /** Smoothed values: beside batches an epoch's point counts as all its steps, else as one. */
  smooth(run, key) {
    const line = run.lines[key];
    const batch = key.endsWith("|batch");
    const span = batch ? line.every : this.find("batches").checked ? run.steps || 1 : 1;
    return line.shown(this.weight ** span);
  }

  lineOf(i) {
    const [id, ...rest] = this.keys[i].split("|");
    const run = this.runs.find((r) => r.id === id);
    const key = rest.join("|");
    return { ...run.lines[key], shown: this.smooth(run, key) };
  }

  restyleLines(traces) {
    if (!traces.length) return undefined;
    const lines = traces.map((i) => this.lineOf(i));
    const change = {
      x: lines.map((l) => l.x.slice()),
      y: lines.map((l) => l.shown.slice()),
      customdata: lines.map((l) => l.values.slice()),
    };
    return this.P.restyle(this.plot, change, traces);
  }

  wants(run, key) {
    if (this.data.only && !this.data.only.includes(panelOf(key))) return false;
    return !key.endsWith("|batch") || this.find("batches").checked;
  }

  /** Each panel once, and only those that were asked for. */
  chosen(panels) {
    const each = [...new Set(panels)];
    return this.data.only ? each.filter((p) => this.data.only.includes(p)) : each;
  }

  rebuild() {
    if (!this.P) return undefined;
    this.theme = this.themeKey();
    this.root.style.setProperty("--lwc-height", `${this.height()}px`);
    this.keys = [];
    const traces = [];
    this.runs.forEach((run, r) => {
      for (const key of Object.keys(run.lines).sort()) {
        if (!this.wants(run, key)) continue;
        this.keys.push(`${run.id}|${key}`);
        traces.push(this.trace(run, r, key));
      }
    });
    // An axis exists only while a trace names it: one empty trace a panel keeps the frame.
    for (const p of this.panels.keys())
      traces.push({ x: [null], y: [null], yaxis: p ? `y${p + 1}` : "y", hoverinfo: "skip" });
    const config = { responsive: true, displaylogo: false, doubleClick: "reset", scrollZoom: false };
    config.modeBarButtonsToRemove = ["select2d", "lasso2d", "autoScale2d"];
    return this.P.react(this.plot, traces, this.layout(), config);
  }

  trace(run, r, key) {
    const [panel, part] = key.split("|");
    const p = this.panels.indexOf(panel);
    const style = this.style(r, part);
    const line = run.lines[key];
    const who = this.runs.length > 1 ? `${run.label}, ` : "";
    const what = { batch: "each batch", train: "training", val: "validation" }[part];
    const when = part === "batch" ? "epoch %{x:.2f}" : "after epoch %{x}";
    return {
      type: "scatter",
      x: line.x.slice(),
      y: this.smooth(run, key).slice(),
      customdata: line.values.slice(),
      name: `${who}${what}`,
      yaxis: p ? `y${p + 1}` : "y",
      xaxis: "x",
      mode: part === "batch" ? "lines" : "lines+markers",
      line: { color: style.color, width: style.width, dash: style.dash },
      marker: { color: style.color, symbol: style.symbol, size: 8, maxdisplayed: 16 },
      opacity: part === "batch" ? 0.7 : 1,
      hovertemplate: `%{customdata:.4~g} ${who}${what}, ${when}<extra></extra>`,
    };
  }

  /** One run: colour says training or validation. Several: colour says which run. */
  style(r, part) {
    const colors = this.colors();
    const several = this.runs.length > 1;
    const validation = part === "val";
    return {
      color: colors[(several ? r : validation ? 1 : 0) % colors.length],
      symbol: several || !validation ? SYMBOLS[r % SYMBOLS.length] + (validation ? "-open" : "") : "diamond-open",
      dash: validation ? "7px,4px" : "solid",
      width: part === "batch" ? 1 : 2.5,
    };
  }

  css(name, fallback) {
    return getComputedStyle(this.root).getPropertyValue(`--st-${name}`).trim() || fallback;
  }

  /** The theme's chart colors; each is told from the next by its marker as well. */
  colors() {
    const given = this.css("chart-categorical-colors", "").match(/#[0-9a-f]{6}|rgba?\([^)]*\)/gi);
    return given?.length >= 2 ? given : COLORS;
  }

  themeKey() {
    return ["text-color", "background-color", "border-color", "font"].map((n) => this.css(n, "")).join();
  }

  dark() {
    const probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = this.css("background-color", "#ffffff");
    const n = parseInt(String(probe.fillStyle).slice(1, 7), 16);
    return 0.299 * (n >> 16) + 0.587 * ((n >> 8) & 255) + 0.114 * (n & 255) < 128;
  }

  layout() {
    const text = this.css("text-color", "#1f2430");
    const grid = this.dark() ? "rgba(255,255,255,0.13)" : "rgba(0,0,0,0.10)";
    const font = this.css("font", "sans-serif");
    const count = Math.max(1, this.panels.length);
    const total = this.height();
    const gap = 44 / total;
    const each = (1 - gap * (count - 1)) / count;
    const some = this.keys.length > 0;
    const axis = { gridcolor: grid, zeroline: false, linecolor: grid, showticklabels: some };
    const layout = {
      uirevision: "keep",
      height: total,
      autosize: true,
      margin: { t: 30, r: 8, b: 44, l: 52 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: text, family: font, size: 13 },
      showlegend: false,
      hovermode: "closest",
      hoverlabel: { bgcolor: this.css("background-color", "#fff"), bordercolor: grid, font: { color: text, family: font } },
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
      modebar: { bgcolor: "rgba(0,0,0,0)", color: text, activecolor: text },
      xaxis: {
        ...axis,
        title: { text: "Epoch" },
        anchor: count > 1 ? `y${count}` : "y",
        rangemode: "tozero",
        tickformat: "~g",
      },
      annotations: this.panels.map((name, p) => ({
        text: `<b>${this.title(name)}</b>`,
        x: 0,
        xref: "paper",
        xanchor: "left",
        y: 1 - p * (each + gap),
        yref: "paper",
        yanchor: "bottom",
        yshift: 4,
        showarrow: false,
        font: { size: 14 },
      })),
    };
    for (let p = 0; p < count; p++) {
      const top = 1 - p * (each + gap);
      layout[p ? `yaxis${p + 1}` : "yaxis"] = {
        ...axis,
        domain: [Math.max(0, top - each), top],
        anchor: "x",
        type: this.find("log").checked ? "log" : "linear",
        nticks: 5,
      };
    }
    return layout;
  }

  title(name) {
    return this.data.titles?.[name] ?? words(name);
  }

  eachAxis(entry) {
    return Object.fromEntries(
      Array.from({ length: Math.max(1, this.panels.length) }, (_, p) => [
        `yaxis${p ? p + 1 : ""}.${entry[0]}`,
        entry[1],
      ]),
    );
  }

  axisTypes() {
    const type = this.find("log").checked ? "log" : "linear";
    return { ...this.eachAxis(["type", type]), ...this.eachAxis(["autorange", true]) };
  }

  fitAll() {
    return { "xaxis.autorange": true, ...this.eachAxis(["autorange", true]) };
  }

  // --- words beside the picture

  /** How each line looks, drawn and written: nothing depends on colour alone. */
  legend() {
    const several = this.runs.length > 1;
    const items = several
      ? this.runs.map((run, r) => [this.swatch(r, "train"), run.label])
      : [[this.swatch(0, "train"), "Training"], [this.swatch(0, "val"), "Validation"]];
    if (several) {
      items.push([this.swatch(-1, "train"), "solid: training"]);
      items.push([this.swatch(-1, "val"), "dashed: validation"]);
    } else if (this.find("batches").checked) items.push([this.swatch(0, "batch"), "Each batch"]);
    this.find("legend").replaceChildren(
      ...items.map(([picture, label]) => {
        const item = document.createElement("li");
        item.append(picture, document.createTextNode(label));
        return item;
      }),
    );
  }

  swatch(r, part) {
    const style = r < 0 ? { ...this.style(0, part), color: "currentColor" } : this.style(r, part);
    const shapes = {
      circle: '<circle cx="17" cy="7" r="4"/>',
      square: '<rect x="13" y="3" width="8" height="8"/>',
      "triangle-up": '<path d="M17 2l5 9h-10z"/>',
      cross: '<path d="M15.5 2h3v3.500h3.500v3h-3.500v3.500h-3v-3.500h-3.500v-3h3.500z"/>',
      star: '<path d="M17 1l1.800 4h4.200l-3.400 2.700 1.300 4.300-3.900-2.500-3.900 2.500 1.300-4.300-3.400-2.700h4.200z"/>',
      hexagon: '<path d="M13 4.500l4-2.500 4 2.500v5l-4 2.500-4-2.500z"/>',
      diamond: '<path d="M17 2l5 5-5 5-5-5z"/>',
    };
    const shape = part === "batch" || r < 0 ? "" : shapes[style.symbol.replace("-open", "")];
    const fill = style.symbol.endsWith("-open") ? "var(--st-background-color, #fff)" : style.color;
    const dash = style.dash === "solid" ? "" : 'stroke-dasharray="6 3"';
    const box = document.createElement("span");
    box.setAttribute("aria-hidden", "true");
    box.innerHTML =
      `<svg width="34" height="14" viewBox="0 0 34 14"><path d="M0 7h34" stroke="${style.color}" ` +
      `stroke-width="${style.width}" ${dash} opacity="${part === "batch" ? 0.7 : 1}"/>` +
      `<g fill="${fill}" stroke="${style.color}" stroke-width="1.5">${shape}</g></svg>`;
    return box;
  }

  say(text) {
    const note = this.find("note");
    if (note.textContent !== text) note.textContent = text;
    note.hidden = !text;
  }

  /** The picture in words: what the newest epoch of each run says. */
  describe() {
    const parts = this.runs.map((run) => {
      const last = run.epochs.at(-1);
      if (!last) return `${run.label}: no epoch finished yet`;
      const numbers = Object.entries(last).filter(([k]) => k !== "epoch");
      const said = numbers.map(([k, v]) => `${words(k.replace(/^val_/, "validation "))} ${short(v)}`);
      return `${run.label}, epoch ${last.epoch}: ${said.join(", ")}`;
    });
    this.find("picture").setAttribute("aria-label", `Training curves. ${parts.join(". ")}.`);
    this.writeTable();
  }

  writeTable() {
    if (!this.find("numbers").open) return;
    const several = this.runs.length > 1;
    const names = [...new Set(this.runs.flatMap((r) => r.epochs.flatMap((e) => Object.keys(e))))];
    const cell = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
    const row = (cells) => {
      const line = document.createElement("tr");
      line.append(...cells);
      return line;
    };
    const head = [...(several ? ["Run"] : []), "Epoch"];
    const metrics = names.filter((n) => n !== "epoch");
    head.push(...metrics.map((n) => words(n.replace(/^val_/, "validation "))));
    const body = this.runs.flatMap((run) =>
      run.epochs
        .map((e) =>
          row([
            ...(several ? [cell("td", run.label)] : []),
            cell("th", e.epoch),
            ...metrics.map((n) => cell("td", n in e ? short(e[n]) : "")),
          ]),
        )
        .reverse(),
    );
    const table = this.find("table");
    table.replaceChildren(row(head.map((h) => cell("th", h))), ...body.slice(0, 500));
  }
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".lwc-live");
  const chart = (root.lwChart ??= new LiveChart(root));
  const call = (chart.calls = (chart.calls || 0) + 1);
  chart.update(data[0]);
  return () => {
    if (call !== chart.calls) return; // a later call took over; only the last one ends the chart
    chart.destroy();
    root.lwChart = undefined;
  };
}
