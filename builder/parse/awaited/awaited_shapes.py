"""Axes that code gives to data which are not here."""

from __future__ import annotations

import ast
import math
from dataclasses import replace
from typing import Any

from builder.parse.awaited import awaited_array
from builder.parse.awaited.awaited_array import Awaited
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Args, Keywords, resolve_number


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
    if isinstance(args[0], Awaited):
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
