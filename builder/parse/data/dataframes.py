"""Tables of pandas around data we know; every other table is data of a person's own."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.data import known_datasets
from builder.parse.data.arrays import Array, Bunch
from builder.parse.interpreter.interpreter import State
from builder.parse.interpreter.values import After

KEEP = frozenset(("sample", "dropna", "fillna", "head", "to_frame", "rename", "loc", "iloc"))
"""What leaves a table what it is."""


def frame(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    """``pd.DataFrame(iris.data)``: the data themselves; of the run's history, something to draw."""
    given = args[0] if args else kw.get("data")
    if isinstance(given, Array):
        return given
    if not isinstance(given, After):
        state.unknown(node, known_datasets.FILES)
    return After()


def put(array: Array, name: Any, value: Any) -> bool:
    """``df["target"] = iris.target``; whether it was that."""
    if array.what != "x" or not isinstance(name, str) or not isinstance(value, Array | After):
        return False
    if len(array.data.named) < 100:
        array.data.named[name] = value
    return True


def column(array: Array, name: str) -> Any:
    """``df["target"]``; None when the table has no such column."""
    return array.data.named.get(name)


def drop(state: State, node: ast.Call, array: Array, args: list[Any], kw: dict[str, Any]) -> Any:
    """``df.drop("target", axis=1)``: the examples without what was put beside them."""
    given = args[0] if args else kw.get("columns", kw.get("labels"))
    names = given if isinstance(given, list) else [given]
    if any(name not in array.data.named for name in names if isinstance(name, str)):
        state.different(node, "All columns are taken.")
    return array


def last(array: Array) -> Any:
    """``df.iloc[:, -1]``: the label put there last; None when there is none."""
    found = [v for v in array.data.named.values() if isinstance(v, Array) and v.what == "y"]
    return found[-1] if found else None


def whole(bunch: Bunch) -> Any:
    """``load_iris(as_frame=True).frame``."""
    x, y = bunch.arrays.get("data"), bunch.arrays.get("target")
    if isinstance(x, Array) and isinstance(y, Array):
        put(x, "target", y)
        return x
    return After()
