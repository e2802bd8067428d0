"""The architecture as a picture: one card a layer, from the Input down, with shapes and sizes."""

from __future__ import annotations

import bisect
from collections import defaultdict
from html import escape

from builder import catalog, edit
from builder.exporters.contract import ExportRequest
from builder.facts import ModelFacts, NodeFacts
from builder.spec import ModelSpec, ObjectSpec, active

NAME = "svg"
TITLE = "Picture of the architecture (SVG)"
SUFFIX = ".svg"
KIND = "project"
MIME = "image/svg+xml"
ORDER = 3

WIDTH, HEIGHT, GAP, SIDE, MARGIN = 380, 58, 30, 36, 32
"""Of a card, the space below and beside it, and the page's edge, in pixels."""

LANE = 9
"""Pixels between wires that pass cards side by side."""

COLORS = {
    "Core": "#0e7c7b", "Convolution": "#c2571a", "Pooling": "#8a6d00", "Recurrent": "#5b5fc7",
    "Regularization": "#a8326b", "Normalization": "#2f74b5", "Reshaping": "#4b5a60",
    "Activation": "#4a6b1f",
}  # fmt: skip
"""Palette group → the card's edge; grey for the others."""

GREY = "#7d8a8c"

SHOWN = ("units", "filters", "kernel_size", "pool_size", "rate", "activation", "target_shape",
         "input_dim", "output_dim", "return_sequences", "strides", "padding")  # fmt: skip
"""Arguments worth a place on the card."""


def export(request: ExportRequest) -> bytes:
    """A standalone SVG; without ``facts`` Keras is asked for the shapes."""
    model, facts = request.training.model, request.facts
    if facts is None:
        from builder.engine.build import keras_model

        facts = keras_model.summary(model)
    return draw(model, facts, request.title or model.name).encode()


def draw(model: ModelSpec, facts: ModelFacts, title: str) -> str:
    """The picture of a model; layers Keras refused are drawn without a shape."""
    spec = active(model)
    places = _places(spec)
    edges = [x + WIDTH for x, _ in places.values()]
    edges += [lane for lane in _lanes(spec, places).values() if lane is not None]
    right = max(edges, default=WIDTH) + MARGIN
    top = max((y for _, y in places.values()), default=0)
    bottom = top + HEIGHT + MARGIN + 26
    body = [_edges(spec, places)]
    body += [_card(spec, name, place, facts.of(name)) for name, place in places.items()]
    total = f"{facts.params:,} parameters"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right} {bottom}"'
        f' width="{right}" height="{bottom}" role="img"'
        ' font-family="system-ui, -apple-system, Segoe UI, Roboto, sans-serif">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{right}" height="{bottom}" rx="14" fill="#ffffff"/>\n'
        f'<text x="{MARGIN}" y="34" font-size="17" font-weight="600"'
        f' fill="#1c2426">{escape(title)}</text>\n' + "\n".join(body) + "\n"
        f'<text x="{MARGIN}" y="{bottom - 18}" font-size="12" fill="#5d6b6e">{total}</text>\n'
        "</svg>\n"
    )


def _places(spec: ModelSpec) -> dict[str, tuple[int, int]]:
    """Where each card's corner is: a row below everything it reads, rows centred."""
    depth: dict[str, int] = {}
    for name in edit.topological_order(spec):
        read = [ref.partition(":")[0] for ref in spec.node(name).inbound]
        depth[name] = 1 + max((depth.get(r, -1) for r in read), default=-1)
    rows: dict[int, list[str]] = defaultdict(list)
    for name, row in depth.items():
        rows[row].append(name)
    widest = max((len(row) for row in rows.values()), default=1)
    places = {}
    for row, names in rows.items():
        start = MARGIN + (widest - len(names)) * (WIDTH + SIDE) // 2
        for i, name in enumerate(names):
            places[name] = (start + i * (WIDTH + SIDE), 52 + row * (HEIGHT + GAP))
    return places


def _edges(spec: ModelSpec, places: dict[str, tuple[int, int]]) -> str:
    """The wires; one that passes other rows goes down beside their cards, each in a lane."""
    lines = []
    for (source, name), lane in _lanes(spec, places).items():
        (x0, y0), (x1, y1) = places[source], places[name]
        x0, y0, x1, y1 = x0 + WIDTH // 2, y0 + HEIGHT, x1 + WIDTH // 2, y1 - 5
        half = GAP // 2
        if lane is None:
            bend = f"C{x0} {y0 + half} {x1} {y1 + 5 - half}" if x0 != x1 else "L"
            curve = f"{bend} {x1} {y1}"
        else:
            curve = (
                f"C{x0} {y0 + half} {lane} {y0} {lane} {y0 + GAP}"
                f" L{lane} {y1 - GAP} C{lane} {y1} {x1} {y1 - half} {x1} {y1}"
            )
        lines.append(f'<path d="M{x0} {y0} {curve}"/>')
        lines.append(f'<path d="M{x1 - 4} {y1 - 3} L{x1} {y1 + 2} L{x1 + 4} {y1 - 3}"/>')
    style = 'fill="none" stroke="#9aa7a9" stroke-width="1.6" stroke-linecap="round"'
    return f"<g {style}>\n" + "\n".join(lines) + "\n</g>"


def _lanes(
    spec: ModelSpec, places: dict[str, tuple[int, int]]
) -> dict[tuple[str, str], int | None]:
    """Wire → where it goes down beside the rows it passes; None for one to the next row."""
    lanes: dict[tuple[str, str], int | None] = {}
    edges: dict[int, int] = {}
    for x, y in places.values():
        edges[y] = max(edges.get(y, 0), x + WIDTH)
    rows = {y: row for row, y in enumerate(sorted(edges))}
    ends = [edges[y] for y in rows]
    taken: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for node in spec.nodes:
        for source in dict.fromkeys(ref.partition(":")[0] for ref in node.inbound):
            if source not in places:
                continue
            top, bottom = places[source][1], places[node.name][1]
            passed = ends[rows[top] + 1 : rows[bottom]]
            lane = max(passed) + LANE if passed else None
            while lane is not None and not _take(taken[lane], (top, bottom)):
                lane += LANE
            lanes[source, node.name] = lane
    return lanes


def _take(taken: list[tuple[int, int]], piece: tuple[int, int]) -> bool:
    """Whether a piece of a lane was free, which it is no longer; ``taken`` in its order."""
    at = bisect.bisect(taken, piece)
    if any(a < piece[1] and piece[0] < b for a, b in taken[max(0, at - 1) : at + 1]):
        return False
    taken.insert(at, piece)
    return True


def _card(spec: ModelSpec, name: str, place: tuple[int, int], facts: NodeFacts | None) -> str:
    layer = spec.layers.get(spec.node(name).layer)
    kind = layer.class_name if isinstance(layer, ObjectSpec) else "Model"
    entry = catalog.find("layers", kind)
    color = COLORS.get(entry.group.partition(" ")[0], GREY) if entry else GREY
    x, y = place
    shape = (
        " × ".join("any" if n is None else f"{n:,}" for n in facts.outputs[0][1:]) if facts else ""
    )
    count = f"{facts.params:,} parameters" if facts and facts.params else ""
    detail = _detail(layer) if isinstance(layer, ObjectSpec) else ""
    return (
        f'<g transform="translate({x} {y})">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="9" fill="#f5f7f7" stroke="#dde3e3"/>'
        f'<rect width="5" height="{HEIGHT - 20}" x="10" y="10" rx="2.5" fill="{color}"/>'
        f'<text x="26" y="25" font-size="14" font-weight="600" fill="#1c2426">{escape(kind)}</text>'
        f'<text x="26" y="44" font-size="12" fill="#5d6b6e">{escape(detail or name)}</text>'
        f'<text x="{WIDTH - 14}" y="25" font-size="13" text-anchor="end"'
        f' fill="#1c2426">{escape(shape)}</text>'
        f'<text x="{WIDTH - 14}" y="44" font-size="12" text-anchor="end"'
        f' fill="#5d6b6e">{escape(count)}</text></g>'
    )


def _detail(layer: ObjectSpec) -> str:
    inner = layer.config.get("layer")
    if isinstance(inner, ObjectSpec):
        return f"{inner.class_name}: {_detail(inner)}"
    words = []
    for name in SHOWN:
        value = layer.config.get(name)
        if value is None:
            continue
        if isinstance(value, tuple):
            value = "×".join(str(v) for v in value)
        word = name.replace("_", " ")
        words.append(f"{value}" if name in ("activation", "padding") else f"{word} {value}")
    return ", ".join(words)[:44]
