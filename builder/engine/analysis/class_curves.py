"""How far a classifier's probabilities can be trusted: ROC, precision and recall, calibration."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.engine.inference import evaluation
from builder.errors import DataError
from builder.kinds.contract import Array
from builder.spec import TrainingSpec

POINTS = 200
"""Points of a curve at most: more than a screen shows."""

THRESHOLDS = 101
"""From 0 to 1: those a person can choose between."""

BINS = 10
"""Of the calibration curve, each of the same width, as in scikit-learn's ``calibration_curve``."""


def curves(artefact: str, training: TrainingSpec, output: str = "") -> dict[str, Any]:
    """Each class against all others, on the test set.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on and with.
        output: which one, of a model that has several.

    Returns:
        ``classes``; ``auc``, the mean of all classes that can be measured, or None; and
        ``by_class``: for each its ``class``, ``positives`` and ``negatives`` (how many test
        examples are of it, how many are not); ``auc`` (area under the ROC curve) and ``precision``
        (average precision), None where either is 0; ``roc`` (false positive rates, true positive
        rates) and ``pr`` (recalls, precisions); ``calibration`` (mean probabilities, shares that
        were of the class, how many) by bin; ``thresholds`` with ``hits`` and ``false_alarms``: how
        many of the positives and of the negatives have at least that probability.

    Raises:
        DataError: the model answers no classes, or does not fit the data.
        FileError: the artefact cannot be read.
    """
    answer = evaluation.get_answers(artefact, training).of(output)
    facts = answer.target.facts
    if facts.task != "classification":
        raise DataError(f"'{facts.name}' is a number and has no classes.", "Look at its residuals.")
    true = answer.target.raw.test
    by_class = [
        {"class": name, **_one_class(true == i, answer.said[:, i])}
        for i, name in enumerate(facts.classes)
    ]
    areas = [one["auc"] for one in by_class if one["auc"] is not None]
    mean = float(np.mean(areas)) if areas else None
    return {"classes": list(facts.classes), "auc": mean, "by_class": by_class}


def _one_class(positive: Array, probability: Array) -> dict[str, Any]:
    """As ``curves`` says, of one class.

    Args:
        positive: (n,) whether the example is of the class.
        probability: (n,) of that.
    """
    from sklearn import metrics

    positives = int(positive.sum())
    negatives = len(positive) - positives
    found: dict[str, Any] = {"positives": positives, "negatives": negatives}
    found |= {"auc": None, "precision": None, "roc": None, "pr": None}
    if positives and negatives:
        roc = metrics.roc_curve(positive, probability)[:2]
        precision, recall, _ = metrics.precision_recall_curve(positive, probability)
        found["auc"] = float(metrics.roc_auc_score(positive, probability))
        found["precision"] = float(metrics.average_precision_score(positive, probability))
        found["roc"] = tuple(_thin(part) for part in roc)
        found["pr"] = (_thin(recall[::-1]), _thin(precision[::-1]))
    return (
        found
        | {"calibration": _calibration(positive, probability)}
        | _counts(positive, probability)
    )


def _thin(points: Array) -> Array:
    """At most ``POINTS`` of them, evenly chosen, with both ends."""
    if len(points) <= POINTS:
        return points
    chosen: Array = points[np.linspace(0, len(points) - 1, POINTS).round().astype(int)]
    return chosen


def _calibration(positive: Array, probability: Array) -> tuple[Array, Array, Array]:
    place = np.clip((probability * BINS).astype(int), 0, BINS - 1)
    counts = np.bincount(place, minlength=BINS)
    filled = counts > 0
    sums = (np.bincount(place, weights, BINS)[filled] for weights in (probability, positive))
    mean, share = (total / counts[filled] for total in sums)
    return mean, share, counts[filled]


def _counts(positive: Array, probability: Array) -> dict[str, Array]:
    thresholds = np.linspace(0.0, 1.0, THRESHOLDS)
    counts = {}
    for name, of in (("hits", probability[positive]), ("false_alarms", probability[~positive])):
        counts[name] = len(of) - np.searchsorted(np.sort(of), thresholds, side="left")
    return {"thresholds": thresholds, **counts}
