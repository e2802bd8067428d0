"""From a model's scores to probabilities, a class, and whether it has a right to be sure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from builder.errors import DataError
from builder.kinds.contract import Array

LEAST_PROBABILITY = 0.7
"""Of a class; below it the model is not sure."""


def find_rival(chances: Array, classes: Sequence[str], top: int) -> tuple[str, str]:
    """The likeliest class besides ``top``, and a sentence that it may be that one; "" when ``top``
    is likely enough or the only class.

    Args:
        chances: (classes,) probabilities.
    """
    others = [int(i) for i in np.argsort(-chances, kind="stable") if i != top]
    if not others:
        return "", ""
    name = classes[others[0]]
    if chances[top] >= LEAST_PROBABILITY:
        return name, ""
    return name, f"It could as well be {name} ({100 * chances[others[0]]:.0f} %)."


def verdict(chances: Array, classes: Sequence[str], doubt: str) -> dict[str, Any]:
    """``class``, ``sure``, ``why`` (a sentence), ``classes`` and ``probabilities`` in their order.

    Args:
        chances: (classes,) probabilities.
        doubt: why the answer is not to be trusted, or "".
    """
    top = int(np.argmax(chances))
    return {
        "probabilities": [float(p) for p in chances],
        "classes": list(classes),
        "class": classes[top],
        "sure": not doubt,
        "why": doubt or f"{100 * chances[top]:.0f} % of the probability is on {classes[top]}.",
    }


def refuse_nan(scores: Array) -> Array:
    """What the model answered; DataError when that is NaN or infinite."""
    if not np.isfinite(scores).all():
        raise DataError(
            "The model answers with NaN instead of numbers: its training exploded.",
            "Train again with a smaller learning rate, or choose another run.",
            "model",
        )
    return scores


def to_probabilities(scores: Array, classes: int | None = None) -> Array:
    """What a classifier answered as probabilities: float64 (rows, classes), rows summing to 1.

    Args:
        scores: probabilities, or logits of a model that ends without softmax; one column is the
            probability (or logit) of the second of two classes.
        classes: how many there must be; None takes any number.

    Raises:
        DataError: these are not class scores, or NaN.
    """
    scores = refuse_nan(scores.astype("float64"))
    if scores.ndim != 2:
        raise DataError(
            f"The model answers an example with an array of shape {scores.shape[1:]} instead of one"
            " score a class.",
            "End it with a Dense layer of one unit a class.",
            "model",
        )
    if scores.shape[1] == 1:
        p = scores if ((scores >= 0) & (scores <= 1)).all() else 1 / (1 + np.exp(-scores))
        scores = np.hstack([1 - p, p])
    elif (scores < 0).any() or not np.allclose(scores.sum(axis=1), 1, atol=1e-3):
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        scores = powers / powers.sum(axis=1, keepdims=True)
    if classes is not None and scores.shape[1] != classes:
        raise DataError(
            f"The model scores {scores.shape[1]} classes but the dataset has {classes}.",
            f"Give the last Dense layer {classes} units and train again.",
            "model",
        )
    return scores
