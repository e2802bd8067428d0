"""Windows that functions of Keras cut out of a series which is not here."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from builder.parse.awaited.awaited_array import Awaited, new_array
from builder.parse.data.arrays import Batches
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Args, Keywords, Opaque, resolve_number


def _windows(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``timeseries_dataset_from_array(data, targets, sequence_length=120)``."""
    named = ("data", "targets", "sequence_length", "sequence_stride", "sampling_rate", "batch_size")
    asked = dict(zip(named, args, strict=False)) | kw
    data, length = asked.get("data"), resolve_number(asked.get("sequence_length"))
    rows = data if isinstance(data, Awaited) else new_array(node.lineno, form="windows")
    if not isinstance(length, int) or length < 1:
        return Opaque()
    rows.said.update(form="windows", window=length, horizon=1)
    for name in ("sampling_rate", "sequence_stride"):
        if isinstance(value := resolve_number(asked.get(name, 1)), int) and value > 1:
            rows.said[name] = value
    if delay := _delay(rows, asked.get("targets"), length):
        rows.said["delay"] = delay
    width = rows.sizes if rows.sizes is not None else None
    part = rows.part if rows.part != "all" else "train"
    x = replace(rows, what="x", part=part, sizes=None if width is None else (length, *width))
    y = asked.get("targets")
    if y is not None:
        y = replace(y if isinstance(y, Awaited) else rows, what="y", part=part, sizes=())
    size = resolve_number(asked.get("batch_size", 128))
    return Batches(x, y, size if isinstance(size, int) else None)


def _delay(rows: Awaited, targets: Any, length: int) -> int:
    """Steps between the last one of a window and its answer."""
    span = (length - 1) * rows.said.get("sampling_rate", 1) + 1
    if not isinstance(targets, Awaited):
        return 0
    return max(0, targets.begins - rows.begins - span)


READERS = {
    "keras.utils.timeseries_dataset_from_array": _windows,
    "keras.preprocessing.timeseries_dataset_from_array": _windows,
}
"""By canonical name."""
