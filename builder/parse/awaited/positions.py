"""Places in the middle of data that are not here, by which a loop cuts windows out of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from builder.parse.awaited.awaited_array import Awaited
from builder.parse.interpreter.interpreter import Handlers
from builder.parse.interpreter.values import Midway, Opaque, Unknown, resolve_number


@dataclass(eq=False, frozen=True, slots=True)
class Position(Midway):
    """A place that a loop goes through, so many steps behind where it stands."""

    array: Awaited
    offset: int = 0


@dataclass(eq=False, frozen=True, slots=True)
class Positions:
    """``range(60, len(rows))``: a loop over it is followed once, from the middle of the data."""

    array: Awaited


def _once(value: Positions) -> Iterator[Position]:
    yield Position(value.array)


def move(op: ast.operator, a: Any, b: Any) -> Any:
    """``i + 60``."""
    place, steps = (a, b) if isinstance(a, Position) else (b, a)
    if isinstance(steps, Position):
        return place.offset - steps.offset if isinstance(op, ast.Sub) else Opaque()
    steps = resolve_number(steps)
    if isinstance(op, ast.Mult) and isinstance(steps, int):
        return place  # every so many rows: where it begins is all one
    if not isinstance(steps, int) or not isinstance(op, ast.Add | ast.Sub):
        return steps if isinstance(steps, Unknown) else Opaque()
    return Position(place.array, place.offset + (steps if isinstance(op, ast.Add) else -steps))


HANDLERS: dict[type, Handlers] = {Positions: Handlers(iterate=_once)}
