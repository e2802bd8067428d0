// What may be wired to what, so that ports can show it while a wire is drawn; Python decides.

/** Whether a wire may lead from one node to another; `but` is a wire that is about to go. */
export function allowed(picture, source, target, but) {
  if (source === target) return false;
  const wires = Object.entries(picture.wires).filter(([id]) => id !== but);
  const to = picture.nodes[target];
  const reads = wires.filter(([, w]) => w.to[0] === target);
  if (!to || reads.length >= to.ins.length) return false;
  const before = new Map();
  for (const [, { from, to }] of wires) before.set(to[0], [...(before.get(to[0]) ?? []), from[0]]);
  const seen = new Set([source]);
  for (const name of seen) for (const next of before.get(name) ?? []) seen.add(next);
  return !seen.has(target);
}

/** The nodes before and after one, and those beside it, for moving about by keyboard. */
export function neighbour(picture, at, id, key) {
  const wires = Object.values(picture.wires);
  const [x, y] = at[id];
  const nearest = (ids, score) => [...new Set(ids)].sort((a, b) => score(a) - score(b))[0];
  if (key === "ArrowUp")
    return nearest(wires.filter((w) => w.to[0] === id).map((w) => w.from[0]), (n) => Math.abs(at[n][0] - x));
  if (key === "ArrowDown")
    return nearest(wires.filter((w) => w.from[0] === id).map((w) => w.to[0]), (n) => Math.abs(at[n][0] - x));
  const side = key === "ArrowLeft" ? -1 : 1;
  const beside = Object.keys(at).filter((n) => (at[n][0] - x) * side > 20 && Math.abs(at[n][1] - y) < 160);
  return nearest(beside, (n) => Math.abs(at[n][0] - x) + 2 * Math.abs(at[n][1] - y));
}
