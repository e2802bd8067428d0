"""Visitors of a museum by day: a series with two seasons, a trend, and what is known in advance."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from builder.catalog.entry import Param
from builder.datasets import _program, _series_columns, series_file
from builder.datasets._series_columns import AHEAD, PAST
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.errors import DataError
from builder.spec import Config

TITLE = "Visitors of a museum"
OFFLINE = True
ENTRY = entry(
    "Museum",
    54,
    "Series",
    {"days": 1096, "window": 14, "horizon": 7},
    params={
        "days": Param("int", "How many days there are; the last fifth is the test.", 400, 10_000),
        "window": Param("int", "How many days the model sees.", 1, 100, 1),
        "horizon": Param("int", "How many days ahead it forecasts.", 1, 50, 1),
    },
    task="regression",
    summary=(
        "How many people came to a museum, day by day for three years, and whether schools were"
        " closed. A small program makes them: more come in summer, at weekends, in the holidays,"
        " and from year to year. Asked is the coming week, whose holidays are known."
    ),
    analogy="Knowing last month and the calendar, how many sandwiches will be needed next week?",
    url="https://keras.io/examples/timeseries/timeseries_weather_forecasting/",
)
WINDOW, HORIZON = (ENTRY.args[name] for name in ("window", "horizon"))
CONTENTS = Contents(
    inputs={PAST: ("series", (WINDOW, 2)), AHEAD: ("series", (HORIZON, 1))},
    targets={"visitors": ("series", 0)},
)
PROGRAM = Program(
    (
        *("_series_program.window_starts", "_series_program.windows"),
        *("_series_program.cut_windows", "_visitors.visitor_series", "_visitors.visitors"),
    )
)


def load(config: Config) -> Raw:
    """past (n, window, 2): visitors and holidays; ahead (n, horizon, 1): holidays; visitors
    (n, horizon): windows over one float32 series."""
    from builder.datasets._visitors import visitor_series

    settings = resolve_settings(ENTRY, config)
    days, sizes = settings["days"], (settings["window"], settings["horizon"], 1, 0)
    names, spans = ("visitors", "holiday"), [(0, days - days // 5, days)]
    return Raw(
        _series_columns.window_columns(
            visitor_series(days), spans, names, names[:1], names[1:], sizes
        )
    )


def series_to_continue(
    config: Config, steps: int, path: Path | None = None
) -> tuple[Mapping[str, Any], list[series_file.OrderedSeries]]:
    """The days, and behind them the holidays of the next ``steps``.

    Raises:
        DataError: a file is given.
    """
    from builder.datasets._visitors import visitor_series

    if path is not None:
        raise DataError("The museum is made by a program, so no file goes on from it.")
    settings = resolve_settings(ENTRY, config)
    values = visitor_series(settings["days"] + steps).astype("float64")
    values[settings["days"] :, 0] = float("nan")  # who will come is asked
    named = {"values": {"visitors": "number"}, "known": {"holiday": "number"}, "others": {}}
    given = {**series_file.ENTRY.args, **settings, **named}
    return given, [series_file.OrderedSeries("", values, None, len(values), True)]


def source(config: Config) -> str:
    """The same in a script standing alone."""
    settings = resolve_settings(ENTRY, config)
    given = ", ".join(str(settings[name]) for name in ("days", "window", "horizon"))
    return (
        f"import numpy as np\n\n\n{_program.functions_source(*PROGRAM.functions)}\n\n"
        f"(x_train, y_train), (x_test, y_test) = visitors({given})\n"
    )
