"""Fit a compiled model: by our own loop where it gives ``model.fit``'s numbers, else by that."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from builder import catalog, formatting
from builder.check.training.performance import convolves
from builder.engine.build import keras_objects
from builder.engine.build.backend import keras
from builder.engine.data.column_arrays import Arrays
from builder.engine.training.batch_order import BatchOrder, ReshuffledDataset
from builder.engine.training.loop import Loop, Plan
from builder.engine.training.reporting import Interrupted, Recorder, Reporter
from builder.engine.training.snapshot import Position, Snapshots
from builder.errors import FileError, TrainingError
from builder.kinds._windows import Windows
from builder.spec import TrainingSpec

FIT_VALUES = (
    "epochs", "batch_size", "validation_split", "validation_freq", "validation_batch_size",
    "shuffle", "steps_per_epoch", "initial_epoch",
)  # fmt: skip
"""Arguments of ``model.fit`` that a spec may set and that are handed on as they are."""

FAST_LOOP = "Trained by the fast loop: the same numbers as model.fit, many steps a call."
XLA_LOOP = "Trained by the fast loop, compiled by XLA: as model.fit does, up to rounding."

PLAIN_ONLY = ("steps_per_epoch", "initial_epoch")
"""Of these, the ones our loop leaves to ``model.fit``."""

WHOLE_FIT = ("write_graph", "write_steps_per_second", "profile_batch")
"""Arguments of TensorBoard that ask for more than our loop has: Keras's own graph, and the time of
each single batch."""

ROOM = 0.5
"""The part of the free memory that the data may take to be kept on the device."""


def fit(
    model: keras.Model,
    training: TrainingSpec,
    data: Arrays,
    folder: Path,
    reporter: Reporter,
    lacking: FileError | None = None,
) -> tuple[str, str]:
    """Fits in place, on from the folder's snapshot if there is one.

    Args:
        lacking: what is missing to begin without a snapshot; raised then.

    Returns:
        Which loop was taken and why, in one sentence; and how it ended: ``"finished"``,
        ``"stopped"`` or ``"paused"``.
    """
    callbacks = (
        keras_objects.make("callbacks", training.fit.get("callbacks", ()), folder=folder) or []
    )
    snapshots = Snapshots(folder, model, callbacks, reporter.sink.remark, lacking)
    why = find_obstacle(model, training, data, callbacks)
    plan = plan_fit(training, data)
    path = XLA_LOOP if plan.xla else FAST_LOOP
    if why:
        path = f"Trained by Keras's own model.fit, because {why}."
    reporter.sink.plan(plan.order.batches, plan.epochs, path, _notes(training, data))
    if why:
        return path, fit_by_keras(model, training, data, callbacks, reporter, snapshots)
    return path, Loop(model, plan, callbacks, reporter, snapshots).run()


def find_obstacle(
    model: keras.Model, training: TrainingSpec, data: Arrays, callbacks: Sequence[Any]
) -> str:
    """Why the fast loop must leave this training to ``model.fit``; empty when it need not."""
    free = psutil.virtual_memory().available
    size = sum(a.nbytes for a in keras.tree.flatten((data.x_train, data.y_train)))
    named = [type(c).__name__ for c in callbacks]
    strangers = [n for n in named if catalog.traits_of(n, "callbacks").loop == "fit"]
    set_ = [name for name in PLAIN_ONLY if training.fit.get(name)]
    asked = [
        n for c in callbacks if type(c).__name__ == "TensorBoard" for n in _whole_fit_arguments(c)
    ]
    if model.run_eagerly:
        return "the model runs eagerly, step by step"
    if model.jit_compile and convolves(training.model):
        return "XLA is switched on and convolutions are slow inside a compiled loop"
    if set_:
        return f"{set_[0]} is set"
    if training.fit.get("shuffle", True) not in (True, False, "epoch"):
        return f"the order of examples is to be {training.fit['shuffle']!r}"
    if type(model).test_step is not keras.Model.test_step:
        return "the model tests in a way of its own"
    if strangers:
        return f"the callback {strangers[0]} may want more than our loop offers"
    if asked:
        return f"TensorBoard's {asked[0]} is on"
    if size > free * ROOM:
        return (
            f"the data ({formatting.size(size)}) would fill the memory"
            f" ({formatting.size(free)} free)"
        )
    if several := vector_metrics(model):
        return f"the metric {several[0]} is more than one number"
    return ""


def _whole_fit_arguments(board: Any) -> list[str]:
    """The arguments of ``WHOLE_FIT`` that are on in a TensorBoard."""
    on = (board.write_graph, board.write_steps_per_second, board._should_trace)
    return [name for name, is_on in zip(WHOLE_FIT, on, strict=True) if is_on]


def vector_metrics(model: keras.Model) -> list[str]:
    """The names of its metrics that are not averaged into one number."""
    return [m.name for m in user_metrics(model) if not _is_scalar(m)]


def _is_scalar(metric: Any) -> bool:
    argument = catalog.traits_of(type(metric).__name__, "metrics").averaged_by
    return not argument or getattr(metric, argument) is not None


def user_metrics(model: keras.Model) -> list[Any]:
    """The metrics given to ``compile``, where they are objects."""
    kept = model._compile_metrics
    given = [kept._user_metrics, kept._user_weighted_metrics] if kept else []
    return [m for m in keras.tree.flatten(given) if isinstance(m, keras.metrics.Metric)]


def plan_fit(training: TrainingSpec, data: Arrays) -> Plan:
    """The spec's ``fit`` arguments over these data, as ``model.fit`` understands them."""
    from keras.src.trainers.data_adapters import data_adapter_utils

    arrays = _train_arrays(data)
    held = None
    if split := training.fit.get("validation_split"):
        arrays, held = split_validation(arrays, split)
    if weights := class_weight(training.fit.get("class_weight")):
        _refuse_both(data)
        given = data_adapter_utils.class_weight_to_sample_weights(arrays[1], weights)
        arrays = (*arrays, given)
    batch = training.fit.get("batch_size") or 32
    shuffle = training.fit.get("shuffle", True)
    seed = training.seed
    if seed is None:
        # without a global seed fit takes another order every epoch
        seed, shuffle = secrets.randbelow(2**31), shuffle and "epoch"
    return Plan(
        train=arrays,
        validation=held,
        order=BatchOrder(count_rows(arrays), batch, shuffle, seed),
        epochs=int(training.fit.get("epochs") or 1),
        validation_batch_size=training.fit.get("validation_batch_size") or batch,
        validation_freq=training.fit.get("validation_freq") or 1,
        seed=seed,
        xla=bool(training.compile.get("jit_compile")),
    )


def _train_arrays(data: Arrays) -> tuple[Any, ...]:
    """``(x, y)``, or ``(x, y, sample_weight)``: the same weights for every output."""
    x, y, weights = data.x_train, data.y_train, data.w_train
    return (x, y) if weights is None else (x, y, keras.tree.map_structure(lambda _: weights, y))


def _refuse_both(data: Arrays) -> None:
    """Raises TrainingError for class weights where each example has one of its own."""
    if data.w_train is not None:
        raise TrainingError(
            "Keras takes class weights or sample weights, and this training has both.",
            hint="Remove one of them.",
            where="fit.class_weight",
        )


def split_validation(arrays: Any, share: float) -> tuple[Any, Any]:
    """The arrays and the last share of their rows, as ``model.fit`` splits them."""
    from keras.src.trainers.data_adapters.array_slicing import train_validation_split

    if not any(isinstance(a, Windows) for a in keras.tree.flatten(arrays)):
        parts: tuple[Any, Any] = train_validation_split(arrays, validation_split=share)
        return parts
    count = count_rows(arrays)
    cut = math.floor(count * (1.0 - share))
    if not 0 < cut < count:
        raise ValueError(f"{count} examples are not sufficient to split.")  # as Keras says it
    first, last = (
        keras.tree.map_structure(lambda array, part=part: array[part], arrays)
        for part in (slice(cut), slice(cut, None))
    )
    return first, last


def fit_by_keras(
    model: keras.Model,
    training: TrainingSpec,
    data: Arrays,
    callbacks: Sequence[Any],
    reporter: Reporter,
    snapshots: Snapshots,
) -> str:
    """``model.fit``; it can go on from the end of an epoch only, so that is what is saved.

    Returns:
        As ``Loop.run``.
    """
    model.optimizer.build(model.trainable_variables)
    position = snapshots.load(metrics=False)
    at = position or Position()
    given = fit_arguments(training, data, at)
    epochs = int(training.fit.get("epochs") or 1)
    reporter.begin(at.history, again=position is None)
    if at.over >= epochs:
        snapshots.restore(metrics=False)
        return "finished"
    if at.epoch:
        given["initial_epoch"] = at.epoch
    snapshots.prepare()
    recorder = _recorder(model, epochs, at, reporter, snapshots)
    try:
        # The recorder is last: EarlyStopping and the like have then had their say on the epoch.
        model.fit(**given, verbose=0, callbacks=[*callbacks, recorder])
    except Interrupted as order:
        recorder.flush()
        for callback in callbacks:
            callback.on_train_end()
        model.optimizer.finalize_variable_values(model.trainable_weights)
        return {"stop": "stopped", "pause": "paused"}[str(order)]
    return "finished"


def fit_arguments(training: TrainingSpec, data: Arrays, at: Position) -> dict[str, Any]:
    """What ``model.fit`` is told beside the callbacks."""
    given = {k: training.fit[k] for k in FIT_VALUES if training.fit.get(k) is not None}
    if training.fit.get("shuffle") == "epoch" and training.seed is not None:
        return given | _reshuffled_arguments(plan_fit(training, data), at.epoch)
    if weights := class_weight(training.fit.get("class_weight")):
        _refuse_both(data)
        given["class_weight"] = weights
    laid_out = keras.tree.map_structure(np.asarray, _train_arrays(data))
    return {**dict(zip(("x", "y", "sample_weight"), laid_out, strict=False)), **given}


def _reshuffled_arguments(plan: Plan, epoch: int) -> dict[str, Any]:
    """Keras knows one shuffled order a seed; given as a dataset, it takes ours."""
    return {
        "x": ReshuffledDataset(plan.train, plan.order, epoch),
        "validation_data": plan.validation,
        "validation_batch_size": plan.validation_batch_size,
        **dict.fromkeys(("batch_size", "validation_split", "shuffle")),
    }


def _recorder(
    model: keras.Model, epochs: int, at: Position, reporter: Reporter, snapshots: Snapshots
) -> Recorder:
    """Goes on from ``at`` when training begins, and takes snapshots after epochs."""

    def begun() -> None:
        if at.epoch:
            snapshots.restore(metrics=False)

    def ended(epoch: int) -> None:
        over = epochs if epoch == epochs or model.stop_training else 0
        if over or snapshots.due():
            reporter.sink.flush()
            snapshots.save(Position(epoch=epoch, history=reporter.history, over=over))
            reporter.sink.saved(epoch * (recorder.params["steps"] or 0))

    recorder = Recorder(reporter, begun, ended)
    return recorder


def count_rows(arrays: Any) -> int:
    """How many examples an array, or a structure of arrays, holds."""
    return len(keras.tree.flatten(arrays)[0])


def class_weight(given: Mapping[str, float] | None) -> dict[int, float]:
    """The spec's weights by class index; JSON keys are text.

    Raises:
        TrainingError: a key is no class index, or a weight no number ≥ 0.
    """
    try:
        weights = {int(k): float(v) for k, v in (given or {}).items()}
    except (TypeError, ValueError):
        weights = {-1: 0.0}
    if any(k < 0 or not v >= 0 for k, v in weights.items()):
        raise TrainingError(
            f"Class weights must be numbers by class index, but are {dict(given or {})}.",
            hint='Write them as {"0": 1.0, "1": 2.5}.',
            where="fit.class_weight",
        )
    return weights


def _notes(training: TrainingSpec, data: Arrays) -> tuple[str, ...]:
    """What a person should know before the first step."""
    batch = training.fit.get("batch_size") or 32
    count = count_rows(data.x_train)
    if batch <= count:
        return ()
    return (f"The batch size ({batch}) is more than the {count} examples: one step an epoch.",)
