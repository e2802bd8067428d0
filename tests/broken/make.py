"""Short ways to write broken specs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from builder.spec import ObjectSpec, TrainingSpec, chain
from tests.zoo import DIGITS, TUTORIAL, dense, given, layer, training


@dataclass(frozen=True, slots=True)
class Broken:
    """A spec with one thing wrong.

    Args:
        where, message: of the Problem it must give, to the letter.
        severe: training is refused.
    """

    training: TrainingSpec
    where: str
    message: str
    severe: bool = True


def digits(*layers: ObjectSpec, **more: Any) -> TrainingSpec:
    return training(chain("broken", *layers), more.pop("dataset", DIGITS), **more)


def points(*layers: ObjectSpec, **more: Any) -> TrainingSpec:
    more.setdefault("loss", "BinaryCrossentropy")
    return training(chain("broken", *layers), more.pop("dataset", layer("Circles")), **more)


def tutorial(**fit: Any) -> TrainingSpec:
    return training(TUTORIAL, DIGITS, **fit)


FLAT = (given(28, 28), layer("Flatten"))
OUT = dense(10, "softmax")
