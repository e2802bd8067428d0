"""A point in time: days since the beginning of 1970, NaN for none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from builder.catalog.entry import Param
from builder.facts import ColumnFacts
from builder.kinds._numeric import fill_missing
from builder.kinds.contract import Array, Column, Decode, Scaling
from builder.kinds.number import Number
from builder.spec import Config, ObjectSpec

YEAR, WEEK, DAY = 365.2425, 7.0, 1.0


class Date(Number):
    """When something happened."""

    name = "date"
    title = "Date or time"
    task = ""
    scales = False
    advice = None
    in_tables = True
    as_target = ""
    reads_numbers = False
    holds_times = True
    shared_input = ""

    def encodings(self, columns: tuple[ColumnFacts, ...]) -> tuple[tuple[ObjectSpec, ...], ...]:
        """How long ago it was, and where in the year, the week and the day, as far as the dates
        tell: a circle's sine and cosine, so that December stands beside January."""
        spread = columns[0].ranges[0]
        fill = fill_missing((spread.middle,))
        days = spread.high - spread.low
        cycles = [YEAR] * (days > YEAR) + [WEEK] * (days > WEEK) + [DAY] * (not spread.whole)
        chains: list[tuple[ObjectSpec, ...]] = [(fill, ObjectSpec("Normalization"))]
        for length in cycles:
            angle = ObjectSpec("ops.multiply", Config(x2=2 * math.pi / length))
            chains += [(fill, angle, ObjectSpec(f"ops.{wave}")) for wave in ("sin", "cos")]
        return tuple(chains)

    def describe(self, column: ColumnFacts) -> str:
        return "a date"

    def examples(
        self, rows: Array, column: ColumnFacts, scaling: Scaling, decode: Decode | None
    ) -> dict[str, Any]:
        seconds = (rows.astype("float64") * 86_400).astype("datetime64[s]")
        return {"values": ["" if text == "NaT" else text for text in seconds.astype(str)]}

    def fields(self, column: ColumnFacts) -> dict[str, Param]:
        return {column.name: Param("str", "A date, such as 2024-05-31.", optional=True)}

    def read_fields(self, values: list[Any], column: ColumnFacts) -> Array:
        if not values[0]:
            return np.asarray(np.nan, "float32")
        day = np.datetime64(str(values[0])) - np.datetime64(0, "s")
        return np.asarray(day / np.timedelta64(86_400, "s"), "float32")

    def write_fields(self, row: Array, column: ColumnFacts) -> list[Any]:
        (text,) = self.examples(np.ravel(row), column, Scaling(), None)["values"]
        return [text.removesuffix("T00:00:00") or None]

    def scaling(self, column: Column, settings: Any) -> Scaling:
        return Scaling()

    def source(self, train: str, test: str, column: ColumnFacts, settings: Any) -> list[str]:
        return super().source(train, test, column, {**settings, "scale": "none"})


KIND = Date()
