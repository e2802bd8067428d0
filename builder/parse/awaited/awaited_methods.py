"""Methods, attributes, columns and rows of data that are not here."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from builder.parse.awaited import awaited_array, awaited_functions
from builder.parse.awaited.awaited_array import Awaited, as_awaited
from builder.parse.awaited.positions import Position, move
from builder.parse.data import array_methods, arrays
from builder.parse.data.arrays import Batches, Length, Measure, Scaler
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

MEASURES = frozenset(("mean", "std", "min", "max"))

MOST = 2000
"""Columns that are counted one by one."""

SCALERS = ("StandardScaler", "MinMaxScaler", "RobustScaler", "Normalizer", "MaxAbsScaler")

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
    is_column = name in _columns(value) or (name not in METHODS and not name.startswith("to_"))
    if _is_table(value) and value.sizes != () and is_column:
        return column(value, name)
    return BoundMethod(value, name)


def _is_table(array: Awaited) -> bool:
    return array.said.get("form") in ("table", "windows") and array.part != "row"


def _columns(array: Awaited) -> tuple[Any, ...]:
    """The names that were heard of."""
    known = array.said.get("columns", ())
    return (*known, *array.said.get("heard", ()))


def column(array: Awaited, name: Any) -> Awaited:
    """One column of a table."""
    if isinstance(name, str):
        heard = array.said.setdefault("heard", [])
        if name not in heard and len(heard) < 500:
            array.said["heard"] = [*heard, name]
    return replace(array, sizes=(), chosen=(name,), without=())


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
        taken = column(array, args[0])
        _assign_back(interp, node, without_columns(array, [args[0]]))
        return replace(taken)
    if name == "reshape":
        return awaited_functions.reshaped(array, [*args] if len(args) != 1 else args)
    if name in ("ravel", "flatten"):
        sizes = array.sizes
        return array if sizes is None else replace(array, sizes=() if sizes == (1,) else sizes)
    if name == "get_group" or name == "select_dtypes":
        return replace(array, sizes=None)
    if name in ("tolist", "to_list") and isinstance(node.func, ast.Attribute):
        return array
    if name == "get" and args:
        return column(array, args[0])
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
    return without_columns(array, [n for n in names if isinstance(n, str | int)])


def without_columns(array: Awaited, names: list[Any]) -> Awaited:
    """The table without these columns."""
    left = tuple(c for c in array.chosen if c not in names)
    known = [c for c in array.said.get("columns", ()) if c not in array.without]
    total = (array.sizes[0] if array.sizes else 0) or len(array.chosen) or len(known)
    rest = (total - len(names),) if total > len(names) else None
    without = array.without if array.chosen else (*array.without, *names)
    return replace(array, chosen=left, without=without, sizes=rest)


def _index(interp: Interpreter, node: ast.Subscript, array: Awaited, key: Any) -> Any:
    keys = list(key) if isinstance(key, tuple) else [key]
    if _is_table(array) and isinstance(key, str):
        return column(array, key)
    if isinstance(key, list) and key and all(isinstance(k, str) for k in key):
        _hear(array, key)
        return replace(array, sizes=(len(key),), chosen=tuple(key), without=())
    if any(k is None for k in keys):
        if array.sizes is None:
            return array
        place = -1 if keys[-1] is None else keys.index(None)
        return replace(array, sizes=awaited_functions.with_axis(array.sizes, place))
    rows, rest = keys[0], keys[1:]
    if isinstance(array.said.get("form"), str) and rest and isinstance(rest[0], str | list):
        array = _index(interp, node, array, rest[0])
        rest = rest[1:]
    array = _rows(array, rows) if rows != slice(None) else array
    return _places(interp, node, array, rest) if rest else array


def _hear(array: Awaited, names: list[Any]) -> None:
    heard = array.said.get("heard", [])
    array.said["heard"] = [*heard, *(n for n in names if n not in heard)][:500]


def _rows(array: Awaited, key: Any) -> Awaited:
    """``array[key]`` along the examples."""
    if isinstance(key, slice):
        ends = [key.start, key.stop]
        if any(isinstance(e, Position) for e in ends):
            return _window(array, key.start, key.stop, resolve_number(key.step))
        if all(e is None or isinstance(e, int | Length) for e in ends) and key.step in (None, 1):
            return _piece(array, key.start, key.stop)
        return array
    if isinstance(key, Position):
        return _row(array, key.offset, key.offset + 1)
    if isinstance(key, int | Length | Opaque | Unknown):
        return array if isinstance(key, Opaque) else replace(array, part="row", of_part=array.part)
    return array


def _row(array: Awaited, low: int, high: int) -> Awaited:
    part = array.part if array.part != "all" else "train"
    return replace(array, part="row", of_part=part, at=(low, high))


def _window(array: Awaited, low: Any, high: Any, every: Any) -> Awaited:
    """``rows[i - 60:i]``: so many steps."""
    start, end = (p.offset if isinstance(p, Position) else None for p in (low, high))
    if start is None or end is None or end <= start:
        return array
    steps = end - start
    if isinstance(every, int) and every > 1:
        steps = -(-steps // every)
        array.said["sampling_rate"] = every
    sizes = None if array.sizes is None else (steps, *array.sizes)
    return replace(_row(array, start, end), sizes=sizes, cut=True)


def _piece(array: Awaited, low: Any, high: Any) -> Awaited:
    """``rows[:n]``, ``rows[n:]``: the first are for training, the last for the test."""
    if low in (None, 0) and high is None:
        return array
    if low not in (None, 0) and high is not None and not _is_end(array, high):
        return replace(array, part="train") if array.part == "all" else array
    where = high if low in (None, 0) else low
    try:
        piece = arrays.slice_rows(array, low, None if low not in (None, 0) else high)
    except CannotEvaluate:
        if array.part != "all":
            return array
        head = where is high and not (isinstance(where, int) and where < 0)
        return replace(array, part="train" if head else "test")
    assert isinstance(piece, Awaited)
    if array.part == "all" and "test_split" in array.data.config:
        share = array.data.config.pop("test_split")
        array.said.update(test_split=round(float(share), 4), in_order=True)
    return piece


def _is_end(array: Awaited, value: Any) -> bool:
    return isinstance(value, Length) and value.share == 1.0


def _places(interp: Interpreter, node: ast.AST, array: Awaited, keys: list[Any]) -> Any:
    """``values[:, 0:8]``, ``values[:, -1]``: columns by their place."""
    key, rest = keys[0], keys[1:]
    if rest or (array.sizes is not None and len(array.sizes) != 1 and not array.cut):
        return _deep(array, keys)
    if isinstance(key, list) and all(isinstance(k, int) for k in key):
        return _choose(array, tuple(key))
    if isinstance(key, slice):
        if key == slice(None):
            return array
        return _range_of_columns(interp, node, array, key)
    key = resolve_number(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return _choose(array, key)
    return replace(array, sizes=None)


def _choose(array: Awaited, places: Any) -> Awaited:
    known = array.chosen or array.said.get("columns", ())
    many = places if isinstance(places, tuple) else (places,)
    names = tuple(known[p] if -len(known) <= p < len(known) else p for p in many)
    if array.cut:  # a window: its steps stay
        steps = array.at[1] - array.at[0] if array.at else 1
        steps = array.sizes[0] if array.sizes else steps
        steps_first: tuple[int, ...] = (steps,)
    else:
        steps_first = ()
    sizes = (*steps_first, len(many)) if isinstance(places, tuple) else steps_first
    return replace(array, sizes=sizes, chosen=names, without=())


def _range_of_columns(interp: Interpreter, node: ast.AST, array: Awaited, key: slice) -> Awaited:
    low, high = (resolve_number(e) for e in (key.start, key.stop))
    known = array.chosen or array.said.get("columns", ())
    total = len(known) or (array.sizes[0] if array.sizes and not array.cut else 0)
    start, stop = low or 0, high
    if not isinstance(start, int) or not isinstance(stop, int | None):
        return replace(array, sizes=None)
    if total:
        return _choose(array, tuple(range(total)[start:stop][:MOST]))
    if start >= 0 and stop is not None and stop > start:
        return _choose(array, tuple(range(start, stop)[:MOST]))
    before = range(max(start, 0))
    behind = range(stop, 0) if stop is not None and stop < 0 else range(0)
    if len(before) + len(behind) > MOST:
        return replace(array, sizes=None)
    return replace(array, without=(*before, *behind), sizes=None)


def _deep(array: Awaited, keys: list[Any]) -> Awaited:
    """``pictures[:, :, :, 0]`` and its like, axis by axis."""
    if array.sizes is None:
        return array
    sizes: list[int] = []
    for size, key in zip(array.sizes, [*keys, *[slice(None)] * len(array.sizes)], strict=False):
        if isinstance(key, slice):
            try:
                sizes.append(
                    len(range(size)[slice(*map(resolve_number, (key.start, key.stop, key.step)))])
                )
            except TypeError:
                return replace(array, sizes=None)
    return replace(array, sizes=tuple(sizes))


def _set_item(interp: Interpreter, target: ast.Subscript, value: Any, item: Any) -> None:
    """``df["text"] = df["text"].apply(…)``: the column is heard of; what is in it nobody sees."""
    key = target.slice.value if isinstance(target.slice, ast.Constant) else None
    if not isinstance(key, str) or not _is_table(value):
        return
    known = key in (*value.chosen, *value.said.get("columns", ()), *value.said.get("heard", ()))
    if known or not isinstance(target.value, ast.Name):
        column(value, key)
        return
    sizes = None if value.sizes is None else (value.sizes[0] + 1,) if value.sizes else None
    interp.scope.set(target.value.id, replace(value, sizes=sizes, added=(*value.added, key)))


def _call_scaler(
    interp: Interpreter, node: ast.Call, scaler: Scaler, name: str, args: Args, kw: Keywords
) -> Any:
    """What a scaler of scikit-learn does to data to come."""
    array = args[0] if args else None
    if not isinstance(array, Awaited):
        return array_methods.call_array_method(interp, node, scaler, name, args, kw)
    if name == "fit":
        return replace(scaler, on=array)
    if name not in ("transform", "fit_transform"):
        return array if name == "inverse_transform" else Opaque()
    if scaler.name in ("OneHotEncoder", "LabelBinarizer", "MultiLabelBinarizer"):
        single = array.sizes in ((), (1,)) or len(array.chosen) == 1
        return replace(array, one_hot=True) if single else replace(array, sizes=None)
    if scaler.name in ("LabelEncoder", "OrdinalEncoder"):
        return array
    if scaler.name.endswith("Imputer"):
        return array
    if scaler.name not in SCALERS:
        array.said["encoded"] = scaler.name
        return replace(array, sizes=None, is_text=False)
    signs = {"StandardScaler": "standard", "MinMaxScaler": "unit", "MaxAbsScaler": "unit"}
    return replace(array, scaled=signs.get(scaler.name, scaler.name[:40]))


def operate(interp: Interpreter, node: Any, a: Any, b: Any) -> Any:
    """Calculating with data to come, with their length or with places in them."""
    if isinstance(a, Position) or isinstance(b, Position):
        return move(node.op, a, b)
    own = [v for v in (a, b) if isinstance(v, Awaited)]
    if not own:
        length = a if isinstance(a, Length) else b
        if isinstance(length, Length) and isinstance(length.array, Awaited):
            found = awaited_functions.operate(interp, node, a, b)
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
        method=_method, attribute=_attribute, index=_index, set_item=_set_item, signed=True
    ),
    Scaler: Handlers(method=_call_scaler),
    Batches: Handlers(attribute=_of_batches),
}
"""What can be done with data to come."""
