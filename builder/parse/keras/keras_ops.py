"""Read calls of ``keras.ops`` on tensors as nodes of the graph."""

from __future__ import annotations

import ast
from typing import Any

from builder import catalog
from builder.catalog import Entry
from builder.catalog import ops as table
from builder.parse.interpreter.values import (
    Args,
    CannotEvaluate,
    Keywords,
    count_items,
    resolve_number,
    walk,
)
from builder.parse.keras import constructors
from builder.parse.keras.symbolic_model import Layer, Tensor
from builder.spec import Config, ObjectSpec

Found = tuple[Layer, list[Tensor]]
"""The record of an operation, and the tensors it reads."""

ONE_BY_ONE = ("einsum", "meshgrid")
"""Operations that take their tensors one by one, not as a list."""

BINARY = {
    ast.Div: "divide",
    ast.Pow: "power",
    ast.MatMult: "matmul",
    ast.FloorDiv: "floor_divide",
    ast.Mod: "mod",
}
"""Signs between tensors that no layer says → operation."""


def read_operation(path: str, args: Args, kw: Keywords) -> Found | None:
    """``keras.ops.reshape(x, (4, 7))`` as a record; None when it is no operation we know.

    Raises:
        CannotEvaluate: an argument cannot be worked out.
    """
    entry = table.BY_NAME.get(table.PREFIX + path.removeprefix("keras.ops."))
    if entry is None or not path.startswith("keras.ops."):
        return None
    arguments = _by_name(entry, args) | kw
    tensors: list[Tensor] = []
    config: dict[str, Any] = {}
    for name in _order(entry):
        if name not in arguments:
            continue
        value = arguments.pop(name)
        count_items(value)
        parts = list(walk([value]))
        if parts and all(isinstance(p, Tensor) for p in parts):
            if name not in entry.extra["tensors"] or config.keys() & set(entry.extra["tensors"]):
                _check_free(entry, name)
            tensors += parts
        elif any(isinstance(p, Tensor) for p in parts):
            raise CannotEvaluate(f"{name} mixes tensors with other values")
        else:
            config[name] = _argument(value)
    if arguments:
        raise CannotEvaluate(f"it takes no {str(next(iter(arguments)))[:60]!r}")
    return Layer(catalog.minimal("layers", ObjectSpec(entry.class_name, Config(config)))), tensors


OLDER_HOMES = ("keras.backend.", "tensorflow.", "numpy.")
"""Where functions of tensors had their home before ``keras.ops``."""

OLDER_NAMES = {
    "reduce_sum": "sum", "reduce_mean": "mean", "reduce_max": "max", "reduce_min": "min",
    "reduce_prod": "prod", "reduce_std": "std", "reduce_variance": "var", "pow": "power",
    "permute_dimensions": "transpose", "l2_normalize": "normalize", "repeat_elements": "repeat",
    "concat": "concatenate", "clip_by_value": "clip", "reduce_any": "any", "reduce_all": "all",
    "batch_dot": "matmul", "truediv": "divide", "gather": "take", "reverse": "flip",
    "neg": "negative",
    "reduce_logsumexp": "logsumexp", "resize": "image.resize",
    "rgb_to_grayscale": "image.rgb_to_grayscale",
}  # fmt: skip
"""Function of older homes → operation, where the names differ."""

OLDER_ARGUMENTS = {
    "keep_dims": "keepdims", "reduction_indices": "axis", "perm": "axes", "pattern": "axes",
    "clip_value_min": "x_min", "clip_value_max": "x_max", "min_value": "x_min",
    "max_value": "x_max", "input": "x", "input_tensor": "x", "a": "x1", "b": "x2", "y": "x2",
    "values": "xs", "tensors": "xs", "dim": "axis", "multiples": "repeats", "rep": "repeats",
    "params": "x", "shape": "newshape",
}  # fmt: skip
"""Argument there → here, where the operation has that one and not the other."""


def read_older(path: str, args: Args, kw: Keywords) -> Found | None:
    """``K.sum(x, axis=1)`` or ``tf.reduce_sum(x, 1)`` as an operation; None where none does it.

    Raises:
        CannotEvaluate: an argument cannot be worked out.
    """
    if not path.startswith(OLDER_HOMES):
        return None
    name = path.rpartition(".")[2]
    name = OLDER_NAMES.get(name, name)
    entry = table.BY_NAME.get(table.PREFIX + name)
    if entry is None:
        return None
    known = {*entry.args, *entry.extra["tensors"]}
    named = {k: v for k, v in kw.items() if k != "name"}
    today = {
        OLDER_ARGUMENTS[k] if k not in known and OLDER_ARGUMENTS.get(k) in known else k: v
        for k, v in named.items()
    }
    return read_operation(f"keras.ops.{name}", args, today)


def _check_free(entry: Entry, name: str) -> None:
    if name not in entry.extra["tensors"]:
        raise CannotEvaluate(f"{name} is no tensor here")


def _order(entry: Entry) -> list[str]:
    tensors = list(entry.extra["tensors"])
    rest = [a for a in entry.args if a not in tensors]
    return rest + tensors if entry.class_name == "ops.einsum" else tensors + rest


def _by_name(entry: Entry, args: list[Any]) -> dict[str, Any]:
    name = entry.class_name.removeprefix(table.PREFIX)
    if name not in ONE_BY_ONE:
        return dict(zip(_order(entry), args, strict=False))
    first = {"subscripts": args[0]} if name == "einsum" and args else {}
    return first | {entry.extra["many"]: args[len(first) :]}


def _argument(value: Any) -> Any:
    if isinstance(value, slice):
        return read_key(value)
    if isinstance(value, list | tuple):
        return tuple(_argument(v) for v in value)
    return constructors.plain_value(value)


def read_key(part: Any) -> Any:
    """What stands in ``x[…]`` as an operation's record has it."""
    if isinstance(part, tuple):
        return tuple(read_key(p) for p in part)
    if isinstance(part, slice):
        ends = (resolve_number(part.start), resolve_number(part.stop), resolve_number(part.step))
        if not all(e is None or (isinstance(e, int) and not isinstance(e, bool)) for e in ends):
            raise CannotEvaluate("its ends could not be worked out")
        return Config(start=ends[0], stop=ends[1], step=ends[2])
    part = resolve_number(part)
    if part is None or (isinstance(part, int) and not isinstance(part, bool)):
        return part
    raise CannotEvaluate("only numbers and slices can be read here")


def read_index(part: Any) -> Layer:
    """``x[:, 0]`` as a record; raises CannotEvaluate for anything but numbers and slices."""
    result = read_key(part if isinstance(part, tuple) else (part,))
    return Layer(ObjectSpec("ops.get_item", Config(key=result)))


def read_operator(op: type, a: Any, b: Any) -> Found | None:
    """``a / b`` and the like, where a tensor is among them; None for signs that have no place."""
    if op not in BINARY:
        return None
    result = {"x1": a, "x2": b}
    if any(not isinstance(v, Tensor | int | float) or isinstance(v, bool) for v in result.values()):
        return None
    numbers = {k: v for k, v in result.items() if not isinstance(v, Tensor)}
    if numbers and op is ast.MatMult:
        return None
    tensors = [v for v in result.values() if isinstance(v, Tensor)]
    return Layer(ObjectSpec(f"ops.{BINARY[op]}", Config(numbers))), tensors
