"""Two arms winding around each other: the hardest of the toys."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.datasets import _toys
from builder.datasets.contract import Raw
from builder.kinds.contract import Array
from builder.spec import Config

TITLE = "Spiral"
OFFLINE = True
ENTRY = _toys.entry(
    "Spiral",
    13,
    "Two arms wind around each other. The hardest toy: it wants more neurons and patience.",
    "Cream stirred into coffee.",
)

CONTENTS = _toys.contents()
PROGRAM = _toys.program("spiral.spiral")


def load(config: Config) -> Raw:
    """x (n, 2) within about ±6, y (n,) 0 or 1."""
    return _toys.load(ENTRY, spiral, config)


def source(config: Config) -> str:
    """The same in a script standing alone."""
    return _toys.source(ENTRY, PROGRAM, config)


def spiral(samples: int, noise: float, rng: Any) -> tuple[Array, Array]:
    """Two arms, the second (1) half a turn behind the first (0)."""
    y = rng.integers(0, 2, samples)
    along = rng.uniform(0.05, 1, samples)
    angle = 1.75 * 2 * np.pi * along + np.pi * y
    x = 5 * along[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return x + noise * rng.normal(size=x.shape), y
