"""A person's own series: a table with a row for each point in time, whose next values are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from builder.catalog.entry import Param
from builder.datasets import _program, _series_columns, _table_format, _table_source
from builder.datasets._series_columns import AHEAD, PAST
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.errors import DataError
from builder.formatting import plural
from builder.kinds.contract import Array, Column
from builder.kinds.registry import find_kind
from builder.spec import Config

TITLE = "My series"
OFFLINE = True
ROLES = ("values", "known", "others")
"""The settings that name columns."""

ENTRY = entry(
    "SeriesFile",
    92,
    "My files",
    {
        **{"file": "", "name": "", "format": Config(), "time": "", "group": ""},
        **{"values": Config(), "known": Config(), "others": Config()},
        **{"window": 30, "horizon": 7, "stride": 1, "gaps": "keep", "test_split": 0.2},
        **{"delay": 0, "names": Config()},
    },
    params={
        "file": Param("str", "SHA-256 of the file's content."),
        "name": Param("str", "What the file is called."),
        "format": Param("json", "How the file is read: delimiter, encoding, header …"),
        "time": Param("str", "The column of dates; empty where the rows follow each other evenly."),
        "group": Param("str", "The column that names the series, where the table holds several."),
        "values": Param("json", "Columns to forecast, each with its kind: number."),
        "known": Param("json", "Columns known in advance, such as a holiday or a price."),
        "others": Param("json", "Columns of which only the past is read."),
        "window": Param("int", "How many steps the model sees.", 1, 10_000, 1),
        "horizon": Param("int", "How many steps ahead it forecasts.", 1, 1_000, 1),
        "stride": Param("int", "From one window to the next, in steps.", 1, 10_000, 1),
        "delay": Param(
            "int", "Steps between the window and the first that is forecast.", 0, 10_000, 1
        ),
        "names": Param("json", "What pasted code calls its arrays."),
        "gaps": Param(
            "choice",
            "keep: no window reaches over a gap. fill: what is missing lies on the line between its"
            " neighbours.",
            choices=("keep", "fill"),
        ),
    },
    task="regression",
    summary=(
        "A series of your own, or several, a row for each day, hour or month: the model sees a"
        " window of the past and forecasts what follows. The end of each is kept for the test."
    ),
    analogy="Reading a diary up to today and saying what tomorrow's page will hold.",
    url="https://keras.io/examples/timeseries/timeseries_weather_forecasting/",
)
CONTENTS = Contents({}, {}, is_guess=True)
PROGRAM = Program(
    (
        *("_date_program.date_forms", "_date_program.read_times"),
        *(
            f"_series_program.{name}"
            for name in (
                *("find_clock", "clock_places", "order_series", "fill_gaps"),
                *("even_series", "series_parts", "window_starts", "windows", "cut_windows"),
                *("join_series", "split_series"),
            )
        ),
    )
)


def load(config: Config) -> Raw:
    """past (n, window, columns), ahead (n, horizon, known columns) where some are known, and each
    of the values (n, horizon): windows over one float32 series, all in the order of time.

    Raises:
        DataError: the file is missing, cannot be read, lacks a column, is no series with an even
            clock, never changes, or is too short.
    """
    settings = resolve_settings(ENTRY, config)
    names = column_names(settings)
    series, spans, warning = _even_series(settings, names)
    sizes = [settings[key] for key in ("window", "horizon", "stride", "delay")]
    values, known = list(settings["values"]), list(settings["known"])
    columns = _series_columns.window_columns(series, spans, names, values, known, sizes)
    _check_parts(columns[0], settings)
    return Raw(columns, warning)


def column_names(settings: Mapping[str, Any]) -> list[str]:
    """Every column of the series: the values first, then those known in advance, then the others.

    Raises:
        DataError: none is to be forecast, one is named twice or called as a column of windows is,
            or is to be read as anything but a number.
    """
    if not settings["values"]:
        message = "No column is chosen to forecast."
        raise DataError(message, "Choose one of numbers.", "dataset.values")
    names: list[str] = []
    for role in ROLES:
        for name, kind in settings[role].items():
            where = f"dataset.{role}"
            if not find_kind(str(kind)).reads_numbers:
                message = f"'{name}' cannot be read as {kind!r} in a series."
                raise DataError(message, "Every column of a series holds numbers.", where)
            if name in (*names, settings["time"], settings["group"]):
                message = f"'{name}' is named for two things."
                raise DataError(message, "Name each column once.", where)
            if name in (PAST, AHEAD):
                message = f"A column of a series cannot be called '{name}'."
                raise DataError(message, "Rename it in the file.", where)
            names.append(name)
    return names


@dataclass(frozen=True, slots=True, eq=False)
class OrderedSeries:
    """One series of a table in the order of time.

    Args:
        name: what the column of groups calls it; "" where there is none.
        values: float64 (steps, columns), NaN for none.
        times: of the steps, datetime64[us]; None where there is no clock.
        rows: how many rows it had, those without a time left out.
        is_ordered: they stood in the order of time.
    """

    name: str
    values: Array
    times: Any
    rows: int
    is_ordered: bool


def read_series(
    settings: Mapping[str, Any], names: list[str], path: Path | None = None
) -> list[OrderedSeries]:
    """The series of a table.

    Args:
        path: another file of the same columns, whose format is guessed; None: the dataset's own.

    Raises:
        DataError: the file is missing, cannot be read, lacks a column, or has no times.
    """
    return _order_table(_read_table(settings, names, path), settings, names)


def series_to_continue(
    config: Config, steps: int, path: Path | None = None
) -> tuple[Mapping[str, Any], list[OrderedSeries]]:
    """The settings and the series of the dataset, or of another file of the same columns.

    Raises:
        DataError: as ``read_series``.
    """
    settings = resolve_settings(ENTRY, config)
    return settings, read_series(settings, column_names(settings), path)


def _read_table(settings: Mapping[str, Any], names: list[str], path: Path | None) -> Any:
    time, group = settings["time"], settings["group"]
    kinds = {**({time: "date"} if time else {}), **dict.fromkeys(names, "number")}
    roles = {name: role for role in ROLES for name in settings[role]}
    roles |= {settings[key]: key for key in ("time", "group") if settings[key]}
    kinds |= {group: "category"} if group else {}
    return _table_format.read_columns(settings, kinds, roles, path).to_pandas()


def _order_table(table: Any, settings: Mapping[str, Any], names: list[str]) -> list[OrderedSeries]:
    from builder.datasets import _series_program as program

    time, found = settings["time"], []
    day_first = bool(settings["format"].get("day_first"))
    for name, part in program.series_parts(table, settings["group"]):
        values, times = program.order_series(part, time, names, day_first)
        there = part[time].dropna() if time else part
        is_ordered = not time or there.is_monotonic_increasing
        if len(values):
            found.append(OrderedSeries(name, values, times, len(there), is_ordered))
    if not found:
        message, where = f"'{time}' holds no dates.", "dataset.time"
        if settings["group"] and (not time or table[time].notna().any()):
            message, where = f"'{settings['group']}' names no series.", "dataset.group"
        raise DataError(message, "Choose another column.", where)
    for place, name in enumerate(names):
        if all(np.isnan(one.values[:, place]).all() for one in found):
            role = next(r for r in ROLES if name in settings[r])
            message = f"'{name}' holds no number in any row."
            raise DataError(message, "Choose a column of numbers.", f"dataset.{role}")
    return found


def _tell_rows(table: Any, time: str, parts: list[OrderedSeries]) -> Iterator[str]:
    """What of the rows was not as it should be."""
    if not time:
        return
    if lost := len(table) - sum(one.rows for one in parts):
        yield f"{plural(lost, 'row')} without a time left out"
    if double := sum(one.rows - len(one.values) for one in parts):
        yield f"{plural(double, 'row')} of a time that stood there already averaged with it"
    if not all(one.is_ordered for one in parts):
        yield "the rows put in the order of time"


def _even_series(
    settings: Mapping[str, Any], names: list[str]
) -> tuple[Array, list[tuple[int, int, int]], str]:
    """The series on their clock under each other, float32 (steps, columns); where each begins,
    where its test begins and where it ends; and the warning."""
    from builder.datasets import _series_program as program

    table = _read_table(settings, names, None)
    parts = _order_table(table, settings, names)
    told = list(_tell_rows(table, settings["time"], parts))
    for place, name in enumerate(settings["values"]):
        columns = [one.values[:, place] for one in parts]
        ends = np.nanmin(np.concatenate(columns)), np.nanmax(np.concatenate(columns))
        if ends[0] == ends[1]:
            message = f"'{name}' never changes: there is nothing to forecast."
            raise DataError(message, "Choose another column.", "dataset.values")
    laid = [put_on_clock(one, settings) for one in parts]
    needed = sum(settings[key] for key in ("window", "delay", "horizon"))
    series, spans = program.join_series(laid, needed)
    if not spans:
        _refuse_short(max(laid, key=lambda one: one[1]), settings)
    if short := len(parts) - len(spans):
        told.append(f"{short} of {len(parts)} series, too short for a window, left out")
    told += _tell_gaps(parts, len(series), settings["gaps"])
    said = "; ".join(told)
    return series, spans, f"{said[:1].upper()}{said[1:]}." if said else ""


def _tell_gaps(parts: list[OrderedSeries], steps: int, gaps: str) -> list[str]:
    told = []
    if holes := steps - sum(len(one.values) for one in parts):
        told.append(plural(holes, "step" if gaps == "fill" else "gap") + " in time")
    if empty := sum(int(np.isnan(one.values).sum()) for one in parts):
        told.append(plural(empty, "missing value"))
    if told:
        filled = ", filled on the line between neighbours"
        told[-1] += filled if gaps == "fill" else ", which no window crosses"
    return told


def put_on_clock(one: OrderedSeries, settings: Mapping[str, Any]) -> tuple[Array, int]:
    """The series with its gaps filled or marked, float32 (steps, columns), and where its test
    begins.

    Raises:
        DataError: its times follow no even clock, or two.
    """
    from builder.datasets import _series_program as program

    given = (settings[key] for key in ("gaps", "test_split", "horizon"))
    try:
        series, cut = program.even_series(one.values, one.times, *given)
    except ValueError as error:
        hint = "Choose another column of time, or none where the rows follow each other evenly."
        if not settings["group"]:
            hint += " Where the table holds several series, say which column names them."
        raise DataError(
            f"The series{f' {one.name!r}' if one.name else ''} cannot be put in order by"
            f" '{settings['time']}': {error}.",
            hint,
            "dataset.time",
        ) from None
    return series, cut


def step_times(times: Any, gaps: str, count: int) -> Array:
    """When each step of a series on its clock is, datetime64[us]: NaT in a gap that is kept."""
    from builder.datasets import _series_program as program

    if gaps == "fill":
        return np.concatenate([times[:1], next_times(times, count - 1, 0)])
    places = program.clock_places(times, *program.find_clock(times))
    holes = np.flatnonzero(np.diff(places) > 1) + 1
    return np.insert(times, holes, np.datetime64("NaT", "us"))


def next_times(times: Any, count: int, after: int = -1) -> Array:
    """The next steps of the clock of these points in time, datetime64[us] (count,).

    Args:
        after: the place of the time from which it is counted.
    """
    from builder.datasets._series_program import find_clock

    (unit, step), last = find_clock(times), times[after]
    steps, day = np.arange(1, count + 1) * step, last.astype("datetime64[D]")
    following: Array = last + steps.astype("timedelta64[us]")
    if unit == "workday":
        following = np.busday_offset(day, steps).astype("datetime64[us]")
    if unit.startswith("month"):
        month = day.astype("datetime64[M]")
        months = month + steps.astype("timedelta64[M]")
        ends = (months + 1).astype("datetime64[D]") - 1
        same = months.astype("datetime64[D]") + (day - month.astype("datetime64[D]"))
        days = ends if unit == "month end" else np.minimum(same, ends)
        following = days.astype("datetime64[us]") + (last - day.astype("datetime64[us]"))
    return following


def _refuse_short(longest: tuple[Array, int], settings: Mapping[str, Any]) -> None:
    """Raises DataError: not even in the longest series fit a window and what follows it."""
    series, cut = longest
    asked = settings["delay"] + settings["horizon"]
    most = cut - asked
    raise DataError(
        f"The {'longest ' if settings['group'] else ''}series has {plural(len(series), 'step')},"
        f" {max(cut, 0)} of them before the test: too few for a window of {settings['window']} and"
        f" {asked} to follow.",
        f"Choose a window of at most {most}." if most > 0 else "Give a longer series.",
        "dataset.window",
    )


def _check_parts(column: Column, settings: Mapping[str, Any]) -> None:
    """Raises DataError unless both parts have a window."""
    for part, used in ((column.train, "to learn from"), (column.test, "for the test")):
        if not len(part):
            raise DataError(
                f"With so many gaps no window of {settings['window']} steps is left {used}.",
                "Fill the gaps, or choose a shorter window.",
                "dataset.gaps",
            )


def source(config: Config) -> str:
    """The same in a script standing alone, next to the file."""
    settings = resolve_settings(ENTRY, config)
    names = {side: dict.fromkeys(settings[side], "number") for side in ROLES}
    read = {**settings, "inputs": {**names["known"], **names["others"]}, "targets": names["values"]}
    given = [settings["time"], *(list(names[role]) for role in ROLES)]
    given += [settings[k] for k in ("window", "horizon", "stride", "gaps", "test_split")]
    given.append(bool(settings["format"].get("day_first")))
    given += [settings["group"]] if settings["group"] or settings["delay"] else []
    given += [settings["delay"]] if settings["delay"] else []
    dates = [settings["time"]] if settings["time"] else []
    return (
        "import numpy as np\nimport pandas as pd\n\n\n"
        f"{_program.functions_source(*PROGRAM.functions)}\n\n"
        f"{_table_source.read_lines(read, dates)}"
        f"parts = split_series(\n    table, {', '.join(map(repr, given))}\n)\n"
        "(x_train, y_train), (x_test, y_test) = parts\n"
    )
