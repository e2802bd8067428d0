"""What the canvas asks for: each event of the browser is one verb of ``builder.edit``."""

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
from pages.widgets.model.canvas_state import Desk, door

PART = "layerwise-part"
"""The entry that says that a text on the clipboard is ours."""

MAX_CLIP = 2_000_000
"""Characters of a text on the clipboard that are looked at."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One event on one model.

    Args:
        model: the block on screen.
        desk: what lies beside it; verbs that are no edit change only this.
        row: what the browser sent.
        facts: what Keras said of the block, for verbs that need shapes.
        doors: what an Input added here may read: name and record, the best first.
    """

    model: ModelSpec
    desk: Desk
    row: Mapping[str, Any]
    facts: Callable[[], ModelFacts | None]
    doors: Callable[[], tuple[tuple[str, ObjectSpec], ...]] = tuple

    def name(self, key: str = "node") -> str:
        """A text of the event; SpecError when it is none."""
        value = self.row.get(key)
        if not isinstance(value, str):
            raise SpecError(f"The canvas sent no '{key}'.")
        return value

    def names(self) -> tuple[str, ...]:
        """The nodes the event is about that (still) exist."""
        known = edit.index(self.model)
        given = self.row.get("nodes")
        return tuple(n for n in given if n in known) if isinstance(given, list) else ()

    def number(self, key: str = "at") -> int:
        """A whole number of the event; SpecError when it is none."""
        value = self.row.get(key)
        if not isinstance(value, int):
            raise SpecError(f"The canvas sent no '{key}'.")
        return value


def apply(asked: Asked) -> ModelSpec:
    """The model after the event; the same one when it was refused, and the desk says why."""
    verb = VERBS.get(str(asked.row.get("do")))
    if verb is None:
        return asked.model
    try:
        return verb(asked)
    except LayerwiseError as error:
        asked.desk.say(f"{error.message} {error.hint}".strip())
        return asked.model


# --- edits -----------------------------------------------------------------------------------


def _add(asked: Asked) -> ModelSpec:
    kind, _, column = asked.name("layer").partition(":")
    if kind == edit.INPUT:
        return _grown(asked, _door(asked, column))
    layer = catalog.new("layers", kind)
    wire = asked.row.get("wire")
    if isinstance(source := asked.row.get("from"), str):
        grown = edit.branch(asked.model, layer, source)
    elif isinstance(wire, list) and len(wire) == 2:
        grown = edit.splice(asked.model, layer, str(wire[0]), int(wire[1]))
    elif edit.is_chain(asked.model) and asked.names() and edit.room(layer).most == 1:
        grown = edit.insert(asked.model, layer, asked.names()[-1])
    else:
        grown = edit.append(asked.model, layer, asked.names())
        if not asked.model.outputs and edit.room(layer).most != 0:
            grown = edit.returns(grown, grown.nodes[-1].name, True)
    return _grown(asked, grown)


def _door(asked: Asked, column: str) -> ModelSpec:
    """An Input for that column, or for one nothing reads yet, under its name, which binds it."""
    names = edit.index(asked.model).keys() | asked.model.layers.keys()
    for name, layer in asked.doors():
        if name not in names and column in ("", name):
            return edit.add(asked.model, layer, name or None)
    return edit.add(asked.model, catalog.new("layers", edit.INPUT))


def _grown(asked: Asked, grown: ModelSpec) -> ModelSpec:
    """Select what is new, and lay it where it was dropped."""
    before = edit.index(asked.model)
    asked.desk.chosen = tuple(n.name for n in grown.nodes if n.name not in before)
    drop = asked.row.get("drop")
    if isinstance(drop, list) and len(drop) == 2 and len(asked.desk.chosen) == 1:
        _pin(asked.desk, {asked.desk.chosen[0]: drop})
    return grown


def _connect(asked: Asked) -> ModelSpec:
    at = asked.row.get("at")
    return edit.connect(
        asked.model, asked.name("from"), asked.name("to"), at if isinstance(at, int) else None
    )


def _reconnect(asked: Asked) -> ModelSpec:
    target, at = asked.name("to"), asked.number()
    return edit.reconnect(asked.model, target, at, asked.name("from"), asked.name("new"))


def _delete(asked: Asked) -> ModelSpec:
    """Wires first, from the last input to the first, then nodes."""
    model, gone = asked.model, set(asked.names())
    wires = [w for w in asked.row.get("wires") or [] if isinstance(w, list) and len(w) == 2]
    for target, at in sorted(((str(t), int(i)) for t, i in wires), reverse=True):
        if target not in gone:
            model = edit.disconnect(model, target, at)
    if gone:
        model = edit.delete(model, gone)
        asked.desk.chosen = ()
    return model


def _duplicate(asked: Asked) -> ModelSpec:
    return _grown(asked, edit.duplicates(asked.model, asked.names()))


def _paste(asked: Asked) -> ModelSpec:
    text = asked.row.get("text") or asked.desk.clip
    if not isinstance(text, str) or not text:
        raise SpecError("There is nothing to paste.", "Copy layers first.")
    return _grown(asked, edit.paste(asked.model, _part(text)))


def _part(text: str) -> ModelSpec:
    if len(text) > MAX_CLIP:
        raise SpecError("What was copied is too long to be layers.")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or PART not in document:
        raise SpecError("What was copied is no part of a Layerwise model.")
    return decode_model(document[PART], "the copied part")


def _again(asked: Asked) -> ModelSpec:
    return _grown(asked, edit.again(asked.model, asked.name()))


def _returns(asked: Asked) -> ModelSpec:
    return edit.returns(asked.model, asked.name(), bool(asked.row.get("on")))


def _freeze(asked: Asked) -> ModelSpec:
    return edit.freeze(asked.model, asked.names(), bool(asked.row.get("on")))


def _group(asked: Asked) -> ModelSpec:
    names = set(asked.names())
    known = asked.facts()
    refs = {r for n in asked.model.nodes if n.name in names for r in n.inbound}
    found = {r: door(r, known) for r in refs}
    doors = {r: layer for r, layer in found.items() if layer is not None}
    return _grown(asked, edit.group(asked.model, asked.names(), doors))


def _ungroup(asked: Asked) -> ModelSpec:
    return _grown(asked, edit.ungroup(asked.model, asked.name()))


def _rename(asked: Asked) -> ModelSpec:
    old, new = asked.name(), asked.name("new").strip()
    model = edit.rename(asked.model, old, new)
    pins = asked.desk.pins.get(asked.desk.path, {})
    if old in pins:
        pins[new] = pins.pop(old)
    asked.desk.chosen = (new,)
    return model


def _switch(asked: Asked) -> ModelSpec:
    return edit.switch(asked.model, asked.name(), bool(asked.row.get("off")))


# --- beside the model ------------------------------------------------------------------------


def _select(asked: Asked) -> ModelSpec:
    asked.desk.chosen = asked.names()
    return asked.model


def _move(asked: Asked) -> ModelSpec:
    known = edit.index(asked.model)
    places = asked.row.get("places")
    if isinstance(places, dict):
        _pin(asked.desk, {k: v for k, v in places.items() if k in known})
    return asked.model


def _pin(desk: Desk, places: Mapping[str, Any]) -> None:
    pins = desk.pins.setdefault(desk.path, {})
    for name, place in places.items():
        if isinstance(place, list) and len(place) == 2:
            pins[name] = (round(float(place[0]), 1), round(float(place[1]), 1))


def _tidy(asked: Asked) -> ModelSpec:
    asked.desk.pins.pop(asked.desk.path, None)
    return asked.model


def _copy(asked: Asked) -> ModelSpec:
    part = edit.copy(asked.model, asked.names())
    asked.desk.clip = json.dumps({PART: encode(part)}, ensure_ascii=False)
    asked.desk.clips += 1
    return asked.model


def _open(asked: Asked) -> ModelSpec:
    node = edit.index(asked.model).get(asked.name())
    if node and isinstance(asked.model.layers.get(node.layer), ModelSpec):
        asked.desk.path, asked.desk.chosen = (*asked.desk.path, node.layer), ()
    return asked.model


def _up(asked: Asked) -> ModelSpec:
    depth = max(0, asked.number("depth"))
    asked.desk.path, asked.desk.chosen = asked.desk.path[:depth], ()
    return asked.model


VERBS: dict[str, Callable[[Asked], ModelSpec]] = {
    "add": _add,
    "again": _again,
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
    "returns": _returns,
    "select": _select,
    "switch": _switch,
    "tidy": _tidy,
    "ungroup": _ungroup,
    "up": _up,
}
"""What the browser may ask for, by the event's ``do``."""
