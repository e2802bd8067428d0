"""Where a model of pictures looks: how much each point moves what it answered."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from builder.engine.data.loading import load
from builder.engine.inference import model_cache
from builder.errors import DataError
from builder.kinds.contract import Array
from builder.kinds.registry import find_kind
from builder.spec import TrainingSpec

NOISY = 8
"""Copies of a picture with noise over which the answer's slope is averaged."""

NOISE = 0.1
"""Of the span of the pictures' numbers: the noise's deviation."""

SMOOTH = 1.0
"""Points over which neighbours are averaged: what counts are places, not single points."""

MOST = 64
"""Pictures at once."""


def explain_pictures(artefact: str, training: TrainingSpec, rows: Array) -> Array:
    """How much each point of some test pictures moves the answer given to them.

    The slope of the likeliest class's score over the points, its size averaged over noisy copies
    (SmoothGrad, Smilkov and others 2017).

    Args:
        artefact: path of the ``.keras``; its one Input reads pictures.
        rows: numbers of test examples, at most ``MOST``.

    Returns:
        float32 (n, height, width), from 0 to 1, the strongest point of each picture 1.

    Raises:
        DataError: the model reads no pictures, or several things.
        FileError: the artefact cannot be read.
    """
    import tensorflow as tf

    model, column = model_cache.get_model(artefact), load(training.dataset).input
    if len(model.inputs) != 1 or not find_kind(column.facts.kind).has_pixels:
        raise DataError("This model does not read one picture.", "Choose another run.", "model")
    pictures = np.asarray(column.test[np.asarray(rows)[:MOST]], "float32")
    span = float(column.facts.high - column.facts.low) or 1.0
    rng = np.random.default_rng(0)
    total: Any = 0
    for _ in range(NOISY):
        x = tf.constant(pictures + rng.normal(0, NOISE * span, pictures.shape).astype("float32"))
        with tf.GradientTape() as tape:
            tape.watch(x)
            scores = tf.reshape(model(x, training=False), (len(pictures), -1))
            best = tf.reduce_sum(tf.reduce_max(_spread(scores), axis=1))
        total += abs(np.asarray(tape.gradient(best, x)))
    flat = total.max(axis=-1) if total.ndim == 4 else total
    flat = ndimage.gaussian_filter(flat, (0, SMOOTH, SMOOTH))
    heat: Array = flat / np.maximum(flat.max(axis=(1, 2), keepdims=True), 1e-12)
    return heat.astype("float32")


def _spread(scores: Any) -> Any:
    """Scores whose slope does not vanish where the model is sure: logarithms of probabilities; of
    one number both ways."""
    import tensorflow as tf

    if scores.shape[1] == 1:
        scores = tf.concat([1 - scores, scores], axis=1)
    least = tf.reduce_min(scores)
    return tf.where(
        least < 0,
        scores,
        tf.math.log(tf.maximum(scores, 1e-12)) - tf.math.log1p(-tf.minimum(scores, 1 - 1e-6)),
    )
