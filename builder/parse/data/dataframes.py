"""Read pandas tables around known data; any other table is a person's own data."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.data import unavailable
from builder.parse.data.arrays import Bunch, DataArray
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Args, Keywords, Opaque

KEEP = frozenset(("sample", "dropna", "fillna", "head", "to_frame", "rename", "loc", "iloc"))
"""What leaves a table what it is."""


def read_frame(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``pd.DataFrame(iris.data)``: the data themselves; of the run's history, something to draw."""
    value = args[0] if args else kw.get("data")
    if isinstance(value, DataArray):
        return value
    if not isinstance(value, Opaque):
        interp.report_unknown(node, unavailable.FILES)
    return Opaque()


def add_column(array: DataArray, name: Any, value: Any) -> bool:
    """``df["target"] = iris.target``; whether it was that."""
    if array.what != "x" or not isinstance(name, str) or not isinstance(value, DataArray | Opaque):
        return False
    if len(array.data.named) < 100:
        array.data.named[name] = value
    return True


def find_column(array: DataArray, name: str) -> Any:
    """``df["target"]``; None when the table has no such column."""
    return array.data.named.get(name)


def drop_columns(
    interp: Interpreter, node: ast.Call, array: DataArray, args: Args, kw: Keywords
) -> Any:
    """``df.drop("target", axis=1)``: the examples without what was put beside them."""
    value = args[0] if args else kw.get("columns", kw.get("labels"))
    names = value if isinstance(value, list) else [value]
    if any(name not in array.data.named for name in names if isinstance(name, str)):
        interp.report_different(node, "All columns are taken.")
    return array


def last_label(array: DataArray) -> Any:
    """``df.iloc[:, -1]``: the label put there last; None when there is none."""
    result = [v for v in array.data.named.values() if isinstance(v, DataArray) and v.what == "y"]
    return result[-1] if result else None


def whole_frame(bunch: Bunch) -> Any:
    """``load_iris(as_frame=True).frame``."""
    x, y = bunch.arrays.get("data"), bunch.arrays.get("target")
    if isinstance(x, DataArray) and isinstance(y, DataArray):
        add_column(x, "target", y)
        return x
    return Opaque()
