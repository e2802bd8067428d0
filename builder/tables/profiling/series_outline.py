"""Outline a series: few enough points to draw it, and what a season looks like."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.tables.table_records import SeriesOutline

POINTS = 2_000
"""Points, at most, of a column that is drawn."""


def outline_series(name: str, values: Any, times: Any, season: int = 0) -> SeriesOutline:
    """Every value, or of a long series the lowest and the highest of each stretch, so that no peak
    is lost.

    Args:
        values: float64 (n,) in the order of time, NaN for none.
        times: datetime64 (n,), or None.
        season: steps of a season; 0: none.
    """
    places = np.arange(len(values))
    if len(values) > POINTS:
        stretches = np.array_split(places, POINTS // 2)
        found = [part[_extremes(values[part])] for part in stretches]
        places = np.unique(np.concatenate(found))
    said = () if times is None else tuple(_iso(t) for t in times[places])
    means = _season_means(values, season) if season > 1 else ()
    points = tuple(map(float, values[places]))
    return SeriesOutline(name, tuple(map(int, places)), said, points, means, len(values))


def _extremes(part: Any) -> list[int]:
    if np.isnan(part).all():
        return [0]
    return [int(np.nanargmin(part)), int(np.nanargmax(part))]


def _iso(time: Any) -> str:
    return str(time.astype("datetime64[s]")).removesuffix("T00:00:00")


def _season_means(values: Any, season: int) -> tuple[float, ...]:
    whole = values[: len(values) // season * season].reshape(-1, season)
    known = ~np.isnan(whole)
    sums = np.where(known, whole, 0.0).sum(axis=0)
    return tuple(map(float, sums / np.maximum(known.sum(axis=0), 1)))
