"""One number an example: ``(n,)``, to read or to predict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from builder.catalog.entry import Param
from builder.facts import ColumnFacts, Range
from builder.kinds._numeric import (
    Numeric,
    check_numbers,
    check_single,
    fill_missing,
    flag_missing,
    measure_ranges,
    range_field,
)
from builder.kinds.contract import Array, Column, Decode, Scaling, ScalingAdvice
from builder.spec import ObjectSpec


class Number(Numeric):
    """An amount: a price, a temperature, a size."""

    name = "number"
    title = "Number"
    task = "regression"
    in_tables = True
    as_target = "number"
    reads_numbers = True
    shared_input = "numbers"
    together = "vector"
    advice: ScalingAdvice | None = ScalingAdvice(
        50.0, "numbers", "near -1 to 1", "Standardize the columns", "standard"
    )

    def validate(self, name: str, rows: Array, column: Column) -> None:
        check_numbers(name, rows, gaps=column.role == "input")
        check_single(name, rows)

    def guard(self, divisor: str) -> list[str]:
        return [f"{divisor} = {divisor} or 1"]

    def ranges(self, column: Column) -> tuple[Range, ...]:
        return measure_ranges(column.train)

    def input_layer(self, column: ColumnFacts) -> Any:
        return super().input_layer(replace(column, shape=(1,)))

    def fits(self, shape: tuple[int | None, ...], column: ColumnFacts) -> bool:
        return shape in ((), (1,))

    def encodings(self, columns: tuple[ColumnFacts, ...]) -> tuple[tuple[ObjectSpec, ...], ...]:
        """Missing values become the middle one of the training rows, then every column gets a mean
        of 0 and a deviation of 1; beside it, whether a value was missing, where some are."""
        fill = fill_missing(tuple(c.ranges[0].middle for c in columns))
        filled = (fill, ObjectSpec("Normalization"))
        gaps = sum(c.ranges[0].missing > 0 for c in columns)
        return (filled, flag_missing(gaps, len(columns))) if gaps else (filled,)

    def describe(self, column: ColumnFacts) -> str:
        return "a number"

    def examples(
        self, rows: Array, column: ColumnFacts, scaling: Scaling, decode: Decode | None
    ) -> dict[str, Any]:
        return {"values": rows.tolist()}

    def fields(self, column: ColumnFacts) -> dict[str, Param]:
        if not column.ranges:
            return {}
        return {column.name: range_field(column.name, column.ranges[0])}

    def read_fields(self, values: list[Any], column: ColumnFacts) -> Array:
        row: Array = super().read_fields(values, column)[0]
        return row


KIND = Number()
