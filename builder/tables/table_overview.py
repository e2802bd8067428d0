"""What a page shows of a table: the verbs of the engine's child process and of the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from builder.tables.profiling.profile_table import profile_table, unknown_column
from builder.tables.profiling.season import find_season
from builder.tables.profiling.series_outline import outline_series
from builder.tables.profiling.table_warnings import find_warnings
from builder.tables.profiling.task_guess import guess_task
from builder.tables.reading.read_table import Table, read_table
from builder.tables.reading.table_source import Source
from builder.tables.table_records import SeriesOutline, TableFormat, TableOverview, TableProfile

GUESS = TableFormat()
"""Everything is to be guessed."""


def preview(
    source: Source, fixed: TableFormat = GUESS, kinds: Mapping[str, str] | None = None
) -> TableProfile:
    """First rows and cards of the file's beginning, at once.

    Raises:
        DataError: as ``read_table`` and ``profile_table``.
    """
    return profile_table(read_table(source, fixed, kinds, preview=True), kinds)


def overview(
    source: Source,
    fixed: TableFormat = GUESS,
    kinds: Mapping[str, str] | None = None,
    targets: Sequence[str] = (),
    inputs: Sequence[str] = (),
    forecast: bool | None = None,
) -> TableOverview:
    """Cards of the whole table; with targets the task and the warnings, too.

    Args:
        forecast: whether numbers that stand in the order of time are to be forecast; None guesses.

    Raises:
        DataError: as ``read_table`` and ``profile_table``; a target that is no column or empty.
    """
    table = read_table(source, fixed, kinds)
    profile = profile_table(table, kinds)
    if not targets:
        return TableOverview(profile)
    task = guess_task(profile, targets, inputs, forecast)
    if task.task == "forecasting":
        season, strength = find_season(values_by_time(table, targets[0], task.time))
        task = replace(task, season=season, strength=strength)
    return TableOverview(profile, task, find_warnings(table, profile, task))


def values_by_time(table: Table, column: str, time: str = "") -> Any:
    """The numbers of a column as float64, NaN for none, by the dates of another or as they
    stand."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = table.data[column]
    if time:
        values = values.take(pc.sort_indices(table.data[time]))
    return pc.fill_null(values.cast(pa.float64(), safe=False), float("nan")).to_numpy()


def outline_file(
    path: str, fixed: TableFormat, time: str, columns: Sequence[str], season: int = 0
) -> tuple[SeriesOutline, ...]:
    """The columns of a series as they are drawn, from the file at ``path``.

    Args:
        time: the column of dates; "" where the rows follow each other evenly.
        season: steps of a season; 0: none.

    Raises:
        DataError: as ``read_table``; no such column.
    """
    kinds = {**dict.fromkeys(columns, "number"), **({time: "date"} if time else {})}
    table = read_table(Path(path), fixed, kinds)
    for name in kinds:
        if name not in table.data.column_names:
            raise unknown_column(name, table.data.column_names)
    times = None
    if time:
        times = np.sort(table.data[time].to_numpy())
    return tuple(
        outline_series(name, values_by_time(table, name, time), times, season) for name in columns
    )


def overview_file(path: str, *more: Any) -> TableOverview:
    """``overview`` of the file at ``path``, a text, as it crosses a pipe; ``more`` as there."""
    return overview(Path(path), *more)
