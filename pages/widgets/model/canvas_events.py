"""Events of the canvas, each one verb of ``builder.edit``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from builder import catalog, edit
from builder.document import decode_model, encode
from builder.errors import LayerwiseError, SpecError
from builder.facts import ModelFacts
from builder.spec import ModelSpec, ObjectSpec
from pages.widgets.model.canvas_state import CanvasState
from pages.widgets.model.new_inputs import input_for_output
from pages.widgets.session.selection import Selection

PART = "layerwise-part"
"""The entry that says that a text on the clipboard is ours."""

MAX_CLIP = 2_000_000
"""Characters of a text on the clipboard that are looked at."""


@dataclass(frozen=True, slots=True)
class CanvasEvent:
    """One event on one model.

    Args:
        model: the block on screen.
        canvas, selection: what lies beside it; verbs that are no edit change only these.
        row: what the browser sent.
        facts: what Keras said of the block, for verbs that need shapes.
        inputs: what an Input added here may read: name and record, the best first.
    """

    model: ModelSpec
    canvas: CanvasState
    selection: Selection
    row: Mapping[str, Any]
    facts: Callable[[], ModelFacts | None]
    inputs: Callable[[], tuple[tuple[str, ObjectSpec], ...]] = tuple

    def name(self, key: str = "node") -> str:
        """A text of the event; SpecError when it is none."""
        value = self.row.get(key)
        if not isinstance(value, str):
            raise SpecError(f"The canvas sent no '{key}'.")
        return value

    def names(self) -> tuple[str, ...]:
        """The nodes the event is about that (still) exist."""
        existing = self.model.by_name
        names = self.row.get("nodes")
        return tuple(n for n in names if n in existing) if isinstance(names, list) else ()

    def number(self, key: str = "at") -> int:
        """A whole number of the event; SpecError when it is none."""
        value = self.row.get(key)
        if not isinstance(value, int):
            raise SpecError(f"The canvas sent no '{key}'.")
        return value


def apply_event(event: CanvasEvent) -> ModelSpec:
    """The model after the event; the same one when it was refused, and the canvas says why."""
    verb = VERBS.get(str(event.row.get("do")))
    if verb is None:
        return event.model
    try:
        return verb(event)
    except LayerwiseError as error:
        event.canvas.refuse(f"{error.message} {error.hint}".strip())
        return event.model


# --- edits -----------------------------------------------------------------------------------


def _add(event: CanvasEvent) -> ModelSpec:
    kind, _, column = event.name("layer").partition(":")
    if kind == edit.INPUT:
        return _select_new(event, _new_input(event, column))
    layer = catalog.new("layers", kind)
    wire = event.row.get("wire")
    if isinstance(source := event.row.get("from"), str):
        grown = edit.branch(event.model, layer, source)
    elif isinstance(wire, list) and len(wire) == 2:
        grown = edit.splice(event.model, layer, str(wire[0]), int(wire[1]))
    elif edit.is_chain(event.model) and event.names() and edit.layer_inlets(layer).most == 1:
        grown = edit.insert(event.model, layer, event.names()[-1])
    else:
        grown = edit.append(event.model, layer, event.names())
        if not event.model.outputs and edit.layer_inlets(layer).most != 0:
            grown = edit.set_returned(grown, grown.nodes[-1].name, True)
    return _select_new(event, grown)


def _new_input(event: CanvasEvent, column: str) -> ModelSpec:
    """An Input for that column, or for one nothing reads yet, under its name, which binds it."""
    names = event.model.by_name.keys() | event.model.layers.keys()
    for name, layer in event.inputs():
        if name not in names and column in ("", name):
            return edit.add(event.model, layer, name or None)
    return edit.add(event.model, catalog.new("layers", edit.INPUT))


def _select_new(event: CanvasEvent, grown: ModelSpec) -> ModelSpec:
    """Select what is new, and lay it where it was dropped."""
    before = event.model.by_name
    new = [n.name for n in grown.nodes if n.name not in before]
    event.selection.select(*new)
    drop = event.row.get("drop")
    if isinstance(drop, list) and len(drop) == 2 and len(new) == 1:
        _pin(event, {new[0]: drop})
    return grown


def _connect(event: CanvasEvent) -> ModelSpec:
    at = event.row.get("at")
    return edit.connect(
        event.model, event.name("from"), event.name("to"), at if isinstance(at, int) else None
    )


def _reconnect(event: CanvasEvent) -> ModelSpec:
    target, at = event.name("to"), event.number()
    return edit.reconnect(event.model, target, at, event.name("from"), event.name("new"))


def _delete(event: CanvasEvent) -> ModelSpec:
    """Wires first, from the last input to the first, then nodes."""
    model, gone = event.model, set(event.names())
    wires = [w for w in event.row.get("wires") or [] if isinstance(w, list) and len(w) == 2]
    for target, at in sorted(((str(t), int(i)) for t, i in wires), reverse=True):
        if target not in gone:
            model = edit.disconnect(model, target, at)
    if gone:
        model = edit.delete(model, gone)
        event.selection.select()
    return model


def _duplicate(event: CanvasEvent) -> ModelSpec:
    return _select_new(event, edit.duplicate_nodes(event.model, event.names()))


def _paste(event: CanvasEvent) -> ModelSpec:
    text = event.row.get("text") or event.canvas.clip
    if not isinstance(text, str) or not text:
        raise SpecError("There is nothing to paste.", "Copy layers first.")
    return _select_new(event, edit.paste(event.model, _read_part(text)))


def _read_part(text: str) -> ModelSpec:
    if len(text) > MAX_CLIP:
        raise SpecError("What was copied is too long to be layers.")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or PART not in document:
        raise SpecError("What was copied is no part of a Layerwise model.")
    return decode_model(document[PART], "the copied part")


def _call_again(event: CanvasEvent) -> ModelSpec:
    return _select_new(event, edit.call_again(event.model, event.name()))


def _set_output(event: CanvasEvent) -> ModelSpec:
    return edit.set_returned(event.model, event.name(), bool(event.row.get("on")))


def _freeze(event: CanvasEvent) -> ModelSpec:
    return edit.freeze(event.model, event.names(), bool(event.row.get("on")))


def _group(event: CanvasEvent) -> ModelSpec:
    names = set(event.names())
    facts = event.facts()
    refs = {r for n in event.model.nodes if n.name in names for r in n.inbound}
    inputs = {r: layer for r in refs if (layer := input_for_output(r, facts)) is not None}
    return _select_new(event, edit.group(event.model, event.names(), inputs))


def _ungroup(event: CanvasEvent) -> ModelSpec:
    return _select_new(event, edit.ungroup(event.model, event.name()))


def _rename(event: CanvasEvent) -> ModelSpec:
    old, new = event.name(), event.name("new").strip()
    model = edit.rename(event.model, old, new)
    pins = event.canvas.pins.get(event.selection.path, {})
    if old in pins:
        pins[new] = pins.pop(old)
    event.selection.select(new)
    return model


def _switch(event: CanvasEvent) -> ModelSpec:
    return edit.switch(event.model, event.name(), bool(event.row.get("off")))


# --- beside the model ------------------------------------------------------------------------


def _select(event: CanvasEvent) -> ModelSpec:
    event.selection.select(*event.names())
    return event.model


def _move(event: CanvasEvent) -> ModelSpec:
    existing = event.model.by_name
    places = event.row.get("places")
    if isinstance(places, dict):
        _pin(event, {k: v for k, v in places.items() if k in existing})
    return event.model


def _pin(event: CanvasEvent, places: Mapping[str, Any]) -> None:
    pins = event.canvas.pins.setdefault(event.selection.path, {})
    for name, place in places.items():
        if isinstance(place, list) and len(place) == 2:
            pins[name] = (round(float(place[0]), 1), round(float(place[1]), 1))


def _tidy(event: CanvasEvent) -> ModelSpec:
    event.canvas.pins.pop(event.selection.path, None)
    return event.model


def _copy(event: CanvasEvent) -> ModelSpec:
    part = edit.copy(event.model, event.names())
    event.canvas.clip = json.dumps({PART: encode(part)}, ensure_ascii=False)
    event.canvas.clips += 1
    return event.model


def _open(event: CanvasEvent) -> ModelSpec:
    node = event.model.by_name.get(event.name())
    if node and isinstance(event.model.layers.get(node.layer), ModelSpec):
        event.selection.go_to((*event.selection.path, node.layer))
    return event.model


def _up(event: CanvasEvent) -> ModelSpec:
    depth = max(0, event.number("depth"))
    event.selection.go_to(event.selection.path[:depth])
    return event.model


VERBS: dict[str, Callable[[CanvasEvent], ModelSpec]] = {
    "add": _add,
    "again": _call_again,
    "connect": _connect,
    "copy": _copy,
    "delete": _delete,
    "duplicate": _duplicate,
    "freeze": _freeze,
    "group": _group,
    "move": _move,
    "open": _open,
    "paste": _paste,
    "reconnect": _reconnect,
    "rename": _rename,
    "returns": _set_output,
    "select": _select,
    "switch": _switch,
    "tidy": _tidy,
    "ungroup": _ungroup,
    "up": _up,
}
"""What the browser may ask for, by the event's ``do``."""
