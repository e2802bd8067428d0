"""Windows that functions of Keras and tf.data cut out of a series which is not here."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from builder.parse.awaited.awaited_array import Awaited, new_array
from builder.parse.data import array_methods
from builder.parse.data.arrays import Batches
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import Args, Keywords, Opaque, UserFunction, resolve_number


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
    return max(0, targets.begins - rows.begins - int(span))


def _generator(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``TimeseriesGenerator(data, targets, length=12, batch_size=8)`` of Keras 2."""
    named = ("data", "targets", "length", "sampling_rate", "stride")
    asked = dict(zip(named, args, strict=False)) | kw
    rows, targets = asked.get("data"), asked.get("targets")
    length, rate, stride = (resolve_number(asked.get(n, 1)) for n in named[2:])
    if not (isinstance(rows, Awaited) and isinstance(targets, Awaited)):
        return Opaque()
    if not all(isinstance(n, int) and n > 0 for n in (length, rate, stride)):
        return Opaque()
    steps = -(-length // rate)
    said: dict[str, Any] = {"form": "windows", "window": steps, "horizon": 1}
    more = {"sampling_rate": rate, "sequence_stride": stride}
    said |= {name: number for name, number in more.items() if number > 1}
    if delay := length - (steps - 1) * rate - 1:
        said["delay"] = delay
    rows.said.update(said)
    part = rows.part if rows.part != "all" else "train"
    width = rows.sizes
    x = replace(rows, what="x", part=part, sizes=None if width is None else (steps, *width))
    y = replace(targets, what="y", part=part, sizes=width if width not in (None, (1,)) else ())
    size = resolve_number(asked.get("batch_size", 128))
    return Batches(x, y, size if isinstance(size, int) else None)


def call_windows(
    interp: Interpreter, node: ast.Call, value: Batches, name: str, args: Args, kw: Keywords
) -> Any:
    """``dataset.window(31, shift=1).flat_map(…).map(lambda w: (w[:-1], w[-1]))`` of tf.data; any
    other method as of all batches."""
    size = resolve_number(args[0] if args else kw.get("size"))
    if name == "window" and isinstance(value.x, Awaited) and isinstance(size, int) and size > 1:
        if isinstance(shift := resolve_number(kw.get("shift", 1)), int) and shift > 1:
            value.x.said["sequence_stride"] = shift
        width = value.x.sizes if value.x.sizes != (1,) else ()
        part = value.x.part if value.x.part != "all" else "train"
        sizes = None if width is None else (size, *width)
        cut = replace(value.x, part="row", of_part=part, at=(0, size), cut=True, sizes=sizes)
        return Batches(cut, None)
    is_window = isinstance(value.x, Awaited) and value.x.cut and value.y is None
    if is_window and name == "flat_map":
        return value
    if is_window and name == "map":
        return _parted(interp, node, value, args)
    return array_methods.call_array_method(interp, node, value, name, args, kw)


def _parted(interp: Interpreter, node: ast.Call, value: Batches, args: Args) -> Any:
    """What a function makes of a window: one part that is read, and one that is answered."""
    function = args[0] if args else None
    if not isinstance(function, UserFunction):
        return value
    result = interp.call(node, function, [value.x], {})
    if not (isinstance(result, list) and all(isinstance(a, Awaited) for a in result)):
        return array_methods.call_array_method(interp, node, value, "map", args, {})
    parts = [replace(a, part=a.of_part) for a in result[:2]]
    return Batches(parts[0], parts[1] if len(parts) > 1 else None)


def _batch(value: Batches) -> list[Any]:
    """One batch, for a loop that looks at it: examples, and answers where there are some."""
    known = isinstance(value.x, Awaited)
    pair = value.x if value.y is None else [value.x, value.y]
    return [pair if known else Opaque()]


HANDLERS: dict[type, Handlers] = {Batches: Handlers(method=call_windows, iterate=_batch)}

READERS = {
    "keras.preprocessing.sequence.TimeseriesGenerator": _generator,
    "keras.utils.timeseries_dataset_from_array": _windows,
    "keras.preprocessing.timeseries_dataset_from_array": _windows,
}
"""By canonical name."""
