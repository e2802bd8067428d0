// Python's picture as React Flow's nodes and edges; what did not change keeps its identity.

import { heightOf, layoutOf, WIDTH } from "./layout.js";
import { told } from "./node.jsx";

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** {nodes, edges, at} for data of Python, given what was drawn before. */
export function rowsOf(data, before, reachOf) {
  const { picture, pins, chosen } = data;
  const { at: free, way } = layoutOf(picture);
  const old = new Map((before?.nodes ?? []).map((n) => [n.id, n]));
  const oldEdges = new Map((before?.edges ?? []).map((e) => [e.id, e]));
  const outputs = Object.values(picture.nodes).filter((row) => row.out).length;
  const selected = new Set(chosen);
  const at = {};
  const nodes = Object.entries(picture.nodes).map(([id, given]) => {
    const [x, y] = (at[id] = pins[id] ?? free[id]);
    const row = given.out ? { ...given, outputs } : given;
    const reach = reachOf?.(id);
    const last = old.get(id);
    const on = row.fold ? row.fold.every((name) => selected.has(name)) : selected.has(id);
    const data = last && same(last.data, reach ? { row, reach } : { row }) ? last.data : reach ? { row, reach } : { row };
    if (last?.data === data && last.position.x === x && last.position.y === y && !!last.selected === on)
      return last;
    const ghost = id.startsWith("?");
    return {
      id,
      type: "layer",
      position: { x, y },
      width: WIDTH,
      height: heightOf(row),
      data,
      selected: on,
      ariaLabel: told(id, row),
      deletable: !ghost,
      selectable: !ghost,
      ...(row.fold ? { draggable: false, connectable: false } : {}),
    };
  });
  const edges = Object.entries(picture.wires).map(([id, wire]) => {
    const [source, out] = wire.from;
    const [target, to] = wire.to;
    const moved = pins[source] || pins[target];
    const data = { shape: wire.shape, bad: wire.bad, way: moved ? [] : (way[id] ?? []).map((p) => [p.x, p.y]) };
    const last = oldEdges.get(id);
    if (last && same(last.data, data)) return last;
    return {
      id,
      type: "wire",
      source,
      target,
      sourceHandle: `o${out}`,
      targetHandle: `i${to}`,
      data,
      selected: last?.selected ?? false,
      ariaLabel: `Wire from ${source} to ${target}${wire.shape ? `, ${wire.shape}` : ""}`,
    };
  });
  return { nodes, edges, at };
}
