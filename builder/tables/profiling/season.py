"""The length of a season in a series, by its autocorrelation."""

from __future__ import annotations

from typing import Any

import numpy as np

LONGEST = 100_000
"""So many of the last steps are looked at."""

LEAST = 0.3
"""Autocorrelation from which a season is spoken of."""

ALMOST = 0.9
"""Share of the highest autocorrelation that an earlier peak needs to be the season itself, of
which the highest is a multiple."""

BROAD = 1.25
"""A noisy peak is looked for up to so many times the lag at which it begins."""

CALENDAR = (7, 12, 24, 48, 52, 96, 144, 168, 288, 365, 720, 1440, 8760)
"""Seasons of the calendar: days of a week or year, months, hours, parts of an hour by the day."""

NEAR = 0.02
"""How far, as a share, a measured season may lie from one of the calendar to be taken for it."""


def find_season(values: Any) -> tuple[int, float]:
    """Steps of the season of a series and its strength, the autocorrelation at that lag; (0, 0.0)
    where there is none.

    Args:
        values: by step, NaN where one is missing. A line is taken away first, so that a trend is
            no season.
    """
    values = np.asarray(values, "float64")[-LONGEST:]
    steps = np.arange(len(values))
    known = np.isfinite(values)
    if known.sum() < 8:
        return 0, 0.0
    values = np.interp(steps, steps[known], values[known])
    values -= np.polyval(np.polyfit(steps, values, 1), steps)
    if values.std() < 1e-9 * (1 + np.abs(values).max()):
        return 0, 0.0
    spectrum = np.fft.rfft(values, 2 * len(values))
    lags = np.fft.irfft(spectrum * spectrum.conj())[: len(values) // 2 + 1]
    lags /= lags[0]
    fallen = np.flatnonzero(lags < 0)
    if not len(fallen) or lags[fallen[0] :].max() < LEAST:
        return 0, 0.0
    inner = lags[1:-1]
    peaks = 1 + np.flatnonzero((lags[:-2] <= inner) & (inner >= lags[2:]))
    peaks = peaks[peaks >= max(int(fallen[0]), 2)]
    if not len(peaks):
        return 0, 0.0
    earliest = int(peaks[lags[peaks] >= ALMOST * lags[peaks].max()][0])
    period = earliest + int(lags[earliest : round(earliest * BROAD) + 1].argmax())
    for usual in CALENDAR:
        if abs(usual - period) <= NEAR * usual and usual < len(lags):
            period = usual
    return period, float(lags[period])
