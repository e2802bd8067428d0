// Where nodes stand: layered from top to bottom by dagre; what was dragged stays where it was put.

import dagre from "@dagrejs/dagre";

export const WIDTH = 212;
export const HEIGHT = 60;
const TOLD = 36; // px more for a problem's words

export const heightOf = (row) => HEIGHT + (row.wrong ? TOLD : 0);

/** {at: {id: [x, y]}, way: {wire id: [[x, y], …]}} for a picture of Python. */
export function layout(picture) {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 34, ranksep: 52, edgesep: 22 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [id, row] of Object.entries(picture.nodes))
    graph.setNode(id, { width: WIDTH, height: heightOf(row) });
  for (const [id, wire] of Object.entries(picture.wires))
    if (picture.nodes[wire.from[0]]) graph.setEdge(wire.from[0], wire.to[0], {}, id);
  dagre.layout(graph);
  const at = {};
  for (const id of graph.nodes()) {
    const { x, y, height } = graph.node(id);
    at[id] = [Math.round(x - WIDTH / 2), Math.round(y - height / 2)];
  }
  const way = {};
  for (const edge of graph.edges()) way[edge.name] = graph.edge(edge).points.slice(1, -1);
  return { at, way };
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
