"""Prepare a raw dataset for a model: validate, scale, encode labels."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from builder.datasets.contract import Array, Column, Raw, resolve_settings
from builder.datasets.registry import find_dataset
from builder.engine.data import validate
from builder.errors import DataError
from builder.facts import ColumnFacts, DataFacts
from builder.spec import ObjectSpec


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """What was done to every number: ``(x - offset) / divisor``, by column for tables.

    Args:
        offset, divisor: float32, broadcast over the examples.
        white: the raw value of a fully inked pixel; 255 for the usual uint8 images.
    """

    offset: Array
    divisor: Array
    white: float = 255.0

    def __call__(self, x: Array) -> Array:
        """``x`` as the model wants it, float32."""
        return ((x.astype("float32") - self.offset) / self.divisor).astype("float32")


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One column as the model sees it.

    Args:
        raw: the same before preparation.
        train, test: inputs float32 (sequences: int32, texts: str), channel axis added if asked for;
            targets by ``facts.labels``: one-hot float32 (n, classes), integers (n,), or float32
            values (n,).
        facts: shape, range, classes …
        scaling: what to do to a new example, such as a drawing.
    """

    raw: Column
    train: Array
    test: Array
    facts: ColumnFacts
    scaling: Scaling


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A dataset as the model sees it; of several columns, the first input and the first target.

    Args:
        x_train, x_test, y_train, y_test: of those, as ``Prepared`` has them.
        facts: shapes, range, classes …
        raw: the same before preparation.
        scaling: of the first input.
        columns: all of them.
    """

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    facts: DataFacts
    raw: Raw
    scaling: Scaling
    columns: tuple[Prepared, ...] = ()

    def column(self, name: str) -> Prepared:
        """The column of that name; DataError if there is none."""
        match = next((c for c in self.columns if c.facts.name == name), None)
        if match is None:
            known = ", ".join(c.facts.name for c in self.columns)
            raise DataError(
                f"{self.facts.title} has no column '{name}'.", f"It has {known}.", "dataset"
            )
        return match


def prepare(dataset: ObjectSpec, raw: Raw) -> Data:
    """``raw`` scaled and encoded by ``dataset.config``; statistics come from the training rows.

    Raises:
        DataError: the arrays do not fit together, or hold NaN or impossible labels.
    """
    plugin = find_dataset(dataset.class_name)
    given = resolve_settings(plugin.ENTRY, dataset.config)
    validate.validate_arrays(raw)
    columns = tuple(_column(c, given) for c in raw.columns)
    x = next(c for c in columns if c.facts.role == "input")
    y = next(c for c in columns if c.facts.role == "target")
    held = [a for c in columns for a in (c.train, c.test)]
    held += [a for c in columns if c.facts.role == "input" for a in (c.raw.train, c.raw.test)]
    facts = DataFacts(
        title=plugin.TITLE,
        task=raw.task,
        x_shape=x.facts.shape,
        y_shape=y.facts.shape,
        x_dtype=x.facts.dtype,
        y_dtype=y.facts.dtype,
        n_train=len(x.train),
        n_test=len(x.test),
        classes=raw.classes,
        features=raw.features,
        labels=y.facts.labels,
        kind=raw.kind,
        x_min=x.facts.low,
        x_max=x.facts.high,
        bytes=sum(_bytes(array) for array in held),
        offline=plugin.OFFLINE,
        warning=raw.warning,
        whole=x.facts.whole,
        named=tuple(c.facts for c in columns) if raw.named else (),
    )
    return Data(x.train, y.train, x.test, y.test, facts, raw, x.scaling, columns)


def _column(raw: Column, given: dict[str, Any]) -> Prepared:
    """One column scaled or encoded."""
    labels = ""
    if raw.role == "target":
        labels = given.get("labels", "values") if raw.kind == "classes" else "values"
        scaling = _plain(raw)
        train, test = (_targets(y, labels, len(raw.classes)) for y in (raw.train, raw.test))
    else:
        scaling = _scaling(raw, given.get("scale", "none"))
        train, test = (_inputs(x, raw, scaling, given) for x in (raw.train, raw.test))
    facts = ColumnFacts(
        *(raw.name, raw.role, raw.kind, train.shape[1:], str(train.dtype)),
        low=0.0 if raw.kind == "texts" else float(train.min()),
        high=0.0 if raw.kind == "texts" else float(train.max()),
        whole=_is_whole(train) if raw.role == "input" and raw.kind != "texts" else False,
        task=raw.task,
        labels=labels,
        classes=raw.classes,
        features=raw.features,
    )
    return Prepared(raw, train, test, facts, scaling)


def _plain(raw: Column) -> Scaling:
    """Nothing is done to the numbers; of texts there are none."""
    x = raw.train if raw.kind != "texts" else np.zeros(1)
    white = 255.0 if x.dtype == np.uint8 else float(x.max())
    return Scaling(np.zeros((), "float32"), np.ones((), "float32"), white)


def _scaling(raw: Column, scale: str) -> Scaling:
    x, image, plain = raw.train, raw.kind == "images", _plain(raw)
    if raw.kind in ("sequences", "texts") or scale == "none":
        return plain
    if scale == "unit" and image:
        return replace(plain, divisor=plain.divisor * (plain.white or 1))
    x, axis = x.astype("float32"), None if image else 0
    if scale == "unit":
        offset, divisor = x.min(axis=axis), x.max(axis=axis) - x.min(axis=axis)
    else:
        offset, divisor = x.mean(axis=axis), x.std(axis=axis)
    return Scaling(offset, np.where(divisor == 0, np.ones((), "float32"), divisor), plain.white)


def _inputs(x: Array, raw: Column, scaling: Scaling, given: dict[str, Any]) -> Array:
    if raw.kind == "sequences":
        return x.astype("int32")
    if raw.kind == "texts":
        return x
    x = scaling(x)
    image = raw.kind == "images" and x.ndim == 3
    return x[..., None] if given.get("channel_axis") and image else x


def _bytes(array: Array) -> int:
    """Of an array; texts are counted by their letters beside the pointers to them."""
    if array.dtype != object:
        return array.nbytes
    return array.nbytes + sum(map(sys.getsizeof, array))


def _is_whole(x: Array) -> bool:
    """Whether all are whole numbers; most data that is not shows it in its first rows."""
    if x.dtype.kind in "iub":
        return True
    return all(np.array_equal(part, np.rint(part)) for part in (x[:100], x))


def _targets(y: Array, labels: str, classes: int) -> Array:
    if labels == "one_hot":
        return np.eye(classes, dtype="float32")[y]
    return y.astype("float32") if labels == "values" else y
