// One layer on the canvas.

import { Handle, Position } from "@xyflow/react";
import { memo } from "react";

export const Icon = ({ name }) => (
  <span className="lwg-icon" aria-hidden="true">
    {name}
  </span>
);

/** What a node says aloud. */
export function told(id, row) {
  if (row.fold) return `${row.title}, ${row.said} folded. Space selects them, Enter unfolds${row.wrong ? `. ${row.wrong[0]}` : ""}`;
  const parts = [`${id}, ${row.kind}`, row.said];
  if (row.gives) parts.push(`gives ${row.gives}`);
  if (row.figures) parts.push(row.figures);
  if (row.shared !== undefined) parts.push(`shared layer ${row.layer}`);
  if (row.out) parts.push("output of the model");
  if (row.off) parts.push("switched off");
  if (row.frozen) parts.push("frozen");
  return [...parts, ...(row.wrong ?? [])].filter(Boolean).join(". ");
}

const place = (i, n) => ({ left: `${((i + 1) / (n + 1)) * 100}%` });

function Layer({ id, data }) {
  const { row, reach } = data;
  const marks = [
    "lwg-node",
    row.wrong && "wrong",
    row.advice && "advice",
    row.off && "off",
    row.kind === "InputLayer" && "input",
    (row.block || row.fold) && "block",
    row.shared !== undefined && `shared shared-${row.shared % 6}`,
    reach && `reach-${reach}`,
  ];
  const outs = row.kind === "missing" && !row.ins.length ? 1 : (row.outs ?? 1);
  return (
    <div className={marks.filter(Boolean).join(" ")}>
      {row.ins.map((name, i) => (
        <Handle key={`i${i}`} id={`i${i}`} type="target" position={Position.Top} style={place(i, row.ins.length)} title={name} />
      ))}
      <div className="lwg-line">
        <Icon name={row.wrong ? "error" : row.icon} />
        <b>{row.title ?? id}</b>
        {row.shared !== undefined && <em title={`Same weights as every call of ${row.layer}`}>shared</em>}
        {row.out && <em className="out">output{row.outputs > 1 ? ` ${row.out}` : ""}</em>}
        {row.off && <em>off</em>}
        {row.frozen && <em title="Its weights do not learn">frozen</em>}
      </div>
      <div className="lwg-line quiet">
        <span title={row.said}>{row.said && !row.fold ? `${row.kind} · ${row.said}` : (row.said ?? row.kind)}</span>
        {row.figures && <i>{row.figures}</i>}
      </div>
      {row.wrong && <div className="lwg-wrong">{row.wrong[0]}</div>}
      {Array.from({ length: outs }, (_, i) => (
        <Handle key={`o${i}`} id={`o${i}`} type="source" position={Position.Bottom} style={place(i, outs)} title={outs > 1 ? `output ${i + 1}` : "output"} />
      ))}
    </div>
  );
}

export default memo(Layer);
