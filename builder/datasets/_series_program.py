"""Windows over a series and what follows each, as a script makes them from a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

Array = Any


def read_times(column: Any, day_first: Any) -> Any:
    """Points in time as datetime64[us]; NaT where there is none.

    Whole numbers are seconds or milliseconds since the beginning of 1970, or days such as 20240131.
    """
    if column.dtype.kind != "M":
        numbers = pd.to_numeric(column, errors="coerce").dropna()
        for unit, low, high in (("s", 1e8, 4.2e9), ("ms", 1e11, 4.2e12)):
            if len(numbers) and numbers.between(low, high).all():
                return pd.to_datetime(numbers.reindex(column.index), unit=unit).to_numpy("M8[us]")
    texts = column.astype(str) if column.dtype.kind in "iu" else column
    times = pd.to_datetime(texts, errors="coerce", dayfirst=day_first, utc=True)
    if times.isna().sum() > column.isna().sum():
        other = pd.to_datetime(texts, errors="coerce", dayfirst=not day_first, utc=True)
        times = other if other.isna().sum() < times.isna().sum() else times
    return times.dt.tz_localize(None).to_numpy("M8[us]")


def find_clock(times: Any) -> Any:
    """The even clock of rising points in time: its unit and how many units are one step.

    The unit is "month", "month end", "workday" or "us" (microseconds).
    """
    days, months = times.astype("datetime64[D]"), times.astype("datetime64[M]")
    steps = np.diff(times).astype("int64")
    middle = int(np.quantile(steps, 0.5, method="lower")) if len(steps) else 1
    if middle >= 27 * 86_400_000_000:
        span = max(1, int(np.quantile(np.diff(months).astype("int64"), 0.5, method="lower")))
        if ((days + 1).astype("datetime64[M]") > months).all():
            return "month end", span
        if len(np.unique(days - months.astype("datetime64[D]"))) == 1:
            return "month", span
    if middle == 86_400_000_000 and (times == days).all() and np.is_busday(days).all():
        return "workday", 1
    return "us", middle


def clock_places(times: Any, unit: Any, step: Any) -> Any:
    """Which step of the clock each point in time is, from 0.

    Raises:
        ValueError: the times follow no even clock, or two.
    """
    counted = times.astype("datetime64[M]") if unit.startswith("month") else times
    passed = np.diff(counted).astype("int64") / step
    if unit == "workday":
        days = times.astype("datetime64[D]")
        passed = np.busday_count(days[:-1], days[1:]).astype("float64")
    whole = np.rint(passed).astype("int64")
    if len(passed) and (np.abs(passed - 1) < 0.2).mean() <= 0.5:
        raise ValueError("its times follow no even clock")
    ends = np.flatnonzero(np.diff(whole, append=-1))
    lengths = np.diff(ends, prepend=-1)
    other = whole[ends] != 1
    if other.any() and lengths[other].max() >= 10:
        raise ValueError("it has two clocks: for a while its steps are of another length")
    return np.concatenate([[0], np.cumsum(np.maximum(whole, 1))]) if len(times) else whole


def order_series(table: Any, time: Any, columns: Any, day_first: Any) -> Any:
    """The values by time, float64 (steps, columns), NaN for none; and their times, or None.

    Rows of one time become their mean, rows without a time are left out.
    """
    numbers = {name: pd.to_numeric(table[name], errors="coerce") for name in columns}
    frame = pd.DataFrame(numbers).astype("float64")
    if not time:
        return frame.to_numpy(), None
    times = read_times(table[time], day_first)
    there = ~np.isnat(times)
    frame = frame[there].groupby(times[there]).mean()
    return frame.to_numpy(), frame.index.to_numpy("datetime64[us]")


def fill_gaps(values: Any) -> Any:
    """Every missing number on the line between its neighbours; at the ends as the next one."""
    values = values.copy()
    steps = np.arange(len(values))
    for column in values.T:
        known = ~np.isnan(column)
        if known.any():
            column[:] = np.interp(steps, steps[known], column[known])
    return values


def even_series(values: Any, times: Any, gaps: Any, test_split: Any, horizon: Any) -> Any:
    """The series on its clock, float32 (steps, columns), and the step the test begins at.

    With gaps "fill" every step of the clock has numbers; else a step of NaN stands in each gap.

    Raises:
        ValueError: the times follow no even clock, or the gaps are longer than the series.
    """
    if times is not None and len(times):
        places = clock_places(times, *find_clock(times))
        if gaps == "fill":
            if places[-1] > 10 * len(values):
                raise ValueError("its gaps are much longer than the series")
            full = np.full((places[-1] + 1, values.shape[1]), np.nan)
            full[places] = values
            values = full
        else:
            values = np.insert(values, np.flatnonzero(np.diff(places) > 1) + 1, np.nan, axis=0)
    cut = len(values) - max(horizon, round(len(values) * test_split))
    if gaps == "fill" and cut > 0:
        values = np.concatenate([fill_gaps(values[:cut]), fill_gaps(values)[cut:]])
    return values.astype("float32"), cut


def window_starts(
    series: Any, cut: Any, targets: Any, window: Any, horizon: Any, stride: Any, delay: Any = 0
) -> Any:
    """Where windows begin, for training and for the test: none holds a missing number.

    No window for training reaches the step the test begins at; all that is asked of a window of the
    test lies behind it. Between a window and what is asked lie ``delay`` steps.
    """
    missing = np.isnan(series)
    lacks = [
        np.cumsum(np.insert(bad, 0, 0)) for bad in (missing.any(1), missing[:, targets].any(1))
    ]
    shift = window + delay
    last = len(series) - shift - horizon
    parts = []
    for begin, end in ((0, cut - shift - horizon), (max(0, cut - shift), last)):
        starts = np.arange(begin, end + 1, stride)
        ahead = starts + shift
        is_whole = lacks[0][starts + window] == lacks[0][starts]
        is_whole &= lacks[1][ahead + horizon] == lacks[1][ahead]
        parts.append(starts[is_whole])
    return parts


def windows(series: Any, starts: Any, length: Any) -> Any:
    """The windows that begin there, laid out: (windows, length) or (windows, length, columns)."""
    views = np.lib.stride_tricks.sliding_window_view(series, length, axis=0)
    return np.moveaxis(views, -1, 1)[starts]


def cut_windows(
    series: Any, cut: Any, values: Any, known: Any, window: Any, horizon: Any, stride: Any,
    delay: Any = 0,
) -> Any:  # fmt: skip
    """((x_train, y_train), (x_test, y_test)), dicts by column.

    x is the "past", every column over a window, and "ahead", what is known in advance of the
    horizon, which begins ``delay`` steps behind it; y are the values over that horizon. The columns
    of the series are the values, then what is known, then others.
    """
    targets, shift = len(values) + len(known), window + delay
    parts = []
    for starts in window_starts(series, cut, slice(targets), window, horizon, stride, delay):
        x = {"past": windows(series, starts, window)}
        if known:
            x["ahead"] = windows(series[:, len(values) : targets], starts + shift, horizon)
        y = {
            name: windows(series[:, place], starts + shift, horizon)
            for place, name in enumerate(values)
        }
        parts.append((x, y))
    return parts


def split_series(
    table: Any, time: Any, values: Any, known: Any, others: Any, window: Any, horizon: Any,
    stride: Any, gaps: Any, test_split: Any, day_first: Any, delay: Any = 0,
) -> Any:  # fmt: skip
    """The windows of a table's columns, as ``cut_windows`` gives them."""
    columns = [*values, *known, *others]
    series, times = order_series(table, time, columns, day_first)
    series, cut = even_series(series, times, gaps, test_split, horizon)
    return cut_windows(series, cut, values, known, window, horizon, stride, delay)
