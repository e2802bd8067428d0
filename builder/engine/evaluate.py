"""The final exam: what a trained model makes of the test set; scikit-learn computes the metrics."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder import plugins
from builder.engine import build, ready
from builder.engine.backend import keras
from builder.engine.data import load, pixels
from builder.engine.prepare import Data
from builder.errors import DataError
from builder.plugins.raw import Array
from builder.spec import TrainingSpec

BATCH = 256

MISTAKES_SHOWN = 24

KEPT = 4
"""How many test sets' answers are kept, so that clicking through the matrix costs nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """What the model said: per row class probabilities, or (n,) values; and Keras's own metrics."""

    said: Array
    test: dict[str, float]


_kept: OrderedDict[tuple[str, int, TrainingSpec], _Answers] = OrderedDict()


def report(artefact: str, training: TrainingSpec) -> dict[str, Any]:
    """How the model does on the test set.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on and with.

    Returns:
        ``task``, ``kind``, ``test`` {metric: value} as ``model.evaluate`` gives it. Classification:
        ``classes``, ``accuracy``, ``confusion`` int (true, predicted), ``per_class`` rows of
        ``class``, ``precision``, ``recall``, ``f1``, ``support``, and ``mistakes``, the most
        confident first, as ``cell`` gives them. Regression: ``true``, ``predicted`` (n,), ``r2``,
        ``mae``, ``rmse``.

    Raises:
        DataError: model and data do not fit.
        FileError: the artefact cannot be read.
    """
    data, answers = load(training.dataset), _answers(artefact, training)
    found: dict[str, Any] = {
        "task": data.facts.task,
        "kind": data.facts.kind,
        "test": answers.test,
    }
    if data.facts.task == "regression":
        return found | _regression(data.y_test, answers.said)
    true, predicted = data.raw.y_test, answers.said.argmax(axis=1)
    wrong = np.flatnonzero(true != predicted)
    found["mistakes"] = _examples(training, data, answers, wrong, MISTAKES_SHOWN)
    return found | _classification(data, predicted)


def cell(
    artefact: str, training: TrainingSpec, true: int, predicted: int, limit: int = MISTAKES_SHOWN
) -> dict[str, Any]:
    """Test examples of one cell of the confusion matrix, the most confident first.

    Args:
        true, predicted: class numbers.

    Returns:
        ``total``, how many there are; and of the first ``limit``: ``indices`` in the test set,
        ``true`` and ``predicted`` class numbers, ``confidence`` (probability of the predicted
        class), ``probability`` (of the true one); ``images`` uint8 (n, h, w[, 3]), or ``rows``
        (raw numbers or text) with ``columns``.

    Raises:
        DataError, FileError: as ``report``.
    """
    data, answers = load(training.dataset), _answers(artefact, training)
    chosen = (data.raw.y_test == true) & (answers.said.argmax(axis=1) == predicted)
    return _examples(training, data, answers, np.flatnonzero(chosen), limit)


def surface(artefact: str, training: TrainingSpec, steps: int = 80) -> dict[str, Any]:
    """What the model says all over the plane, for data of two features.

    Returns:
        ``x``, ``y`` (steps,) in raw units, with a margin around the data; ``z`` (steps, steps), a
        row for each ``y``: with two classes the probability of the second, with more the number
        of the likeliest class, for regression the value.

    Raises:
        DataError: the data has not two features, or the model does not fit.
        FileError: the artefact cannot be read.
    """
    data = load(training.dataset)
    both = np.concatenate([data.raw.x_train, data.raw.x_test])
    if both.ndim != 2 or both.shape[1] != 2:
        raise DataError(
            f"A surface needs examples of two numbers; these have the shape {both.shape[1:]}.",
            "Choose one of the toys, such as circles.",
            "dataset",
        )
    low, high = both.min(axis=0), both.max(axis=0)
    margin = 0.1 * np.maximum(high - low, 1e-6)
    x, y = (np.linspace(low[i] - margin[i], high[i] + margin[i], steps) for i in (0, 1))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    said = _said(ready.loaded(artefact), data, data.scaling(grid))
    if data.facts.task == "classification":
        said = said[:, 1] if said.shape[1] == 2 else said.argmax(axis=1)
    return {"x": x, "y": y, "z": said.reshape(steps, steps)}


def _answers(artefact: str, training: TrainingSpec) -> _Answers:
    data = load(training.dataset)
    stamp = os.stat(artefact).st_mtime_ns if os.path.exists(artefact) else 0
    key = (artefact, stamp, training)
    if key not in _kept:
        model = ready.loaded(artefact)
        said = _said(model, data, data.x_test)
        build.compile_model(model, training)
        test = model.evaluate(data.x_test, data.y_test, BATCH, verbose=0, return_dict=True)
        _kept[key] = _Answers(said, {name: float(value) for name, value in test.items()})
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return _kept[key]


def _said(model: keras.Model, data: Data, x: Array) -> Array:
    """Probabilities (n, classes), or values (n,) for regression."""
    try:
        scores = np.asarray(model.predict(x, BATCH, verbose=0), "float64")
    except Exception as error:  # whatever Keras says about a shape that does not fit
        raise DataError(
            f"This model cannot read this dataset: it takes {model.input_shape} and an example is"
            f" {x.shape[1:]}.",
            "Choose the dataset the model was trained on.",
            "dataset",
        ) from error
    if data.facts.task == "regression":
        if scores.size != len(x):
            raise DataError(
                f"The model gives {scores.shape[1:]} numbers an example but the target is one.",
                "End the model with a Dense layer of one unit.",
                "model",
            )
        return scores.reshape(-1)
    return ready.probabilities(scores, len(data.facts.classes))


def _classification(data: Data, predicted: Array) -> dict[str, Any]:
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

    true, classes = data.raw.y_test, data.facts.classes
    numbers = np.arange(len(classes))
    columns = precision_recall_fscore_support(true, predicted, labels=numbers, zero_division=0)
    names = ("precision", "recall", "f1", "support")
    rows = [
        {"class": name} | {n: column[i].item() for n, column in zip(names, columns, strict=True)}
        for i, name in enumerate(classes)
    ]
    return {
        "classes": list(classes),
        "accuracy": float(accuracy_score(true, predicted)),
        "confusion": confusion_matrix(true, predicted, labels=numbers),
        "per_class": rows,
    }


def _regression(true: Array, said: Array) -> dict[str, Any]:
    from sklearn import metrics

    return {
        "true": true,
        "predicted": said,
        "r2": float(metrics.r2_score(true, said)) if len(true) > 1 else float("nan"),
        "mae": float(metrics.mean_absolute_error(true, said)),
        "rmse": float(metrics.root_mean_squared_error(true, said)),
    }


def _examples(
    training: TrainingSpec, data: Data, answers: _Answers, chosen: Array, limit: int
) -> dict[str, Any]:
    predicted = answers.said.argmax(axis=1)
    confidence = answers.said[chosen, predicted[chosen]]
    shown = chosen[np.argsort(-confidence, kind="stable")[:limit]]
    true, raw = data.raw.y_test[shown], data.raw.x_test[shown]
    found: dict[str, Any] = {
        "total": len(chosen),
        "indices": shown,
        "true": true,
        "predicted": predicted[shown],
        "confidence": answers.said[shown, predicted[shown]],
        "probability": answers.said[shown, true],
    }
    match data.facts.kind:
        case "images":
            images = pixels(raw, data.scaling.white)
            return found | {"images": images[..., 0] if images.shape[-1] == 1 else images}
        case "sequences":
            plugin = plugins.dataset(training.dataset.class_name)
            return found | {"rows": plugin.decode(training.dataset.config, raw)}
    return found | {"rows": raw.tolist(), "columns": list(data.facts.features)}
