"""TrainingSpec → a trained model: build, compile, fit, save, test."""

from __future__ import annotations

import errno
import os
import platform
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from builder.engine import build, objects
from builder.engine.backend import keras
from builder.engine.data import Data, load
from builder.engine.record import Recorder, Sink, Stopped
from builder.errors import LayerwiseError, TrainingError
from builder.spec import TrainingSpec

__all__ = ["Sink", "train"]

FIT_VALUES = (
    "epochs", "batch_size", "validation_split", "validation_freq", "validation_batch_size",
    "shuffle", "steps_per_epoch", "initial_epoch",
)  # fmt: skip
"""Arguments of ``model.fit`` that a spec may set and that are handed on as they are."""

REMEDIES = (
    (
        r"label value of .* outside the valid range",
        "Give the last layer one unit for each class.",
        "model",
    ),
    (
        r"indices\[.*\] = .* is not in",
        "Make the Embedding's input_dim larger than the largest number in the data.",
        "model",
    ),
    (
        r"not sufficient to split",
        "Lower the validation split, or take more examples.",
        "fit.validation_split",
    ),
    (
        r"must have the same (rank|shape)|[Ss]hapes? .* incompatible",
        "Make the last layer's units and the loss fit the labels; the Check says how.",
        "model",
    ),
)
"""What TensorFlow and Keras say when data and model disagree → the remedy and its place."""


def train(
    training: TrainingSpec,
    folder: Path,
    sink: Sink,
    stop: Callable[[], bool],
    data: Data | None = None,
) -> dict[str, Any]:
    """Train as the exported script would, number for number under the same seed.

    Args:
        training: complete; its model fits its data.
        folder: the run's own folder; ``model.keras`` and callbacks' files go there.
        sink: hears of every batch and epoch.
        stop: asked between batches; True breaks off and keeps the model as it is then.
        data: instead of loading ``training.dataset``.

    Returns:
        ``history`` (metric → one value an epoch), ``test`` (metric → value), ``artefact`` (path),
        ``best`` (path or None), ``stopped`` (bool), ``versions`` (what it ran on).

    Raises:
        BuildError, DataError: the model or the data cannot be made.
        TrainingError: training broke off; one sentence why.
    """
    if data is None:
        sink.message("Loading the data.")
        data = load(training.dataset)
    build.refuse_if_too_big(build.summary(training.model), psutil.virtual_memory().available)
    model = build.compiled(training)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        recorder = Recorder(sink, stop, _notes(training, data))
        stopped = _fit(model, training, data, folder, recorder)
        artefact = save(model, folder / "model.keras")
        test = _test(model, data)
    except LayerwiseError:
        raise
    except Exception as error:  # layers, losses, TensorFlow and the disk fail in their own ways
        raise explained(error) from error
    if stopped:
        sink.message("Stopped; the model is kept as it was at that moment.")
    best = next(iter(folder.glob("model.best.*")), None)
    return {
        "history": recorder.history,
        "test": test,
        "artefact": str(artefact),
        "best": str(best) if best else None,
        "stopped": stopped,
        "versions": versions(),
    }


def _fit(
    model: keras.Model, training: TrainingSpec, data: Data, folder: Path, recorder: Recorder
) -> bool:
    """Fit in place; True when it was stopped by order."""
    made = objects.make("callbacks", training.fit.get("callbacks", ()), folder=folder) or []
    arguments = {k: training.fit[k] for k in FIT_VALUES if training.fit.get(k) is not None}
    weights = class_weight(training.fit.get("class_weight"))
    if weights:
        arguments["class_weight"] = weights
    try:
        # The recorder is last: EarlyStopping and the like have then had their say on the epoch.
        model.fit(data.x_train, data.y_train, verbose=0, callbacks=[*made, recorder], **arguments)
    except Stopped:
        for callback in made:
            callback.on_train_end()
        if (
            not model.optimizer.built
        ):  # stopped before the first step; Keras reloads only built ones
            model.optimizer.build(model.trainable_variables)
        model.optimizer.finalize_variable_values(model.trainable_weights)
        return True
    return False


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


def _notes(training: TrainingSpec, data: Data) -> tuple[str, ...]:
    """What a person should know before the first step."""
    batch = training.fit.get("batch_size") or 32
    count = len(data.x_train)
    if batch <= count:
        return ()
    return (f"The batch size ({batch}) is more than the {count} examples: one step an epoch.",)


def _test(model: keras.Model, data: Data) -> dict[str, float]:
    if not len(data.x_test):
        return {}
    result = model.evaluate(data.x_test, data.y_test, verbose=0, return_dict=True)
    return {name: float(value) for name, value in result.items()}


def save(model: keras.Model, path: Path) -> Path:
    """Save so that ``path`` is never half a file; ``path`` ends in ``.keras``."""
    partial = path.with_name(f"{path.stem}.partial.keras")
    try:
        model.save(partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def explained(error: Exception) -> TrainingError:
    """What stopped a training, in one sentence with its remedy."""
    text = objects.reason(error)
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "errno = 28" in text.lower():
        return TrainingError(
            "The disk is full: the run could not be saved.",
            hint="Delete old runs or free some space, then train again.",
        )
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return TrainingError(
            "There was not enough memory for this training.",
            hint="Use a smaller batch size or a smaller model.",
            where="fit.batch_size",
        )
    for pattern, hint, where in REMEDIES:
        if re.search(pattern, text):
            return TrainingError(f"Training broke off: {text}", hint, where)
    return TrainingError(f"Training broke off: {text}")


def versions() -> dict[str, str]:
    """What a run's numbers depend on, beside its seed."""
    import numpy as np
    import tensorflow as tf

    threading = tf.config.threading
    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "threads": f"{threading.get_intra_op_parallelism_threads()} within"
        f" and {threading.get_inter_op_parallelism_threads()} between operations (0: all cores)",
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1"),
    }
