"""What a module of this folder has to have to be a kind of data: ``KIND``, made of ``Kind``.

The methods here suit a kind whose values are numbers that a model takes as they are; a module
says what is different. Only its own module knows a kind by its name: everybody else asks it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.catalog.entry import Param
from builder.errors import DataError
from builder.facts import ColumnFacts, Range
from builder.spec import Config, ObjectSpec

Array = NDArray[Any]

Settings = Mapping[str, Any]
"""Every setting of a dataset: ``scale``, ``labels``, ``channel_axis`` …, as far as it has them."""

Decode = Callable[[Array], list[str]]
"""Rows of word numbers as text."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of a dataset as its source gives it.

    Args:
        name: ``x`` and ``y`` in an ordinary dataset.
        kind: name of its kind.
        role: ``input``, ``target`` or ``weight``.
        train, test: by row, as its kind wants them.
        classes: class names by number.
        features: names of the numbers of one row.
    """

    name: str
    kind: str
    role: str
    train: Array
    test: Array
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """What was done to every number: ``(x - offset) / divisor``.

    Args:
        offset, divisor: float32, broadcast over the examples.
        white: the raw value of a fully inked pixel; 255 for the usual uint8 images.
        keeps: nothing is done, and numbers stay of the type they came in: layers scale them.
    """

    offset: Array = field(default_factory=functools.partial(np.zeros, (), "float32"))
    divisor: Array = field(default_factory=functools.partial(np.ones, (), "float32"))
    white: float = 255.0
    keeps: bool = False

    def __call__(self, x: Array) -> Array:
        """``x`` as the model wants it, float32 but where it is kept."""
        if self.keeps:
            return x
        return ((x.astype("float32") - self.offset) / self.divisor).astype("float32")


@dataclass(frozen=True, slots=True)
class ScalingAdvice:
    """When to advise scaling, and which.

    Args:
        limit: the size of a value from which the data counts as not scaled.
        values: what the values are called.
        wanted: where they should be.
        label: of the button.
        scale: the value of the dataset's setting that brings them there.
    """

    limit: float
    values: str
    wanted: str
    label: str
    scale: str


class Kind:
    """A kind of data.

    Args:
        name: how columns name it.
        title: for people.
        task: that a target of this kind sets: ``classification`` or ``regression``; "": it cannot
            be a target.
        dtype: of the array that a model reads; ``object`` for strings.
        scales: whether the setting ``scale`` does something to it.
        has_pixels: it is a picture, which may get a channel axis and can be drawn.
        has_words: its whole numbers stand for words, which the dataset can decode.
        advice: when to advise scaling; None: never.
        baseline_reads: what ``baseline`` gives: ``numbers``, ``texts`` or ``categories``.
        in_tables: a column of a table can be of this kind.
        as_target: the kind as which a column of this kind is predicted; "": it cannot be.
        named: its values are names, of which there is a list.
        reads_numbers: it is read from cells that hold numbers.
        together: the kind of a row of several such values, which one Input reads; "": they cannot
            stand in one.
        shared_input: the name of the one Input that reads all columns of this kind; "": each has
            its own.
        holds_times: it is read from cells that hold points in time.
        any_loss: every loss can learn it as a target, so that none is wrong.
    """

    name: str
    title: str
    task: str = ""
    dtype: str = "float32"
    scales: bool = False
    has_pixels: bool = False
    has_words: bool = False
    advice: ScalingAdvice | None = None
    baseline_reads: str = "numbers"
    in_tables: bool = False
    as_target: str = ""
    named: bool = False
    reads_numbers: bool = False
    shared_input: str = ""
    together: str = ""
    any_loss: bool = False
    holds_times: bool = False

    # --- from raw to prepared ---

    def validate(self, name: str, rows: Array, column: Column) -> None:
        """Check the rows of one part; ``name`` is what a message calls them.

        Raises:
            DataError: a model cannot learn from them.
        """
        raise NotImplementedError

    def scaling(self, column: Column, settings: Settings) -> Scaling:
        """What is to be done to every number, measured on the training rows."""
        return Scaling()

    def prepare(self, rows: Array, column: Column, scaling: Scaling, settings: Settings) -> Array:
        """Raw rows as the model takes them."""
        return scaling(rows)

    def labels(self, settings: Settings) -> str:
        """How a target is encoded: ``one_hot``, ``integers`` or ``values``."""
        return "values"

    def expect(self, column: ColumnFacts, settings: Settings) -> ColumnFacts:
        """The facts of a prepared column, from those its source says of it."""
        if column.role == "input":
            return replace(column, dtype=self.dtype)
        return replace(column, dtype=self.dtype, task=self.task, labels=self.labels(settings))

    def ranges(self, column: Column) -> tuple[Range, ...]:
        """The range of each raw number of a row; () where a form does not ask for numbers."""
        return ()

    def as_answer(self, column: ColumnFacts) -> ColumnFacts | None:
        """The column as an output learns to give it: a target as it is, an input of numbers once
        more, as an autoencoder does; None where it cannot be one."""
        return column if column.role == "target" else None

    # --- in a script ---

    def source(self, train: str, test: str, column: ColumnFacts, settings: Settings) -> list[str]:
        """The Python lines of ``prepare``; ``train`` and ``test`` are the arrays' names there."""
        return []

    def imports(self, column: ColumnFacts, settings: Settings) -> tuple[str, ...]:
        """The imports that ``source`` needs."""
        return ()

    # --- in a model ---

    def input_layer(self, column: ColumnFacts) -> ObjectSpec:
        """The Input that reads it."""
        names = {"float32": {}, "object": {"dtype": "string"}}
        dtype: dict[str, str] = names.get(column.dtype, {"dtype": column.dtype})
        return ObjectSpec("InputLayer", Config({"shape": column.shape, **dtype}))

    def fits(self, shape: tuple[int | None, ...], column: ColumnFacts) -> bool:
        """Whether an Input of that shape can read it."""
        return len(shape) == len(column.shape) and all(
            given is None or given == size for given, size in zip(shape, column.shape, strict=True)
        )

    def encodings(self, columns: tuple[ColumnFacts, ...]) -> tuple[tuple[ObjectSpec, ...], ...]:
        """What a suggested model does to what the Input of these columns gives: chains of layers,
        whose ends are joined to features."""
        return ((),)

    def baseline(self, rows: Array) -> Array:
        """Prepared rows for a model of scikit-learn: a matrix of numbers, or of categories, which
        it has yet to make numbers of; or one text a row."""
        return rows.reshape(len(rows), -1)

    # --- for people ---

    def describe(self, column: ColumnFacts) -> str:
        """The column in a few words: ``picture 28 × 28``."""
        raise NotImplementedError

    def describe_example(self, column: ColumnFacts) -> str:
        """One example, or one answer of a target, with its article."""
        return self.describe(column)

    def measure(self, rows: Array) -> dict[str, Any]:
        """``shape``, ``dtype``, ``min`` and ``max``; with ``unit``, what is counted instead."""
        low, high = rows.min().item(), rows.max().item()
        if low != low and not np.isnan(rows).all():  # some are missing
            low, high = np.nanmin(rows).item(), np.nanmax(rows).item()
        return {"shape": list(rows.shape), "dtype": str(rows.dtype), "min": low, "max": high}

    def examples(
        self, rows: Array, column: ColumnFacts, scaling: Scaling, decode: Decode | None
    ) -> dict[str, Any]:
        """Raw rows to look at.

        Returns:
            ``images`` uint8 (n, h, w[, 3]), ``texts``, or ``rows`` of numbers with ``features``, or
            ``values``: numbers, or class names.
        """
        return {"rows": rows.tolist(), "features": list(column.features)}

    def style(self, x: ColumnFacts, y: ColumnFacts) -> str:
        """How a page draws ``preview`` beside that target: ``gallery``, ``points``, ``table``,
        ``texts`` or ``lines``."""
        return "table"

    def preview(
        self, x: Column, y: Column, scaling: Scaling, decode: Decode | None, per_class: int
    ) -> dict[str, Any]:
        """What ``style`` draws of the training rows, as plain data and arrays; ``per_class`` is how
        many examples of each class are wanted."""
        return {}

    def fields(self, column: ColumnFacts) -> dict[str, Param]:
        """How a form asks for one example, by feature; {}: it offers examples to choose from."""
        return {}

    def read_fields(self, values: list[Any], column: ColumnFacts) -> Array:
        """The raw row that a form's values come to."""
        return np.asarray(values, "float32")

    def write_fields(self, row: Array, column: ColumnFacts) -> list[Any]:
        """What a form holds for a raw row, None where a value is missing: the way back from
        ``read_fields``."""
        return [None if value != value else value for value in np.ravel(row).tolist()]


def invalid(message: str, hint: str, where: str = "dataset") -> DataError:
    """The error of ``validate``."""
    return DataError(message, hint, where)
