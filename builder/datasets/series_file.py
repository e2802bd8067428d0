"""A person's own series: a table with a row for each point in time, whose next values are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from builder.catalog.entry import Param
from builder.datasets import _program, _table_format, _table_source
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.errors import DataError
from builder.formatting import plural
from builder.kinds._windows import Windows
from builder.kinds.contract import Array, Column
from builder.kinds.registry import find_kind
from builder.spec import Config

TITLE = "My series"
OFFLINE = True
PAST, AHEAD = "past", "ahead"
"""The columns of windows: all that was, and what is known in advance."""

ROLES = ("values", "known", "others")
"""The settings that name columns."""

ENTRY = entry(
    "SeriesFile",
    92,
    "My files",
    {
        **{"file": "", "name": "", "format": Config(), "time": ""},
        **{"values": Config(), "known": Config(), "others": Config()},
        **{"window": 30, "horizon": 7, "stride": 1, "gaps": "keep", "test_split": 0.2},
    },
    params={
        "file": Param("str", "SHA-256 of the file's content."),
        "name": Param("str", "What the file is called."),
        "format": Param("json", "How the file is read: delimiter, encoding, header …"),
        "time": Param("str", "The column of dates; empty where the rows follow each other evenly."),
        "values": Param("json", "Columns to forecast, each with its kind: number."),
        "known": Param("json", "Columns known in advance, such as a holiday or a price."),
        "others": Param("json", "Columns of which only the past is read."),
        "window": Param("int", "How many steps the model sees.", 1, 10_000, 1),
        "horizon": Param("int", "How many steps ahead it forecasts.", 1, 1_000, 1),
        "stride": Param("int", "From one window to the next, in steps.", 1, 10_000, 1),
        "gaps": Param(
            "choice",
            "keep: no window reaches over a gap. fill: what is missing lies on the line between its"
            " neighbours.",
            choices=("keep", "fill"),
        ),
    },
    task="regression",
    summary=(
        "A series of your own, a row for each day, hour or month: the model sees a window of the"
        " past and forecasts what follows. The end of the series is kept for the test."
    ),
    analogy="Reading a diary up to today and saying what tomorrow's page will hold.",
    url="https://keras.io/examples/timeseries/timeseries_weather_forecasting/",
)
CONTENTS = Contents({}, {}, is_guess=True)
PROGRAM = Program(
    tuple(
        f"_series_program.{name}"
        for name in (
            *("read_times", "find_clock", "clock_places", "order_series", "fill_gaps"),
            *("even_series", "window_starts", "windows", "split_series"),
        )
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
    series, cut, warning = _even_series(settings, names)
    window, horizon = settings["window"], settings["horizon"]
    many, ahead = len(settings["values"]), len(settings["values"]) + len(settings["known"])
    from builder.datasets._series_program import window_starts

    _check_length(series, cut, settings)
    parts = window_starts(series, cut, slice(ahead), window, horizon, settings["stride"])
    _check_parts(parts, settings)

    def cover(shift: int, length: int, channels: int | tuple[int, int] | None) -> list[Any]:
        return [Windows.at(series, starts + shift, length, channels) for starts in parts]

    known = tuple(names[many:ahead])
    train, test = cover(0, window, None)
    columns = [Column(PAST, "series", "input", train, test, features=tuple(names))]
    if known:
        train, test = cover(window, horizon, (many, ahead))
        columns.append(Column(AHEAD, "series", "input", train, test, features=known))
    for place, name in enumerate(settings["values"]):
        columns.append(Column(name, "series", "target", *cover(window, horizon, place)))
    return Raw(tuple(columns), warning)


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
            if name in (*names, settings["time"]):
                message = f"'{name}' is named for two things."
                raise DataError(message, "Name each column once.", where)
            if name in (PAST, AHEAD):
                message = f"A column of a series cannot be called '{name}'."
                raise DataError(message, "Rename it in the file.", where)
            names.append(name)
    return names


def read_series(settings: Mapping[str, Any], names: list[str]) -> tuple[Array, Any, list[str]]:
    """The values by time, float64 (steps, columns) with NaN for none; their times datetime64[us],
    or None; and what is to be told of the rows.

    Raises:
        DataError: the file is missing, cannot be read, lacks a column, or has no times.
    """
    from builder.datasets import _series_program as program

    time = settings["time"]
    kinds = {**({time: "date"} if time else {}), **dict.fromkeys(names, "number")}
    roles = {name: role for role in ROLES for name in settings[role]}
    roles |= {time: "time"} if time else {}
    table = _table_format.read_columns(settings, kinds, roles).to_pandas()
    day_first = bool(settings["format"].get("day_first"))
    values, times = program.order_series(table, time, names, day_first)
    if times is not None and not len(times):
        message = f"'{time}' holds no dates."
        raise DataError(message, "Choose the column that tells the time.", "dataset.time")
    for name, column in zip(names, values.T, strict=True):
        if np.isnan(column).all():
            message, where = f"'{name}' holds no number in any row.", f"dataset.{roles[name]}"
            raise DataError(message, "Choose a column of numbers.", where)
    return values, times, list(_tell_rows(table, time, times))


def _tell_rows(table: Any, time: str, times: Any) -> Iterator[str]:
    """What of the rows was not as it should be."""
    if not time:
        return
    there = table[time].dropna()
    if lost := len(table) - len(there):
        yield f"{plural(lost, 'row')} without a time left out"
    if double := len(there) - len(times):
        yield f"{plural(double, 'row')} of a time that stood there already averaged with it"
    if not there.is_monotonic_increasing:
        yield "the rows put in the order of time"


def _even_series(settings: Mapping[str, Any], names: list[str]) -> tuple[Array, int, str]:
    """The series on its clock, float32 (steps, columns); where its test begins; and the warning."""
    from builder.datasets import _series_program as program

    values, times, told = read_series(settings, names)
    for name, column in zip(names, values.T, strict=True):
        if name in settings["values"] and np.nanmin(column) == np.nanmax(column):
            message = f"'{name}' never changes: there is nothing to forecast."
            raise DataError(message, "Choose another column.", "dataset.values")
    gaps, share, horizon = (settings[k] for k in ("gaps", "test_split", "horizon"))
    try:
        series, cut = program.even_series(values, times, gaps, share, horizon)
    except ValueError as error:
        raise DataError(
            f"The series cannot be put in order by '{settings['time']}': {error}.",
            "Choose another column of time, or none where the rows follow each other evenly.",
            "dataset.time",
        ) from None
    if holes := len(series) - len(values):
        told.append(plural(holes, "step" if gaps == "fill" else "gap") + " in time")
    if empty := int(np.isnan(values).sum()):
        told.append(plural(empty, "missing value"))
    if holes or empty:
        filled = ", filled on the line between neighbours"
        told[-1] += filled if gaps == "fill" else ", which no window crosses"
    said = "; ".join(told)
    return series, cut, f"{said[:1].upper()}{said[1:]}." if said else ""


def _check_length(series: Array, cut: int, settings: Mapping[str, Any]) -> None:
    """Raises DataError unless a window and what follows it fit before the test."""
    window, horizon = settings["window"], settings["horizon"]
    if cut < window + horizon:
        longest = cut - horizon
        raise DataError(
            f"The series has {plural(len(series), 'step')}, {max(cut, 0)} of them before the test:"
            f" too few for a window of {window} and {horizon} to follow.",
            f"Choose a window of at most {longest}." if longest > 0 else "Give a longer series.",
            "dataset.window",
        )


def _check_parts(parts: list[Array], settings: Mapping[str, Any]) -> None:
    for starts, used in zip(parts, ("to learn from", "for the test"), strict=True):
        if not len(starts):
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
    return (
        "import numpy as np\nimport pandas as pd\n\n\n"
        f"{_program.functions_source(*PROGRAM.functions)}\n\n"
        f"{_table_source.read_lines(read)}"
        f"parts = split_series(\n    table, {', '.join(map(repr, given))}\n)\n"
        "(x_train, y_train), (x_test, y_test) = parts\n"
    )
