"""On which examples of the test a model errs, grouped by the values of one column."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from builder.engine.analysis import features
from builder.engine.data.loading import load
from builder.engine.data.prepare import Data
from builder.engine.inference import evaluation
from builder.kinds.contract import Array
from builder.spec import TrainingSpec

NAMES = 20
"""Names of a category that are groups of their own, the most frequent first."""

BINS = 8
"""Groups into which a number is divided, each with about as many examples."""


def list_features(training: TrainingSpec) -> list[str]:
    """The features of the model that can be grouped by, or varied; DataError as ``load``."""
    found = features.find_features(training, load(training.dataset))
    return [f.name for f in found if f.is_single]


def error_groups(
    artefact: str, training: TrainingSpec, feature: str, output: str = ""
) -> dict[str, Any]:
    """How much the model errs on test examples with each value of a feature.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on.
        feature: one of ``list_features``; numbers are divided at quantiles.
        output: which one, of a model that has several.

    Returns:
        ``measure``: ``error rate``, or ``mean error`` of values; ``all``: that of all examples;
        ``groups``, in the order of the values: ``name``, ``count``, ``error``, for values also
        ``bias`` (mean of predicted minus true), and ``margin``, twice the standard error.

    Raises:
        DataError, FileError: as ``partial_dependence``.
    """
    data = load(training.dataset)
    varied = features.find_feature(training, data, feature)
    answer = evaluation.get_answers(artefact, training).of(output)
    is_class = answer.target.facts.task == "classification"
    if is_class:
        lean = (answer.said.argmax(axis=1) != answer.target.raw.test).astype("float64")
    else:
        lean = answer.said - answer.target.test.astype("float64").reshape(-1)
    error, groups = np.abs(lean), []
    for name, mask in _divide(data, varied):
        if not mask.any():
            continue
        one = error[mask]
        group = {"name": name, "count": len(one), "error": float(one.mean())}
        group["margin"] = float(2 * one.std() / np.sqrt(len(one)))
        groups.append(group if is_class else group | {"bias": float(lean[mask].mean())})
    measure = "error rate" if is_class else "mean error"
    return {"measure": measure, "all": float(error.mean()), "groups": groups}


def _divide(data: Data, feature: features.Feature) -> list[tuple[str, Array]]:
    """Groups of examples: the names by frequency, or numbers between quantiles; then the missing
    ones. Those that are empty are left out."""
    values = features.raw_values(data, feature)
    if values.dtype == object:
        names, counts = np.unique(values.astype(str), return_counts=True)
        often = [str(n) for n in names[np.argsort(-counts, kind="stable")]]
        groups = [(features.say_name(n), values == n) for n in often[:NAMES]]
        return [*groups, ("all others", np.isin(values.astype(str), often[NAMES:]))]
    gone = np.isnan(values)
    there = np.unique(values[~gone])
    if len(there) <= BINS:
        labels = features.labels(data, feature, there)
        groups = [(_text(name), values == v) for name, v in zip(labels, there, strict=True)]
    else:
        edges = np.unique(np.quantile(values[~gone], np.linspace(0, 1, BINS + 1)))
        place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
        labels = features.labels(data, feature, edges)
        pairs = pairwise(labels)
        groups = [
            (f"{_text(a)} to {_text(b)}", (place == i) & ~gone) for i, (a, b) in enumerate(pairs)
        ]
    return [*groups, (features.MISSING, gone)]


def _text(label: str | float) -> str:
    return label if isinstance(label, str) else f"{label:g}"
