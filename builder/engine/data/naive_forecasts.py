"""Forecasts that need no model: tomorrow is today, and the same as last season."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from builder.engine.data.prepare import Prepared
from builder.kinds._windows import Windows
from builder.kinds.contract import Array
from builder.tables.profiling.season import find_season

SEASON_STEPS = 100_000
"""So many of the last training steps a season is looked for in."""


def is_forecast(answer: Prepared) -> bool:
    """Whether the next steps of a series are to be answered."""
    return isinstance(answer.test, Windows)


def last_value(answer: Prepared, rows: Any = None) -> Array:
    """The last value of the window, for every step of the horizon, (n, horizon).

    Args:
        answer: the column to forecast.
        rows: which windows of the test; None: all.
    """
    windows, starts = _starts(answer, rows)
    last = windows.pick(windows.values[starts - 1 - windows.delay])
    return np.repeat(last[:, None], windows.length, axis=1)


def last_season(answer: Prepared, rows: Any = None) -> Array:
    """The value of so many whole seasons ago that the window may hold it already,
    (n, horizon); the last value where none is, or no season was found in the training steps."""
    period = season_of(answer)
    said = last_value(answer, rows)
    if not period:
        return said
    windows, starts = _starts(answer, rows)
    begin = windows.beginnings(starts - 1)
    for step in range(windows.length):
        places = starts + step - period * ((step + windows.delay) // period + 1)
        values = windows.pick(windows.values[np.maximum(places, 0)])
        is_known = (places >= begin) & ~np.isnan(values)
        said[:, step] = np.where(is_known, values, said[:, step])
    return said


def season_of(answer: Prepared) -> int:
    """Steps of the season of the column, by its training part alone, of several series by that of
    the first; 0: there is none."""
    train: Any = answer.train
    return find_season(train.first_series().used[-SEASON_STEPS:])[0]


def _starts(answer: Prepared, rows: Any) -> tuple[Windows, Array]:
    """The windows of the test, and where the horizons of those rows begin in the series."""
    windows: Any = answer.test
    chosen = np.arange(len(windows)) if rows is None else np.asarray(rows)
    places: Array = windows.places(chosen)[:, 0]
    return windows, places


NAIVE: dict[str, tuple[str, Callable[..., Array]]] = {
    "Tomorrow is today": ("the last value", last_value),
    "Same as last season": ("last season", last_season),
}
"""Name for people → what it is called in a sentence, and the function."""
