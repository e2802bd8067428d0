// The way in: one React root a canvas, drawn anew with what every run of the page hands over.

import { ReactFlowProvider } from "@xyflow/react";
import base from "@xyflow/react/dist/style.css";
import { createRoot } from "react-dom/client";

import Canvas from "./canvas.jsx";
import own from "./canvas.css";
import { Link } from "./link.js";

function dress() {
  if (document.getElementById("lwg-style")) return;
  const style = Object.assign(document.createElement("style"), { id: "lwg-style" });
  style.textContent = base + own;
  document.head.append(style);
}

export function show(host, { data, setStateValue }) {
  dress();
  host.link ??= new Link();
  host.root ??= createRoot(host);
  const settled = host.link.receive(data[0], setStateValue);
  const picture = host.link.picture(data[0]);
  if (!picture) {
    host.link.have = 0; // Python speaks of a picture that is not here: ask for all of it
    host.link.send("whole");
    return;
  }
  host.root.render(
    <ReactFlowProvider>
      <Canvas data={{ ...data[0], picture }} settled={settled} link={host.link} />
    </ReactFlowProvider>,
  );
}

export function close(host) {
  host.link?.close();
  host.root?.unmount();
  host.root = host.link = undefined;
}
