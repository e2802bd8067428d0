// Where nodes stand: layered from top to bottom by dagre; what was dragged stays where it was put.
//
// A graph is cut at its waists, the nodes every way leads through. Parts of one form, such as the
// blocks of a residual network, are laid out once: 500 nodes take some milliseconds, not a second.

import dagre from "@dagrejs/dagre";

export const WIDTH = 212;
export const HEIGHT = 60;
const TOLD = 36; // px more for a problem's words
const GAP = 34;
const KEPT = 400; // forms remembered

export const heightOf = (row) => HEIGHT + (row.wrong ? TOLD : 0);

/** The nodes so that each comes after what it reads, as late as can be; those in circles last. */
export function ordered(ids, wires) {
  const readers = new Map(ids.map((id) => [id, 0]));
  const reads = new Map(ids.map((id) => [id, []]));
  for (const { from, to } of wires) {
    readers.set(from, readers.get(from) + 1);
    reads.get(to).push(from);
  }
  const late = ids.filter((id) => !readers.get(id)).reverse();
  for (const id of late)
    for (const from of reads.get(id)) {
      readers.set(from, readers.get(from) - 1);
      if (!readers.get(from)) late.push(from);
    }
  const seen = new Set(late);
  return [...late.reverse(), ...ids.filter((id) => !seen.has(id))];
}

/** Lists of ids, each from one waist to the next, both included. */
export function parts(ids, wires) {
  const order = ordered(ids, wires);
  const place = new Map(order.map((id, i) => [id, i]));
  const far = order.map(() => 0);
  for (const { from, to } of wires) {
    const [low, high] = [place.get(from), place.get(to)].sort((a, b) => a - b);
    far[low] = Math.max(far[low], high);
  }
  const starts = [0];
  let reach = 0;
  for (let i = 0; i < order.length; i++) {
    if (i && reach === i && i < order.length - 1) starts.push(i);
    reach = Math.max(reach, far[i]);
  }
  return starts.map((start, i) => order.slice(start, (starts[i + 1] ?? order.length - 1) + 1));
}

const forms = new Map();

/** dagre's places for one part, by numbers instead of names, remembered by its form. */
function form(heights, wires) {
  const key = JSON.stringify([heights, wires]);
  if (forms.has(key)) return forms.get(key);
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: GAP, ranksep: 52, edgesep: 22 });
  graph.setDefaultEdgeLabel(() => ({}));
  heights.forEach((height, i) => graph.setNode(`${i}`, { width: WIDTH, height }));
  wires.forEach(([from, to], i) => graph.setEdge(`${from}`, `${to}`, {}, `${i}`));
  dagre.layout(graph);
  const places = heights.map((_, i) => graph.node(`${i}`));
  const ways = wires.map(([from, to], i) => graph.edge(`${from}`, `${to}`, `${i}`).points.slice(1, -1));
  if (forms.size > KEPT) forms.clear();
  forms.set(key, { places, ways });
  return forms.get(key);
}

/** Groups of ids that wires hold together, in the order of their first. */
function islands(ids, wires) {
  const beside = new Map(ids.map((id) => [id, []]));
  for (const { from, to } of wires) (beside.get(from).push(to), beside.get(to).push(from));
  const seen = new Set();
  const found = [];
  for (const id of ids) {
    if (seen.has(id)) continue;
    const group = new Set([id]);
    for (const name of group) for (const next of beside.get(name)) group.add(next);
    for (const name of group) seen.add(name);
    found.push(ids.filter((name) => group.has(name)));
  }
  return found;
}

/** {at: {id: [x, y]}, way: {wire id: [{x, y}, …]}} for a picture of Python. */
export function layout(picture) {
  const wires = Object.entries(picture.wires)
    .map(([id, wire]) => ({ id, from: wire.from[0], to: wire.to[0] }))
    .filter((w) => picture.nodes[w.from] && picture.nodes[w.to]);
  const [at, way] = [{}, {}];
  let left = 0;
  for (const ids of islands(Object.keys(picture.nodes), wires)) {
    const inside = new Set(ids);
    const mine = wires.filter((w) => inside.has(w.from));
    const before = Object.keys(at).length;
    stack(picture, ids, mine, at, way);
    const low = Math.min(...ids.map((id) => at[id][0]));
    const shift = before ? left - low : 0;
    for (const id of ids) at[id][0] += shift;
    for (const w of mine) way[w.id] = way[w.id].map((p) => ({ x: p.x + shift, y: p.y }));
    left = Math.max(...ids.map((id) => at[id][0])) + WIDTH + 2 * GAP;
  }
  return { at, way };
}

/** Lays one island's parts under each other, waist upon waist. */
function stack(picture, ids, wires, at, way) {
  let centre = null; // of the waist that the next part begins with
  for (const part of parts(ids, wires)) {
    const number = new Map(part.map((id, i) => [id, i]));
    const mine = wires.filter((w) => !way[w.id] && number.has(w.from) && number.has(w.to));
    const heights = part.map((id) => heightOf(picture.nodes[id]));
    const { places, ways } = form(heights, mine.map((w) => [number.get(w.from), number.get(w.to)]));
    const [dx, dy] = centre ? [centre.x - places[0].x, centre.y - places[0].y] : [0, 0];
    part.forEach((id, i) => {
      at[id] = [Math.round(places[i].x + dx - WIDTH / 2), Math.round(places[i].y + dy - heights[i] / 2)];
    });
    mine.forEach((w, i) => (way[w.id] = ways[i].map((p) => ({ x: p.x + dx, y: p.y + dy }))));
    const last = places[part.length - 1];
    centre = { x: last.x + dx, y: last.y + dy };
  }
}

const shapes = new Map(); // the last layouts by what they depend on

export function layoutOf(picture) {
  const sign = JSON.stringify([
    Object.entries(picture.nodes).map(([id, row]) => [id, heightOf(row)]),
    Object.keys(picture.wires),
  ]);
  if (!shapes.has(sign)) {
    shapes.set(sign, layout(picture));
    if (shapes.size > 12) shapes.delete(shapes.keys().next().value);
  }
  return shapes.get(sign);
}

/** A smooth path down through the points, upright at each. */
export function path(points) {
  let d = `M${points[0][0]} ${points[0][1]}`;
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    const bend = y1 > y0 ? (y1 - y0) / 2 : Math.max(40, Math.abs(x1 - x0) / 3);
    d += `C${x0} ${y0 + bend} ${x1} ${y1 - bend} ${x1} ${y1}`;
  }
  return d;
}
