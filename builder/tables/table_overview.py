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
        season, strength = find_season(_values_of_one(table, targets[0], task.time, task.group))
        task = replace(task, season=season, strength=strength)
    return TableOverview(profile, task, find_warnings(table, profile, task))


def _values_of_one(table: Table, column: str, time: str, group: str) -> Any:
    """``values_by_time``, of the commonest of several series."""
    if not group:
        return values_by_time(table, column, time)
    import pyarrow.compute as pc

    name = pc.mode(table.data[group].dictionary_encode().combine_chunks().indices)[0]["mode"]
    only = table.data[group].dictionary_encode().combine_chunks().dictionary[name.as_py()].as_py()
    return values_by_time(_rows_of(table, group, str(only)), column, time)


def _rows_of(table: Table, group: str, name: str) -> Table:
    """The rows in which that column has that name."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.cast(table.data[group], pa.string())
    return replace(table, data=table.data.filter(pc.equal(texts, name)))


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
    path: str,
    fixed: TableFormat,
    time: str,
    columns: Sequence[str],
    season: int = 0,
    only: tuple[str, str] = ("", ""),
) -> tuple[SeriesOutline, ...]:
    """The columns of a series as they are drawn, from the file at ``path``.

    Args:
        time: the column of dates; "" where the rows follow each other evenly.
        season: steps of a season; 0: none.
        only: of several series, the column of their names and the name of the one that is drawn.

    Raises:
        DataError: as ``read_table``; no such column.
    """
    group, name = only
    kinds = {**dict.fromkeys(columns, "number"), **({time: "date"} if time else {})}
    kinds |= {group: "category"} if group else {}
    table = read_table(Path(path), fixed, kinds)
    for column in kinds:
        if column not in table.data.column_names:
            raise unknown_column(column, table.data.column_names)
    table = _rows_of(table, group, name) if group else table
    times = None
    if time:
        times = np.sort(table.data[time].to_numpy())
    return tuple(outline_series(c, values_by_time(table, c, time), times, season) for c in columns)


def overview_file(path: str, *more: Any) -> TableOverview:
    """``overview`` of the file at ``path``, a text, as it crosses a pipe; ``more`` as there."""
    return overview(Path(path), *more)
