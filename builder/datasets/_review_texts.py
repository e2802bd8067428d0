"""Short restaurant reviews as plain sentences; the program is plain enough to stand in a script."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.datasets._reviews import OPINIONS, THINGS, written


def review_texts(count: int, things: Any, opinions: Any, rng: Any) -> Any:
    """``count`` sentences (n,) and whether the guest liked it, 0 or 1 (n,)."""
    found = [written(things, opinions, rng) for _ in range(count)]
    texts = [" ".join(words).capitalize() + "." for words, _ in found]
    return np.array(texts, "object"), np.array([int(mood > 0) for _, mood in found])


def examples(count: int) -> Any:
    """``(x_train, y_train), (x_test, y_test)``; a fifth as many for the test."""
    rng = np.random.default_rng(0)
    train = review_texts(count, THINGS, OPINIONS, rng)
    return train, review_texts(count // 5, THINGS, OPINIONS, rng)
