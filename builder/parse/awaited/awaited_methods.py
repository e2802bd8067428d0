"""Methods, attributes, columns and rows of data that are not here."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from builder.parse.awaited import awaited_array, awaited_index, awaited_shapes
from builder.parse.awaited.awaited_array import Awaited, as_awaited
from builder.parse.awaited.positions import Position, move, operate_length
from builder.parse.data import array_methods, arrays
from builder.parse.data.arrays import Batches, Length, Measure
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import (
    Args,
    BoundMethod,
    CannotEvaluate,
    Keywords,
    Opaque,
    Unknown,
    opaque_of,
    resolve_number,
)

LOOKS = frozenset(
    ("describe", "info", "sum", "argmax", "value_counts", "corr", "plot", "hist", "isnull", "isna",
     "nunique", "boxplot", "to_csv", "groupby", "count", "any", "all", "memory_usage",
     "median", "var", "argmin", "item", "tofile", "save", "close", "duplicated", "quantile")
)  # fmt: skip
"""Methods that only look at data."""

METHODS = LOOKS | frozenset(
    ("drop", "pop", "get", "head", "tail", "dropna", "fillna", "astype", "copy", "sample", "apply",
     "map", "applymap", "rename", "replace", "reset_index", "set_index", "sort_values", "round",
     "sort_index", "drop_duplicates", "interpolate", "iterrows", "itertuples", "items", "keys",
     "query", "filter", "assign", "join", "merge", "append", "pivot", "melt", "stack", "unstack",
     "transpose", "unique", "reshape", "ravel", "flatten", "tolist", "mean", "std", "min", "max",
     "select_dtypes", "get_group", "insert", "update", "where", "mask", "clip", "abs", "diff",
     "shift", "rolling", "resample", "pct_change", "cumsum", "isin", "between", "eq", "ne", "gt",
     "lt", "corrwith", "cov", "skew", "explode", "infer_objects", "squeeze", "nlargest",
     "nsmallest", "agg", "aggregate", "transform", "pipe", "eval", "xs", "bfill", "ffill", "rank",
     "read", "lower", "upper", "strip", "split", "splitlines", "readlines", "numpy", "dot",
     "swapaxes", "repeat", "convert_dtypes", "reindex", "combine_first", "compare", "add", "sub",
     "mul", "div", "pow", "mod", "empty", "name", "flat", "take")
)  # fmt: skip
"""Methods of a table; any other attribute is one of its columns."""

CALCULATES = frozenset(("diff", "pct_change", "rolling", "cumsum", "clip", "rank", "resample"))
"""Methods that make other numbers, which are not made of real data."""

MEASURES = frozenset(("mean", "std", "min", "max"))

TEXT_LISTS = frozenset(("split", "splitlines", "readlines"))


def _attribute(interp: Interpreter, node: ast.Attribute, value: Awaited, name: str) -> Any:
    if name == "shape":
        return awaited_array.shape_of(interp, node, value)
    if name == "ndim":
        return len(awaited_array.shape_of(interp, node, value))
    if name in ("values", "iloc", "loc", "str", "T", "dt"):
        return value
    if name == "columns":
        return replace(value, is_columns=True)
    if name == "index":
        return Opaque(value)
    if name in ("dtype", "dtypes", "size", "nbytes", "element_spec"):
        return Opaque()
    if name in ("class_names", "classes", "class_indices"):
        return replace(value, is_names=True)
    is_column = name in awaited_index.known_columns(value) or (
        name not in METHODS and not name.startswith("to_")
    )
    if awaited_index.is_table(value) and value.sizes != () and is_column:
        return awaited_index.column(value, name)
    return BoundMethod(value, name)


def _method(
    interp: Interpreter, node: ast.Call, array: Awaited, name: str, args: Args, kw: Keywords
) -> Any:
    if name in LOOKS:
        return Opaque(array)
    if name == "keys":
        return replace(array, is_columns=True)
    if array.is_columns:
        return array
    if name == "sample":
        return _sample(array, kw)
    if name == "unique":
        return replace(array, is_names=True)
    if name in MEASURES:
        return Measure(array, name)
    if name == "drop":
        rest = _drop(array, args, kw)
        if kw.get("inplace") is True:
            return _assign_back(interp, node, rest)
        return rest
    if name == "pop" and args:
        taken = awaited_index.column(array, args[0])
        _assign_back(interp, node, awaited_index.without_columns(array, [args[0]]))
        return replace(taken)
    if name == "reshape":
        return awaited_shapes.reshaped(array, [*args] if len(args) != 1 else args)
    if name in ("ravel", "flatten"):
        sizes = array.sizes
        return array if sizes is None else replace(array, sizes=() if sizes == (1,) else sizes)
    if name == "shift":
        array.said["shifted"] = True
    if name == "set_index" and (given := args[0] if args else kw.get("keys")):
        names = [n for n in (given if isinstance(given, list) else [given]) if isinstance(n, str)]
        array.said["index"] = (*array.said.get("index", ()), *names)
        if kw.get("drop") is False:
            return array
        rest = awaited_index.without_columns(array, names)
        return _assign_back(interp, node, rest) if kw.get("inplace") is True else rest
    if name in CALCULATES:
        awaited_array.tell_lost(interp, node, name)
    if name == "get_group" or name == "select_dtypes":
        return replace(array, sizes=None)
    if name in ("tolist", "to_list") and isinstance(node.func, ast.Attribute):
        return array
    if name == "get" and args:
        return awaited_index.column(array, args[0])
    if array.is_text and name in TEXT_LISTS:
        return array
    return array


def _assign_back(interp: Interpreter, node: ast.Call, rest: Awaited) -> None:
    """``df.pop("Class")`` leaves the table without that column."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    if isinstance(owner, ast.Name):
        interp.scope.set(owner.id, rest)


def _sample(array: Awaited, kw: Keywords) -> Awaited:
    """``df.sample(frac=0.8, random_state=0)``: rows chosen by chance, for training."""
    share, seed = resolve_number(kw.get("frac")), resolve_number(kw.get("random_state"))
    if kw.get("n") is not None:
        array.said["chosen_rows"] = True
    if array.part != "all" or not isinstance(share, float) or not 0 < share < 1:
        return array
    if isinstance(seed, int):
        array.said["random_state"] = seed
    held = round(min(share, 1 - share), 10)
    array.said["test_split"] = round(held, 6)
    parts = arrays.split_array(array, held)
    piece = parts[0 if share >= 0.5 else 1]
    return piece if isinstance(piece, Awaited) else array


def _drop(array: Awaited, args: Args, kw: Keywords) -> Awaited:
    """``df.drop(["Time", "Class"], axis=1)``; rows that are dropped change nothing here."""
    given = kw.get("columns", args[0] if args else kw.get("labels"))
    axis = kw.get("axis", args[1] if len(args) > 1 else 0)
    if "columns" not in kw and axis not in (1, "columns", -1):
        rest = array.part == "all" and "test_split" in array.data.config
        if not rest or not isinstance(given, Opaque):
            return array
        taken = as_awaited(given)
        is_test = isinstance(taken, Awaited) and taken.part == "test"
        return replace(array, part="train" if is_test else "test")
    if isinstance(given, Opaque | Unknown):
        return replace(array, sizes=None)
    names = given if isinstance(given, list) else [given]
    return awaited_index.without_columns(array, [n for n in names if isinstance(n, str | int)])


def operate(interp: Interpreter, node: Any, a: Any, b: Any) -> Any:
    """Calculating with data to come, with their length or with places in them."""
    if isinstance(a, Position) or isinstance(b, Position):
        return move(node.op, a, b)
    own = [v for v in (a, b) if isinstance(v, Awaited)]
    if not own:
        length = a if isinstance(a, Length) else b
        if isinstance(length, Length) and isinstance(length.array, Awaited):
            found = operate_length(interp, node, a, b)
            if found is not None:
                return found
        return arrays.operate_data(interp, node, a, b)
    sign = {ast.Sub: "-", ast.Div: "/"}.get(type(node.op))
    if isinstance(b, Opaque) and sign and not own[0].is_text and len(own[0].done) < 20:
        return arrays.scale_array(own[0], sign, b)  # by numbers that were measured, most likely
    if isinstance(a, Opaque) or isinstance(b, Opaque):
        return own[0] if not own[0].is_text else opaque_of(*own)
    try:
        return arrays.operate_data(interp, node, a, b)
    except CannotEvaluate:
        return own[0]


def _of_batches(interp: Interpreter, node: ast.Attribute, value: Batches, name: str) -> Any:
    """``pictures.class_names``."""
    if name in ("class_names", "class_indices", "classes", "num_classes"):
        for array in (value.y, value.x):
            if isinstance(array, Awaited):
                names = replace(array, is_names=True, is_text=False)
                plain = name == "num_classes"
                return awaited_array.count(interp, node, array, "classes") if plain else names
    return array_methods.array_attribute(interp, node, value, name)


OPERATORS = (Awaited | Position | Length, operate)

HANDLERS: dict[type, Handlers] = {
    Awaited: Handlers(
        method=_method,
        attribute=_attribute,
        index=awaited_index.index,
        set_item=awaited_index.set_item,
        signed=True,
    ),
    Batches: Handlers(attribute=_of_batches),
}
"""What can be done with data to come."""
