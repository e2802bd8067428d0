// What floats over the canvas: tools, the way back out of blocks, the selection's verbs, a sentence.

import { useEffect, useState } from "react";

import { Icon } from "./node.jsx";

export function Tool({ icon, label, onClick, title, wide, pressed }) {
  return (
    <button type="button" onClick={onClick} title={title ?? label} aria-label={label} aria-pressed={pressed}>
      <Icon name={icon} />
      <span className={wide ? "" : "lwg-wide"}>{label}</span>
    </button>
  );
}

export function Crumbs({ title, path, onUp }) {
  if (!path.length) return null;
  return (
    <nav className="lwg-crumbs" aria-label="Open block">
      <button type="button" onClick={() => onUp(0)}>
        {title}
      </button>
      {path.map((name, i) => (
        <span key={name}>
          <Icon name="chevron_right" />
          {i < path.length - 1 ? (
            <button type="button" onClick={() => onUp(i + 1)}>
              {name}
            </button>
          ) : (
            <b>{name}</b>
          )}
        </span>
      ))}
    </nav>
  );
}

/** What can be done with the selection; for one node also what only one node can. */
export function Selection({ ids, wires, cards, picture, send, connect, unfold, onDelete }) {
  if (!ids.length && !wires.length)
    return (
      <p className="lwg-selection idle">
        Press <kbd>/</kbd> to add a layer. Pull a wire from the dot below a layer. Tab reaches layers, <kbd>C</kbd> connects.
      </p>
    );
  const one = ids.length === 1 && picture.nodes[ids[0]];
  const inputs = ids.every((id) => picture.nodes[id]?.kind === "InputLayer");
  const frozen = ids.every((id) => picture.nodes[id]?.frozen || picture.nodes[id]?.kind === "InputLayer");
  return (
    <div className="lwg-selection" role="toolbar" aria-label="Selection">
      {ids.length > 1 && <span className="lwg-count">{ids.length} layers</span>}
      {cards.length > 0 && <Tool icon="unfold_more" label="Unfold" onClick={() => unfold(cards)} title="Draw its layers one by one (Enter)" />}
      {one && one.block && <Tool icon="open_in_full" label="Open" onClick={() => send("open", { node: ids[0] })} title="Look into the block (Enter)" />}
      {one && <Tool icon="cable" label="Connect" onClick={() => connect(ids[0])} title="Choose where its output goes (C)" />}
      {one && !inputs && (
        <Tool
          icon="logout"
          label={one.out ? "No output" : "Output"}
          onClick={() => send("returns", { node: ids[0], on: !one.out })}
          title={one.out ? "The model no longer returns this" : "The model returns this (O)"}
        />
      )}
      {one && !inputs && <Tool icon="link" label="Call again" onClick={() => send("again", { node: ids[0] })} title="A second call of the same layer: it shares the weights" />}
      {ids.length > 0 && <Tool icon="content_copy" label="Duplicate" onClick={() => send("duplicate", { nodes: ids })} title="The same once more, with weights of its own (Ctrl+D)" />}
      {ids.length > 0 && !inputs && (
        <Tool
          icon={frozen ? "lock_open" : "ac_unit"}
          label={frozen ? "Unfreeze" : "Freeze"}
          onClick={() => send("freeze", { nodes: ids, on: !frozen })}
          title={frozen ? "Their weights learn again" : "Their weights stay as they are while the rest learns"}
        />
      )}
      {ids.length > 0 && !inputs && <Tool icon="select_all" label="Group" onClick={() => send("group", { nodes: ids })} title="Make a block of it (Ctrl+G)" />}
      {one && one.block && <Tool icon="deselect" label="Ungroup" onClick={() => send("ungroup", { node: ids[0] })} title="Dissolve the block into its layers" />}
      <Tool icon="delete" label="Delete" onClick={onDelete} title="Undo brings it back (Del)" />
    </div>
  );
}

/** A sentence that leaves by itself; screen readers hear it. */
export function Said({ said: [count, text], hint }) {
  const [shown, setShown] = useState("");
  useEffect(() => {
    if (!count) return undefined;
    setShown(text);
    const timer = setTimeout(() => setShown(""), 4000 + 45 * text.length);
    return () => clearTimeout(timer);
  }, [count, text]);
  const now = hint || shown;
  return (
    <div className={`lwg-said${hint ? " hint" : ""}`} role="status">
      {now && <p>{now}</p>}
      {now && !hint && (
        <button type="button" aria-label="Close the message" onClick={() => setShown("")}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
