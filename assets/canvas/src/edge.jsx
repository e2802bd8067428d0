// One wire with the shape of what it carries.

import { BaseEdge } from "@xyflow/react";
import { memo } from "react";

import { path } from "./layout.js";

function Wire({ sourceX, sourceY, targetX, targetY, data, selected }) {
  const points = [[sourceX, sourceY], ...(data.way ?? []), [targetX, targetY]];
  const middle = Math.floor((points.length - 1) / 2);
  const [[x0, y0], [x1, y1]] = [points[middle], points[middle + 1]];
  return (
    <>
      <BaseEdge path={path(points)} interactionWidth={18} className={data.bad ? "bad" : ""} />
      {data.shape && (
        <text className={`lwg-shape${data.bad ? " bad" : ""}${selected ? " on" : ""}`} x={(x0 + x1) / 2} y={(y0 + y1) / 2} dy="0.32em">
          {data.shape}
        </text>
      )}
    </>
  );
}

export default memo(Wire);
