"""What can be varied of an example: a column that the model reads, or one number of a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder import binding
from builder.engine.data.column_arrays import bind_inputs
from builder.engine.data.prepare import Data, Prepared
from builder.errors import DataError
from builder.kinds import category
from builder.kinds.contract import Array
from builder.kinds.registry import find_kind
from builder.spec import TrainingSpec

MOST = 100
"""Numbers of one row of which each is a feature of its own."""


MISSING = "missing"
"""What is shown where there is no value."""


@dataclass(frozen=True, slots=True)
class Feature:
    """Something of an example that can be varied.

    Args:
        name: for people.
        column: the column it is of.
        place: which number of the column's row; None is the whole value.
        is_single: it is one number or one name, so that examples can be put in its order.
    """

    name: str
    column: str
    place: int | None = None
    is_single: bool = True


def find_features(training: TrainingSpec, data: Data) -> list[Feature]:
    """All that the model reads, feature by feature; [] where it reads one picture or text."""
    found = [f for name in binding.read_columns(training) for f in _of_column(data.column(name))]
    return found if len(found) > 1 or any(f.is_single for f in found) else []


def find_feature(training: TrainingSpec, data: Data, name: str) -> Feature:
    """The single one of that name; DataError if there is none."""
    single = [f for f in find_features(training, data) if f.is_single]
    match = next((f for f in single if f.name == name), None)
    if match is None:
        known = ", ".join(f.name for f in single) or "none"
        raise DataError(f"The model reads no single number or name '{name}'.", f"It reads {known}.")
    return match


def _of_column(column: Prepared) -> list[Feature]:
    kind, name = find_kind(column.facts.kind), column.facts.name
    shape = column.raw.train.shape[1:]
    if kind.has_pixels or kind.has_words or kind.baseline_reads == "texts":
        return [Feature(name, name, is_single=False)]
    if len(shape) == 1 and 1 < shape[0] <= MOST:
        names = column.facts.features or tuple(f"{name} {i + 1}" for i in range(shape[0]))
        return [Feature(n, name, i) for i, n in enumerate(names)]
    return [Feature(name, name, is_single=int(np.prod(shape)) == 1)]


def labels(data: Data, feature: Feature, values: Array) -> list[str | float]:
    """Raw values of it as people read them: names and dates as text, numbers in four digits."""
    column = data.column(feature.column)
    if values.dtype == object:
        return [say_name(str(name)) for name in values]
    if names := column.facts.classes:
        return [MISSING if np.isnan(v) else names[int(v)] for v in values]
    kind, shown = find_kind(column.facts.kind), values.tolist()
    if feature.place is None:
        typed = values.astype(column.raw.test.dtype)
        seen = kind.examples(typed, column.facts, column.scaling, None)
        shown = seen.get("values", shown)
    return [v if isinstance(v, str) else float(f"{v:.4g}") for v in shown]


def say_name(name: str) -> str:
    """A name as it stands, or that there is none."""
    return MISSING if name in ("", category.MISSING) else name


def raw_values(data: Data, feature: Feature, part: str = "test") -> Array:
    """Its values before preparation, (n,): numbers, NaN where one is missing, or names."""
    column = data.column(feature.column)
    rows: Array = getattr(column.raw, part)
    if feature.place is not None:
        rows = rows[:, feature.place]
    rows = rows.reshape(len(rows))
    if rows.dtype != object and column.facts.classes:
        names: Array = np.array([*column.facts.classes, ""], object)
        rows = names[np.where(np.isnan(rows), len(names) - 1, rows).astype(int)]
    return rows


def prepared_columns(training: TrainingSpec, data: Data, rows: Array) -> dict[str, Array]:
    """Those test examples as the model sees them, by column."""
    return {n: data.column(n).test[rows] for n in binding.read_columns(training)}


def permute(columns: Mapping[str, Array], feature: Feature, order: Array) -> dict[str, Array]:
    """The columns with that feature's values in another order."""
    values = columns[feature.column]
    if feature.place is None:
        return {**columns, feature.column: values[order]}
    values = values.copy()
    values[:, feature.place] = values[order, feature.place]
    return {**columns, feature.column: values}


def set_value(
    data: Data, columns: Mapping[str, Array], rows: Array, feature: Feature, value: Any
) -> dict[str, Array]:
    """The columns of those test examples with that raw value in each."""
    column = data.column(feature.column)
    raw = column.raw.test[rows].copy()
    place = (slice(None),) if feature.place is None else (slice(None), feature.place)
    raw[place] = value
    kind = find_kind(column.facts.kind)
    prepared = kind.prepare(raw, column.raw, column.scaling, {})
    return {**columns, feature.column: prepared}


def bind(training: TrainingSpec, columns: Mapping[str, Array]) -> Any:
    """What ``model.predict`` takes of them."""
    return bind_inputs(training, columns)


def choose_rows(count: int, most: int, seed: int) -> Array:
    """All rows in their order, or ``most`` of them chosen by chance."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))
