"""Rows of whole numbers that stand for words, all of one length: ``(n, length)``, 0 fills up."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder import formatting
from builder.facts import ColumnFacts
from builder.kinds._numeric import check_numbers
from builder.kinds.contract import Array, Column, Decode, Kind, Scaling, Settings

ROWS_SHOWN = 50


class Sequence(Kind):
    """Texts whose words somebody has turned into numbers."""

    name = "sequence"
    title = "Word numbers"
    dtype = "int32"
    has_words = True
    baseline_reads = "texts"

    def validate(self, name: str, rows: Array, column: Column) -> None:
        check_numbers(name, rows)

    def prepare(self, rows: Array, column: Column, scaling: Scaling, settings: Settings) -> Array:
        return rows.astype("int32")

    def baseline(self, rows: Array) -> Array:
        return np.array([" ".join(str(n) for n in row if n) for row in rows.tolist()], "object")

    def describe(self, column: ColumnFacts) -> str:
        return f"text of {formatting.short(column.shape)} word numbers"

    def describe_example(self, column: ColumnFacts) -> str:
        return f"a {self.describe(column)}"

    def examples(
        self, rows: Array, column: ColumnFacts, scaling: Scaling, decode: Decode | None
    ) -> dict[str, Any]:
        return {"texts": decode(rows) if decode else [" ".join(map(str, r)) for r in rows.tolist()]}

    def style(self, x: ColumnFacts, y: ColumnFacts) -> str:
        return "lines"

    def preview(
        self, x: Column, y: Column, scaling: Scaling, decode: Decode | None, per_class: int
    ) -> dict[str, Any]:
        """``rows``: the first ones as text."""
        return {"rows": decode(x.train[:ROWS_SHOWN]) if decode else []}


KIND = Sequence()
