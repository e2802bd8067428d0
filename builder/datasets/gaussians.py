"""Two clouds of points: the toy that a single neuron does learn."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.datasets import _toys
from builder.datasets.contract import Raw
from builder.kinds.contract import Array
from builder.spec import Config

TITLE = "Two clouds"
OFFLINE = True
ENTRY = _toys.entry(
    "Gaussians",
    12,
    "Two clouds of points, easily parted by a straight line. Start here.",
    "Two swarms of bees.",
)

CONTENTS = _toys.contents()
PROGRAM = _toys.program("gaussians.gaussians")


def load(config: Config) -> Raw:
    """x (n, 2) within about ±6, y (n,) 0 or 1."""
    return _toys.load(ENTRY, gaussians, config)


def source(config: Config) -> str:
    """The same in a script standing alone."""
    return _toys.source(ENTRY, PROGRAM, config)


def gaussians(samples: int, noise: float, rng: Any) -> tuple[Array, Array]:
    """A cloud around (2, 2) for 1 and one around (-2, -2) for 0; noise widens both."""
    y = rng.integers(0, 2, samples)
    centre = np.where(y == 1, 2.0, -2.0)[:, None]
    return centre + (0.8 + noise) * rng.normal(size=(samples, 2)), y
