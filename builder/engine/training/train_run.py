"""TrainingSpec → a trained model: build, compile, fit, save, test."""

from __future__ import annotations

import errno
import os
import platform
import re
from pathlib import Path
from typing import Any

import psutil

from builder.engine.build import keras_model, keras_objects
from builder.engine.build.backend import keras
from builder.engine.data import column_arrays
from builder.engine.data.column_arrays import Arrays
from builder.engine.data.loading import load
from builder.engine.files import call_names, initial_weights, reproducible_archive
from builder.engine.training import adapt_layers, precompute
from builder.engine.training.batch_order import keras_arguments
from builder.engine.training.fit import count_rows, fit, vector_metrics
from builder.engine.training.loop import validate
from builder.engine.training.reporting import (
    Interrupted,
    Orders,
    Reporter,
    Sink,
    StopsOnOrder,
    mean_value,
)
from builder.engine.training.steps import Steps
from builder.errors import FileError, LayerwiseError, TrainingError
from builder.facts import START
from builder.spec import ModelSpec, TrainingSpec

AS_IT_WAS = "Taken over as it was: not trained any further."
"""The path of a run of no epochs, which begins with weights of its own."""

EVALUATE_BATCH = 32
"""What ``model.evaluate`` takes when it is not told."""

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
    order: Orders,
    data: Arrays | None = None,
) -> dict[str, Any]:
    """Train as the exported script would, number for number under the same seed.

    Where the run's folder holds a snapshot, training goes on from it, with the very numbers it
    would have had without the interruption.

    Args:
        training: complete; its model fits its data.
        folder: the run's own folder; ``model.keras``, the snapshot and callbacks' files go there.
        sink: hears of every batch and epoch.
        order: asked between batches: ``"stop"`` keeps the model as it is then, ``"pause"`` only
            what is needed to go on, None goes on.
        data: instead of loading ``training.dataset``.

    Returns:
        ``history`` (metric → one value an epoch), ``test`` (metric → value), ``artefact`` (path),
        ``best`` (path or None), ``ended`` (``"finished"``, ``"stopped"`` or ``"paused"``),
        ``path`` (which loop it took and why), ``versions`` (what it ran on). A paused run has an
        empty ``test`` and no ``artefact``.

    Raises:
        BuildError, DataError: the model or the data cannot be made.
        TrainingError: training broke off; one sentence why.
    """
    if data is None:
        sink.message("Loading the data.")
        data = column_arrays.bind_arrays(training, load(training.dataset))
    keras_model.refuse_if_too_big(
        keras_model.summary(training.model), psutil.virtual_memory().available, training
    )
    model = keras_model.build_compiled(training)
    adapt_layers.adapt(model, data.x_train)
    lacking = None
    if training.weights:
        try:
            sink.message(load_initial_weights(model, training, folder))
        except FileError as error:  # from a snapshot the run can go on without
            lacking = error
    rarely = training.fit.get("validation_freq") or 1
    reporter = Reporter(sink, order, training.seed is not None, rarely)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path, ended = _fit(model, training, data, folder, reporter, lacking)
        result: dict[str, Any] = {"test": {}, "artefact": None}
        if ended != "paused":
            result["artefact"] = str(save(model, folder / "model.keras", training.model))
            # who has said stop waits for the test; who says it now does not want it any more
            result["test"] = evaluate(model, data, reporter if ended == "finished" else None)
    except Interrupted as order:
        ended = {"stop": "stopped", "pause": "paused"}[str(order)]
    except LayerwiseError:
        raise
    except Exception as error:  # layers, losses, TensorFlow and the disk fail in their own ways
        raise explain_error(error) from error
    if ended == "stopped":
        sink.message("Stopped; the model is kept as it was at that moment.")
    best = next((str(path) for path in folder.glob("model.best.*")), None)
    more = {"best": best, "ended": ended, "path": path, "versions": versions()}
    return {**result, "history": reporter.history, **more}


def _fit(
    model: keras.Model,
    training: TrainingSpec,
    data: Arrays,
    folder: Path,
    reporter: Reporter,
    lacking: FileError | None,
) -> tuple[str, str]:
    """As ``fit``; what was opened to be used as it is, is not trained."""
    if training.weights and training.fit.get("epochs") == 0:
        if lacking:
            raise lacking
        model.optimizer.build(model.trainable_variables)  # its file could not be opened else
        return AS_IT_WAS, "finished"
    return fit(model, training, data, folder, reporter, lacking)


def load_initial_weights(model: keras.Model, training: TrainingSpec, folder: Path) -> str:
    """Give the model the weights it begins with; what became of them, in a sentence or two.

    Raises:
        FileError: the file is missing or damaged.
    """
    notes = initial_weights.load_weights(model, folder / START, training.weights.get("names"))
    name = training.weights.get("name", "a file")
    return f"The weights are those of {name}. {initial_weights.join_notes(notes)}".strip()


def evaluate(
    model: keras.Model, data: Arrays, reporter: Reporter | None = None
) -> dict[str, float]:
    """What ``model.evaluate`` gives on the test examples; metric → value.

    Args:
        reporter: asked for orders on the way; raises Interrupted.
    """
    if not count_rows(data.x_test):
        return {}
    if model.run_eagerly or model.jit_compile or vector_metrics(model):
        hears = [StopsOnOrder(reporter)] if reporter else []
        given = keras_arguments((data.x_test, data.y_test), EVALUATE_BATCH)
        values = model.evaluate(**given, verbose=0, return_dict=True, callbacks=hears)
        return {name: mean_value(value) for name, value in values.items()}
    tests, hook = (data.x_test, data.y_test), reporter.obey if reporter else lambda: None
    step, rest, ties = precompute.move_front(model, model.test_step, tests, EVALUATE_BATCH, hook)
    return validate(model, Steps(step, rest, EVALUATE_BATCH, ties=ties), reporter=reporter)


def save(model: keras.Model, path: Path, spec: ModelSpec) -> Path:
    """Save so that ``path`` is never half a file, and equal models are equal files; ``path`` ends
    in ``.keras``. ``spec`` is what ``model`` was built from: it knows what its calls are named."""
    saved, partial = (path.with_name(f"{path.stem}.{word}.keras") for word in ("saved", "partial"))
    try:
        model.save(saved)
        names = call_names.collect_names(spec)
        reproducible_archive.copy(saved, partial, {call_names.ENTRY: names} if names else None)
        os.replace(partial, path)
    finally:
        for left in (saved, partial):
            left.unlink(missing_ok=True)
    return path


def explain_error(error: Exception) -> TrainingError:
    """What stopped a training, in one sentence with its remedy."""
    text = keras_objects.reason(error)
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
