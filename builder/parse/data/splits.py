"""Read ``train_test_split``: the test share, and how it differs from ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from builder.parse.data.arrays import DataArray, split_array
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import Args, Keywords, Opaque, Unknown, resolve_number

FOLDS = (
    "Every fold is a training of its own there; here the model is trained once, and the Runs page"
    " trains it again with other seeds."
)


@dataclass(eq=False, frozen=True, slots=True)
class Folds:
    """``KFold(5)``, or what its ``split`` gives: a loop over it is followed once.

    Args:
        array: what is split; None before that.
    """

    array: DataArray | None = None


def _split_folds(
    interp: Interpreter, node: ast.Call, value: Folds, name: str, args: Args, kw: Keywords
) -> Any:
    rows = args[0] if args else kw.get("X")
    if name != "split" or not isinstance(rows, DataArray):
        return Opaque()
    interp.report_different(node, FOLDS)
    return Folds(rows)


def follow_once(value: Folds) -> Iterator[list[slice]]:
    """Which rows are learned from, and which are held out: all of them, for want of folds."""
    yield [slice(None), slice(None)]


HANDLERS: dict[type, Handlers] = {Folds: Handlers(method=_split_folds, iterate=follow_once)}


def split_arrays(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``train_test_split(x, y, test_size=…)``."""
    arrays = [a for a in args if isinstance(a, DataArray)]
    if not arrays or len(arrays) != len(args):
        return [Unknown() for _ in args for _ in "ab"] or Unknown()
    share = _test_share(interp, node, arrays[0], kw)
    if share is None:
        return interp.report_unknown(node, "the share set aside cannot be worked out")
    if arrays[0].part == "all":
        _tell_split(interp, node, arrays[0], kw)
    result: list[Any] = []
    for array in arrays:
        if array.part == "all":
            result += split_array(array, share)
            continue
        rest = round(array.share * (1 - share), 10)
        result += [
            replace(array, share=rest, end=array.end or "random"),
            replace(array, share=round(array.share * share, 10), end="random"),
        ]
    return result


def _test_share(
    interp: Interpreter, node: ast.Call, array: DataArray, kw: dict[str, Any]
) -> float | None:
    size, train = resolve_number(kw.get("test_size")), resolve_number(kw.get("train_size"))
    if size is None:
        size = 0.25 if train is None else None
    value = size if size is not None else train
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        if not array.rows or not 0 < value < array.rows:
            return None
        value = value / array.rows
    value = round(value if size is not None else 1 - value, 10)
    if not 0 < value < 1:
        return None
    if array.part == "all" and not 0.05 <= value <= 0.5:
        near = min(max(value, 0.05), 0.5)
        interp.report_different(
            node, f"A test share of {value:g} is out of range: {near:g} is taken."
        )
        return near
    return value


def _tell_split(interp: Interpreter, node: ast.Call, array: DataArray, kw: dict[str, Any]) -> None:
    ours = array.data.classes > 0
    if kw.get("random_state", 0) != 0 or "random_state" not in kw:
        interp.report_different(
            node, "Ours draws the test rows with random_state=0, so they differ."
        )
    if (kw.get("stratify") is not None) != ours:
        how = "each class in proportion" if ours else "no regard to proportions"
        interp.report_different(node, f"Ours draws the test rows with {how}.")
