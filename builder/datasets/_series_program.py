"""Windows over a series and what follows each, as a script makes them from a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from builder.datasets._date_program import read_times

Array = Any


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


def series_parts(table: Any, group: Any) -> Any:
    """The rows of each series by its name, in the order of names; all of them as "" where no column
    names the series."""
    if not group:
        return [("", table)]
    names = table[group].map(str, na_action="ignore")
    return [(str(name), part) for name, part in table.groupby(names)]


def window_starts(
    series: Any, spans: Any, targets: Any, window: Any, horizon: Any, stride: Any, delay: Any = 0
) -> Any:
    """Where windows begin, for training and for the test: none holds a missing number.

    A span says where a series begins, where its test begins and where it ends; no window reaches
    from one into another. No window for training reaches the step the test begins at; all that
    is asked of a window of the test lies behind it. Between a window and what is asked lie as
    many steps as ``delay`` says. Of several series those windows for training come last that are
    nearest to the test.
    """
    missing = np.isnan(series)
    lacks = [
        np.cumsum(np.insert(bad, 0, 0)) for bad in (missing.any(1), missing[:, targets].any(1))
    ]
    shift = window + delay
    parts: Any = ([], [])
    before = []
    for first, cut, end in spans:
        ends = (first, cut - shift - horizon), (max(first, cut - shift), end - shift - horizon)
        for part, (begin, last) in zip(parts, ends, strict=True):
            starts = np.arange(begin, last + 1, stride)
            ahead = starts + shift
            is_whole = lacks[0][starts + window] == lacks[0][starts]
            is_whole &= lacks[1][ahead + horizon] == lacks[1][ahead]
            part.append(starts[is_whole])
        before.append(cut - parts[0][-1])
    train, test = (np.concatenate(part) for part in parts)
    if len(spans) > 1:
        train = train[np.argsort(-np.concatenate(before), kind="stable")]
    return [train, test]


def windows(series: Any, starts: Any, length: Any) -> Any:
    """The windows that begin there, laid out: (windows, length) or (windows, length, columns)."""
    views = np.lib.stride_tricks.sliding_window_view(series, length, axis=0)
    return np.moveaxis(views, -1, 1)[starts]


def cut_windows(
    series: Any, spans: Any, values: Any, known: Any, window: Any, horizon: Any, stride: Any,
    delay: Any = 0,
) -> Any:  # fmt: skip
    """((x_train, y_train), (x_test, y_test)), dicts by column.

    x is the "past", every column over a window, and "ahead", what is known in advance of the
    horizon, which begins ``delay`` steps behind it; y are the values over that horizon. The columns
    of the series are the values, then what is known, then others. Spans are those of
    ``window_starts``.
    """
    targets, shift = len(values) + len(known), window + delay
    parts = []
    for starts in window_starts(series, spans, slice(targets), window, horizon, stride, delay):
        x = {"past": windows(series, starts, window)}
        if known:
            x["ahead"] = windows(series[:, len(values) : targets], starts + shift, horizon)
        y = {
            name: windows(series[:, place], starts + shift, horizon)
            for place, name in enumerate(values)
        }
        parts.append((x, y))
    return parts


def join_series(parts: Any, longest: Any) -> Any:
    """Several series under each other, and the spans of those with a window of that length before
    their test; parts are (series, step the test begins at)."""
    spans, first = [], 0
    for series, cut in parts:
        if cut >= longest:
            spans.append((first, first + cut, first + len(series)))
        first += len(series)
    return np.concatenate([series for series, _ in parts]), spans


def split_series(
    table: Any, time: Any, values: Any, known: Any, others: Any, window: Any, horizon: Any,
    stride: Any, gaps: Any, test_split: Any, day_first: Any, group: Any = "",
    delay: Any = 0,
) -> Any:  # fmt: skip
    """The windows of a table's columns, as ``cut_windows`` gives them."""
    columns, parts = [*values, *known, *others], []
    for _, rows in series_parts(table, group):
        series, times = order_series(rows, time, columns, day_first)
        parts.append(even_series(series, times, gaps, test_split, horizon))
    series, spans = join_series(parts, window + delay + horizon)
    return cut_windows(series, spans, values, known, window, horizon, stride, delay)
