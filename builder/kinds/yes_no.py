"""An answer to a question: 1 for the last of two values, 0 for the other, NaN for none."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.catalog.entry import Param
from builder.facts import ColumnFacts
from builder.kinds._numeric import fill_missing, flag_missing
from builder.kinds.contract import Array, Column, Decode, Scaling
from builder.kinds.number import Number
from builder.spec import ObjectSpec


class YesNo(Number):
    """Smokes or not, male or female, bought or not."""

    name = "yes_no"
    title = "Yes or no"
    task = ""
    scales = False
    advice = None
    in_tables = True
    as_target = "category"
    named = True
    reads_numbers = False
    shared_input = "answers"

    def encodings(self, columns: tuple[ColumnFacts, ...]) -> tuple[tuple[ObjectSpec, ...], ...]:
        """What is missing counts as half a yes; beside it, whether it was missing."""
        filled = (fill_missing((0.5,) * len(columns)),)
        gaps = sum(c.ranges[0].missing > 0 for c in columns)
        return (filled, flag_missing(gaps, len(columns))) if gaps else (filled,)

    def describe(self, column: ColumnFacts) -> str:
        return " or ".join(column.classes) or "yes or no"

    def examples(
        self, rows: Array, column: ColumnFacts, scaling: Scaling, decode: Decode | None
    ) -> dict[str, Any]:
        names = dict(enumerate(column.classes))
        return {"values": [names.get(int(v), "") if v == v else "" for v in rows.tolist()]}

    def fields(self, column: ColumnFacts) -> dict[str, Param]:
        return {column.name: Param("choice", "One of two.", choices=column.classes, optional=True)}

    def read_fields(self, values: list[Any], column: ColumnFacts) -> Array:
        if values[0] in (None, ""):
            return np.asarray(np.nan, "float32")
        return np.asarray(column.classes.index(values[0]), "float32")

    def write_fields(self, row: Array, column: ColumnFacts) -> list[Any]:
        (value,) = super().write_fields(row, column)
        return [None if value is None else column.classes[int(value)]]

    def scaling(self, column: Column, settings: Any) -> Scaling:
        return Scaling()

    def source(self, train: str, test: str, column: ColumnFacts, settings: Any) -> list[str]:
        return super().source(train, test, column, {**settings, "scale": "none"})


KIND = YesNo()
