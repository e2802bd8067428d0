"""Prepare a raw dataset for a model: validate, scale, encode labels."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from builder.datasets.contract import Raw, resolve_settings
from builder.datasets.registry import find_dataset
from builder.engine.data import validate
from builder.errors import DataError
from builder.facts import ColumnFacts, DataFacts
from builder.kinds._numeric import is_whole
from builder.kinds._windows import Windows, values_of
from builder.kinds.contract import Array, Column, Scaling
from builder.kinds.registry import find_kind
from builder.spec import ObjectSpec


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One column as the model sees it.

    Args:
        raw: the same before preparation.
        train, test: as its kind prepares them; a target by ``facts.labels``: one-hot float32
            (n, classes), integers (n,), or float32 values (n,).
        facts: shape, range, classes …
        scaling: what to do to a new example, such as a drawing.
    """

    raw: Column
    train: Array
    test: Array
    facts: ColumnFacts
    scaling: Scaling

    def unscale(self, rows: Array) -> Array:
        """Prepared rows, or such that a model gave, as numbers of the units they came in."""
        plain = rows.reshape(len(rows), *self.raw.test.shape[1:])
        return np.asarray(plain * self.scaling.divisor + self.scaling.offset, "float32")


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A dataset as the model sees it: its columns, and what is said of them."""

    columns: tuple[Prepared, ...]
    facts: DataFacts

    def column(self, name: str) -> Prepared:
        """The column of that name; DataError if there is none."""
        match = next((c for c in self.columns if c.facts.name == name), None)
        if match is None:
            known = ", ".join(c.facts.name for c in self.columns)
            raise DataError(
                f"{self.facts.title} has no column '{name}'.", f"It has {known}.", "dataset"
            )
        return match

    def answer(self, name: str) -> Prepared:
        """The column of that name as an output learns to give it: a target, or an input once more.

        Raises:
            DataError: there is none, or no output can give it.
        """
        column = self.column(name)
        facts = find_kind(column.facts.kind).as_answer(column.facts)
        if facts is None:
            raise DataError(
                f"No output can answer the column '{name}', which is an input of the dataset.",
                f"Bind it to one of {', '.join(c.name for c in self.facts.targets)}.",
                "columns",
            )
        return replace(column, facts=facts, raw=replace(column.raw, role=facts.role))

    @property
    def input(self) -> Prepared:
        """The first input."""
        return self.column(self.facts.input.name)

    @property
    def target(self) -> Prepared:
        """The first target."""
        return self.column(self.facts.target.name)


def prepare(dataset: ObjectSpec, raw: Raw) -> Data:
    """``raw`` scaled and encoded by ``dataset.config``; statistics come from the training rows.

    Raises:
        DataError: the arrays do not fit together, or hold NaN or impossible labels.
    """
    plugin = find_dataset(dataset.class_name)
    settings = resolve_settings(plugin.ENTRY, dataset.config)
    validate.validate_arrays(raw)
    columns = tuple(_prepare_column(c, settings) for c in raw.columns)
    held = [a for c in columns for a in (c.train, c.test)]
    held += [a for c in columns if c.facts.role == "input" for a in (c.raw.train, c.raw.test)]
    facts = DataFacts(
        title=plugin.TITLE,
        columns=tuple(c.facts for c in columns),
        n_train=len(columns[0].train),
        n_test=len(columns[0].test),
        bytes=_bytes_held(held),
        offline=plugin.OFFLINE,
        warning=raw.warning,
    )
    return Data(columns, facts)


def _prepare_column(raw: Column, settings: dict[str, Any]) -> Prepared:
    """One column scaled or encoded."""
    kind = find_kind(raw.kind)
    scaling = kind.scaling(raw, settings)
    train: Any
    train, test = (kind.prepare(rows, raw, scaling, settings) for rows in (raw.train, raw.test))
    source = ColumnFacts(
        *(raw.name, raw.role, raw.kind, raw.train.shape[1:], str(train.dtype)),
        classes=raw.classes,
        features=raw.features,
        ranges=kind.ranges(raw),
        counts=_count_classes(raw),
    )
    facts = replace(kind.expect(source, settings), shape=train.shape[1:], dtype=str(train.dtype))
    if facts.is_text:
        return Prepared(raw, train, test, replace(facts, low=0.0, high=0.0), scaling)
    values = values_of(train)
    whole = raw.role == "input" and is_whole(values)
    steps = len(train.values) if isinstance(train, Windows) else 0
    low, high = float(values.min()), float(values.max())
    if math.isnan(low):  # missing values; where there are none, that would cost a copy
        there = values[~np.isnan(values)]
        low, high = (float(there.min()), float(there.max())) if len(there) else (0.0, 0.0)
    facts = replace(facts, low=low, high=high, whole=whole, steps=steps)
    return Prepared(raw, train, test, facts, scaling)


def _bytes_held(arrays: list[Any]) -> int:
    """Of all arrays; a series whose windows several columns are is there once."""
    over = [a for a in arrays if isinstance(a, Windows)]
    shared = {id(part): part for a in over for part in (a.values, a.starts) if part is not None}
    others = {id(a): a for a in arrays if not isinstance(a, Windows)}
    return sum(map(_bytes, (*others.values(), *shared.values())))


def _count_classes(raw: Column) -> tuple[int, ...]:
    if raw.role != "target" or not raw.classes:
        return ()
    return tuple(np.bincount(raw.train, minlength=len(raw.classes)).tolist())


def _bytes(array: Array) -> int:
    """Of an array; texts are counted by their letters beside the pointers to them."""
    if array.dtype != object:
        return array.nbytes
    return array.nbytes + sum(map(sys.getsizeof, array))
