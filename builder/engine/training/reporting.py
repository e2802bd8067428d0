"""Report the progress of a training to a sink, and stop or pause on order."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from builder.engine.build.backend import keras

FLUSH_SECONDS = 0.2
"""Batch values wait at most this long for the sink (and the next batch)."""

ORDER_SECONDS = 0.1
"""How often orders are asked for; asking reads the store."""

Values = Mapping[str, NDArray[Any]]
Epochs = Sequence[Mapping[str, float]]
"""What each epoch logged, the first one first."""

Orders = Callable[[], str | None]
"""Says ``"stop"``, ``"pause"`` or None."""


class Sink(Protocol):
    """Where a training reports; a run in the store, a progress line, a test's list."""

    def plan(self, steps: int, epochs: int, path: str, notes: tuple[str, ...]) -> None:
        """Training begins: ``steps`` an epoch, which loop it takes and why, remarks for people."""

    def begin(self, epochs: Epochs, new: bool) -> None:
        """Training begins after these epochs, of which the sink may lack some.

        Args:
            new: the numbers told of it before will not come again, for chance made them.
        """

    def batches(self, step0: int, values: Values) -> None:
        """Consecutive steps from ``step0`` (0 is the first of the run), one value a step.

        Values are Keras's: the mean since the epoch began. A run that goes on after a crash tells
        the steps since its last snapshot again, with the very same values.
        """

    def epoch(self, n: int, values: Mapping[str, float]) -> None:
        """Epoch ``n`` (the first is 0) ended; told again as ``batches`` are."""

    def message(self, text: str) -> None:
        """Something people should read."""

    def remark(self, text: str) -> None:
        """Something people should read, also when the run has ended."""

    def flush(self) -> None:
        """A snapshot is about to be taken: what is held back would be told by nobody again."""

    def saved(self, step: int) -> None:
        """All up to ``step`` is on disk: the run can go on from there."""


class NullSink:
    """A sink that discards everything."""

    def plan(self, steps: int, epochs: int, path: str, notes: tuple[str, ...]) -> None:
        """Nothing."""

    def begin(self, epochs: Epochs, new: bool) -> None:
        """Nothing."""

    def batches(self, step0: int, values: Values) -> None:
        """Nothing."""

    def epoch(self, n: int, values: Mapping[str, float]) -> None:
        """Nothing."""

    def message(self, text: str) -> None:
        """Nothing."""

    def remark(self, text: str) -> None:
        """Nothing."""

    def flush(self) -> None:
        """Nothing."""

    def saved(self, step: int) -> None:
        """Nothing."""


class Interrupted(Exception):
    """Raised inside a training when someone ordered ``stop`` or ``pause``; carries no fault."""


class Reporter:
    """Tells a sink what happens and raises ``Interrupted`` when it is told to end.

    A broken-off epoch is not an epoch: it is neither in ``history`` nor reported, so that no
    curve ends in a mean over half the data.

    Args:
        seeded: a training that begins again tells the same numbers again.
        validation_freq: how many epochs there are to one validation.
    """

    def __init__(
        self, sink: Sink, order: Orders, seeded: bool = True, validation_freq: int = 1
    ) -> None:
        self.sink = sink
        self.history: dict[str, list[float]] = {}
        self._seeded, self._validation_freq = seeded, validation_freq
        self._order = order
        self._asked = 0.0
        self._warned = False

    def begin(self, history: dict[str, list[float]], again: bool) -> None:
        """Training goes on after the epochs of ``history``, or begins, perhaps ``again``."""
        self.history = history
        self.sink.begin(list_epochs(history, self._validation_freq), again and not self._seeded)

    def obey(self) -> None:
        """Raises Interrupted when there is an order; asks now and then only."""
        now = time.monotonic()
        if now - self._asked < ORDER_SECONDS:
            return
        self._asked = now
        if order := self._order():
            raise Interrupted(order)

    def batches(self, step0: int, values: Values, rate: Callable[[], float]) -> None:
        """Consecutive steps; ``rate`` is the learning rate now, for the case that they went bad."""
        self.sink.batches(step0, values)
        losses = values.get("loss")
        if self._warned or losses is None or np.isfinite(losses).all():
            return
        self._warned = True
        first = int(np.flatnonzero(~np.isfinite(losses))[0])
        self.sink.message(
            f"The loss is no longer a number ({losses[first]}) since step {step0 + first + 1}: the"
            f" learning rate ({rate():g}) is most likely too high."
            f" Stop, set it to {min(rate() / 10, 0.001):g} and train again."
        )

    def epoch(self, number: int, logs: Mapping[str, Any]) -> None:
        """Epoch ``number`` (from 0) ended with these values."""
        values = {name: mean_value(value) for name, value in logs.items()}
        for name, value in values.items():
            self.history.setdefault(name, []).append(value)
        self.sink.epoch(number, values)


class EpochReporter(keras.callbacks.Callback):  # type: ignore[misc]
    """Report each epoch's end after all other callbacks, with what they added to the logs."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__()
        self._reporter = reporter

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: D102
        self._reporter.epoch(epoch, logs or {})


class StopsOnOrder(keras.callbacks.Callback):  # type: ignore[misc]
    """Stop ``model.evaluate`` between two batches on order."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__()
        self._reporter = reporter

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: D102
        self._reporter.obey()


class Recorder(StopsOnOrder):
    """Reports from inside ``model.fit``; breaks off between two batches when it is ordered to.

    Args:
        begun: called when all other callbacks have begun: the place to restore a snapshot.
        ended: called after each epoch with the next one's number: the place to take one.
    """

    def __init__(
        self, reporter: Reporter, begun: Callable[[], None], ended: Callable[[int], None]
    ) -> None:
        super().__init__(reporter)
        self._begun, self._ended = begun, ended
        self._buffer: dict[str, list[float]] = {}
        self._epoch = self._first = 0
        self._flushed = 0.0

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: D102
        self._begun()
        self._reporter.obey()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: D102
        self._epoch, self._first = epoch, 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: D102
        values = logs or {}
        for name, value in values.items():
            self._buffer.setdefault(name, []).append(mean_value(value))
        bad = not math.isfinite(values.get("loss", 0.0))
        if bad or time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()
        self._reporter.obey()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: D102
        self.flush()
        self._reporter.epoch(epoch, logs or {})
        self._ended(epoch + 1)

    def flush(self) -> None:
        """Hand the waiting batch values on."""
        if self._buffer:
            columns = {k: np.asarray(v, np.float32) for k, v in self._buffer.items()}
            step0 = self._epoch * int(self.params["steps"] or 0) + self._first
            self._reporter.batches(step0, columns, lambda: learning_rate(self.model))
            self._first += len(next(iter(columns.values())))
        self._buffer, self._flushed = {}, time.monotonic()


def list_epochs(
    history: Mapping[str, Sequence[float]], validation_freq: int
) -> list[dict[str, float]]:
    """What each epoch logged, from metric → values; those of validation are of every so manieth."""
    epochs: list[dict[str, float]] = [{} for _ in max(history.values(), key=len, default=())]
    for name, values in history.items():
        every = validation_freq if name.startswith("val_") else 1
        for logs, value in zip(epochs[every - 1 :: every], values, strict=False):
            logs[name] = value
    return epochs


def mean_value(value: Any) -> float:
    """A metric's value; of one with a number for each class their mean, as Keras's progress bar."""
    return float(np.mean(value))


def learning_rate(model: keras.Model) -> float:
    """The learning rate of the next step."""
    return float(model.optimizer.learning_rate)
