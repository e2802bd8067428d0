"""Methods, attributes and indices of data while code is read."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from builder.parse.data import arrays, dataframes, generators, loaders
from builder.parse.data.arrays import Array, Batches, Bunch, Eye, Generator, Length, Scaler, Stat
from builder.parse.interpreter.interpreter import State
from builder.parse.interpreter.values import After, Bound, Strange, Unknown

KEEP = frozenset(
    ("astype", "copy", "numpy", "to_numpy", "toarray", "squeeze", "tolist", "reset_index", "round")
)
"""Methods that leave data what they are."""

MEASURES = frozenset(("mean", "std", "min", "max"))


def attribute(state: State, node: ast.Attribute, value: Any, name: str) -> Any:
    """``value.name`` of an array, a bunch, a length …"""
    if isinstance(value, Bunch):
        if name in value.arrays:
            return value.arrays[name]
        if name == "frame":
            return dataframes.whole(value)
        return value if name in ("f", "files") else Bound(value, name)
    if isinstance(value, Array):
        if name == "shape":
            return _shape(value)
        if name == "ndim":
            return len(_shape(value))
        if name in ("dtype", "size", "nbytes", "itemsize", "element_spec"):
            return After()
        if name in ("values", "iloc", "loc"):
            return value
        if name in ("columns", "index"):
            return After()
        if (found := dataframes.column(value, name)) is not None:
            return found
    if isinstance(value, Scaler | Stat) and name.endswith("_"):
        return After()
    return Bound(value, name)


def _shape(array: Array) -> list[Any]:
    if array.part == "row":
        return list(array.shape)
    return [Length(array), *array.shape]


def method(
    state: State, node: ast.Call, value: Any, name: str, args: list[Any], kw: dict[str, Any]
) -> Any:
    """``value.name(args)``."""
    if isinstance(value, Scaler):
        return _scale(state, node, value, name, args)
    if isinstance(value, Batches):
        return generators.of_batches(state, node, value, name, args, kw)
    if isinstance(value, Generator):
        return generators.of_generator(state, node, value, name, args, kw)
    if isinstance(value, Array):
        return _array(state, node, value, name, args, kw)
    if isinstance(value, Bunch):
        return value.arrays.get(args[0], Unknown()) if name == "get" and args else After()
    return After()


def _array(
    state: State, node: ast.Call, array: Array, name: str, args: list[Any], kw: dict[str, Any]
) -> Any:
    if name in KEEP:
        return array
    if name in MEASURES:
        return loaders.measure(array, name)
    if name == "reshape":
        return loaders.reshape(state, node, array, args)
    if name in ("ravel", "flatten"):
        return array if array.what == "y" else replace(array, flat=True)
    if array.part == "row":
        return After()
    if name == "drop":
        return dataframes.drop(state, node, array, args, kw)
    if name == "pop" and args and isinstance(args[0], str):
        return dataframes.column(array, args[0]) or After()
    if name in ("head", "describe", "info", "sum", "argmax", "tofile", "var", "unique", "item"):
        return After()
    return state.unknown(node, "this is not one of the preparations we know; the data stay as is")


def _scale(state: State, node: ast.Call, scaler: Scaler, name: str, args: list[Any]) -> Any:
    array = args[0] if args else None
    if name == "fit":
        return replace(scaler, on=array if isinstance(array, Array) else scaler.on)
    if name == "inverse_transform" or not isinstance(array, Array):
        return After() if isinstance(array, After) else Unknown()
    if name not in ("transform", "fit_transform"):
        return After()
    if scaler.name in ("OneHotEncoder", "LabelBinarizer"):
        return replace(array, one_hot=True)
    if scaler.name == "LabelEncoder":
        return array
    on = scaler.on or array
    if array.what == "y":
        state.different(node, "Ours does not scale the amounts to predict.")
        return array
    match scaler.name:
        case "StandardScaler":
            first = arrays.scaled(array, "-", Stat(on, "mean"))
            return arrays.scaled(first, "/", Stat(on, "std"))
        case "MinMaxScaler":
            first = arrays.scaled(array, "-", Stat(on, "min"))
            return arrays.scaled(first, "/", Stat(on, "span"))
    state.unknown(node, f"{scaler.name} is not offered; unit and standard scaling are")
    return array


def index(state: State, node: ast.Subscript, value: Any, key: Any) -> Any:
    """``value[key]`` of an array or a bunch; slices come as Python's own."""
    if isinstance(value, Bunch):
        found = value.arrays.get(key) if isinstance(key, str) else None
        if found is not None:
            return found
        return state.unknown(node, f"the file should hold {', '.join(value.arrays)}")
    if isinstance(value, Eye):
        hot = isinstance(key, Array) and key.what == "y"
        return replace(key, one_hot=True) if hot else After()
    if not isinstance(value, Array) or value.part == "row":
        return After()
    if isinstance(key, str):
        found = dataframes.column(value, key)
        return found or state.unknown(node, "this column of the table is not known")
    keys = list(key) if isinstance(key, tuple) else [key]
    if keys[1:] == [-1] and dataframes.last(value) is not None:
        return dataframes.last(value)
    if keys[1:] == [slice(None, -1)] and dataframes.last(value) is not None:
        return value
    if any(k is None for k in keys):
        return _new_axis(state, node, value, keys)
    if len(keys) > 1 and any(k != slice(None) for k in keys[1:]):
        state.different(node, "All columns are taken.")
        return value
    return _rows(state, node, value, keys[0])


def _rows(state: State, node: ast.Subscript, array: Array, key: Any) -> Any:
    """``array[key]`` along the examples."""
    if isinstance(key, slice) and key.step in (None, 1):
        return arrays.cut(array, key.start, key.stop)
    if isinstance(key, int | Length | After | Unknown):
        return replace(array, part="row")
    if isinstance(key, slice | Array):
        state.different(node, "All examples are taken, not only those chosen here.")
        return array
    raise Strange("which examples it takes cannot be worked out")


def _new_axis(state: State, node: ast.Subscript, array: Array, keys: list[Any]) -> Any:
    if keys[-1] is None and keys.count(None) == 1:
        return loaders.with_channel(state, node, array)
    state.different(node, "The added axis is left out: ours can only be the last one.")
    return array


def store(state: State, target: ast.AST, value: Any) -> None:
    """``value[…] = …``: changing data in place is not taken over."""
    if isinstance(value, Array):
        state.unknown(target, "changing single examples is not taken over")
