"""What a training's shape says about how to run it: threads, and whether XLA pays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from builder.spec import ModelSpec, ObjectSpec, TrainingSpec, active

ALL = 0
"""Threads: as many as TensorFlow likes, one for each core."""


def threads(training: TrainingSpec, cores: int | None = None) -> int:
    """How many TensorFlow threads a run wants: 1, or 0 for all of them.

    The steps of dense and recurrent models are so small that handing them from thread to thread
    costs more than it brings: one thread made them 1.7 times as fast on two cores. Convolutions
    are large enough to share.

    Args:
        cores: of the machine; with a single one the question does not arise.
    """
    return 1 if cores == 1 or not convolves(training.model) else ALL


def convolves(model: ModelSpec) -> bool:
    """Whether a convolution is among the layers that are on, however deep inside wrappers."""
    return any("Conv" in name for name in class_names(active(model)))


def class_names(value: Any) -> Iterator[str]:
    """The class names of every object in a spec value, nested ones included."""
    match value:
        case ModelSpec():
            yield from class_names(tuple(value.layers.values()))
        case ObjectSpec():
            yield value.class_name
            yield from class_names(tuple(value.config.values()))
        case tuple():
            for item in value:
                yield from class_names(item)
