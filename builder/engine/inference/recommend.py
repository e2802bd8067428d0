"""Recommend from ratings: what would somebody like that they have not rated, and what is alike?"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from builder import binding
from builder.engine.data.loading import load
from builder.engine.data.prepare import Data
from builder.engine.inference import predict_example
from builder.errors import DataError
from builder.kinds.contract import Array
from builder.spec import TrainingSpec

SHOWN = 10

JUDGES = 200
"""Names of the other side whose answers say how alike two are."""


def recommend(artefact: str, training: TrainingSpec, column: str, name: str) -> dict[str, Any]:
    """What is expected of somebody for everything they have not rated in the training rows.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on; its model reads two columns of names.
        column, name: who: a name of one of these columns.

    Returns:
        ``best``: (name of the other column, expected answer, how many training rows rate it), best
        first; ``rated``: how many are left out because they are rated already.

    Raises:
        DataError: no such column or name, or the model does not fit the data.
        FileError: the artefact cannot be read.
    """
    data = load(training.dataset)
    other = _other(training, column)
    _require(data, column, name)
    things, counts = _names(data, other), Counter(data.column(other).raw.train.tolist())
    of_name = data.column(column).raw.train == name
    rated = set(data.column(other).raw.train[of_name].tolist())
    expected = _ask(artefact, training, data, {column: [name] * len(things), other: things})
    order = [i for i in np.argsort(-expected, kind="stable") if things[i] not in rated]
    best = [(things[i], float(expected[i]), counts[things[i]]) for i in order[:SHOWN]]
    return {"best": best, "rated": len(rated)}


def find_alike(artefact: str, training: TrainingSpec, column: str, name: str) -> dict[str, Any]:
    """Who or what the model gives answers like those for ``name``.

    Answers are compared by the cosine of what is left of them when each row's and each judge's
    mean is taken away (adjusted cosine similarity, Sarwar and others 2001).

    Args:
        artefact, training, column, name: as ``recommend``.

    Returns:
        ``alike``: (name, likeness up to 1, how many training rows have it), most alike first; empty
        where the model gives everybody the same order.

    Raises:
        DataError, FileError: as ``recommend``.
    """
    data = load(training.dataset)
    other = _other(training, column)
    _require(data, column, name)
    things, counts = _names(data, column), Counter(data.column(column).raw.train.tolist())
    judges = _names(data, other)
    judges = judges[:: max(1, len(judges) // JUDGES)][:JUDGES]
    pairs = {
        column: [thing for thing in things for _ in judges],
        other: [judge for _ in things for judge in judges],
    }
    answers = _ask(artefact, training, data, pairs).reshape(len(things), len(judges))
    scale = float(np.abs(answers).max()) or 1.0
    left = answers - answers.mean(axis=1, keepdims=True) - answers.mean(axis=0) + answers.mean()
    lengths = np.linalg.norm(left, axis=1)
    me = things.index(name)
    if lengths[me] <= 1e-6 * scale * len(judges):
        return {"alike": []}
    likeness = left @ left[me] / np.maximum(lengths * lengths[me], 1e-12)
    order = [i for i in np.argsort(-likeness, kind="stable") if i != me and likeness[i] > 0]
    alike = [(things[i], float(likeness[i]), counts[things[i]]) for i in order[:SHOWN]]
    return {"alike": alike}


def _other(training: TrainingSpec, column: str) -> str:
    read = tuple(binding.read_columns(training))
    if column not in read or len(read) != 2:
        raise DataError(
            f"The model does not read '{column}' and one other column.",
            "Use it for a model of two columns of names.",
        )
    return next(name for name in read if name != column)


def _names(data: Data, column: str) -> list[str]:
    """All names of a column: those of its list, or of its training rows where they are too many
    for a list."""
    found = data.column(column)
    return list(found.facts.classes or dict.fromkeys(found.raw.train.tolist()))


def _require(data: Data, column: str, name: str) -> None:
    if name not in _names(data, column):
        raise DataError(f"There is no '{name}' in '{column}'.", "Choose one of its names.", column)


def _ask(artefact: str, training: TrainingSpec, data: Data, columns: dict[str, list[str]]) -> Array:
    rows = {name: np.array(values, dtype=object) for name, values in columns.items()}
    answers: Array = predict_example.predict_columns(artefact, training, data, rows)[0]
    return answers
