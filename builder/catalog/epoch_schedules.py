"""Our schedules for Keras's LearningRateScheduler callback: the rate as a function of the epoch.

Each is a function of the epoch (from 0) and the rate of the epoch before, as Keras calls it.
``extra["expression"]`` is the same rule as Python source, for scripts; a test holds the two equal.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from builder.catalog.entry import Entry, line

_URL = "https://keras.io/api/callbacks/learning_rate_scheduler/"


def step_decay(epoch: int, lr: float, factor: float = 0.5, every: int = 10) -> float:
    """``lr`` times ``factor`` after every ``every`` epochs."""
    return lr * factor if epoch > 0 and epoch % every == 0 else lr


def exp_decay(epoch: int, lr: float, rate: float = 0.1, start_epoch: int = 10) -> float:
    """``lr`` shrunk by e^-rate each epoch from ``start_epoch`` on."""
    return lr if epoch < start_epoch else lr * math.exp(-rate)


def warmup(epoch: int, lr: float, epochs: int = 5) -> float:
    """The optimizer's own rate, reached in ``epochs`` equal steps.

    From the rate of the epoch before: it was ``epoch / epochs`` of the goal.
    """
    if epoch == 0:
        return lr / epochs
    return lr * (epoch + 1) / epoch if epoch < epochs else lr


FUNCTIONS: dict[str, Callable[..., float]] = {
    "StepDecay": step_decay,
    "ExpDecay": exp_decay,
    "Warmup": warmup,
}
"""By class name: ``f(epoch, lr, **config)``, the new learning rate."""


def _row(text: str, expression: str, formula: str, summary: str, analogy: str) -> Entry:
    return line(
        "epoch_schedules",
        text,
        group="Schedules",
        url=_URL,
        formula=formula,
        summary=summary,
        analogy=analogy,
        extra={"expression": expression},
    )


ENTRIES: tuple[Entry, ...] = (
    _row(
        "StepDecay(factor=0.5, every=10)",
        "lr * factor if epoch > 0 and epoch % every == 0 else lr",
        r"\eta(e) = \eta_0\cdot\text{factor}^{\lfloor e/\text{every}\rfloor}",
        "Multiplies the learning rate by the factor every so many epochs, for instance half of it "
        "every 10. Easy to see in the curves: the loss drops a little after each step.",
        "Walking down a staircase: level, one step down, level again.",
    ),
    _row(
        "ExpDecay(rate=0.1, start_epoch=10)",
        "lr if epoch < start_epoch else lr * math.exp(-rate)",
        r"\eta(e) = \eta_0\,e^{-\text{rate}\,\max(0,\ e-\text{start}+1)}",
        "Keeps the rate for the first epochs and then lets it fall smoothly, as in the example of "
        "Keras's own manual. Good for coarse learning first and fine polishing later.",
        "Sanding a table: coarse paper first, then finer and finer.",
    ),
    _row(
        "Warmup(epochs=5)",
        "lr / epochs if epoch == 0 else lr * (epoch + 1) / epoch if epoch < epochs else lr",
        r"\eta(e) = \eta_0\,\min\!\left(1,\ \frac{e+1}{\text{epochs}}\right)",
        "Begins with a small learning rate and raises it in equal steps to the optimizer's rate. "
        "Take it when the first epochs make the loss explode, as with large batches.",
        "Warming up before a run: an easy jog first, full speed when the muscles are ready.",
    ),
)

NOT_OFFERED: dict[str, str] = {}
"""These schedules are ours; nothing of Keras is left out."""
