"""The columns of a series for training and test, as windows that share it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from builder.kinds._windows import Windows, aligned
from builder.kinds.contract import Array, Column

PAST, AHEAD = "past", "ahead"
"""The columns of windows: all that was, and what is known in advance."""


def window_columns(
    series: Array,
    cut: int,
    names: Sequence[str],
    values: Sequence[str],
    known: Sequence[str],
    sizes: Sequence[int],
) -> tuple[Column, ...]:
    """What ``_series_program.cut_windows`` gives, never laid out.

    Args:
        series: float32 (steps, columns), the values first, then what is known, then others.
        cut: the step the test begins at.
        names: of all columns.
        sizes: window, horizon, stride and delay.
    """
    from builder.datasets import _series_program as program

    window, horizon, stride, delay = sizes
    shift = window + delay
    many, ahead = len(values), len(values) + len(known)
    series = aligned(series)
    parts = program.window_starts(series, cut, slice(ahead), window, horizon, stride, delay)

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
            Windows.at(series, starts + behind, length, channels, unseen) for starts in parts
        )
        return Column(name, "series", role, train, test, features=tuple(features))

    columns = [column(PAST, "input", 0, None, names)]
    if known:
        columns.append(column(AHEAD, "input", shift, (many, ahead), known))
    columns += [column(name, "target", shift, place) for place, name in enumerate(values)]
    return tuple(columns)
