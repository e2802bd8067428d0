"""The series that a person's table becomes: what is forecast, from how much of the past."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from builder.errors import DataError
from builder.kinds.registry import find_kind
from builder.spec import Config, ObjectSpec
from builder.tables.table_records import LEFT_OUT, ColumnProfile, TableProfile, TaskGuess

CLASS_NAME = "SeriesFile"

WINDOW, HORIZON = 30, 7
"""Steps that are seen and asked for where no season says otherwise."""

LONGEST = 60, 31
"""A season of more steps than this is no window, or no horizon."""


def series_dataset(
    file: str,
    name: str,
    profile: TableProfile,
    task: TaskGuess,
    known: Sequence[str] = (),
    inputs: Sequence[str] = (),
) -> ObjectSpec:
    """The dataset that forecasts the task's targets from their own past and that of other numbers.

    Args:
        file, name: SHA-256 of the file, and what its owner calls it.
        profile: of the file.
        task: what is forecast, by which time; its season sets window and horizon.
        known: columns known in advance.
        inputs: of which others the past is read; none takes all numbers that are not left out.

    Raises:
        DataError: no such column, or one that is no number.
    """
    numbers = [c.name for c in profile.columns if _may_be_numbers(c)]
    for column in (*task.targets, *known, *inputs):
        if column not in numbers and column != task.time:
            raise DataError(
                f"'{column}' is no column of numbers, and a series has only those.",
                f"Its columns of numbers are {', '.join(numbers[:20]) or 'none'}.",
                "dataset.values",
            )
    others = inputs or [n for n in task.inputs if n in numbers]
    taken = {*task.targets, *known, task.time, task.group}
    form = dataclasses.asdict(profile.format)
    group = profile.column(task.group) if task.group else None
    rows = profile.rows // max(1, group.distinct) if group else profile.rows
    window, horizon = default_sizes(task.season, rows)
    return ObjectSpec(
        CLASS_NAME,
        Config(
            file=file,
            name=name,
            format={key: value for key, value in form.items() if value is not None},
            time=task.time,
            **({"group": task.group} if task.group else {}),
            values=dict.fromkeys(task.targets, "number"),
            known=dict.fromkeys(known, "number"),
            others=dict.fromkeys((n for n in others if n not in taken), "number"),
            window=window,
            horizon=horizon,
        ),
    )


def _may_be_numbers(column: ColumnProfile) -> bool:
    """Whether its cells can be read as numbers: amounts, and yes or no where it is 1 or 0."""
    if column.kind in LEFT_OUT:
        return False
    amounts = find_kind(column.kind).reads_numbers
    return amounts or (
        bool(column.frequent) and all(value in ("0", "1") for value, _ in column.frequent)
    )


def default_sizes(season: int, rows: int) -> tuple[int, int]:
    """Window and horizon for a series of so many rows: two seasons and one, where one is short;
    never so long that few windows are left."""
    window = 2 * season if 2 <= season <= LONGEST[0] // 2 else WINDOW
    if LONGEST[0] // 2 < season <= LONGEST[0]:
        window = season
    horizon = season if 2 <= season <= LONGEST[1] else HORIZON
    return max(1, min(window, rows // 4)), max(1, min(horizon, rows // 10))
