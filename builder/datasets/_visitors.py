"""Visitors of a museum by day, made by a small program; plain enough to stand in a script."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.datasets._series_program import cut_windows

Array = Any


def visitor_series(days: int) -> Array:
    """float32 (days, 2): how many came, and whether schools were closed.

    More come from year to year, in summer, at weekends and when schools are closed; on Mondays few
    do. The rest is chance.
    """
    day, rng = np.arange(days), np.random.default_rng(0)
    week = np.array([-90, -30, -20, -20, 10, 80, 70])[day % 7]
    holiday = (day % 91 < 12).astype(float)
    people = 300 + 0.1 * day + 60 * np.sin(2 * np.pi * (day - 100) / 365.25) + week
    people = people * (1 + 0.4 * holiday) + rng.normal(0, 15, days)
    return np.stack([np.round(people), holiday], axis=1).astype("float32")


def visitors(days: int, window: int, horizon: int) -> Array:
    """The windows, as ``cut_windows`` gives them; the last fifth of the days is for the test."""
    series = visitor_series(days)
    spans = [(0, days - days // 5, days)]
    return cut_windows(series, spans, ["visitors"], ["holiday"], window, horizon, 1)
