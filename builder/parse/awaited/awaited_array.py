"""Arrays of data that are not here: what the code says of them on the way to fit."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Any

from builder.datasets import _said_of_data, data_to_come
from builder.kinds.registry import find_kind
from builder.parse.data.arrays import DataArray, Length, LoadedData
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Args, Keywords, Opaque

NAME = data_to_come.ENTRY.class_name

UNDECIDED = "?"
"""What an array is before ``fit`` says whether it is read or predicted."""

UNKNOWN_COUNT = 10
"""So many columns, classes or letters are taken where only the data can say."""


@dataclass(eq=False, frozen=True, slots=True)
class Awaited(DataArray):
    """An array of data to come; ``data.config["said"]`` holds what the code says of all of them.

    Args:
        sizes: shape of one example; None where nothing says it.
        chosen, without: names or places of the columns that were chosen, or left out.
        at: first and last step behind a place in a series, where it was cut by a loop.
        begins: so many of the first rows were left out.
        head: only so many of the first rows are taken; 0: nobody says how many.
        of_part: of one row, which part it is of; cut: it is several steps of a series.
        scaled: ``standard``, ``unit``, ``max_abs``, ``robust``, or the name of another scaler.
        scaled_to: from where to where, when it is not what is usual.
        words: how many words its numbers stand for.
        classes: how many different values it has, where the code says it.
        is_text: its examples are texts.
        is_names: only its different values are meant: ``np.unique(y)``.
        is_columns: only the names of its columns are meant.
        added: columns that the code makes itself.
    """

    sizes: tuple[int, ...] | None = None
    chosen: tuple[Any, ...] = ()
    without: tuple[Any, ...] = ()
    at: tuple[int, int] | None = None
    begins: int = 0
    head: int = 0
    of_part: str = "train"
    cut: bool = False
    scaled: str = ""
    scaled_to: tuple[float, ...] = ()
    words: int = 0
    classes: int = 0
    is_text: bool = False
    is_names: bool = False
    is_columns: bool = False
    added: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one example; () where it is one number, or nothing says it."""
        return self.sizes or ()

    @property
    def said(self) -> dict[str, Any]:
        """What the code says of the data."""
        said: dict[str, Any] = self.data.config.setdefault("said", {})
        return said


def load_awaited(line: int, **said: Any) -> LoadedData:
    """Data that are not here, of which the code says this."""
    kept = {name: value for name, value in said.items() if value not in (None, "", (), [])}
    return LoadedData(NAME, find_kind("array"), 0, True, {"said": kept}, line=line)


def new_array(line: int, sizes: tuple[int, ...] | None = None, **said: Any) -> Awaited:
    """All rows of data that are not here."""
    return Awaited(load_awaited(line, **said), UNDECIDED, "all", sizes=sizes)


def count(
    interp: Interpreter, node: ast.AST, array: Awaited, what: str, usual: int = UNKNOWN_COUNT
) -> int:
    """A number that only the data know, said once for each of them."""
    said = array.said
    name = _said_of_data.file_name(said) or "the data"
    if what not in said.setdefault("guessed", []):
        said["guessed"] = [*said["guessed"], what]
        interp.report_different(
            node, f"How many {what} {name} has is not said: {usual} until it is here."
        )
    return usual


def tell_lost(interp: Interpreter, node: ast.AST, name: str) -> None:
    """That a calculation is not done to the real data; once for each."""
    if not interp.was_reported(f"{name} of data to come"):
        text = f"What {name} makes of the data is not taken over: they stay as they are."
        interp.report_different(node, text)


def width(interp: Interpreter, node: ast.AST, array: Awaited) -> int:
    """How many columns a table has, or is taken to have."""
    if array.sizes is not None:
        return array.sizes[-1] if array.sizes else 1
    return count(interp, node, array, "columns")


def shape_of(interp: Interpreter, node: ast.AST, array: Awaited) -> list[Any]:
    """``array.shape``."""
    sizes: tuple[int, ...] | None = array.sizes
    if array.one_hot:
        sizes = (array.classes or count(interp, node, array, "classes"),)
    elif sizes is None:
        sizes = (width(interp, node, array),)
    return [*([] if array.part == "row" else [Length(array)]), *sizes]


def find(args: Args, kw: Keywords) -> Awaited | None:
    """The first array to come among the arguments, in a list or as its length as well."""
    for value in (*args, *kw.values()):
        items = value[:20] if isinstance(value, list) else [value]
        for item in items:
            item = item.array if isinstance(item, Length) else item
            if isinstance(item, Awaited):
                return item
    return None


def as_awaited(value: Any) -> Any:
    """Data to come, where only what they were made of is known, or a row that a loop put into a
    list."""
    if isinstance(value, list) and len(value) == 1:
        row = as_awaited(value[0])
        is_row = isinstance(row, Awaited) and row.part == "row"
        return replace(row, part=row.of_part) if is_row else value
    origin = value.origin if isinstance(value, Opaque) else None
    return replace(origin, sizes=origin.sizes or None) if isinstance(origin, Awaited) else value
