// The keyboard on the canvas: find, connect, copy, group, walk along the wires.

import { useEffect, useRef } from "react";

import { neighbour } from "./rules.js";

const typing = (event) => event.target.closest?.("input, textarea, [contenteditable=true]");

export function useKeys(frame, now) {
  const latest = useRef(now);
  latest.current = now;
  useEffect(() => {
    const root = frame.current;
    // a button that went away leaves the focus to the page: then the keys still mean the canvas
    const ours = ({ target }) => root.contains(target) || target === document.body;
    const focused = () => document.activeElement?.closest?.(".react-flow__node")?.dataset.id;

    const down = (event) => {
      if (typing(event) || !ours(event)) return;
      const { ids, from, setFrom, pick, send, picture, view, unfold, at, choose, reveal, openPalette } = latest.current;
      const here = focused() ?? (ids.length === 1 ? ids[0] : undefined);
      const command = event.ctrlKey || event.metaKey;
      const key = command ? `^${event.key.toLowerCase()}` : event.altKey ? `!${event.key}` : event.key;
      const row = picture.nodes[here];
      const verbs = {
        "/": openPalette,
        "^a": () => choose((id) => !id.startsWith("?")),
        "^d": () => ids.length && send("duplicate", { nodes: ids }),
        "^g": () => ids.length && send("group", { nodes: ids }),
        c: () => row && setFrom(here),
        o: () => row && send("returns", { node: here, on: !row.out }),
      };
      if (key === "Escape" && from) setFrom(null);
      else if ((key === "Enter" || key === " ") && from && focused()) pick(focused());
      else if (key === "Enter" && view.nodes[focused()]?.fold) unfold(focused());
      else if (key === "Enter" && row?.block && ids.includes(here)) send("open", { node: here });
      else if (event.altKey && event.key.startsWith("Arrow") && here) {
        const next = neighbour(view, at, here, event.key);
        if (next) {
          choose((id) => id === next);
          reveal(next);
          root.querySelector(`.react-flow__node[data-id="${CSS.escape(next)}"]`)?.focus();
        }
      } else if (verbs[key]) verbs[key]();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };

    // Ctrl+C and Ctrl+V go through Python, which writes and reads the clipboard's JSON
    const copied = (event) => {
      const { ids, send } = latest.current;
      if (typing(event) || !ours(event) || !ids.length || !String(getSelection()).match(/^\s*$/)) return;
      send("copy", { nodes: ids });
      event.preventDefault();
    };
    const pasted = (event) => {
      if (typing(event) || !ours(event)) return;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      latest.current.send("paste", text.includes("layerwise-part") ? { text } : {});
      event.preventDefault();
    };
    document.addEventListener("keydown", down, true);
    document.addEventListener("copy", copied);
    document.addEventListener("paste", pasted);
    return () => {
      document.removeEventListener("keydown", down, true);
      document.removeEventListener("copy", copied);
      document.removeEventListener("paste", pasted);
    };
  }, [frame]);

  // what Python copied goes to the clipboard, where the browser lets it; the tab keeps it anyway
  const [count, text] = now.data.clip;
  const known = useRef(count);
  useEffect(() => {
    if (count === known.current) return;
    known.current = count;
    navigator.clipboard?.writeText(text).catch(() => {});
  }, [count, text]);
}
