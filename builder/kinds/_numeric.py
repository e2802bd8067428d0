"""Kinds of plain numbers: checks, scaling by the training rows, and the same in a script."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from builder.catalog.entry import Param
from builder.facts import ColumnFacts, Range
from builder.kinds.contract import Array, Column, Kind, Scaling, Settings, invalid
from builder.spec import Config, ObjectSpec

LARGEST = 1e18
"""A number whose square a model, which calculates with float32, can still hold."""

FIELDS = 256
"""The longest row of numbers that a form asks for."""

MEASURED = 10_000
"""So many rows the middle value and the quarters are measured on."""


def check_numbers(name: str, rows: Array, gaps: bool = False) -> None:
    """Raises DataError unless all are finite numbers of a size a model can calculate with, or NaN
    where there may be ``gaps``."""
    if rows.dtype.kind not in "iufb":
        raise invalid(
            f"{name} must hold numbers but holds {rows.dtype}.",
            "Convert it with astype('float32').",
        )
    if gaps and rows.dtype.kind == "f":
        rows = rows[~np.isnan(rows)]
    if rows.dtype.kind == "f" and not (np.isfinite(rows.sum()) or np.isfinite(rows).all()):
        bad = int(np.size(rows) - np.isfinite(rows).sum())
        entries = "1 entry that is" if bad == 1 else f"{bad:,} entries that are"
        raise invalid(
            f"{name} has {entries} no finite number (NaN or infinite).",
            "Remove those rows or fill the gaps before saving the file.",
        )
    if rows.dtype.kind == "f" and rows.size:
        top = float(max(abs(rows.min()), abs(rows.max())))
        if top > LARGEST:
            raise invalid(
                f"{name} has numbers as large as {top:.2g}; models calculate with up to"
                f" {LARGEST:.0e}.",
                "Save them in a larger unit.",
            )


def check_single(name: str, rows: Array) -> None:
    """Raises DataError unless there is one value an example."""
    if rows.ndim != 1:
        raise invalid(
            f"{name} must hold one number an example but has the shape {rows.shape}.",
            "If it is one-hot, save np.argmax(y, axis=1) instead.",
        )


def measure_ranges(rows: Array) -> tuple[Range, ...]:
    """The range of each number of a row; () for rows longer than any form asks for."""
    columns = rows.reshape(len(rows), -1)
    return tuple(map(_measure_range, columns.T)) if columns.shape[1] <= FIELDS else ()


def _measure_range(values: Array) -> Range:
    values = values.astype("float64") if values.dtype.kind in "biu" else values
    there = values[np.isfinite(values)].astype("float64")
    if not len(there):
        return Range(0.0, 0.0, 0.0, whole=False, missing=len(values))
    below, middle, above = np.quantile(there[:MEASURED], (0.25, 0.5, 0.75)).tolist()
    ends = float(there.min()), middle, float(there.max())
    spread = float(there.mean()), float(there.std())
    missing = len(values) - len(there)
    return Range(*ends, is_whole(there), *spread, missing=missing, quarters=(below, above))


def range_field(name: str, spread: Range) -> Param:
    """How a form asks for a number of that range."""
    low, high = spread.low, spread.high
    step = 1.0 if spread.whole else (high - low) / 100
    words = f"{name}: {low:g} to {high:g} in the examples."
    optional = spread.missing > 0
    return Param("float", words, low, high, step, start=spread.middle, optional=optional)


def fill_missing(values: tuple[float, ...]) -> ObjectSpec:
    """The layer that puts these, one a column, in the place of missing numbers."""
    return ObjectSpec("ops.nan_to_num", Config(nan=values if len(values) > 1 else values[0]))


def flag_missing(gaps: int, columns: int) -> tuple[ObjectSpec, ...]:
    """The layers that say, 1 or 0, which of the first ``gaps`` of the columns are missing."""
    flags = (ObjectSpec("ops.isnan"), ObjectSpec("ops.cast", Config(dtype="float32")))
    if gaps == columns:
        return flags
    whole, first = {"start": None, "stop": None, "step": None}, {"start": None, "stop": gaps}
    key = (Config(whole), Config(first, step=None))
    return (ObjectSpec("ops.get_item", Config(key=key)), *flags)


class Numeric(Kind):
    """Numbers that are scaled, each place of a row by itself or (``axis`` None) all together."""

    axis: int | tuple[int, ...] | None = 0
    scales = True

    def validate(self, name: str, rows: Array, column: Column) -> None:
        check_numbers(name, rows)

    def scaling(self, column: Column, settings: Settings) -> Scaling:
        scale, x, axis = settings.get("scale", "none"), column.train, self.axis
        white = 255.0 if x.dtype == np.uint8 else float(x.max())
        if scale == "none" or column.role == "target":
            return Scaling(white=white)
        x = x.astype("float32")
        if scale == "unit":
            offset, divisor = x.min(axis=axis), x.max(axis=axis) - x.min(axis=axis)
        else:
            offset, divisor = x.mean(axis=axis), x.std(axis=axis)
        return Scaling(offset, np.where(divisor == 0, np.ones((), "float32"), divisor), white)

    def as_answer(self, column: ColumnFacts) -> ColumnFacts | None:
        if column.role == "target" or math.prod(column.shape) == 1:
            return super().as_answer(column)
        return replace(column, role="target", task="regression", labels="values")

    def source(self, train: str, test: str, column: ColumnFacts, settings: Settings) -> list[str]:
        if "scale" not in settings and column.role == "input":
            return []  # it comes as it is wanted
        both = (train, test)
        lines = [f'{x} = {x}.astype("float32")' for x in both]
        scale = settings.get("scale", "none")
        if scale == "none" or column.role == "target":
            return lines
        axis = "" if self.axis is None else f"axis={self.axis}"
        if scale == "unit":
            low, span = "low", "span"
            lines += [f"low, span = {train}.min({axis}), {train}.max({axis}) - {train}.min({axis})"]
        else:
            low, span = "mean", "std"
            lines += [f"mean, std = {train}.mean({axis}), {train}.std({axis})"]
        return [*lines, *self.guard(span), *(f"{x} = ({x} - {low}) / {span}" for x in both)]

    def guard(self, divisor: str) -> list[str]:
        """The line that spares numbers which are all the same from a division by 0."""
        return [] if self.axis is None else [f"{divisor}[{divisor} == 0] = 1"]


def is_whole(rows: Array) -> bool:
    """Whether all are whole numbers; most data that is not shows it in its first rows."""
    if rows.dtype.kind in "iub":
        return True
    parts: Any = (rows[:100], rows)
    return all(np.array_equal(part, np.rint(part)) for part in parts)
