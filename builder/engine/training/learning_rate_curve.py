"""The learning rate by step, as Keras's own schedule objects give it."""

from __future__ import annotations

from builder.engine.build import keras_objects
from builder.spec import ObjectSpec

Point = tuple[float, float]


def curve(optimizer: ObjectSpec, steps: int, points: int = 120) -> list[Point]:
    """(step, learning rate) over a training of ``steps`` steps, at most ``points`` of them.

    Args:
        optimizer: its ``learning_rate`` may be a number, absent (Keras's default) or a schedule.
        steps: optimizer steps in the whole training: epochs x batches an epoch.

    Raises:
        BuildError: Keras refuses the optimizer or its schedule.
    """
    rate = optimizer.config.get("learning_rate")
    if not isinstance(rate, ObjectSpec):
        made = keras_objects.make("optimizers", optimizer)
        constant = float(made.learning_rate)
        return [(0.0, constant), (float(max(steps - 1, 1)), constant)]
    schedule = keras_objects.make("schedules", rate)
    return [(float(at), float(schedule(at))) for at in _spread(steps, points)]


def _spread(steps: int, points: int) -> list[int]:
    last = max(steps - 1, 1)
    count = min(points, last + 1)
    return sorted({round(i * last / (count - 1)) for i in range(count)}) if count > 1 else [0]
