"""Numbers in any arrangement: steps of a series, volumes, masks; ``(n, …)`` with any axes."""

from __future__ import annotations

from typing import Any

from builder import formatting
from builder.facts import ColumnFacts
from builder.kinds._numeric import Numeric
from builder.kinds.contract import Array, Column, Decode, Scaling

ROWS_SHOWN = 12
NUMBERS_SHOWN = 20


class AnyArray(Numeric):
    """What has a shape and no other meaning that is known."""

    name = "array"
    title = "Numbers"
    task = "regression"
    axis: int | tuple[int, ...] | None = None
    any_loss = True

    def describe(self, column: ColumnFacts) -> str:
        return f"numbers {formatting.short(column.shape)}"

    def describe_example(self, column: ColumnFacts) -> str:
        return f"an array of {formatting.short(column.shape)} numbers"

    def examples(
        self, rows: Array, column: ColumnFacts, scaling: Scaling, decode: Decode | None
    ) -> dict[str, Any]:
        return {"rows": _flat(rows), "features": [str(i) for i in range(_width(rows))]}

    def style(self, x: ColumnFacts, y: ColumnFacts) -> str:
        return "lines"

    def preview(
        self, x: Column, y: Column, scaling: Scaling, decode: Decode | None, per_class: int
    ) -> dict[str, Any]:
        """``rows``: the first numbers of the first ones."""
        return {"rows": [" ".join(f"{v:.3g}" for v in row) for row in _flat(x.train)]}


def _flat(rows: Array) -> list[list[float]]:
    some = rows[:ROWS_SHOWN]
    numbers: list[list[float]] = some.reshape(len(some), -1)[:, :NUMBERS_SHOWN].tolist()
    return numbers


def _width(rows: Array) -> int:
    return min(NUMBERS_SHOWN, int(rows[0].size)) if len(rows) else 0


KIND = AnyArray()
