"""The callback that carries a training's numbers to a sink and its orders back."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from builder.engine.backend import keras

FLUSH_SECONDS = 0.2
"""Batch values wait at most this long for the sink (and the next batch)."""

STOP_SECONDS = 0.1
"""How often ``stop`` is asked; asking reads the store."""


class Sink(Protocol):
    """Where a training reports; a run in the store, a progress line, a test's list."""

    def plan(self, steps: int, epochs: int, notes: tuple[str, ...]) -> None:
        """Training begins: ``steps`` an epoch, and remarks for people."""

    def batches(self, step0: int, values: Mapping[str, np.ndarray[Any, Any]]) -> None:
        """Consecutive steps from ``step0`` (0 is the first of the run), one value a step.

        Values are Keras's: the mean since the epoch began.
        """

    def epoch(self, n: int, values: Mapping[str, float]) -> None:
        """Epoch ``n`` (the first is 0) ended."""

    def message(self, text: str) -> None:
        """Something people should read."""


class Stopped(Exception):
    """Raised inside ``fit`` when someone asked to stop; carries no fault."""


class Recorder(keras.callbacks.Callback):  # type: ignore[misc]
    """Report every batch and epoch; break off between two batches when ``stop()`` says so.

    A broken-off epoch is not an epoch: it is neither in ``history`` nor reported, so that no
    curve ends in a mean over half the data.
    """

    def __init__(self, sink: Sink, stop: Callable[[], bool], notes: tuple[str, ...]) -> None:
        super().__init__()
        self.history: dict[str, list[float]] = {}
        self._sink, self._stop, self._notes = sink, stop, notes
        self._buffer: dict[str, list[float]] = {}
        self._step = self._step0 = self._epoch = 0
        self._flushed = self._asked = 0.0
        self._warned = False

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: D102
        self._sink.plan(int(self.params["steps"] or 0), int(self.params["epochs"]), self._notes)
        self._obey()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: D102
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: D102
        values = logs or {}
        for name, value in values.items():
            self._buffer.setdefault(name, []).append(float(value))
        self._step += 1
        self._watch(values.get("loss", 0.0))
        if time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()
        self._obey()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: D102
        self._obey()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: D102
        self.flush()
        values = {name: float(value) for name, value in (logs or {}).items()}
        for name, value in values.items():
            self.history.setdefault(name, []).append(value)
        self._sink.epoch(epoch, values)

    def flush(self) -> None:
        """Hand the waiting batch values to the sink."""
        if self._buffer:
            columns = {k: np.asarray(v, np.float32) for k, v in self._buffer.items()}
            self._sink.batches(self._step0, columns)
        self._buffer, self._step0, self._flushed = {}, self._step, time.monotonic()

    def _obey(self) -> None:
        now = time.monotonic()
        if now - self._asked < STOP_SECONDS:
            return
        self._asked = now
        if self._stop():
            self.flush()
            raise Stopped

    def _watch(self, loss: float) -> None:
        if self._warned or math.isfinite(loss):
            return
        self._warned = True
        rate = float(self.model.optimizer.learning_rate)
        self._sink.message(
            f"The loss is no longer a number ({loss}) since step {self._step} of epoch"
            f" {self._epoch + 1}: the learning rate ({rate:g}) is most likely too high."
            f" Stop, set it to {min(rate / 10, 0.001):g} and train again."
        )
