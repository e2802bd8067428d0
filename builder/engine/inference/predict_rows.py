"""Predict many rows: a table, a list of texts or pictures, in large batches and in order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from builder.engine.build.backend import keras
from builder.engine.inference import model_cache
from builder.errors import DataError

BATCH_ROWS = 8192
BATCH_BYTES = 64 * 2**20
"""A batch has so many rows, or fewer where those of its inputs take more than this."""


def predict_rows(artefact: str, x: Any) -> Any:
    """What the model says of every row, in the order of the rows.

    Args:
        artefact: path of the ``.keras``.
        x: arrays by Input's name, or the array of the only Input.

    Returns:
        An array, rows first, or for a model of several outputs a dict of them by name.

    Raises:
        DataError: an Input gets nothing, or what it cannot read.
        FileError: the artefact cannot be read.
    """
    return keras.tree.map_structure(
        lambda *parts: np.concatenate(parts), *predict_batches(artefact, [x])
    )


def predict_batches(artefact: str, parts: Iterable[Any]) -> Iterator[Any]:
    """As ``predict_rows``, for rows that come part by part: no more than a batch is held at a time.

    Yields:
        For each part one or more answers, whose rows are together those of the part.
    """
    model, call = model_cache.get_batch_call(artefact)
    for part in parts:
        x = _inputs(model, part)
        count, size = len(x[0]), _batch_rows(x)
        for start in range(0, max(count, 1), size):
            yield call([array[start : start + size] for array in x])


def _inputs(model: keras.Model, given: Any) -> list[Any]:
    """The arrays of each Input, in the model's order; DataError if they do not fit."""
    names = [t._keras_history.operation.name for t in model.inputs]
    if not isinstance(given, Mapping):
        given = {names[0]: given} if len(names) == 1 else {}
    if missing := [name for name in names if name not in given]:
        raise DataError(
            f"The model reads '{missing[0]}', and the rows have no column for it.",
            "Give a column for each of its inputs.",
            f"columns.{missing[0]}",
        )
    x = [np.asarray(given[name]) for name in names]
    lengths = {len(array) for array in x}
    if len(lengths) > 1:
        raise DataError(
            f"The columns have {' and '.join(map(str, sorted(lengths)))} rows.",
            "Give each as many.",
        )
    return [_shaped(array, t, name) for array, t, name in zip(x, model.inputs, names, strict=True)]


def _shaped(array: Any, tensor: Any, name: str) -> Any:
    """Rows of the Input's shape; a row of one number may lack its axis."""
    shape = tuple(tensor.shape[1:])
    if shape == (1,) and array.ndim == 1:
        array = array[:, None]
    fits = array.ndim == len(shape) + 1 and all(
        wanted in (None, had) for wanted, had in zip(shape, array.shape[1:], strict=True)
    )
    words, reads_words = array.dtype.kind in "OUST", tensor.dtype == "string"
    if not fits or words != reads_words:
        kind = "texts" if reads_words else "numbers"
        raise DataError(
            f"'{name}' reads {kind} of shape {shape}, but a row has"
            f" {'texts' if words else 'numbers'} of shape {array.shape[1:]}.",
            "Give it what it was trained on.",
            f"columns.{name}",
        )
    return array


def _batch_rows(x: list[Any]) -> int:
    row: int = sum(array.dtype.itemsize * math.prod(array.shape[1:]) for array in x)
    return max(1, min(BATCH_ROWS, BATCH_BYTES // max(1, row)))
