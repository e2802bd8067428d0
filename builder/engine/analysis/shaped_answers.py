"""Answers of several axes (pictures, masks, windows) beside the truth, also with noise added."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder import binding
from builder.compare.settings import may_read_the_same
from builder.engine.data.column_arrays import bind_inputs
from builder.engine.data.loading import examples, load
from builder.engine.data.prepare import Prepared
from builder.engine.inference import evaluation, predict_rows
from builder.errors import DataError
from builder.kinds.contract import Array
from builder.spec import TrainingSpec

SHOWN = 8
"""Examples of each group."""

NOISY = 500
"""Test examples that are answered again, with noise."""


def answer_pictures(artefact: str, training: TrainingSpec, output: str = "") -> dict[str, Any]:
    """What an output answered, beside what it should have.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on and with.
        output: which one, of a model that has several.

    Returns:
        ``errors`` (n,), the mean absolute error of each test example; ``again``, whether the answer
        is something that the model reads; ``overlap``, where the truth is a mask of 0 and 1: the
        intersection over union of what is above one half, else None; and ``groups``, the largest
        misses, the usual ones and the smallest: ``name``, ``indices``, ``errors``, ``read`` (a
        part for each column), ``true`` and ``said``, each as ``loading.examples`` gives it.

    Raises:
        DataError: the answers are no pictures or windows, or model and data do not fit.
        FileError: the artefact cannot be read.
    """
    answer = evaluation.get_answers(artefact, training).of(output)
    if len(answer.target.facts.shape) < 2:
        raise DataError("The answers of this output are no pictures.", "Look at its mistakes.")
    said, true = answer.said, np.asarray(answer.target.test[: len(answer.said)])
    errors = np.abs(true - said).reshape(len(said), -1).mean(axis=1)
    order = np.argsort(-errors, kind="stable")
    middle = max(0, len(order) // 2 - SHOWN // 2)
    parts = {
        "The largest misses": order[:SHOWN],
        "As it usually is": order[middle : middle + SHOWN],
        "The smallest misses": order[-SHOWN:][::-1],
    }
    return {
        "errors": errors,
        "again": answer.target.facts.name in binding.read_columns(training),
        "overlap": overlap(true, said),
        "groups": [
            {
                "name": name,
                "errors": errors[rows],
                **_shown(training, answer.target, rows, said[rows]),
            }
            for name, rows in parts.items()
        ],
    }


def _shown(training: TrainingSpec, target: Prepared, rows: Array, said: Array) -> dict[str, Any]:
    """Those test examples, and what was answered, for people."""
    data = load(training.dataset)
    read = [data.column(name) for name in binding.read_columns(training)]
    return {
        "indices": rows,
        "read": [examples(training.dataset, c, c.raw.test[rows]) for c in read],
        "true": examples(training.dataset, target, target.raw.test[rows]),
        "said": examples(training.dataset, target, target.unscale(said)),
    }


def overlap(true: Array, said: Array) -> float | None:
    """The intersection over union of the two masks, over all examples."""
    if not np.isin(true[:SHOWN], (0, 1)).all() or not np.isin(true, (0, 1)).all():
        return None
    one, other = true > 0.5, said > 0.5
    union = int((one | other).sum())
    return float((one & other).sum() / union) if union else 1.0


def answer_noisy(
    artefact: str,
    training: TrainingSpec,
    noise: float,
    output: str = "",
    reader: tuple[str, TrainingSpec] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """What an output makes of test examples with noise in them.

    Args:
        noise: standard deviation of what is added to every number of each picture or window that
            is read, in the units that the model reads; the sum stays within the range of the
            training examples.
        reader: artefact and training of a classifier of the same dataset that reads the answers.
        seed: of the noise.

    Returns:
        ``rows``, how many were asked; ``noisy`` and ``said``, the mean absolute error against the
        truth of what was read and of the answer (``noisy`` is None where they cannot be compared);
        ``group`` as in ``answer_pictures``, with what was read; and with a reader ``accuracy``: of
        ``clean``, ``noisy`` and ``said``.

    Raises:
        DataError, FileError: as ``answer_pictures``; or the reader reads something else.
    """
    data, answer = load(training.dataset), evaluation.get_answers(artefact, training).of(output)
    target = answer.target
    rows = np.arange(min(NOISY, data.facts.n_test))
    rng = np.random.default_rng(seed)
    columns = {
        n: _add_noise(data.column(n), rows, noise, rng) for n in binding.read_columns(training)
    }
    said = predict_rows.predict_rows(artefact, bind_inputs(training, columns))
    if isinstance(said, dict):
        said = said[binding.keras_name(training.model, output)]
    said = np.asarray(said).reshape(len(rows), *target.facts.shape)
    true = np.asarray(target.test[rows])
    noisy = columns.get(target.facts.name)
    found: dict[str, Any] = {
        "rows": len(rows),
        "noisy": None if noisy is None else float(np.abs(noisy - true).mean()),
        "said": float(np.abs(said - true).mean()),
    }
    group = _shown(training, target, rows[:SHOWN], said[:SHOWN])
    group["read"] = [
        examples(training.dataset, data.column(n), data.column(n).unscale(x[:SHOWN]))
        if x.ndim > 2
        else part
        for (n, x), part in zip(columns.items(), group["read"], strict=True)
    ]
    errors = np.abs(said - true).reshape(len(rows), -1).mean(axis=1)
    found["group"] = {"name": "With noise", "errors": errors[:SHOWN], **group}
    if reader is not None and noisy is not None:
        found["accuracy"] = _read_all(
            reader, training, target, rows, {"clean": true, "noisy": noisy, "said": said}
        )
    return found


def _add_noise(column: Prepared, rows: Array, noise: float, rng: np.random.Generator) -> Array:
    """Those prepared test rows; pictures and windows with noise."""
    plain = np.asarray(column.test[rows])
    if plain.ndim < 3:
        return plain
    shaken = plain + rng.normal(0, noise, plain.shape)
    return np.clip(shaken, column.facts.low, column.facts.high).astype(plain.dtype)


def _read_all(
    reader: tuple[str, TrainingSpec],
    training: TrainingSpec,
    target: Prepared,
    rows: Array,
    variants: dict[str, Array],
) -> dict[str, float]:
    """The share of each variant of the pictures that the classifier reads right."""
    artefact, its = reader
    data = load(its.dataset)
    answers = [data.answer(name) for name in binding.output_columns(its).values()]
    columns = [data.column(name) for name in binding.read_columns(its)]
    fits = len(columns) == 1 and answers[0].facts.task == "classification"
    fits = fits and may_read_the_same(its, training)
    if not fits or not np.array_equal(columns[0].raw.test, target.raw.test):
        raise DataError(
            "That run does not read these pictures.", "Choose a classifier of the same dataset."
        )
    truth, shape = answers[0], columns[0].facts.shape
    read = {}
    for name, pictures in variants.items():
        said = predict_rows.predict_rows(artefact, pictures.reshape(len(rows), *shape))
        scores = evaluation.to_scores(np.asarray(said, "float64"), truth.facts, len(rows))
        read[name] = float((scores.argmax(axis=1) == truth.raw.test[rows]).mean())
    return read
