"""Choose the number of TensorFlow threads for a model, and know whether XLA pays."""

from __future__ import annotations

from builder import catalog, edit
from builder.spec import ModelSpec, TrainingSpec

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
    return any(map(is_convolution, edit.layer_classes(model)))


def is_convolution(class_name: str) -> bool:
    """Whether a layer of that class slides a learned window over its input."""
    entry = catalog.find("layers", class_name)
    return entry is not None and "kernel_size" in entry.args and not entry.traits.random
