"""Change a node's inbound wires and the call arguments that read them (``mask={"wire": 2}``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from builder.spec import Config, Node


def number_wires(node: Node) -> list[tuple[int | None, str]]:
    """The wires with their places, for ``rewire``."""
    return list(enumerate(node.inbound))


def rewire(node: Node, wires: Iterable[tuple[int | None, str]]) -> Node:
    """``node`` reading these.

    Args:
        wires: the place a wire had before (None for a new one), and where it comes from.
    """
    rows = list(wires)
    place = {old: new for new, (old, _) in enumerate(rows) if old is not None}
    arguments = {name: _move_argument(value, place) for name, value in node.call.items()}
    call = Config({name: value for name, value in arguments.items() if value is not _GONE})
    return replace(node, inbound=tuple(ref for _, ref in rows), call=call)


_GONE = object()


def _move_argument(value: Any, place: Mapping[int, int]) -> Any:
    """An argument of the call after its wires moved; ``_GONE`` when none of them is left."""
    if not isinstance(value, Mapping) or not set(value) <= {"wire", "wires"}:
        return value
    several = value.get("wires")
    old = several if isinstance(several, tuple) else (value.get("wire"),)
    new = tuple(place[i] for i in old if i in place)
    if not new:
        return _GONE
    return Config(wires=new) if isinstance(several, tuple) else Config(wire=new[0])


def argument_wires(node: Node) -> dict[int, str]:
    """Place of a wire → the argument of the call that it is."""
    places: dict[int, str] = {}
    for name, value in node.call.items():
        if isinstance(value, Mapping) and set(value) <= {"wire", "wires"}:
            several = value.get("wires")
            for i in several if isinstance(several, tuple) else (value.get("wire"),):
                if isinstance(i, int):
                    places[i] = name.replace("_", " ")
    return places
