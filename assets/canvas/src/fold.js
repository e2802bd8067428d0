// Repeating runs of layers drawn as one card each: a view of Python's picture, never an edit.

import { ordered, parts } from "./layout.js";

const LEAST = 3; // layers worth a card
const MOST = 24; // layers of a run looked for in a chain: more would cost time at every edit
const NAMED = /^(.*block_?\d+[a-z]?)_/; // how Keras's applications name a block's layers

/** Runs of chain nodes that follow each other at least twice, as lists of ids. */
function tandem(ids, kinds) {
  const found = [];
  for (let i = 0; i < ids.length; ) {
    let best = { size: 0, times: 0 };
    for (let size = LEAST; size <= Math.min(MOST, (ids.length - i) / 2); size++) {
      let times = 1;
      while (kinds(i, size) === kinds(i + times * size, size)) times++;
      if (times > 1 && size * times > best.size * best.times) best = { size, times };
    }
    for (let n = 0; n < best.times; n++) found.push(ids.slice(i + n * best.size, i + (n + 1) * best.size));
    i += best.size * best.times || 1;
  }
  return found;
}

/** Stretches between waists, a short tail such as an activation included; chains by what repeats. */
function shaped(ids, wires, picture) {
  const found = [];
  let chain = [ids[0]];
  const close = () => {
    const last = found.at(-1);
    if (last?.tail && chain.length <= 2) last.push(...chain);
    else found.push(...tandem(chain, (at, size) => JSON.stringify(chain.slice(at, at + size).map((id) => picture.nodes[id].kind))));
    chain = [];
  };
  for (const part of parts(ids, wires)) {
    if (part.length - 1 < LEAST) {
      chain.push(...part.slice(1));
      continue;
    }
    close();
    found.push(Object.assign(part.slice(1), { tail: true }));
  }
  close();
  return found;
}

/** Lists of ids that come at least twice in one form, each without a way out and back in. */
export function repeats(picture) {
  const wires = Object.values(picture.wires)
    .map(({ from, to }) => ({ from: from[0], to: to[0] }))
    .filter((w) => picture.nodes[w.from] && picture.nodes[w.to]);
  const order = ordered(Object.keys(picture.nodes), wires);
  const runs = []; // of neighbours in order: whatever lies between two of a run is in it
  let before;
  for (const id of order) {
    const name = NAMED.exec(id)?.[1];
    if (!runs.length || name !== before) runs.push([]);
    runs.at(-1).push(id);
    runs.at(-1).name = before = name;
  }
  const found = runs.flatMap((run) => {
    if (run.name) return run.length < LEAST ? [] : [run];
    const inside = new Set(run);
    return shaped(run, wires.filter((w) => inside.has(w.from) && inside.has(w.to)), picture);
  });
  const forms = found.map((run) => {
    const place = new Map(run.map((id, i) => [id, i]));
    const ways = wires.filter((w) => place.has(w.from) && place.has(w.to)).map((w) => [place.get(w.from), place.get(w.to)]);
    return JSON.stringify([run.map((id) => picture.nodes[id].kind), ways]);
  });
  return found.filter((_, i) => forms.indexOf(forms[i]) !== forms.lastIndexOf(forms[i]));
}

const cardOf = (run) => `≡${run[0]}`;

/** The picture with every run but the opened ones as a card. */
export function folded(picture, runs, opened) {
  const home = new Map();
  const cards = {};
  for (const run of runs.filter((r) => !opened.includes(cardOf(r)))) {
    const rows = run.map((id) => picture.nodes[id]);
    const wrong = rows.flatMap((row) => row.wrong ?? []);
    cards[cardOf(run)] = {
      ...{ kind: "Folded", icon: "stacks", title: run.name ?? NAMED.exec(run[0])?.[1] ?? run[0], said: `${run.length} layers`, ins: [], fold: run },
      ...(wrong.length ? { wrong } : {}),
      ...(rows.find((row) => row.out) ? { out: rows.find((row) => row.out).out } : {}),
    };
    for (const id of run) home.set(id, cardOf(run));
  }
  const nodes = {};
  for (const [id, row] of Object.entries(picture.nodes)) nodes[home.get(id) ?? id] ??= home.has(id) ? cards[home.get(id)] : row;
  const wires = {};
  for (const [id, wire] of Object.entries(picture.wires)) {
    const [from, to] = [home.get(wire.from[0]), home.get(wire.to[0])];
    if (from && from === to) continue;
    const into = to ? [to, cards[to].ins.push("input") - 1] : wire.to;
    wires[id] = { ...wire, from: from ? [from, 0] : wire.from, to: into };
  }
  return { nodes, wires };
}

// what was folded and opened again, for as long as the tab lives
const key = (path) => `lwg-fold:${new URLSearchParams(location.search).get("p")}:${path}`;

/** The layers that ids on screen stand for: a card's are all that it folds. */
export const layersOf = (ids, picture) => ids.flatMap((id) => picture.nodes[id]?.fold ?? [id]);

export function recalled(path) {
  try {
    return JSON.parse(sessionStorage.getItem(key(path))) ?? { on: false, opened: [] };
  } catch {
    return { on: false, opened: [] };
  }
}

export function remember(path, folds) {
  try {
    sessionStorage.setItem(key(path), JSON.stringify(folds));
  } catch {
    // a browser that keeps nothing folds anew
  }
  return folds;
}
