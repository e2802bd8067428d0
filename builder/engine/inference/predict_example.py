"""Predict for one example from a form, with its reasons, or for raw columns of a table."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from builder import binding
from builder.engine.data import column_arrays
from builder.engine.data.loading import load
from builder.engine.data.prepare import Data, Prepared
from builder.engine.inference import confidence, predict_rows
from builder.errors import DataError
from builder.kinds.category import MISSING
from builder.kinds.contract import Array
from builder.kinds.registry import find_kind
from builder.spec import TrainingSpec

SAMPLE = 32
"""Training rows whose values a column is given in turn, to see what it does to the answer."""

FAR = 0.5
"""A number is strange when it lies further outside the training rows than this share of their
range."""


def predict_example(
    artefact: str, training: TrainingSpec, values: Mapping[str, Sequence[Any]]
) -> list[dict[str, Any]]:
    """What the model says of one example.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on.
        values: column → what a form holds for it, in the order of its kind's ``fields``; None is
            missing.

    Returns:
        For each output its ``column``, and ``confidence.verdict`` of its classes or ``value`` and
        ``why``; ``reasons``: (column, how much the answer changes by it) for every column that is
        read: the probability of the class, or the value, less its mean when that column alone has
        the values of training rows (a partial dependence, Friedman 2001, around this one row).

    Raises:
        DataError: a value cannot be read, or the model does not fit the data.
        FileError: the artefact cannot be read.
    """
    data = load(training.dataset)
    read = [data.column(name) for name in binding.read_columns(training)]
    row = {c.facts.name: _read_values(c, values.get(c.facts.name, ())) for c in read}
    variants = [row, *({**row, c.facts.name: value} for c in read for value in _sample(c))]
    answers = predict_columns(artefact, training, data, _stack(read, variants))
    doubt = _find_strange(read, row)
    targets = [data.answer(n) for n in binding.output_columns(training).values()]
    return [
        _explain(target, scores, list(row), doubt)
        for target, scores in zip(targets, answers, strict=True)
    ]


def predict_columns(
    artefact: str, training: TrainingSpec, data: Data, columns: Mapping[str, Array]
) -> list[Array]:
    """What each output says of raw rows: class probabilities (n, classes), or values (n,), of a
    forecast (n, steps).

    Args:
        columns: column → rows before preparation.

    Raises:
        DataError, FileError: as ``predict_example``.
    """
    prepared = {name: _prepare(data.column(name), rows) for name, rows in columns.items()}
    said = predict_rows.predict_rows(artefact, column_arrays.bind_inputs(training, prepared))
    answers = list(said.values()) if isinstance(said, dict) else [said]
    count = len(next(iter(columns.values())))
    targets = [data.answer(n) for n in binding.output_columns(training).values()]
    return [_scores(np.asarray(a), t, count) for a, t in zip(answers, targets, strict=True)]


def _prepare(column: Prepared, rows: Array) -> Array:
    kind = find_kind(column.facts.kind)
    return kind.prepare(rows, column.raw, column.scaling, {})


def _scores(answer: Array, target: Prepared, count: int) -> Array:
    if target.facts.task == "classification":
        return confidence.to_probabilities(answer, len(target.facts.classes))
    shape = (count, *target.facts.shape)
    return confidence.refuse_nan(answer.astype("float64")).reshape(shape)


def _read_values(column: Prepared, values: Sequence[Any]) -> Array:
    kind, row = find_kind(column.facts.kind), None
    with contextlib.suppress(ValueError, TypeError, IndexError):
        row = kind.read_fields(list(values), column.facts)
    if row is None or row.shape != column.raw.train.shape[1:]:
        raise DataError(
            f"'{column.facts.name}' cannot be {values!r}.",
            f"Give {kind.describe(column.facts)}.",
            column.facts.name,
        )
    return row


def _sample(column: Prepared) -> list[Array]:
    """``SAMPLE`` values of training rows, evenly spaced."""
    rows = column.raw.train
    places = np.linspace(0, len(rows) - 1, SAMPLE).astype(int)
    return [np.asarray(rows[i], rows.dtype) for i in places]


def _stack(read: Sequence[Prepared], rows: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    stacked = {}
    for column in read:
        name = column.facts.name
        stacked[name] = np.stack([np.asarray(row[name]) for row in rows])
        if column.raw.train.dtype != object:
            stacked[name] = stacked[name].reshape(len(rows), *column.raw.train.shape[1:])
    return stacked


def _find_strange(read: Sequence[Prepared], row: Mapping[str, Array]) -> str:
    """Why the model has no right to be sure: a number far outside the training rows, a name it
    never saw; "" if there is nothing."""
    for column in read:
        name, value = column.facts.name, row[column.facts.name]
        if value.dtype == object:
            known = column.facts.classes
            if known and str(value) != MISSING and str(value) not in known:
                return f"{name} is {value}, which no training row has."
            continue
        for number, spread in zip(np.ravel(value), column.facts.ranges, strict=False):
            room = FAR * (spread.high - spread.low)
            if number < spread.low - room or number > spread.high + room:
                return (
                    f"{name} is {number:g}; the training rows go from {spread.low:g} to"
                    f" {spread.high:g} only."
                )
    return ""


def _explain(target: Prepared, scores: Array, names: Sequence[str], doubt: str) -> dict[str, Any]:
    about: dict[str, Any] = {"column": target.facts.name}
    if target.facts.task != "classification":
        answers = scores
        said: dict[str, Any] = {"value": float(scores[0]), "why": doubt, "sure": not doubt}
    else:
        top = int(scores[0].argmax())
        _, rival = confidence.find_rival(scores[0], target.facts.classes, top)
        said = confidence.verdict(scores[0], target.facts.classes, doubt or rival)
        answers = scores[:, top]
    pushes = answers[0] - answers[1:].reshape(len(names), SAMPLE).mean(axis=1)
    reasons = [(name, float(push)) for name, push in zip(names, pushes, strict=True)]
    return about | said | {"reasons": reasons}
