"""Pairs of the built-in digits, half of them of one digit; plain enough to stand in a script."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.datasets import _digits

Array = Any
Columns = Any

TESTED = 1000
"""Pairs of the test."""


def paired(drawings: Array, digit: Array, count: int, rng: Any) -> Columns:
    """``count`` pairs: two dicts of columns, the drawings and whether they show one digit."""
    first = rng.integers(0, len(drawings), count)
    same = rng.integers(0, 2, count)
    second = np.empty_like(first)
    for number in range(10):
        for is_same in (0, 1):
            asked = np.flatnonzero((digit[first] == number) & (same == is_same))
            offered = np.flatnonzero((digit == number) == bool(is_same))
            second[asked] = rng.choice(offered, len(asked))
    return {"first": drawings[first], "second": drawings[second]}, {"same": same}


def columns(pairs: int) -> Columns:
    """``(x_train, y_train), (x_test, y_test)`` as dicts of columns."""
    (drawn, digit), (drawn_test, digit_test) = _digits.digits(3, 1.0)
    rng = np.random.default_rng(1)
    return paired(drawn, digit, pairs, rng), paired(drawn_test, digit_test, TESTED, rng)


def source(pairs: int) -> str:
    """The Python lines that give the same dicts in a script standing alone."""
    parts = (_digits.outlines, _digits.redraw, _digits.digits, paired)
    return (
        f"{_digits.functions(*parts)}\n"
        "(drawn, digit), (drawn_test, digit_test) = digits(3, distortion=1.0)\n"
        "rng = np.random.default_rng(1)\n"
        f"x_train, y_train = paired(drawn, digit, {pairs}, rng)\n"
        f"x_test, y_test = paired(drawn_test, digit_test, {TESTED}, rng)\n"
    )
