"""One of several classes: as a target their numbers from 0, as an input names or whole numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from builder.catalog.entry import Param
from builder.facts import ColumnFacts, Range
from builder.kinds._numeric import check_numbers, check_single
from builder.kinds.contract import Array, Column, Decode, Kind, Scaling, Settings, invalid
from builder.spec import Config, ObjectSpec

MAX_CLASSES = 1000
"""More different labels than this are taken for a mistake: numbers where classes were meant."""

MAX_LETTERS = 200  # of the name of a class

ONE_HOT = 30
"""Up to so many names get a place each; more get a learned row of numbers."""

WIDEST = 50
"""Numbers of that row, at most; 1.6 n^0.56 of n names, the rule of fastai's tabular models."""

MISSING = "?"
"""Stands where no name is known. It must not be empty: Keras 3.15 loses an empty word at the end of
a vocabulary when it opens a saved model."""

HEAPS = 10_000
"""Places for names that are too many for a list."""


class Category(Kind):
    """A digit, a species, a town."""

    name = "category"
    title = "Category"
    task = "classification"
    dtype = "int64"
    baseline_reads = "categories"
    in_tables = True
    as_target = "category"
    named = True

    def validate(self, name: str, rows: Array, column: Column) -> None:
        if column.role == "input" and rows.dtype == object:
            _check_names(name, rows)
            return
        check_numbers(name, rows)
        check_single(name, rows)
        if column.role == "target" or column.classes:
            _check_numbers_of_classes(name, rows, column)

    def labels(self, settings: Settings) -> str:
        return str(settings.get("labels", "integers"))

    def expect(self, column: ColumnFacts, settings: Settings) -> ColumnFacts:
        if column.role == "input":
            return column if column.is_text else super().expect(column, settings)
        column = super().expect(column, settings)
        if column.labels != "one_hot":
            return column
        return replace(column, shape=(len(column.classes),), dtype="float32")

    def prepare(self, rows: Array, column: Column, scaling: Scaling, settings: Settings) -> Array:
        if column.role == "target" and self.labels(settings) == "one_hot":
            rows = np.eye(len(column.classes), dtype="float32")[rows]
        return rows

    def source(self, train: str, test: str, column: ColumnFacts, settings: Settings) -> list[str]:
        if column.labels != "one_hot":
            return []
        many = len(column.classes)
        return [f"{y} = to_categorical({y}, {many})" for y in (train, test)]

    def imports(self, column: ColumnFacts, settings: Settings) -> tuple[str, ...]:
        is_hot = column.labels == "one_hot"
        return ("from keras.utils import to_categorical",) if is_hot else ()

    def input_layer(self, column: ColumnFacts) -> ObjectSpec:
        return super().input_layer(replace(column, shape=(1,)))

    def fits(self, shape: tuple[int | None, ...], column: ColumnFacts) -> bool:
        return shape in ((), (1,))

    def ranges(self, column: Column) -> tuple[Range, ...]:
        """Of the number of a name, and how many are missing."""
        if column.role == "target" or column.train.dtype != object:
            return ()
        missing = int((column.train == MISSING).sum())
        return (Range(0.0, 0.0, max(0.0, len(column.classes) - 1.0), whole=True, missing=missing),)

    def encodings(self, columns: tuple[ColumnFacts, ...]) -> tuple[tuple[ObjectSpec, ...], ...]:
        """A 1 in the place of the name; of many names, a short row of numbers that is learned for
        each; of very many, for each of some thousand heaps that the names are put on."""
        count = len(columns[0].classes)
        lookup = "IntegerLookup" if columns[0].dtype != "object" else "StringLookup"
        places = count + 1 + any(r.missing for r in columns[0].ranges)
        if 0 < count <= ONE_HOT:
            known = Config(max_tokens=places, pad_to_max_tokens=True, output_mode="one_hot")
            return ((ObjectSpec(lookup, known),),)
        width = min(WIDEST, round(1.6 * max(count, ONE_HOT) ** 0.56))
        if count:
            first = ObjectSpec(lookup, Config(max_tokens=places))
        else:
            places = HEAPS
            first = ObjectSpec("Hashing", Config(num_bins=HEAPS))
        embedding = ObjectSpec("Embedding", Config(input_dim=places, output_dim=width))
        return ((first, embedding, ObjectSpec("Flatten")),)

    def baseline(self, rows: Array) -> Array:
        return rows.reshape(-1, 1)

    def describe(self, column: ColumnFacts) -> str:
        return f"one of {len(column.classes)} classes"

    def describe_example(self, column: ColumnFacts) -> str:
        if column.labels == "one_hot":
            return f"{len(column.classes)} probabilities, one a class"
        return self.describe(column)

    def measure(self, rows: Array) -> dict[str, Any]:
        if rows.dtype != object:
            return super().measure(rows)
        names = {"min": min(rows), "max": max(rows)}
        return {"shape": list(rows.shape), "dtype": "text", "unit": "names", **names}

    def examples(
        self, rows: Array, column: ColumnFacts, scaling: Scaling, decode: Decode | None
    ) -> dict[str, Any]:
        if rows.dtype == object or not column.classes:
            return {"values": rows.tolist()}
        return {"values": [column.classes[int(i)] for i in rows]}

    def fields(self, column: ColumnFacts) -> dict[str, Param]:
        words = f"One of {len(column.classes)}."
        return {column.name: Param("choice", words, choices=column.classes)}

    def read_fields(self, values: list[Any], column: ColumnFacts) -> Array:
        return np.array(MISSING if values[0] in (None, "") else str(values[0]), "object")

    def write_fields(self, row: Array, column: ColumnFacts) -> list[Any]:
        (value,) = super().write_fields(row, column)
        return [None if value == MISSING else value]


def _check_names(name: str, rows: Array) -> None:
    if rows.ndim != 1 or not all(isinstance(one, str) for one in rows):
        raise invalid(f"{name} must hold one text an example.", "Give an array of strings.")
    longest = max(map(len, rows), default=0)
    if longest > MAX_LETTERS:
        raise invalid(
            f"{name} has a category whose name has {longest:,} letters; at most {MAX_LETTERS} are"
            " accepted.",
            "Shorten the names, or use the column as text.",
        )


def _check_numbers_of_classes(name: str, rows: Array, column: Column) -> None:
    count = len(column.classes)
    if count > MAX_CLASSES:
        raise invalid(
            f"The labels name {count:,} classes; at most {MAX_CLASSES:,} are accepted.",
            "If they are amounts rather than classes, set labels to 'values'.",
            "dataset.labels",
        )
    if rows.min() < 0:
        raise invalid(
            f"{name} has labels from {rows.min()} to {rows.max()}; classes are numbered from 0, so"
            " no label may be below 0.",
            "Number the classes from 0 without gaps, or set labels to 'values' if they are"
            " amounts.",
        )
    if rows.dtype.kind not in "iu" or rows.max() >= count:
        raise invalid(
            f"{name} has labels from {rows.min()} to {rows.max()}; with {count}"
            f" class{'' if count == 1 else 'es'} they must be whole numbers from 0 to {count - 1}.",
            "Number the classes from 0 without gaps, the same in training and test.",
        )


KIND = Category()
