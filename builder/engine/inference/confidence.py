"""What a classifier's answer comes to: the class, and whether it has a right to be sure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from builder.datasets.contract import Array

LEAST_PROBABILITY = 0.7
"""Of a class; below it the model is not sure."""


def rival(chances: Array, classes: Sequence[str], top: int) -> tuple[str, str]:
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
