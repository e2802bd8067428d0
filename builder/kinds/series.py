"""A stretch of a series: ``(n, steps, channels)`` to read, ``(n, steps)`` to forecast."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from builder.facts import ColumnFacts, Range
from builder.formatting import plural
from builder.kinds._numeric import check_numbers, measure_ranges
from builder.kinds._windows import values_of
from builder.kinds.contract import Array, Column, Decode, Kind, Scaling, Settings


class Series(Kind):
    """Some steps of temperatures, sales, heartbeats."""

    name = "series"
    title = "Series window"
    task = "regression"

    def validate(self, name: str, rows: Array, column: Column) -> None:
        check_numbers(name, values_of(rows))

    def prepare(self, rows: Array, column: Column, scaling: Scaling, settings: Settings) -> Array:
        return rows  # float32 already, or else no windows could share it

    def ranges(self, column: Column) -> tuple[Range, ...]:
        """Of each channel over the steps of the training windows."""
        values = values_of(column.train)
        return measure_ranges(values.reshape(-1, values.shape[-1] if column.train.ndim > 2 else 1))

    def as_answer(self, column: ColumnFacts) -> ColumnFacts | None:
        return replace(column, role="target", task=self.task, labels="values")

    def describe(self, column: ColumnFacts) -> str:
        steps = plural(column.shape[0], "step")
        channels = column.shape[1] if len(column.shape) > 1 else 1
        return f"{steps} of {plural(channels, 'value')}"

    def describe_example(self, column: ColumnFacts) -> str:
        if column.role == "target":
            return f"the next {plural(column.shape[0], 'value')}"
        return f"a window of {self.describe(column)}"

    def measure(self, rows: Array) -> dict[str, Any]:
        values = values_of(rows)
        low, high = values.min().item(), values.max().item()
        return {"shape": list(rows.shape), "dtype": str(rows.dtype), "min": low, "max": high}

    def examples(
        self, rows: Array, column: ColumnFacts, scaling: Scaling, decode: Decode | None
    ) -> dict[str, Any]:
        """``rows`` of numbers, step by step; the past counts up to 0, the horizon from 1."""
        names = column.features or (column.name,)
        steps = column.shape[0]
        shifts = range(1 - steps, 1) if column.role == "input" else range(1, steps + 1)
        features = [f"{name} {shift:+d}" for shift in shifts for name in names]
        laid_out = np.asarray(rows).reshape(len(rows), -1)
        return {"rows": laid_out.tolist(), "features": features}

    def baseline(self, rows: Array) -> Array:
        return np.asarray(rows).reshape(len(rows), -1)


KIND = Series()
