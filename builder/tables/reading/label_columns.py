"""Cells that name several labels at once, "red;round": a column of yes or no for each label."""

from __future__ import annotations

from collections import Counter
from typing import Any

from builder.errors import DataError

MARKS = (";", "|", ",")
"""What may stand between two labels, the likeliest first."""

MOST = 50
"""Labels that become columns; more are no choice but text."""

SHARE = 0.1
"""Cells that have a mark, at least, for labels to be found."""

OFTEN = 3
"""How often a label stands in the cells that are looked at, on the average at least."""


def find_mark(cells: list[str]) -> str:
    """What stands between the labels of these cells; "" where they name one thing each."""
    for mark in MARKS:
        marked = sum(mark in cell for cell in cells)
        if not marked or marked < SHARE * len(cells):
            continue
        parts = Counter(p.strip() for cell in cells for p in cell.split(mark) if p.strip())
        is_short = all(len(part.split()) <= 3 for part in parts)
        if is_short and 2 <= len(parts) <= MOST and parts.total() >= OFTEN * len(parts):
            return mark
    return ""


def split_labels(table: Any, column: Any, mark: Any) -> Any:
    """The table with a column of "yes" and "no" for each label that the cells name, in place of
    the column; a cell without any names none of them."""
    cells = table[column].map(
        lambda text: [part.strip() for part in str(text).split(mark)], na_action="ignore"
    )
    labels = sorted({label for cell in cells.dropna() for label in cell if label})
    answers = {
        f"{column}: {label}": cells.map(
            lambda cell, label=label: "yes" if label in cell else "no", na_action="ignore"
        )
        for label in labels
    }
    return table.drop(columns=column).assign(**answers)


def with_labels(data: Any, pairs: tuple[tuple[str, str], ...]) -> Any:
    """As ``split_labels``, for each (column, mark) of a ``pyarrow.Table``; columns that are not
    there are passed over.

    Raises:
        DataError: a column names more labels than ``MOST``.
    """
    import pyarrow as pa

    for column, mark in pairs:
        if column not in data.column_names or not mark:
            continue
        cells = data.select([column]).to_pandas().astype("object")
        split = split_labels(cells.where(cells.notna(), None), column, mark)
        if len(split.columns) > MOST:
            raise DataError(
                f"'{column}' names {len(split.columns):,} different labels; at most {MOST} become"
                " columns.",
                "Take it as a text or a category.",
                "labels",
            )
        data = data.drop_columns([column])
        for name in split.columns:
            data = data.append_column(name, pa.array(split[name], pa.string(), from_pandas=True))
    return data
