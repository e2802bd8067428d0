"""The columns of a series for training and test, as windows that share it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from builder.kinds._windows import Windows, aligned
from builder.kinds.contract import Array, Column

PAST, AHEAD = "past", "ahead"
"""The columns of windows: all that was, and what is known in advance."""


def window_columns(
    series: Array,
    spans: Sequence[tuple[int, int, int]],
    names: Sequence[str],
    values: Sequence[str],
    known: Sequence[str],
    sizes: Sequence[int],
) -> tuple[Column, ...]:
    """What ``_series_program.cut_windows`` gives, never laid out.

    Args:
        series: float32 (steps, columns), the values first, then what is known, then others.
        spans: where each series begins, where its test begins and where it ends.
        names: of all columns.
        sizes: window, horizon, stride and delay.
    """
    from builder.datasets import _series_program as program

    window, horizon, stride, delay = sizes
    shift = window + delay
    many, ahead = len(values), len(values) + len(known)
    series, firsts = aligned(series), np.array([first for first, _, _ in spans])
    parts = program.window_starts(series, spans, slice(ahead), window, horizon, stride, delay)

    def column(
        name: str,
        role: str,
        behind: int,
        channels: int | tuple[int, int] | None,
        features: Sequence[str] = (),
    ) -> Column:
        length = horizon if behind else window
        train: Any
        test: Any
        unseen = delay if role == "target" else 0
        train, test = (
            Windows.at(series, starts + behind, length, channels, firsts, unseen)
            for starts in parts
        )
        return Column(name, "series", role, train, test, features=tuple(features))

    columns = [column(PAST, "input", 0, None, names)]
    if known:
        columns.append(column(AHEAD, "input", shift, (many, ahead), known))
    columns += [column(name, "target", shift, place) for place, name in enumerate(values)]
    return tuple(columns)
