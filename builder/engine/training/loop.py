"""Training loop that gives ``model.fit``'s numbers: many steps a call, interruptible anywhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from builder import catalog
from builder.engine.build.backend import keras
from builder.engine.training import adam, precompute
from builder.engine.training.batch_order import BatchOrder
from builder.engine.training.reporting import EpochReporter, Interrupted, Reporter, learning_rate
from builder.engine.training.snapshot import Position, Snapshots
from builder.engine.training.steps import XLA_BLOCK, Logs, Steps

CALL_SECONDS = 0.1
"""How long a call should take: charts stay lively and orders are heard."""

FIRST_BLOCK = 4
"""Steps of the first call; the number then follows the measured speed."""

MANY = 10**6
"""More steps than any call has."""


@dataclass(frozen=True)
class Plan:
    """What ``model.fit`` calls its arguments.

    Args:
        train: ``(x, y)`` or ``(x, y, sample_weight)``; arrays or nested structures of them.
        validation: the same, or None.
        order: of the training examples.
        seed: what ``"epoch"`` order was made with, kept with the snapshot.
        xla: compile the loop.
    """

    train: Any
    validation: Any
    order: BatchOrder
    epochs: int = 1
    validation_batch_size: int = 32
    validation_freq: int = 1
    seed: int = 0
    xla: bool = False

    def with_seed(self, seed: int) -> Plan:
        """The same with the order that seed makes."""
        return replace(self, seed=seed, order=self.order.with_seed(seed))


def _hears_batches(callback: Any) -> bool:
    """Whether it wants to hear of every batch; it does, after the call it was in."""
    return catalog.traits_of(type(callback).__name__, "callbacks").loop == "batch"


class Loop:
    """One training of a compiled model."""

    def __init__(
        self,
        model: keras.Model,
        plan: Plan,
        callbacks: Sequence[Any],
        reporter: Reporter,
        snapshots: Snapshots,
    ) -> None:
        self._model, self._plan = model, plan
        self._callbacks, self._reporter, self._snapshots = callbacks, reporter, snapshots
        self._batchwise = [c for c in callbacks if _hears_batches(c)]
        self._names = log_names(model, plan.train)
        self._own = set(self._names) != set(model.get_metrics_result())
        self._test: Steps | None = None
        self._block, self._most = FIRST_BLOCK, XLA_BLOCK if plan.xla else MANY

    def run(self) -> str:
        """Trains in place, from the run's snapshot if there is one, and writes them.

        Returns:
            ``"finished"``, or the order that ended it: ``"stopped"`` or ``"paused"``.
        """
        model, at = self._model, Position(seed=self._plan.seed)
        every = keras.callbacks.CallbackList(
            [*self._callbacks, EpochReporter(self._reporter)], add_history=True, model=model,
            epochs=self._plan.epochs, steps=self._plan.order.batches,
        )  # fmt: skip
        if position := self._snapshots.load():
            at, self._plan = position, self._plan.with_seed(position.seed)
        self._reporter.begin(at.history, again=position is None)
        self._snapshots.prepare()
        model.stop_training = False
        every.on_train_begin()
        if position:
            self._snapshots.restore()
        ended = "finished"
        try:
            # a run that was over before it could be told so has nothing left to do
            if at.over < self._plan.epochs > at.epoch:
                self._make_steps()
            while at.over < self._plan.epochs > at.epoch and not model.stop_training:
                self._epoch(at, every)
            at.over = self._plan.epochs
        except Interrupted as order:
            ended = {"stop": "stopped", "pause": "paused"}[str(order)]
        self._save(at)
        model.optimizer.finalize_variable_values(model.trainable_weights)
        every.on_train_end()
        return ended

    def _make_steps(self) -> None:
        """The steps, over data to which the front of the model was applied already."""
        model, plan, hook = self._model, self._plan, self._reporter.obey
        until_nan = any(type(c).__name__ == "TerminateOnNaN" for c in self._callbacks)
        size = plan.order.batch_size
        step = model.train_step if plan.xla else adam.adam_step(model)
        step, data, ties = precompute.move_front(model, step, plan.train, size, hook)
        self._train = Steps(step, data, size, self._names, until_nan, plan.xla, ties)
        if plan.validation is not None:
            size = plan.validation_batch_size
            step, data, ties = precompute.move_front(
                model, model.test_step, plan.validation, size, hook
            )
            self._test = Steps(step, data, size, ties=ties)

    def _save(self, at: Position) -> None:
        self._reporter.sink.flush()
        self._snapshots.save(at)
        self._reporter.sink.saved(at.epoch * self._plan.order.batches + at.step)

    def _epoch(self, at: Position, every: Any) -> None:
        """From wherever the epoch is to its end."""
        if at.logs is None:
            if at.step == 0:
                self._model.reset_metrics()
                every.on_epoch_begin(at.epoch)
            self._batches(at)
            at.logs = at.own or metric_values(self._model)
        logs = dict(at.logs)
        if self._test is not None and (at.epoch + 1) % self._plan.validation_freq == 0:
            values = validate(self._model, self._test, every, self._reporter)
            logs |= {f"val_{name}": value for name, value in values.items()}
        every.on_epoch_end(at.epoch, logs)
        at.epoch, at.step, at.logs, at.own = at.epoch + 1, 0, None, None
        if self._snapshots.due():
            self._save(at)

    def _batches(self, at: Position) -> None:
        full, rest = self._plan.order.epoch(at.epoch)
        while at.step < len(full) and not self._model.stop_training:
            self._between(at)
            block = full[at.step : at.step + min(self._block, self._until_checkpoint())]
            began = time.perf_counter()
            done, logs = self._train(block)
            self._tell(at, done, logs)
            self._adapt(len(block), time.perf_counter() - began)
        if len(rest) and at.step == len(full) and not self._model.stop_training:
            self._tell(at, *self._train(rest[None]))

    def _between(self, at: Position) -> None:
        """Between two calls: orders, and a snapshot when it is time."""
        self._reporter.obey()
        if at.step and self._snapshots.due():
            self._save(at)

    def _tell(self, at: Position, done: int, logs: Logs) -> None:
        """Steps were done: the sink and the callbacks hear of each."""
        step0 = at.epoch * self._plan.order.batches + at.step
        self._reporter.batches(step0, logs, lambda: learning_rate(self._model))
        for i in range(done if self._batchwise else 0):
            values = {name: float(column[i]) for name, column in sorted(logs.items())}
            for callback in self._batchwise:
                callback.on_train_batch_begin(at.step + i)
                callback.on_train_batch_end(at.step + i, values)
        at.step += done
        if self._own:
            at.own = {name: float(column[-1]) for name, column in sorted(logs.items())}

    def _until_checkpoint(self) -> int:
        """Steps until a ModelCheckpoint by batches is due: it must see the weights as of then."""
        rests = [
            c.save_freq - c._batches_seen_since_last_saving
            for c in self._batchwise
            if isinstance(getattr(c, "save_freq", None), int)
        ]
        return min(rests, default=self._block)

    def _adapt(self, steps: int, seconds: float) -> None:
        if steps == self._block:
            wanted = round(steps * CALL_SECONDS / max(seconds, 1e-4))
            self._block = max(1, min(4 * self._block, wanted, self._most))


def log_names(model: keras.Model, data: Any) -> tuple[str, ...]:
    """The names of what ``train_step`` returns; builds the metrics and the optimizer.

    Args:
        data: ``(x, y)`` or ``(x, y, sample_weight)``.
    """
    two = keras.tree.map_structure(_few, data)
    model._symbolic_build(data_batch=keras.tree.lists_to_tuples(two))
    if type(model).train_step is keras.Model.train_step:
        return tuple(model.get_metrics_result())
    import tensorflow as tf

    step = tf.function(model.train_step, autograph=False)
    return tuple(step.get_concrete_function(two).structured_outputs)


def _few(array: Any) -> Any:
    """The first examples, of which Keras asks shape and dtype; it knows no NumPy dtype of texts."""
    few = np.asarray(array[:2])
    return few if few.dtype != object else keras.ops.convert_to_tensor(few, "string")


def metric_values(model: keras.Model) -> dict[str, float]:
    """The metrics as ``fit`` logs them."""
    return {name: float(value) for name, value in sorted(model.get_metrics_result().items())}


def validate(
    model: keras.Model, steps: Steps, every: Any = None, reporter: Reporter | None = None
) -> dict[str, float]:
    """What ``model.evaluate`` returns, over the examples of ``steps`` as they stand.

    Args:
        every: the CallbackList that hears of it.
        reporter: asked for orders between two calls; raises Interrupted.
    """
    every = every or keras.callbacks.CallbackList()
    every.on_test_begin()
    model.reset_metrics()
    full, rest = BatchOrder(steps.count, steps.batch_size, False, 0).epoch(0)
    size, at = FIRST_BLOCK, 0
    try:
        while at < len(full):
            began = time.perf_counter()
            steps(full[at : at + size])
            at += size
            seconds = max(time.perf_counter() - began, 1e-4)
            size = max(1, min(8 * size, round(size * CALL_SECONDS / seconds)))
            if reporter:
                reporter.obey()
    except Interrupted:
        every.on_test_end({})
        raise
    if len(rest):
        steps(rest[None])
    values = metric_values(model)
    every.on_test_end(values)
    return values
