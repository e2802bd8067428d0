"""The shape that a layer gives, worked out from its record alone, where that is simple."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from builder.spec import Config, ObjectSpec

Shape = tuple[int | None, ...]
"""Of one example, without the batch; None is an axis that is open or unknown."""


def output_shape(
    spec: ObjectSpec, reads: Sequence[Shape | None], args: Config, keeps: bool
) -> Shape | None:
    """The shape of a layer's first output; None where it is not known here.

    Args:
        reads: the shapes of what it reads.
        args: the defaults of its class.
        keeps: whether its class gives what it reads the same shape.
    """
    config = Config(args, **spec.config)
    if config.get("data_format") == "channels_first":
        return None
    if spec.class_name == "InputLayer":
        shape = config.get("shape")
        return shape if isinstance(shape, tuple) else None
    first = reads[0] if reads else None
    if first is None:
        return None
    if keeps:
        return first
    rule = _RULES.get(spec.class_name)
    if rule is None:
        rule = next(
            (r for end, r in _ENDINGS if spec.class_name.rstrip("123D").endswith(end)), None
        )
    try:
        return rule(config, first, reads) if rule else None
    except (TypeError, IndexError, KeyError, ValueError):  # settings that a check will refuse
        return None


def _axes(value: Any, many: int) -> tuple[int, ...]:
    return (value,) * many if isinstance(value, int) else tuple(value)


def _window(config: Config, first: Shape, reads: Any, name: str, channels: int | None) -> Shape:
    """Axes but the last as a window that moves over them leaves them."""
    many = len(first) - 1
    size = _axes(config[name], many)
    steps = _axes(config.get("strides") or (size if name == "pool_size" else 1), many)
    wide = _axes(config.get("dilation_rate") or 1, many)
    left: list[int | None] = []
    for side, one, step, apart in zip(first[:-1], size, steps, wide, strict=True):
        reach = (one - 1) * apart + 1
        if side is None:
            left.append(None)
        elif config.get("padding") in ("same", "causal"):
            left.append(-(-side // step))
        else:
            left.append((side - reach) // step + 1)
    return (*left, channels)


def _convolution(config: Config, first: Shape, reads: Any) -> Shape:
    return _window(config, first, reads, "kernel_size", config["filters"])


def _depthwise(config: Config, first: Shape, reads: Any) -> Shape:
    wide = first[-1] * config["depth_multiplier"] if first[-1] else None
    return _window(config, first, reads, "kernel_size", wide)


def _pooling(config: Config, first: Shape, reads: Any) -> Shape:
    return _window(config, first, reads, "pool_size", first[-1])


def _transposed(config: Config, first: Shape, reads: Any) -> Shape | None:
    many = len(first) - 1
    size, steps = _axes(config["kernel_size"], many), _axes(config["strides"], many)
    if config.get("output_padding") is not None:
        return None
    valid = config["padding"] != "same"
    left = [
        None if side is None else side * step + (max(one - step, 0) if valid else 0)
        for side, one, step in zip(first[:-1], size, steps, strict=True)
    ]
    return (*left, config["filters"])


def _upsampling(config: Config, first: Shape, reads: Any) -> Shape:
    sizes = _axes(config["size"], len(first) - 1)
    return (*(None if s is None else s * n for s, n in zip(first, sizes, strict=False)), first[-1])


def _flatten(config: Config, first: Shape, reads: Any) -> Shape:
    known = [n for n in first if n is not None]
    return (math.prod(known) if len(known) == len(first) else None,)


def _reshape(config: Config, first: Shape, reads: Any) -> Shape:
    return _reshaped(tuple(config["target_shape"]), first)


def _reshaped(target: tuple[int, ...], first: Shape) -> Shape:
    (whole,) = _flatten(Config(), first, ())
    rest = math.prod(n for n in target if n != -1)
    open_axis = whole // rest if whole is not None and rest else None
    return tuple(open_axis if n == -1 else n for n in target)


def _recurrent(config: Config, first: Shape, reads: Any) -> Shape:
    return (first[0], config["units"]) if config["return_sequences"] else (config["units"],)


def _bidirectional(config: Config, first: Shape, reads: Any) -> Shape | None:
    inner = config["layer"]
    given = Config(return_sequences=False, **inner.config)
    *rest, _ = _recurrent(given, first, reads)
    units = int(inner.config["units"])
    if config["merge_mode"] not in ("concat", "sum", "mul", "ave"):
        return None
    return (*rest, 2 * units if config["merge_mode"] == "concat" else units)


def _concatenate(config: Config, first: Shape, reads: Sequence[Shape | None]) -> Shape | None:
    axis = config.get("axis", -1)
    at = axis if axis < 0 else axis - 1 - len(first)
    sizes = [shape[at] if shape else None for shape in reads]
    known = [n for n in sizes if n is not None]
    joined = sum(known) if len(known) == len(sizes) else None
    return tuple(joined if i - len(first) == at else n for i, n in enumerate(first))


def _elementwise(config: Config, first: Shape, reads: Sequence[Shape | None]) -> Shape | None:
    known = [shape for shape in reads if shape is not None]
    if len(known) < len(reads):
        return None
    longest = max(map(len, known))
    padded = [(1,) * (longest - len(shape)) + shape for shape in known]
    return tuple(_wider(sides) for sides in zip(*padded, strict=True))


def _wider(sides: Sequence[int | None]) -> int | None:
    return next((n for n in sides if n != 1), 1)


def _reduced(config: Config, first: Shape, reads: Any) -> Shape | None:
    axis = config.get("axis")
    if axis is None:
        return None
    axes = {a % (len(first) + 1) for a in ((axis,) if isinstance(axis, int) else axis)}
    if 0 in axes:
        return None
    if config.get("keepdims"):
        return tuple(1 if i + 1 in axes else n for i, n in enumerate(first))
    return tuple(n for i, n in enumerate(first) if i + 1 not in axes)


def _expanded(config: Config, first: Shape, reads: Any) -> Shape:
    at = config["axis"] % (len(first) + 2)
    return (*first[: at - 1], 1, *first[at - 1 :])


def _transposed_axes(config: Config, first: Shape, reads: Any) -> Shape:
    return tuple(first[a - 1] for a in config["axes"][1:])


def _permuted(config: Config, first: Shape, reads: Any) -> Shape:
    return tuple(first[a - 1] for a in config["dims"])


def _cut(config: Config, first: Shape, reads: Any) -> Shape:
    keys = config["key"][1:]
    made: list[int | None] = []
    for side, key in zip(first, (*keys, *({},) * (len(first) - len(keys))), strict=True):
        if isinstance(key, int):
            continue
        whole = not any(key.get(part) is not None for part in ("start", "stop", "step"))
        ends = slice(key.get("start"), key.get("stop"), key.get("step"))
        made.append(side if whole or side is None else len(range(*ends.indices(side))))
    return tuple(made)


_RULES: dict[str, Callable[[Config, Shape, Any], Shape | None]] = {
    "Dense": lambda c, first, reads: (*first[:-1], c["units"]),
    "Embedding": lambda c, first, reads: (*first, c["output_dim"]),
    "Flatten": _flatten,
    "Reshape": _reshape,
    "ops.reshape": lambda c, first, reads: _reshaped(tuple(c["newshape"])[1:], first),
    "Permute": _permuted,
    "RepeatVector": lambda c, first, reads: (c["n"], *first),
    "LSTM": _recurrent,
    "GRU": _recurrent,
    "SimpleRNN": _recurrent,
    "Bidirectional": _bidirectional,
    "MultiHeadAttention": lambda c, first, reads: first,
    "Resizing": lambda c, first, reads: (c["height"], c["width"], first[-1]),
    "CenterCrop": lambda c, first, reads: (c["height"], c["width"], first[-1]),
    "RandomCrop": lambda c, first, reads: (c["height"], c["width"], first[-1]),
    "IntegerLookup": lambda c, first, reads: first if c["output_mode"] == "int" else None,
    "StringLookup": lambda c, first, reads: first if c["output_mode"] == "int" else None,
    "Concatenate": _concatenate,
    "ops.concatenate": _concatenate,
    "ops.transpose": _transposed_axes,
    "ops.expand_dims": _expanded,
    "ops.get_item": _cut,
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "ops.add",
                     "ops.subtract", "ops.multiply", "ops.divide", "ops.power", "ops.maximum",
                     "ops.minimum"), _elementwise),
    **dict.fromkeys(("ops.square", "ops.sqrt", "ops.exp", "ops.log", "ops.abs", "ops.relu",
                     "ops.gelu", "ops.silu", "ops.sigmoid", "ops.tanh", "ops.softmax", "ops.clip",
                     "ops.cast", "ops.negative", "ops.normalize", "ops.flip", "ops.cumsum"),
                    lambda c, first, reads: first),
    **dict.fromkeys(("ops.sum", "ops.mean", "ops.max", "ops.min", "ops.std", "ops.var", "ops.norm",
                     "ops.prod"), _reduced),
}  # fmt: skip
"""Class → its shape, from (settings with defaults, shape of the first input, all shapes)."""

_ENDINGS: tuple[tuple[str, Callable[[Config, Shape, Any], Shape | None]], ...] = (
    ("Transpose", _transposed),
    ("DepthwiseConv", _depthwise),
    ("Conv", _convolution),
    ("GlobalAveragePooling", lambda c, first, reads: None if c["keepdims"] else first[-1:]),
    ("GlobalMaxPooling", lambda c, first, reads: None if c["keepdims"] else first[-1:]),
    ("Pooling", _pooling),
    ("UpSampling", _upsampling),
)
"""The same by how a class's name ends before its number of axes; the first that fits counts."""
