"""A disc inside a ring: one toy of two colours that no straight line parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.datasets import _toys
from builder.datasets.contract import Raw
from builder.kinds.contract import Array
from builder.spec import Config

TITLE = "Circles"
OFFLINE = True
ENTRY = _toys.entry(
    "Circles",
    10,
    "A disc of one colour inside a ring of the other. One hidden layer is enough.",
    "An island in a lake.",
)

CONTENTS = _toys.contents()
PROGRAM = _toys.program("circles.circles")


def load(config: Config) -> Raw:
    """x (n, 2) within about ±6, y (n,) 0 or 1."""
    return _toys.load(ENTRY, circles, config)


def source(config: Config) -> str:
    """The same in a script standing alone."""
    return _toys.source(ENTRY, PROGRAM, config)


def circles(samples: int, noise: float, rng: Any) -> tuple[Array, Array]:
    """A disc (1) inside a ring (0)."""
    y = rng.integers(0, 2, samples)
    radius = np.where(y == 1, rng.uniform(0, 2.5, samples), rng.uniform(3.5, 5, samples))
    angle = rng.uniform(0, 2 * np.pi, samples)
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return x + noise * rng.normal(size=x.shape), y
