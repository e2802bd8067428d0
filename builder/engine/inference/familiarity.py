"""Whether an example is of the kind that a model was trained on, or a stranger among them.

Distances to the nearest training examples, among the features that the model's last layer reads
(Sun and others, "Out-of-Distribution Detection with Deep Nearest Neighbors", 2022) and among the
examples themselves, coarsely seen: what is as far as hardly any test example is a stranger.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from builder.engine.build.backend import keras
from builder.engine.data.loading import load
from builder.engine.inference import model_cache
from builder.errors import DataError
from builder.kinds.contract import Array
from builder.spec import TrainingSpec

REFERENCES = 2000
"""So many training examples are compared with, chosen by chance."""

NEIGHBOURS = 5
"""The distance to an example is that to this many's last."""

USUAL = 0.99
"""Of the test examples, so many are no strangers in each of both ways."""

MARGIN = 1.15
"""How much farther than those a stranger is: a camera is not the one of the examples."""

COARSE = 8
"""Points of a side at which pictures are compared themselves."""

KEPT = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """Training examples in two spaces, and how far test examples are from them."""

    model: keras.Model
    features: Array
    coarse: Array
    limits: tuple[float, float]


_kept: OrderedDict[tuple[str, int, TrainingSpec], _Known] = OrderedDict()


def find_strangers(artefact: str, training: TrainingSpec, x: Array) -> Array:
    """Which of these examples are of another kind than the training's: bool (n,).

    Args:
        artefact: path of the ``.keras``; its one Input reads pictures or sounds.
        x: prepared, (n, height, width, channels) or (n, samples).

    Where the examples it learned from are gone, nobody is a stranger.
    """
    try:
        known = _learn(artefact, training)
    except DataError:
        return np.zeros(len(x), bool)
    deep = _distances(_features(known.model, x), known.features)
    plain = _distances(_coarse(x), known.coarse)
    strange: Array = deep > MARGIN * known.limits[0]
    return strange | (plain > MARGIN * known.limits[1])


def _learn(artefact: str, training: TrainingSpec) -> _Known:
    key = (artefact, os.stat(artefact).st_mtime_ns, training)
    if key not in _kept:
        column = load(training.dataset).input
        rng = np.random.default_rng(0)
        train, test = (
            part[np.sort(rng.permutation(len(part))[:REFERENCES])]
            for part in (column.train, column.test)
        )
        model = _before_last(model_cache.get_model(artefact))
        features, coarse = _features(model, train), _coarse(train)
        limits = (
            float(np.quantile(_distances(_features(model, test), features), USUAL)),
            float(np.quantile(_distances(_coarse(test), coarse), USUAL)),
        )
        _kept[key] = _Known(model, features, coarse, limits)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return _kept[key]


def _before_last(model: keras.Model) -> keras.Model:
    """What gives the values that the last layer with weights reads; the model itself without."""
    last = next((layer for layer in reversed(model.layers) if layer.weights), None)
    if last is None or not hasattr(last, "input"):
        return model
    return keras.Model(model.inputs, last.input)


def _features(model: keras.Model, x: Array) -> Array:
    """Rows of length 1, float32."""
    rows = np.asarray(model.predict(x, batch_size=128, verbose=0), "float32").reshape(len(x), -1)
    lengths: Array = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return rows / lengths


def _coarse(x: Array) -> Array:
    """Means over the squares of a coarse grid, a row of numbers from 0 to 1 for each picture; of
    sounds, how loud they are at each moment."""
    if x.ndim == 2:
        return np.stack(
            [np.abs(part).mean(axis=1) for part in np.array_split(x, COARSE, axis=1)], 1
        )
    rows = np.stack([_blocks(picture) for picture in x])
    return rows.reshape(len(x), -1)


def _blocks(picture: Array) -> Array:
    for axis in (0, 1):
        edges = np.linspace(0, picture.shape[axis], COARSE + 1).astype(int)[:-1]
        sums = np.add.reduceat(picture.astype("float32"), edges, axis=axis)
        sizes = np.diff([*edges, picture.shape[axis]])
        picture = sums / sizes.reshape([-1 if i == axis else 1 for i in range(picture.ndim)])
    return picture / 255


def _distances(rows: Array, known: Array) -> Array:
    """From each row to the last of its nearest neighbours."""
    from sklearn.neighbors import NearestNeighbors

    count = min(NEIGHBOURS, len(known))
    nearest = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(known)
    found: Array = nearest.kneighbors(rows)[0][:, -1]
    return found
