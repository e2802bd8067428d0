"""Read data in batches, as by ``tf.data``."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from builder.parse.data.arrays import Batches, DataArray, Length, slice_rows
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Args, Keywords, UserFunction, resolve_number


def call_batches(
    interp: Interpreter, node: ast.Call, value: Batches, name: str, args: Args, kw: Keywords
) -> Any:
    """``dataset.shuffle(1000).batch(32)`` and the other methods of ``tf.data``."""
    if name == "batch":
        size = resolve_number(args[0] if args else kw.get("batch_size"))
        return replace(value, batch_size=size if isinstance(size, int) else None)
    if name == "map":
        return _map_examples(interp, node, value, args[0] if args else kw.get("map_func"))
    if name in ("take", "skip") and args and (part := _part(value, name, args[0])) is not None:
        return part
    if name in ("take", "skip", "filter") and not _looked_at(args):
        interp.report_different(node, "All examples are taken.")
    return value


def _part(value: Batches, name: str, count: Any) -> Batches | None:
    """The first or the last of the examples, before they are put into batches; None where how many
    that is cannot be worked out."""
    low, high = (None, count) if name == "take" else (count, None)
    if value.batch_size is not None or not isinstance(count, Length):
        return None
    pair = value.x, value.y
    x, y = (slice_rows(a, low, high) if isinstance(a, DataArray) else a for a in pair)
    return replace(value, x=x, y=y)


def _looked_at(args: list[Any]) -> bool:
    """``take(1)`` is for looking at, not for training on."""
    return bool(args) and isinstance(args[0], int) and args[0] < 10


def _map_examples(interp: Interpreter, node: ast.Call, value: Batches, function: Any) -> Any:
    """What a function makes of an example and its label, which stand for all of them."""
    pair = [value.x] if value.y is None else [value.x, value.y]
    if isinstance(function, UserFunction):
        result = interp.call(node, function, pair, {})
        results = result if isinstance(result, list) else [result]
        if 0 < len(results) <= len(pair) and all(isinstance(a, DataArray) for a in results):
            return replace(value, x=results[0], y=results[1] if len(results) > 1 else None)
    interp.report_unknown(
        node, "what this function does to each example is not read in full: left out"
    )
    return value
