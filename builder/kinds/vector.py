"""Rows of numbers that one Input reads together: ``(n, k)``, often with a name for each place."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder import formatting
from builder.catalog.entry import Param
from builder.facts import ColumnFacts, Range
from builder.kinds._numeric import Numeric, measure_ranges, range_field
from builder.kinds.contract import Column, Decode, Scaling, ScalingAdvice

ROWS_SHOWN = 50
FEATURES_SHOWN = 100
POINTS_SHOWN = 2000


class Vector(Numeric):
    """Several numbers; two of them with classes to tell apart are points in the plane."""

    name = "vector"
    title = "Row of numbers"
    advice = ScalingAdvice(50.0, "columns", "near -1 to 1", "Standardize the columns", "standard")

    def ranges(self, column: Column) -> tuple[Range, ...]:
        return measure_ranges(column.train)

    def describe(self, column: ColumnFacts) -> str:
        count = column.shape[0] if column.shape else 1
        return "1 number" if count == 1 else f"{count} numbers"

    def describe_example(self, column: ColumnFacts) -> str:
        if column.shape == (2,):
            return "a point in the plane (2 numbers)"
        return f"a row of {formatting.short(column.shape)} numbers"

    def style(self, x: ColumnFacts, y: ColumnFacts) -> str:
        return "points" if x.shape == (2,) and y.classes else "table"

    def preview(
        self, x: Column, y: Column, scaling: Scaling, decode: Decode | None, per_class: int
    ) -> dict[str, Any]:
        """``columns``, ``rows`` (the first, raw), ``histograms`` {column: (edges, counts)}; and
        ``x`` and ``y`` of the first points, raw."""
        rows = x.train[:, :FEATURES_SHOWN]
        features = (x.features or tuple(f"x{i + 1}" for i in range(rows.shape[1])))[:FEATURES_SHOWN]
        histograms = {}
        for name, column in zip(features, rows.T, strict=True):
            counts, edges = np.histogram(column, bins=20)
            histograms[name] = (edges.tolist(), counts.tolist())
        return {
            "columns": list(features),
            "rows": rows[:ROWS_SHOWN].tolist(),
            "histograms": histograms,
            "x": rows[:POINTS_SHOWN],
            "y": y.train[:POINTS_SHOWN],
        }

    def fields(self, column: ColumnFacts) -> dict[str, Param]:
        places = range(1, len(column.ranges) + 1)
        names = column.features or tuple(f"{column.name} {place}" for place in places)
        return {n: range_field(n, spread) for n, spread in zip(names, column.ranges, strict=False)}


KIND = Vector()
