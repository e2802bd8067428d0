"""Places in the middle of data that are not here, by which a loop cuts windows out of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from builder.parse.awaited.awaited_array import Awaited
from builder.parse.data.arrays import Length
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import (
    Args,
    Counted,
    Keywords,
    Midway,
    Opaque,
    Unknown,
    resolve_number,
)


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


def read_range(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``range(60, len(rows))``: places in data."""
    if any(isinstance(a, Position) for a in args):
        return slice(*args) if len(args) > 1 else Opaque()
    counted = [a.array for a in args if isinstance(a, Length)]
    known = [a for a in counted if isinstance(a, Awaited)]
    if not known:
        known = [a for a in interp.scope.names.values() if isinstance(a, Awaited)]
        known = known if known and _cuts(interp, node) else []
    return Positions(known[-1]) if known else None


def _cuts(interp: Interpreter, call: ast.Call) -> bool:
    """Whether a loop over these numbers cuts pieces at them: ``rows[i - 60:i]``."""
    for loop in ast.walk(interp.page.tree):
        interp.step()
        if isinstance(loop, ast.For) and loop.iter is call and isinstance(loop.target, ast.Name):
            name = loop.target.id
            parts = [n for part in loop.body for n in ast.walk(part) if _is_cut(n)]
            used = [n for cut in parts for n in ast.walk(cut) if isinstance(n, ast.Name)]
            return any(n.id == name for n in used)
    return False


def _is_cut(node: ast.AST) -> bool:
    is_range = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return isinstance(node, ast.Slice) or (is_range and node.func.id == "range")  # type: ignore[attr-defined]


def operate_length(interp: Interpreter, node: Any, a: Any, b: Any) -> Any:
    """``len(rows) - 60``: still about as many as there are rows."""
    both = isinstance(a, Length) and isinstance(b, Length) and a.array.data is b.array.data
    if both and isinstance(node.op, ast.Add | ast.Sub):
        share = a.share + (b.share if isinstance(node.op, ast.Add) else -b.share)
        return replace(a, share=round(share, 10))
    length, other = (a, b) if isinstance(a, Length) else (b, a)
    if isinstance(node.op, ast.Add | ast.Sub) and isinstance(other, int | Counted):
        return length
    if isinstance(node.op, ast.FloorDiv | ast.Div | ast.Mult) and isinstance(other, int):
        if isinstance(node.op, ast.Mult):
            return length
        return replace(length, share=length.share / other) if other else length
    return None


HANDLERS: dict[type, Handlers] = {Positions: Handlers(iterate=_once)}
