"""Four quarters, opposite ones of one colour: the toy a single neuron cannot learn."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.datasets import _toys
from builder.datasets.contract import Raw
from builder.kinds.contract import Array
from builder.spec import Config

TITLE = "Exclusive or"
OFFLINE = True
ENTRY = _toys.entry(
    "Xor",
    11,
    "Opposite quarters share a colour. A single neuron cannot learn it; a hidden layer can.",
    "A chessboard of four squares.",
)

CONTENTS = _toys.contents()
PROGRAM = _toys.program("xor.xor")


def load(config: Config) -> Raw:
    """x (n, 2) within about ±6, y (n,) 0 or 1."""
    return _toys.load(ENTRY, xor, config)


def source(config: Config) -> str:
    """The same in a script standing alone."""
    return _toys.source(ENTRY, PROGRAM, config)


def xor(samples: int, noise: float, rng: Any) -> tuple[Array, Array]:
    """1 where both coordinates have the same sign, 0 elsewhere; a gap along the axes."""
    x = rng.uniform(-5, 5, (samples, 2))
    x += 0.3 * np.sign(x)
    y = (x[:, 0] * x[:, 1] > 0).astype("int64")
    return x + noise * rng.normal(size=x.shape), y
