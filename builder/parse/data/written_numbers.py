"""Numbers that the code writes down itself, in arrays of NumPy."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import (
    MAX_ITEMS,
    Args,
    BoundMethod,
    CannotEvaluate,
    Keywords,
    LimitReached,
    Opaque,
    count_items,
    resolve_number,
)


class Written(list[Any]):
    """An array of numbers, as nested lists."""


def write(values: Any) -> Any:
    """The array of nested lists of numbers; None where it is something else, or too large."""
    try:
        if isinstance(values, list):
            count_items(values, 2 * MAX_ITEMS)
        array = np.array(values)
    except (TypeError, ValueError, OverflowError, LimitReached):
        return None
    if array.dtype.kind not in "iufb" or not 0 < array.size <= MAX_ITEMS or not array.ndim:
        return None
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        return None
    return Written(array.tolist())


def read_call(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    """``np.array([1, 2])``, ``np.linspace(0, 1, 50)``, ``np.sin(x)``; None for any other."""
    if path in ARRAYS:
        value = args[0] if args else kw.get("object")
        return write(value) if isinstance(value, list) else None
    numbers = [resolve_number(a) for a in args]
    if path in LINES and all(isinstance(n, int | float) for n in numbers):
        return _line(path, numbers, kw)
    if path in FUNCTIONS and len(args) == 1 and isinstance(args[0], Written):
        with np.errstate(all="ignore"):
            return write(FUNCTIONS[path](np.array(args[0], "float64")))
    if path in ("numpy.expand_dims", "numpy.reshape") and args and isinstance(args[0], Written):
        size = args[1] if len(args) > 1 else next(iter(kw.values()), -1)
        if path.endswith("reshape"):
            return _method(interp, node, args[0], "reshape", [size], {})
        return write(np.expand_dims(np.array(args[0]), size)) if isinstance(size, int) else None
    return None


def _line(path: str, numbers: list[Any], kw: Keywords) -> Any:
    """Evenly spaced numbers, if there are not too many."""
    count = kw.get("num", numbers[2] if len(numbers) > 2 else 50)
    if path.endswith("linspace"):
        fits = isinstance(count, int) and 0 < count <= MAX_ITEMS and len(numbers) >= 2
        return write(np.linspace(numbers[0], numbers[1], count)) if fits else None
    start, stop, step = (*((0, numbers[0]) if len(numbers) == 1 else numbers[:2]), 1)[:3]
    step = numbers[2] if len(numbers) > 2 else kw.get("step", step)
    if not isinstance(step, int | float) or not step or abs((stop - start) / step) > MAX_ITEMS:
        return None
    return write(np.arange(start, stop, step))


ARRAYS = ("numpy.array", "numpy.asarray", "tensorflow.constant", "tensorflow.convert_to_tensor")
LINES = ("numpy.linspace", "numpy.arange", "tensorflow.range", "tensorflow.linspace")
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    f"numpy.{name}": getattr(np, name)
    for name in ("sin", "cos", "exp", "sqrt", "square", "abs", "log", "tanh")
}
_SIGNS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Mod: operator.mod,
}


def operate(interp: Interpreter, node: Any, a: Any, b: Any) -> Any:
    """``2 * x + 1``, number by number."""
    if not all(isinstance(v, int | float | list) for v in (a, b)) or type(node.op) not in _SIGNS:
        return Opaque()
    try:
        for value in (a, b):
            count_items(value, 2 * MAX_ITEMS)
        left, right = np.array(a, "float64"), np.array(b, "float64")
        if np.broadcast(left, right).size > MAX_ITEMS:
            return Opaque()
        with np.errstate(all="ignore"):
            result = write(_SIGNS[type(node.op)](left, right))
    except (TypeError, ValueError, LimitReached):
        raise CannotEvaluate("these numbers do not fit together") from None
    return Opaque() if result is None else result


def _attribute(interp: Interpreter, node: ast.AST, value: Written, name: str) -> Any:
    array = np.array(value)
    known = {"shape": list(array.shape), "ndim": array.ndim, "size": array.size}
    if name == "T":
        return write(array.T)
    return known[name] if name in known else BoundMethod(value, name)


def _method(
    interp: Interpreter, node: ast.Call, value: Written, name: str, args: Args, kw: Keywords
) -> Any:
    array = np.array(value)
    if name == "reshape":
        sizes = args[0] if len(args) == 1 and isinstance(args[0], list) else args
        sizes = [resolve_number(n) for n in sizes]
        if all(isinstance(n, int) for n in sizes):
            try:
                return write(array.reshape(sizes))
            except ValueError:
                raise CannotEvaluate("it cannot be brought to this shape") from None
        return Opaque()
    if name in ("flatten", "ravel"):
        return write(array.ravel())
    if name in ("mean", "std", "min", "max", "sum") and not args and not kw:
        return float(getattr(array.astype("float64"), name)())
    return value if name in ("astype", "copy", "tolist", "squeeze") else Opaque()


def _index(interp: Interpreter, node: ast.AST, value: Written, key: Any) -> Any:
    keys = key if isinstance(key, tuple) else (key,)
    plain = tuple(_plain_key(k) for k in keys)
    if any(k is Opaque for k in plain):
        return Opaque()
    try:
        found = np.array(value)[plain]
    except (IndexError, TypeError, ValueError):
        raise CannotEvaluate("there is nothing at that place") from None
    return write(found) if found.ndim else found.item()


def _plain_key(key: Any) -> Any:
    if isinstance(key, slice):
        parts = [resolve_number(p) for p in (key.start, key.stop, key.step)]
        return slice(*parts) if all(p is None or isinstance(p, int) for p in parts) else Opaque
    key = resolve_number(key)
    return key if key is None or (isinstance(key, int) and not isinstance(key, bool)) else Opaque


HANDLERS: dict[type, Handlers] = {
    Written: Handlers(method=_method, attribute=_attribute, index=_index, signed=True)
}
OPERATORS = (Written, operate)
