// The canvas: draws Python's picture, says at once what a hand does, and asks Python for the rest.

import { applyEdgeChanges, applyNodeChanges, Background, Controls, MiniMap, ReactFlow, useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { Crumbs, Said, Selection, Tool } from "./bars.jsx";
import Wire from "./edge.jsx";
import { folded, layersOf, recalled, remember, repeats } from "./fold.js";
import { useKeys } from "./keys.js";
import { HEIGHT, WIDTH } from "./layout.js";
import Layer from "./node.jsx";
import Palette, { MIME } from "./palette.jsx";
import { rowsOf } from "./rows.js";
import { allowed } from "./rules.js";
import { first, overview } from "./view.js";

const NODES = { layer: Layer };
const EDGES = { wire: Wire };
const BIG = 120; // nodes beyond which only what is in view is drawn
const FIT = { padding: { top: "64px", bottom: "28px", x: "60px" } }; // clear of the buttons
const nodeAt = (event) => event.target.closest?.(".react-flow__node")?.dataset.id;

export default function Canvas({ data, settled, link }) {
  const flow = useReactFlow();
  const frame = useRef(null);
  const path = data.path.join("/");
  const [folds, setFolds] = useState(() => recalled(path));
  const runs = useMemo(() => repeats(data.picture), [data.picture]);
  const view = useMemo(
    () => (folds.on ? { ...data, picture: folded(data.picture, runs, folds.opened) } : data),
    [data, runs, folds],
  );
  const [drawn, setDrawn] = useState(() => rowsOf(view));
  const [palette, setPalette] = useState(null); // {after, drop} while it is open
  const [from, setFrom] = useState(null); // the node a wire is being led from by keyboard
  const picture = useRef(data.picture);
  const chosen = useRef(data.chosen);
  const places = useRef({});

  const send = useCallback((verb, row) => link.send(verb, row), [link]);

  // Python's word counts once it knows all that was done here; until then the hand is ahead
  useEffect(() => {
    if (!settled) return;
    const bare = !Object.keys(picture.current.nodes).length;
    const added = data.chosen.filter((id) => !picture.current.nodes[id]);
    picture.current = data.picture;
    chosen.current = data.chosen;
    setDrawn((before) => rowsOf(view, before));
    if (added.length) setTimeout(() => (bare ? first(flow, frame.current, drawnNow.current) : reveal(added[0])));
  }, [view, settled]);

  const fold = (next) => (setFolds(remember(path, next)), next.on === folds.on || setTimeout(() => first(flow, frame.current, drawnNow.current), 60));
  const unfold = (cards) => fold({ ...folds, opened: [...folds.opened, ...cards] });
  useEffect(() => {
    setFrom(null);
    setFolds(recalled(path));
    const timer = setTimeout(() => first(flow, frame.current, drawnNow.current));
    return () => clearTimeout(timer);
  }, [path]);
  const drawnNow = useRef(drawn);
  drawnNow.current = drawn;

  const reveal = (id) => {
    const node = drawnNow.current.nodes.find((n) => n.id === id);
    const box = frame.current?.getBoundingClientRect();
    if (!node || !box) return;
    const { x, y, zoom } = flow.getViewport();
    const [left, top] = [node.position.x * zoom + x, node.position.y * zoom + y];
    const inside = left > 0 && top > 40 && left + WIDTH * zoom < box.width && top + HEIGHT * zoom < box.height - 60;
    if (!inside) flow.setCenter(node.position.x + WIDTH / 2, node.position.y + HEIGHT / 2, { zoom, duration: 200 });
  };

  const on = useMemo(() => drawn.nodes.filter((n) => n.selected), [drawn.nodes]);
  const cards = on.filter((n) => n.data.row.fold).map((n) => n.id);
  const ids = useMemo(() => on.flatMap((n) => n.data.row.fold ?? [n.id]), [on]);
  const ends = on.map((n) => n.data.row.fold?.at(-1) ?? n.id); // where a card hands on
  const wires = useMemo(() => drawn.edges.filter((e) => e.selected).map((e) => e.id), [drawn.edges]);

  useEffect(() => {
    if (ids.join("\n") === chosen.current.join("\n")) return;
    chosen.current = ids;
    send("select", { nodes: ids });
  }, [ids, send]);

  const onNodesChange = useCallback(
    (changes) => {
      setDrawn((before) => ({ ...before, nodes: applyNodeChanges(changes, before.nodes) }));
      for (const change of changes)
        if (change.type === "position" && change.dragging === false && change.position) {
          places.current[change.id] = [change.position.x, change.position.y];
          clearTimeout(places.timer);
          places.timer = setTimeout(() => {
            send("move", { places: places.current });
            places.current = {};
          }, 250);
        }
    },
    [send],
  );
  const onEdgesChange = useCallback(
    (changes) => setDrawn((before) => ({ ...before, edges: applyEdgeChanges(changes, before.edges) })),
    [],
  );

  const wireOf = (id) => picture.current.wires[id];
  const remove = useCallback(
    (nodes, edges) => {
      const gone = new Set(nodes);
      const cut = edges.map(wireOf).filter((w) => w && !gone.has(w.from[0]) && !gone.has(w.to[0]));
      if (gone.size || cut.length) send("delete", { nodes, wires: cut.map((w) => w.to) });
    },
    [send],
  );
  const reference = (node, handle) => (handle && handle !== "o0" ? `${node}:${handle.slice(1)}` : node);
  const lead = useCallback(
    (source, handle, target) => {
      const ref = reference(source, handle);
      if (allowed(picture.current, source, target)) {
        const id = `${ref}>${target}:new`;
        const free = picture.current.nodes[target].ins.length - 1;
        const edge = { id, type: "wire", source, target, sourceHandle: handle ?? "o0", targetHandle: `i${free}`, data: {} };
        setDrawn((before) => ({ ...before, edges: [...before.edges, edge] }));
      }
      send("connect", { from: ref, to: target });
    },
    [send],
  );

  const target = useRef(null);
  const onConnectEnd = (event, state) => {
    if (state.isValid || !state.fromNode) return;
    const forward = state.fromHandle?.type === "source";
    const under = state.toNode?.id ?? nodeAt(event);
    if (view.picture.nodes[under]?.fold) unfold([under]); // a wire ends at one of its layers
    else if (under && under !== state.fromNode.id)
      send("connect", forward ? { from: reference(state.fromNode.id, state.fromHandle.id), to: under } : { from: under, to: state.fromNode.id });
    else if (!under && forward) {
      const point = "changedTouches" in event ? event.changedTouches[0] : event;
      const { x, y } = flow.screenToFlowPosition({ x: point.clientX, y: point.clientY });
      setPalette({ from: reference(state.fromNode.id, state.fromHandle.id), drop: [x - WIDTH / 2, y] });
    }
  };

  const add = (name) => {
    send("add", { layer: name, nodes: ends, from: palette?.from, drop: palette?.drop });
    setPalette(null);
    frame.current?.focus();
  };
  const onDrop = (event) => {
    const name = event.dataTransfer.getData(MIME);
    if (!name) return;
    event.preventDefault();
    const under = document.elementsFromPoint(event.clientX, event.clientY);
    const edge = under.map((e) => e.closest(".react-flow__edge")).find(Boolean)?.dataset.id;
    const node = under.map((e) => e.closest(".react-flow__node")).find(Boolean)?.dataset.id;
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const place = { drop: [x - WIDTH / 2, y - HEIGHT / 2] };
    if (edge && wireOf(edge)) send("add", { layer: name, wire: wireOf(edge).to });
    else send("add", { layer: name, nodes: node ? layersOf([node], view.picture).slice(-1) : [], ...(node ? {} : place) });
  };

  const pick = (id) => {
    if (view.picture.nodes[id]?.fold) return unfold([id]); // to which of its layers?
    if (from && id !== from) lead(from, null, id);
    setFrom(null);
  };
  const choose = (wanted) => setDrawn((before) => ({ ...before, nodes: before.nodes.map((n) => (!!n.selected === wanted(n.id) ? n : { ...n, selected: wanted(n.id) })) }));
  useKeys(frame, {
    ids, wires, from, setFrom, pick, send, remove, link, data, at: drawn.at,
    picture: picture.current,
    view: view.picture,
    unfold: (id) => unfold([id]),
    openPalette: () => setPalette({}),
    choose,
    reveal,
  });

  const where = palette?.from ? `Reads ${palette.from}` : ends.length > 1 ? `After ${ends.length} selected layers` : ends.length ? `After ${ends[0]}` : "Drag it onto the canvas or onto a wire";
  return (
    <div className={`lwg-frame${from ? " leading" : ""}`} ref={frame} tabIndex={-1} style={{ height: `min(${data.height}px, 76vh)` }}>
      <div className="lwg-stage">
      <ReactFlow
        nodes={drawn.nodes}
        edges={drawn.edges}
        nodeTypes={NODES}
        edgeTypes={EDGES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={(c) => lead(c.source, c.sourceHandle, c.target)}
        onConnectEnd={onConnectEnd}
        isValidConnection={(c) => allowed(picture.current, c.source, c.target, target.current)}
        onReconnectStart={(_, edge) => (target.current = edge.id)}
        onReconnect={(edge, c) => {
          const wire = wireOf(edge.id);
          if (wire) send("reconnect", { to: wire.to[0], at: wire.to[1], from: reference(c.source, c.sourceHandle), new: c.target });
        }}
        onReconnectEnd={() => (target.current = null)}
        onBeforeDelete={async ({ nodes, edges }) => {
          remove(layersOf(nodes.map((n) => n.id), view.picture), edges.filter((e) => e.selected).map((e) => e.id));
          return true;
        }}
        onPaneClick={() => frame.current?.focus()}
        onNodeClick={(event, node) => {
          if (from) pick(node.id);
          else if (on.length > 1 && !(event.ctrlKey || event.metaKey || event.shiftKey)) choose((id) => id === node.id);
        }}
        onNodeDoubleClick={(_, node) => (node.data.row.fold ? unfold([node.id]) : picture.current.nodes[node.id]?.block && send("open", { node: node.id }))}
        onDragOver={(e) => e.dataTransfer.types.includes(MIME) && (e.preventDefault(), (e.dataTransfer.dropEffect = "copy"))}
        onDrop={onDrop}
        deleteKeyCode={["Delete", "Backspace"]}
        multiSelectionKeyCode={["Meta", "Control", "Shift"]}
        selectionKeyCode="Shift"
        panOnScroll
        zoomOnDoubleClick={false}
        connectionRadius={36}
        reconnectRadius={14}
        minZoom={0.08}
        maxZoom={2}
        onlyRenderVisibleElements={drawn.nodes.length > BIG}
        colorMode="system"
        proOptions={{ hideAttribution: false }}
        aria-label="The model as a graph"
      >
        <Background gap={22} size={1} />
        <Controls showInteractive={false} fitViewOptions={FIT} />
        {drawn.nodes.length > 14 && <MiniMap pannable zoomable ariaLabel="Overview of the graph" nodeBorderRadius={8} style={overview(drawn.nodes)} />}
      </ReactFlow>
      <div className="lwg-tools">
        <Tool icon="add" label="Add layer" wide title="Find a layer by name or by what it does (/)" pressed={!!palette} onClick={() => setPalette(palette ? null : {})} />
        <Tool icon="automation" label="Tidy" title="Lay all layers out anew" onClick={() => (send("tidy"), setTimeout(() => flow.fitView({ duration: 250, ...FIT }), 400))} />
        {runs.length > 0 && <Tool icon="stacks" label="Fold repeats" wide title="Draw layers that repeat as one card each; a double click unfolds a card" pressed={folds.on} onClick={() => fold({ on: !folds.on, opened: [] })} />}
        <Crumbs title={data.title} path={data.path} onUp={(depth) => send("up", { depth })} />
      </div>
      {palette && <Palette address={data.palette} doors={palette.from ? [] : data.doors} where={where} onAdd={add} onClose={() => setPalette(null)} />}
      <Said said={data.said} hint={from && `Where does ${from} go? Click a layer, or Tab to it and press Enter. Esc leaves it.`} />
      {!drawn.nodes.length && (
        <div className="lwg-empty">
          <p>Nothing here yet. An Input says what shape the data has; layers follow.</p>
          {(data.doors.length ? data.doors : [{ name: "InputLayer", title: "Add an Input" }]).map(({ name, title, plain }) => (
            <Tool key={name} icon="input" label={title} title={plain} wide onClick={() => send("add", { layer: name, nodes: [] })} />
          ))}
        </div>
      )}
      </div>
      <Selection ids={ids} wires={wires} cards={cards} unfold={unfold} picture={picture.current} send={send} connect={setFrom} onDelete={() => remove(ids, wires)} />
    </div>
  );
}
