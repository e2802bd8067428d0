// The list of layers: type to find, Enter or a click to add, drag onto the canvas or onto a wire.

import { useEffect, useMemo, useRef, useState } from "react";

import { Icon } from "./node.jsx";

export const MIME = "application/x-layerwise-layer";

const lists = new Map();

function fetchList(address) {
  if (!lists.has(address)) {
    const asked = fetch(new URL(address, document.baseURI)).then((answer) => {
      if (!answer.ok) throw new Error(`${answer.status}`);
      return answer.json();
    });
    asked.catch(() => lists.delete(address)); // the next opening asks again
    lists.set(address, asked);
  }
  return lists.get(address);
}

/** Rows that fit the words, those whose name begins with them first. */
export function matching(rows, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (row) => {
    const name = row.name.toLowerCase();
    if (!words.length) return 0;
    return name === words[0] ? 0 : name.startsWith(words[0]) ? 1 : name.includes(words[0]) ? 2 : 3;
  };
  return rows
    .filter((row) => words.every((w) => `${row.name} ${row.group} ${row.plain} ${row.picture}`.toLowerCase().includes(w)))
    .map((row, i) => [rank(row), i, row])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([, , row]) => row);
}

export default function Palette({ address, doors, where, onAdd, onClose }) {
  const [rows, setRows] = useState(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef(null);
  const early = useRef(false); // Enter came before the list did
  useEffect(() => {
    let here = true;
    fetchList(address).then((found) => here && setRows(found), () => here && setRows([]));
    return () => (here = false);
  }, [address]);
  const found = useMemo(() => matching([...doors, ...(rows ?? [])], text), [doors, rows, text]);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at, found]);
  useEffect(() => {
    if (rows && early.current && found[0]) onAdd(found[0].name);
    if (rows) early.current = false;
  }, [rows]);
  const keys = (event) => {
    const last = found.length - 1;
    const moves = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), PageDown: Math.min(at + 8, last), PageUp: Math.max(at - 8, 0) };
    if (event.key in moves) setAt(moves[event.key]);
    else if (event.key === "Enter" && !rows) early.current = true;
    else if (event.key === "Enter" && found[at]) onAdd(found[at].name);
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="lwg-palette nowheel nopan nodrag" role="dialog" aria-label="Add a layer">
      <div className="lwg-search">
        <Icon name="search" />
        <input
          autoFocus
          value={text}
          onChange={(e) => (setText(e.target.value), setAt(0))}
          onKeyDown={keys}
          placeholder="Find a layer"
          aria-label="Find a layer"
          role="combobox"
          aria-expanded="true"
          aria-controls="lwg-options"
          aria-activedescendant={found[at] ? `lwg-${found[at].name}` : undefined}
        />
        <button type="button" onClick={onClose} aria-label="Close the list of layers">
          <Icon name="close" />
        </button>
      </div>
      <p className="lwg-where">{where}</p>
      <ul ref={list} id="lwg-options" role="listbox" aria-label="Layers">
        {found.map((row, i) => (
          <li
            key={row.name}
            id={`lwg-${row.name}`}
            role="option"
            aria-selected={i === at}
            draggable
            onDragStart={(e) => {
              e.dataTransfer.setData(MIME, row.name);
              e.dataTransfer.effectAllowed = "copy";
            }}
            onClick={() => onAdd(row.name)}
            title={row.picture}
          >
            {!text && row.group !== found[i - 1]?.group && <h4>{row.group}</h4>}
            <div>
              <Icon name={row.icon} />
              <span>
                <b>{row.title ?? row.name}</b>
                {row.plain}
              </span>
            </div>
          </li>
        ))}
        {rows && !found.length && <li className="none">{rows.length ? "No layer is called or does that." : "The list of layers could not be loaded."}</li>}
      </ul>
    </div>
  );
}
