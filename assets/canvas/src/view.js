// What of a graph is shown first: all of it if it stays readable, else its beginning.

import { WIDTH } from "./layout.js";

const READABLE = 0.8;

/** The overview's size on screen: upright for a tall graph. */
export function overview(nodes) {
  const xs = nodes.map((n) => n.position.x);
  const ys = nodes.map((n) => n.position.y);
  const tall = Math.max(...ys) - Math.min(...ys) > 1.6 * (Math.max(...xs) - Math.min(...xs) + WIDTH);
  return tall ? { width: 84, height: 170 } : { width: 140, height: 96 };
}

export function first(flow, frame, { nodes }) {
  if (!frame || !nodes.length) return;
  const left = Math.min(...nodes.map((n) => n.position.x));
  const right = Math.max(...nodes.map((n) => n.position.x + WIDTH));
  const top = Math.min(...nodes.map((n) => n.position.y));
  const bottom = Math.max(...nodes.map((n) => n.position.y + n.height));
  const { width, height } = frame.getBoundingClientRect();
  const room = [width - 60, height - 90];
  const fit = Math.min(room[0] / (right - left), room[1] / (bottom - top), 1);
  const zoom = Math.max(fit, READABLE);
  const tall = (bottom - top) * zoom > room[1];
  const start = nodes.find((n) => n.position.y === top) ?? nodes[0];
  const wide = (right - left) * zoom > room[0];
  const center = wide ? start.position.x + WIDTH / 2 : (left + right) / 2;
  const x = width / 2 - center * zoom;
  const y = tall ? 58 - top * zoom : (height - (bottom - top) * zoom) / 2 - top * zoom;
  flow.setViewport({ x, y, zoom });
}
