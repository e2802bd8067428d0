"""Axes that code gives to data which are not here."""

from __future__ import annotations

import ast
import math
from dataclasses import replace
from typing import Any

from builder.parse.awaited import awaited_array
from builder.parse.awaited.awaited_array import Awaited
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import (
    Args,
    BoundMethod,
    Keywords,
    Opaque,
    Unknown,
    resolve_number,
)


def reshaped(array: Awaited, sizes: list[Any]) -> Awaited:
    """``array.reshape(-1, 28, 28, 1)``: the sizes behind the first axis."""
    if len(sizes) == 1 and isinstance(sizes[0], list | tuple):
        sizes = list(sizes[0])
    rest = [resolve_number(n) for n in sizes[1:]]
    if rest == [-1] and array.sizes is not None:
        return replace(array, sizes=(math.prod(array.sizes),))
    if not all(isinstance(n, int) and n > 0 for n in rest):
        return replace(array, sizes=None) if rest else array
    sides = tuple(rest)
    if array.part == "row":
        return array
    if len(array.sizes or ()) == 1 and math.prod(sides) == 1 and array.sizes != (1,):
        return array  # (n, 1) of what is no column would lose numbers
    if sides == (1,) and array.sizes == ():
        return array
    return replace(array, sizes=sides)


def reshape(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.reshape(x, (-1, 28, 28, 1))``."""
    sizes = args[1] if len(args) > 1 else kw.get("newshape", kw.get("shape", []))
    if args and isinstance(args[0], Awaited):
        return reshaped(args[0], sizes if isinstance(sizes, list) else [sizes])
    return None


def expand(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.expand_dims(x, -1)``."""
    array = awaited_array.find(args, kw)
    axis = resolve_number(args[1] if len(args) > 1 else kw.get("axis", -1))
    if array is None or array.sizes is None or array.part == "row":
        return array
    return replace(array, sizes=with_axis(array.sizes, axis))


def with_axis(sizes: tuple[int, ...], axis: Any) -> tuple[int, ...]:
    """The sizes with an axis of one at a place of the whole array."""
    if not isinstance(axis, int) or axis == -1:
        return (*sizes, 1)
    place = axis - 1 if axis > 0 else len(sizes) + axis + 1
    return (*sizes[:place], 1, *sizes[place:])


def is_unseen(value: Any) -> bool:
    """Whether nobody has seen what is in it, nor what it was made of."""
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, Opaque | Unknown) and getattr(value, "origin", None) is None


def reshape_unseen(node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.reshape(rows, (n, 100, 1))`` of what nobody has seen: data to come of that shape; None
    where what is reshaped is known, or the shape is not."""
    sizes = args[1] if len(args) > 1 else kw.get("newshape", kw.get("shape"))
    rest = [resolve_number(n) for n in sizes[1:]] if isinstance(sizes, list) else []
    if not args or not is_unseen(args[0]) or not rest:
        return None
    if not all(isinstance(n, int) and n > 0 for n in rest):
        return None
    return awaited_array.new_array(node.lineno, tuple(rest), form="arrays")


def _unseen_method(
    interp: Interpreter, node: ast.Call, value: Opaque, name: str, args: Args, kw: Keywords
) -> Any:
    """``pictures.reshape(-1, 100, 100, 1)`` of what nobody has seen; any other method is fine."""
    if name == "reshape" and value.origin is None:
        sizes = args[0] if len(args) == 1 and isinstance(args[0], list) else list(args)
        if (made := reshape_unseen(node, [value, sizes], {})) is not None:
            return made
    return Opaque()


def _unseen_attribute(interp: Interpreter, node: ast.AST, value: Opaque, name: str) -> Any:
    return BoundMethod(value, name) if name == "reshape" else value


HANDLERS: dict[type, Handlers] = {
    Opaque: Handlers(method=_unseen_method, attribute=_unseen_attribute),
}
