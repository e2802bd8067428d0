"""Trained models kept ready: loaded once, compiled to one graph with a fixed signature."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from builder.datasets.contract import Array
from builder.engine.build.backend import keras
from builder.errors import DataError, FileError, LayerwiseError

KEPT = 4
"""How many models stay warm."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A model ready to answer.

    Args:
        call: (batch, *shape) → what the model says, both NumPy; the batch is fixed. A model that
            reads text takes an array of strings.
        shape: of its input, batch axis first, as the model declares it.
        model: itself, whose layers can be asked.
    """

    call: Callable[[Array], Array]
    shape: tuple[int | None, ...]
    model: keras.Model


_models: OrderedDict[tuple[str, int, int, int], Ready] = OrderedDict()
_lock = threading.Lock()


def warmed(artefact: str, batch: int) -> Ready:
    """The model of that file, loaded once and kept while the file stays the same."""
    try:
        stat = os.stat(artefact)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FileError(
            f"The model file {artefact} cannot be read: {reason}.",
            "Train the model again.",
            artefact,
        ) from error
    key = (str(artefact), stat.st_mtime_ns, stat.st_size, batch)
    with _lock:
        if key not in _models:
            _models[key] = compiled(loaded(artefact), batch)
            while len(_models) > KEPT:
                _models.popitem(last=False)
        _models.move_to_end(key)
        return _models[key]


def loaded(artefact: str) -> keras.Model:
    """The model of a file; FileError when Keras refuses it."""
    try:
        return keras.models.load_model(artefact, compile=False, safe_mode=True)
    except LayerwiseError:
        raise
    except Exception as error:  # Keras refuses damaged files in many ways
        raise FileError(
            f"The model file {Path(artefact).name} cannot be opened: {str(error).splitlines()[0]}",
            "Train the model again, or choose another run.",
            artefact,
        ) from error


def compiled(model: keras.Model, batch: int) -> Ready:
    """One graph with a fixed signature: a call costs a hundredth of ``model.predict``.

    Raises:
        DataError: the model has several inputs or outputs.
    """
    import tensorflow as tf

    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise DataError(
            f"This model has {len(model.inputs)} inputs and {len(model.outputs)} outputs; a"
            " picture needs one of each.",
            "Choose another run.",
            "model",
        )
    shape = tuple(model.inputs[0].shape)
    fixed = (batch, *(28 if s is None else s for s in shape[1:]))
    signature = [tf.TensorSpec(fixed, model.inputs[0].dtype)]
    graph = tf.function(lambda x: model(x, training=False), input_signature=signature)
    given = keras.backend.standardize_dtype(model.inputs[0].dtype)
    dtype = np.dtype(object if given == "string" else given)

    def call(x: Array) -> Array:
        answer: Array = graph(tf.constant(x.astype(dtype))).numpy()
        return answer

    return Ready(call, shape, model)


def finite(scores: Array) -> Array:
    """What the model answered; DataError when that is NaN or infinite."""
    if not np.isfinite(scores).all():
        raise DataError(
            "The model answers with NaN instead of numbers: its training exploded.",
            "Train again with a smaller learning rate, or choose another run.",
            "model",
        )
    return scores


def probabilities(scores: Array, classes: int | None = None) -> Array:
    """What a classifier answered as probabilities: float64 (rows, classes), rows summing to 1.

    Args:
        scores: probabilities, or logits of a model that ends without softmax; one column is the
            probability (or logit) of the second of two classes.
        classes: how many there must be; None takes any number.

    Raises:
        DataError: these are not class scores, or NaN.
    """
    scores = finite(scores.astype("float64"))
    if scores.ndim != 2:
        raise DataError(
            f"The model answers an example with an array of shape {scores.shape[1:]} instead of one"
            " score a class.",
            "End it with a Dense layer of one unit a class.",
            "model",
        )
    if scores.shape[1] == 1:
        p = scores if ((scores >= 0) & (scores <= 1)).all() else 1 / (1 + np.exp(-scores))
        scores = np.hstack([1 - p, p])
    elif (scores < 0).any() or not np.allclose(scores.sum(axis=1), 1, atol=1e-3):
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        scores = powers / powers.sum(axis=1, keepdims=True)
    if classes is not None and scores.shape[1] != classes:
        raise DataError(
            f"The model scores {scores.shape[1]} classes but the dataset has {classes}.",
            f"Give the last Dense layer {classes} units and train again.",
            "model",
        )
    return scores
