"""What a default was in an older Keras, where today's is another: as rows of one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Version = tuple[int, int]

TODAY: Version = (3, 15)


@dataclass(frozen=True, slots=True)
class OldDefault:
    """An argument's default in older versions.

    Args:
        class_name, argument: of the catalogue, as they are called today.
        value: what was meant when the argument was not given.
        until: the last version of the separate package ``keras`` (before it was TensorFlow's) in
            which that was so.
        in_tensorflow: the last version of ``tf.keras`` (TensorFlow 2) in which it was so; None
            where TensorFlow 2 always had today's value.
    """

    class_name: str
    argument: str
    value: Any
    until: Version
    in_tensorflow: Version | None = None


# Compared by their signatures: Keras 1.2.2, 2.0.9, 2.2.4 and 2.3.1 from PyPI, tf.keras as the
# packages keras 2.6.0 (the code of TensorFlow 2.4 to 2.6) and keras 2.15.0, and today's catalogue.
# Files: keras/optimizers.py, layers/recurrent.py, layers/convolutional_recurrent.py,
# layers/pooling.py; later optimizers/, layers/rnn/, layers/pooling/. What is spelled otherwise but
# means the same (``padding=(1, 1, 1)`` of ZeroPadding3D) is no row, nor is epsilon, which was 1e-8
# up to 2.0 and 1e-7 since.
ROWS = (
    OldDefault("Adadelta", "learning_rate", 1.0, (2, 3)),
    OldDefault("Adagrad", "learning_rate", 0.01, (2, 3)),
    OldDefault("Adagrad", "initial_accumulator_value", 0.0, (2, 3)),
    OldDefault("Adamax", "learning_rate", 0.002, (2, 3)),
    OldDefault("Nadam", "learning_rate", 0.002, (2, 3)),
    OldDefault("LSTM", "recurrent_activation", "hard_sigmoid", (2, 2)),
    OldDefault("GRU", "recurrent_activation", "hard_sigmoid", (2, 2)),
    OldDefault("GRU", "reset_after", False, (2, 3)),
    OldDefault("ConvLSTM1D", "recurrent_activation", "hard_sigmoid", (2, 15), (2, 15)),
    OldDefault("ConvLSTM2D", "recurrent_activation", "hard_sigmoid", (2, 15), (2, 15)),
    OldDefault("ConvLSTM3D", "recurrent_activation", "hard_sigmoid", (2, 15), (2, 15)),
    OldDefault("AveragePooling1D", "pool_size", 2, (2, 15), (2, 15)),
    OldDefault("AveragePooling2D", "pool_size", 2, (2, 15), (2, 15)),
    OldDefault("AveragePooling3D", "pool_size", 2, (2, 15), (2, 15)),
)

ORDERS: dict[str, tuple[str, ...]] = {
    "SGD": ("learning_rate", "momentum", "decay", "nesterov"),
    "RMSprop": ("learning_rate", "rho", "epsilon", "decay"),
    "Adagrad": ("learning_rate", "epsilon", "decay"),
    "Adadelta": ("learning_rate", "rho", "epsilon", "decay"),
    "Adam": ("learning_rate", "beta_1", "beta_2", "epsilon", "decay", "amsgrad"),
    "Adamax": ("learning_rate", "beta_1", "beta_2", "epsilon", "decay"),
    "Nadam": ("learning_rate", "beta_1", "beta_2", "epsilon", "schedule_decay"),
}
"""Optimizer → its arguments by position up to Keras 2.2, by today's names where it has some."""


def of_version(class_name: str, version: Version, in_tensorflow: bool = False) -> dict[str, Any]:
    """Argument → what it meant there when it was not given, where today's default is another.

    Args:
        version: of the package ``keras``, or of TensorFlow 2 where it is ``tf.keras``.
    """
    rows = [r for r in ROWS if r.class_name == class_name]
    ends = [(r, r.in_tensorflow if in_tensorflow else r.until) for r in rows]
    return {r.argument: r.value for r, end in ends if end is not None and version <= end}
