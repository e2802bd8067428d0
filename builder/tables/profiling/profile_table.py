"""A card for every column of a table, and its first rows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from builder.errors import DataError
from builder.tables.profiling.column_profiles import profile_column
from builder.tables.reading.read_table import Table
from builder.tables.reading.text_folders import TEXT
from builder.tables.table_records import KINDS, LEFT_OUT, ColumnProfile, TableProfile, Value

FIRST = 50
"""Rows that are shown."""

USED = frozenset(KINDS) - frozenset(LEFT_OUT)

LONGEST = 500
"""Characters of a cell that are shown."""


@np.errstate(over="ignore", invalid="ignore")
def profile_table(table: Table, kinds: Mapping[str, str] | None = None) -> TableProfile:
    """What is in the table.

    Args:
        kinds: column → the kind a person set; it overrides the guess.

    Raises:
        DataError: a kind or column that is not there.
    """
    known = {TEXT: "text"} if table.format.kind == "texts" else {}
    kinds = {**known, **(kinds or {})}
    _refuse_unknown(table, kinds)
    columns = [_card(table, name, kinds.get(name, "")) for name in table.data.column_names]
    if not any(c.kind in USED for c in columns):
        # a series of numbers, a list of texts: where nothing else is there, it is what is meant
        columns = [_take_in(table, c) if c.name not in kinds else c for c in columns]
    return TableProfile(
        *(table.format, table.rows, tuple(columns), first_rows(table.data)),
        *(table.complete, table.notes, table.members, table.sheets),
    )


def _card(table: Table, name: str, kind: str) -> ColumnProfile:
    card = profile_column(name, table.data[name], table.strays.get(name, ()), kind)
    if name not in table.unasked:
        return card
    return replace(card, guess=profile_column(name, table.unasked[name]).kind)


def _take_in(table: Table, card: ColumnProfile) -> ColumnProfile:
    """A column that would be left out as a name of its row, as one to learn from."""
    kind = {"free_text": "text", "id": "number" if card.whole else "category"}.get(card.kind)
    if kind is None:
        return card
    taken = profile_column(card.name, table.data[card.name], (), kind)
    return replace(taken, guess=kind)


def _refuse_unknown(table: Table, kinds: Mapping[str, str]) -> None:
    for name, kind in kinds.items():
        if name not in table.data.column_names:
            raise unknown_column(name, table.data.column_names)
        if kind not in KINDS:
            raise DataError(
                f"'{kind}' is no kind of column.", f"Choose one of {', '.join(KINDS)}.", "kinds"
            )


def unknown_column(name: str, names: list[str]) -> DataError:
    """What is said when a column is asked for that the table does not have."""
    return DataError(
        f"There is no column '{name[:60]}'; there are {', '.join(names[:6])}"
        f"{' …' if len(names) > 6 else ''}.",
        "Choose one of the table's columns.",
    )


def first_rows(data: Any) -> tuple[tuple[Value, ...], ...]:
    """The first rows of a ``pyarrow.Table``; dates as ISO text."""
    columns = [[_cell(v) for v in column.to_pylist()] for column in data.slice(0, FIRST).columns]
    return tuple(zip(*columns, strict=True))


def _cell(value: Any) -> Value:
    if isinstance(value, datetime.datetime):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, str):
        return value[:LONGEST]
    return value  # type: ignore[no-any-return]
