"""Find the columns of a table that pasted code names, or counts."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from builder.errors import DataError
from builder.kinds.registry import find_kind
from builder.suggest.table_dataset import input_kind
from builder.tables.table_records import ColumnProfile, TableProfile


def file_settings(file: str, name: str, profile: TableProfile) -> dict[str, Any]:
    """Which file it is, and how it is read; ``file`` is its SHA-256, ``name`` its owner's."""
    form = dataclasses.asdict(profile.format)
    kept = {key: value for key, value in form.items() if value is not None}
    return {"file": file, "name": name, "format": kept}


def test_share(said: Mapping[str, Any], rows: int) -> float:
    """The share of rows that the code sets aside for the test."""
    share = said.get("test_split", 0.2)
    if isinstance(count := said.get("test_rows"), int):
        share = count / max(rows, 1)
    if isinstance(count := said.get("train_rows"), int):
        share = 1 - count / max(rows, 1)
    return min(max(round(float(share), 6), 0.05), 0.5)


def find_targets(said: Mapping[str, Any], profile: TableProfile) -> list[ColumnProfile]:
    """The columns that the code predicts; without a word of them, the last one.

    Raises:
        DataError: one is not there.
    """
    if "target" not in said:
        return [profile.columns[-1]]
    given = said["target"]
    return [find(profile, n, said) for n in (given if isinstance(given, tuple) else (given,))]


def find_inputs(
    said: Mapping[str, Any], profile: TableProfile, goals: Sequence[ColumnProfile]
) -> list[ColumnProfile]:
    """The columns that the code reads; without a word of them, all but those it predicts.

    Raises:
        DataError: one is not there.
    """
    if "inputs" in said:
        return [find(profile, one, said) for one in said["inputs"]]
    without = [_place(profile, one, said) for one in said.get("without", ())]
    left_out = [*goals, *without, *_row_names(profile, said)]
    return [c for c in profile.columns if c not in left_out]


def find(profile: TableProfile, one: Any, said: Mapping[str, Any]) -> ColumnProfile:
    """The column of a name, or at a place counted from 0.

    Raises:
        DataError: it is not there.
    """
    column = _place(profile, one, said)
    if column is None:
        known = ", ".join(c.name for c in profile.columns[:20])
        what = f"column '{one}'" if isinstance(one, str) else f"column {one} (counted from 0)"
        raise DataError(
            f"The code reads the {what}, which this table does not have.",
            f"Its columns are {known}. Is it the right file?",
            "dataset.file",
        )
    return column


def _place(profile: TableProfile, one: Any, said: Mapping[str, Any]) -> ColumnProfile | None:
    """The column of a name, or at a place; names that the code gives go by their place."""
    names = _row_names(profile, said)
    columns = [c for c in profile.columns if c not in names]
    if isinstance(one, int) and not isinstance(one, bool):
        return columns[one] if -len(columns) <= one < len(columns) else None
    if (found := profile.column(str(one))) is not None:
        return found
    given = said.get("columns", ())
    at = list(given).index(one) if one in given else len(columns)
    if at < len(columns):
        return columns[at]
    alike = [c for c in profile.columns if c.name.strip().lower() == str(one).strip().lower()]
    return alike[0] if alike else None


def _row_names(profile: TableProfile, said: Mapping[str, Any]) -> list[ColumnProfile]:
    """Columns that the code takes for the names of the rows."""
    places = dict(enumerate(profile.columns)) | {c.name: c for c in profile.columns}
    return [places[one] for one in said.get("index", ()) if one in places]


def kind_read(column: ColumnProfile) -> str:
    """The kind as which code that knows nothing of kinds reads a column: a number where it can."""
    kind = find_kind(input_kind(column))
    return "number" if is_number(column) and not kind.reads_numbers else kind.name


def is_number(column: ColumnProfile) -> bool:
    """Whether its cells can be read as numbers."""
    if isinstance(column.low, int | float):
        return True
    texts = [text for text, _ in column.frequent]
    try:
        return bool(texts) and all(math.isfinite(float(text)) for text in texts)
    except ValueError:
        return False
