"""Methods, attributes and indices of arrays while code is interpreted."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from builder.parse.data import array_functions, arrays, dataframes, generators
from builder.parse.data.arrays import Batches, Bunch, DataArray, Eye, Length, Measure, Scaler
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import (
    Args,
    BoundMethod,
    CannotEvaluate,
    Keywords,
    Opaque,
    Unknown,
)

KEEP = frozenset(
    ("astype", "copy", "numpy", "to_numpy", "toarray", "squeeze", "tolist", "reset_index", "round")
)
"""Methods that leave data what they are."""

MEASURES = frozenset(("mean", "std", "min", "max"))


def array_attribute(interp: Interpreter, node: ast.Attribute, value: Any, name: str) -> Any:
    """``value.name`` of an array, a bunch, a length …"""
    if isinstance(value, Bunch):
        if name in value.arrays:
            return value.arrays[name]
        if name == "frame":
            return dataframes.whole_frame(value)
        return value if name in ("f", "files") else BoundMethod(value, name)
    if isinstance(value, DataArray):
        if name == "shape":
            return _shape(value)
        if name == "ndim":
            return len(_shape(value))
        if name in ("dtype", "size", "nbytes", "itemsize", "element_spec"):
            return Opaque()
        if name in ("values", "iloc", "loc"):
            return value
        if name in ("columns", "index"):
            return Opaque()
        if (result := dataframes.find_column(value, name)) is not None:
            return result
    if isinstance(value, Scaler | Measure) and name.endswith("_"):
        return Opaque()
    return BoundMethod(value, name)


def _shape(array: DataArray) -> list[Any]:
    if array.part == "row":
        return list(array.shape)
    return [Length(array), *array.shape]


def call_array_method(
    interp: Interpreter, node: ast.Call, value: Any, name: str, args: Args, kw: Keywords
) -> Any:
    """``value.name(args)``."""
    if isinstance(value, Scaler):
        return _scale(interp, node, value, name, args)
    if isinstance(value, Batches):
        return generators.call_batches(interp, node, value, name, args, kw)
    if isinstance(value, DataArray):
        return _array(interp, node, value, name, args, kw)
    if isinstance(value, Bunch):
        return value.arrays.get(args[0], Unknown()) if name == "get" and args else Opaque()
    return Opaque()


def _array(
    interp: Interpreter, node: ast.Call, array: DataArray, name: str, args: Args, kw: Keywords
) -> Any:
    if name in KEEP:
        return array
    if name in MEASURES:
        return array_functions.measure(array, name)
    if name == "reshape":
        return array_functions.reshape(interp, node, array, args)
    if name in ("ravel", "flatten"):
        return array if array.what == "y" else replace(array, flat=True)
    if array.part == "row":
        return Opaque()
    if name == "drop":
        return dataframes.drop_columns(interp, node, array, args, kw)
    if name == "pop" and args and isinstance(args[0], str):
        return dataframes.find_column(array, args[0]) or Opaque()
    if name in ("head", "describe", "info", "sum", "argmax", "tofile", "var", "unique", "item"):
        return Opaque()
    return interp.report_unknown(
        node, "this is not one of the preparations we know; the data stay as is"
    )


def _scale(interp: Interpreter, node: ast.Call, scaler: Scaler, name: str, args: list[Any]) -> Any:
    array = args[0] if args else None
    if name == "fit":
        return replace(scaler, on=array if isinstance(array, DataArray) else scaler.on)
    if name == "inverse_transform" or not isinstance(array, DataArray):
        return Opaque() if isinstance(array, Opaque) else Unknown()
    if name not in ("transform", "fit_transform"):
        return Opaque()
    if scaler.name in ("OneHotEncoder", "LabelBinarizer"):
        return replace(array, one_hot=True)
    if scaler.name == "LabelEncoder":
        return array
    on = scaler.on or array
    if array.what == "y":
        interp.report_different(node, "Ours does not scale the amounts to predict.")
        return array
    match scaler.name:
        case "StandardScaler":
            first = arrays.scale_array(array, "-", Measure(on, "mean"))
            return arrays.scale_array(first, "/", Measure(on, "std"))
        case "MinMaxScaler":
            if scaler.to:
                low, high = scaler.to
                text = f"The numbers go from {low:g} to {high:g} here; ours go from 0 to 1."
                interp.report_different(node, text)
            first = arrays.scale_array(array, "-", Measure(on, "min"))
            return arrays.scale_array(first, "/", Measure(on, "span"))
    interp.report_unknown(node, f"{scaler.name} is not offered; unit and standard scaling are")
    return array


def index_array(interp: Interpreter, node: ast.Subscript, value: Any, key: Any) -> Any:
    """``value[key]`` of an array or a bunch; slices come as Python's own."""
    if isinstance(value, Bunch):
        result = value.arrays.get(key) if isinstance(key, str) else None
        if result is not None:
            return result
        return interp.report_unknown(node, f"the file should hold {', '.join(value.arrays)}")
    if isinstance(value, Eye):
        hot = isinstance(key, DataArray) and key.what == "y"
        return replace(key, one_hot=True) if hot else Opaque()
    if not isinstance(value, DataArray) or value.part == "row":
        return Opaque()
    if isinstance(key, str):
        result = dataframes.find_column(value, key)
        return result or interp.report_unknown(node, "this column of the table is not known")
    keys = list(key) if isinstance(key, tuple) else [key]
    if keys[1:] == [-1] and dataframes.last_label(value) is not None:
        return dataframes.last_label(value)
    if keys[1:] == [slice(None, -1)] and dataframes.last_label(value) is not None:
        return value
    if any(k is None for k in keys):
        return _new_axis(interp, node, value, keys)
    if len(keys) > 1 and any(k != slice(None) for k in keys[1:]):
        interp.report_different(node, "All columns are taken.")
        return value
    return _rows(interp, node, value, keys[0])


def _rows(interp: Interpreter, node: ast.Subscript, array: DataArray, key: Any) -> Any:
    """``array[key]`` along the examples."""
    if isinstance(key, slice) and key.step in (None, 1):
        return arrays.slice_rows(array, key.start, key.stop)
    if isinstance(key, int | Length | Opaque | Unknown):
        return replace(array, part="row")
    if isinstance(key, slice | DataArray):
        interp.report_different(node, "All examples are taken, not only those chosen here.")
        return array
    raise CannotEvaluate("which examples it takes cannot be worked out")


def _new_axis(interp: Interpreter, node: ast.Subscript, array: DataArray, keys: list[Any]) -> Any:
    if keys[-1] is None and keys.count(None) == 1:
        return array_functions.add_channel(interp, node, array)
    interp.report_different(node, "The added axis is left out: ours can only be the last one.")
    return array


def _set_item(interp: Interpreter, target: ast.Subscript, value: Any, item: Any) -> None:
    """``value[…] = item``: a column put beside the data; any other change is not taken over."""
    name = target.slice.value if isinstance(target.slice, ast.Constant) else None
    if isinstance(value, Bunch):
        if isinstance(target.slice, ast.Constant):
            value.arrays[str(name)] = item
    elif not dataframes.add_column(value, name, item):
        interp.report_unknown(target, "changing single examples is not taken over")


HANDLERS: dict[type, Handlers] = {
    DataArray: Handlers(
        method=call_array_method,
        attribute=array_attribute,
        index=index_array,
        set_item=_set_item,
        signed=True,
    ),
    Bunch: Handlers(
        method=call_array_method,
        attribute=array_attribute,
        index=index_array,
        set_item=_set_item,
        iterate=lambda value: list(value.arrays),
    ),
    Batches: Handlers(method=call_array_method, attribute=array_attribute, index=index_array),
    Measure: Handlers(method=call_array_method, attribute=array_attribute, index=index_array),
    Scaler: Handlers(method=call_array_method, attribute=array_attribute),
    Length: Handlers(attribute=array_attribute),
    Eye: Handlers(index=index_array),
}
"""What can be done with values that stand for data."""

OPERATORS = (DataArray | Measure | Length | Scaler | Bunch | Batches, arrays.operate_data)
"""Calculating with them."""
