"""How a model's answer moves with one column, all others as they are in the test examples."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.engine.analysis import features
from builder.engine.data.loading import load
from builder.engine.data.prepare import Prepared
from builder.engine.inference import evaluation, predict_rows
from builder.kinds.contract import Array
from builder.spec import TrainingSpec

ROWS = 500
"""Test examples whose answers are averaged."""

GRID = 25
"""Values of a number that are tried, between its 5th and its 95th percentile."""

NAMES = 20
"""Names of a category that are tried, the most frequent first."""


def partial_dependence(
    artefact: str, training: TrainingSpec, feature: str, output: str = "", seed: int = 0
) -> dict[str, Any]:
    """The mean answer when every example has the same value of one feature (Friedman 2001).

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on.
        feature: one of ``list_features``.
        output: which one, of a model that has several.

    Returns:
        ``values`` tried: numbers or names; ``answers``: a row for each, the mean probability of
        each class, or the mean value; ``classes``, [] for a number; ``rows`` that were averaged.

    Raises:
        DataError: there is no such feature, or the model does not fit the data.
        FileError: the artefact cannot be read.
    """
    data = load(training.dataset)
    varied = features.find_feature(training, data, feature)
    answers = evaluation.get_answers(artefact, training)
    answer = answers.of(output)
    rows = features.choose_rows(data.facts.n_test, ROWS, seed)
    columns = features.prepared_columns(training, data, rows)
    raw = _grid(features.raw_values(data, varied), data.column(varied.column))
    parts = [features.set_value(data, columns, rows, varied, value) for value in raw]
    together = {n: np.concatenate([part[n] for part in parts]) for n in columns}
    said = predict_rows.predict_rows(artefact, features.bind(training, together))
    outputs = list(said.values()) if isinstance(said, dict) else [said]
    scores = np.asarray(outputs[answers.outputs.index(answer)], "float64")
    scores = evaluation.to_scores(scores, answer.target.facts, len(raw) * len(rows))
    means = scores.reshape(len(raw), len(rows), -1).mean(axis=1)
    return {
        "values": features.labels(data, varied, raw),
        "answers": means,
        "classes": list(answer.target.facts.classes),
        "rows": len(rows),
    }


def _grid(values: Array, column: Prepared) -> Array:
    """The values to try, as they stand in the column before preparation."""
    if values.dtype == object:
        names, counts = np.unique(values.astype(str), return_counts=True)
        often = names[np.argsort(-counts, kind="stable")][:NAMES]
        if column.raw.test.dtype == object:
            return often.astype(object)
        numbers = {name: float(i) for i, name in enumerate(column.facts.classes)}
        return np.array([numbers.get(name, np.nan) for name in often])
    there = values[~np.isnan(values)]
    distinct: Array = np.unique(there)
    if len(distinct) > GRID:
        low, high = np.quantile(there, (0.05, 0.95))
        distinct = np.linspace(low, high, GRID)
    return distinct
