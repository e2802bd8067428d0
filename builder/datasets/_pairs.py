"""Pairs of the built-in digits, half of them of one digit; plain enough to stand in a script."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.datasets import _digits

Array = Any
Columns = Any


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


def columns(pairs: int, tested: int) -> Columns:
    """``(x_train, y_train), (x_test, y_test)`` as dicts of columns."""
    (drawn, digit), (drawn_test, digit_test) = _digits.digits(3, 1.0)
    rng = np.random.default_rng(1)
    return paired(drawn, digit, pairs, rng), paired(drawn_test, digit_test, tested, rng)
