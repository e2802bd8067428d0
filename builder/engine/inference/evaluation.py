"""Evaluate a trained model on the test set: metrics, confusion matrix, mistakes, surface."""

from __future__ import annotations

import math
import os
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder import binding
from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.data import column_arrays
from builder.engine.data.loading import examples, load
from builder.engine.data.prepare import Data, Prepared
from builder.engine.inference import confidence, model_cache
from builder.engine.inference.artefact import load_artefact
from builder.engine.training.batch_order import keras_arguments
from builder.engine.training.reporting import mean_value
from builder.errors import DataError
from builder.facts import ColumnFacts
from builder.kinds.contract import Array
from builder.kinds.registry import find_kind
from builder.spec import TrainingSpec

BATCH = 256

BY_OUTPUT = 32
"""The batch ``model.evaluate`` takes when not told: Keras averages the loss of each output over the
batches, however short the last one is, so another size would give other numbers than the run's."""

MISTAKES_SHOWN = 24

NUMBERS_SHOWN = 20_000
"""So many of the numbers of an answer in several axes are compared."""

KEPT = 4
"""How many test sets' answers are kept, so that clicking through the matrix costs nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class OutputAnswer:
    """What one output said of the test examples.

    Args:
        output: its name in the model; "" where there is one and x and y are meant.
        target: the column it answers.
        said: per row class probabilities, or (n,) values.
    """

    output: str
    target: Prepared
    said: Array


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a model said of the test examples by output, and Keras's own metrics."""

    outputs: tuple[OutputAnswer, ...]
    test: dict[str, float]

    def of(self, output: str) -> OutputAnswer:
        """The answer of that output; the first one for ""."""
        return next((a for a in self.outputs if a.output == output), self.outputs[0])


_kept: OrderedDict[tuple[str, int, TrainingSpec], Answers] = OrderedDict()


def report(artefact: str, training: TrainingSpec) -> dict[str, Any]:
    """How the model does on the test set.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on and with.

    Returns:
        ``task``, ``style`` (of ``Kind.style``, or ``columns``), ``test`` {metric: value} as
        ``model.evaluate`` gives it. Classification: ``classes``, ``accuracy``, ``confusion`` int
        (true, predicted), ``per_class`` rows of ``class``, ``precision``, ``recall``, ``f1``,
        ``support``, and ``mistakes``, the most confident first, as ``cell`` gives them.
        Regression: ``true``, ``predicted`` (n,), ``r2``, ``mae``, ``rmse``; and ``misses``, the
        largest first. A model of several outputs has all this once for each
        in ``outputs``, with ``output`` and ``column``, and the ``task`` "several".

    Raises:
        DataError: model and data do not fit.
        FileError: the artefact cannot be read.
    """
    data, answers = load(training.dataset), get_answers(artefact, training)
    style = "columns"
    if not data.facts.is_named:
        style = find_kind(data.facts.input.kind).style(data.facts.input, data.facts.target)
    reports = [_report(training, data, answer) for answer in answers.outputs]
    if len(reports) == 1:
        return {"style": style, "test": answers.test, **reports[0]}
    return {"task": "several", "style": style, "test": answers.test, "outputs": reports}


def _report(training: TrainingSpec, data: Data, answer: OutputAnswer) -> dict[str, Any]:
    """One output's part of ``report``."""
    facts = answer.target.facts
    report: dict[str, Any] = {"task": facts.task, "output": answer.output, "column": facts.name}
    if facts.task == "regression":
        true = np.asarray(answer.target.test)
        step = -(-true.size // NUMBERS_SHOWN) if facts.shape else 1  # of pictures: millions
        report |= _regression(*(every.reshape(-1)[::step] for every in (true, answer.said)))
        if len(facts.shape) < 2:
            missed = np.abs(true - answer.said).reshape(len(true), -1).mean(axis=1)
            worst = np.argsort(-missed, kind="stable")[:MISTAKES_SHOWN]
            parts = _parts(training, data, worst)
            values = {"true": true[worst], "predicted": answer.said[worst], "parts": parts}
            report["misses"] = {"indices": worst, **values}
        return report
    true, predicted = answer.target.raw.test, answer.said.argmax(axis=1)
    wrong = np.flatnonzero(true != predicted)
    report["mistakes"] = _examples(training, data, answer, wrong, MISTAKES_SHOWN)
    return report | _classification(answer.target, predicted)


def cell(
    artefact: str,
    training: TrainingSpec,
    true: int,
    predicted: int,
    limit: int = MISTAKES_SHOWN,
    output: str = "",
) -> dict[str, Any]:
    """Test examples of one cell of the confusion matrix, the most confident first.

    Args:
        true, predicted: class numbers.
        output: which one, of a model that has several.

    Returns:
        ``total``, how many there are; and of the first ``limit``: ``indices`` in the test set,
        ``true`` and ``predicted`` class numbers, ``confidence`` (probability of the predicted
        class), ``probability`` (of the true one); and ``parts``, each column the model reads as
        ``loading.examples`` gives it.

    Raises:
        DataError, FileError: as ``report``.
    """
    data, answer = load(training.dataset), get_answers(artefact, training).of(output)
    chosen = (answer.target.raw.test == true) & (answer.said.argmax(axis=1) == predicted)
    return _examples(training, data, answer, np.flatnonzero(chosen), limit)


def row(artefact: str, training: TrainingSpec, index: int, output: str = "") -> dict[str, Any]:
    """One test example in full.

    Args:
        index: its number in the test set, as ``report`` and ``cell`` give it.
        output: which one, of a model that has several.

    Returns:
        ``parts``: every input column, also those that the model does not read, as
        ``loading.examples`` gives it; ``fields``, what a form holds for each; ``read``, the names
        of those it reads; ``column`` predicted.
        ``true`` and ``predicted``: class names, with ``classes`` and ``probabilities`` in their
        order; or values.

    Raises:
        DataError: there is no such example, or model and data do not fit.
        FileError: the artefact cannot be read.
    """
    data, answer = load(training.dataset), get_answers(artefact, training).of(output)
    if not 0 <= index < data.facts.n_test:
        raise DataError(f"The test has no example {index}.", f"It has {data.facts.n_test}.")
    columns = [data.column(c.name) for c in data.facts.inputs]
    parts = [examples(training.dataset, c, c.raw.test[index : index + 1]) for c in columns]
    facts, said = answer.target.facts, answer.said[index]
    fields = {
        c.facts.name: find_kind(c.facts.kind).write_fields(c.raw.test[index], c.facts)
        for c in columns
    }
    read = list(binding.read_columns(training))
    about: dict[str, Any] = {"parts": parts, "fields": fields, "read": read, "column": facts.name}
    true = answer.target.raw.test[index]
    if facts.task == "regression":
        return about | {"true": float(true), "predicted": float(said)}
    names = facts.classes
    about |= {"classes": list(names), "probabilities": [float(p) for p in said]}
    return about | {"true": names[int(true)], "predicted": names[int(said.argmax())]}


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
    points = load(training.dataset).input
    both = np.concatenate([points.raw.train, points.raw.test])
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
    model = model_cache.get_model(artefact)
    target = load(training.dataset).facts.target
    said = to_scores(_predict(model, points.scaling(grid))[0], target, len(grid))
    if target.task == "classification":
        said = said[:, 1] if said.shape[1] == 2 else said.argmax(axis=1)
    return {"x": x, "y": y, "z": said.reshape(steps, steps)}


def get_answers(artefact: str, training: TrainingSpec) -> Answers:
    """What the model says of the test examples; kept for the last few models.

    Raises:
        DataError, FileError: as ``report``.
    """
    data = load(training.dataset)
    stamp = os.stat(artefact).st_mtime_ns if os.path.exists(artefact) else 0
    key = (artefact, stamp, training)
    if key not in _kept:
        arrays = column_arrays.bind_arrays(training, data)
        model = load_artefact(artefact, compiled=False)
        scores = _predict(model, arrays.x_test)
        names = binding.output_columns(training)
        columns = [data.column(name) for name in names.values()]
        outputs = tuple(
            OutputAnswer(output if len(names) > 1 else "", c, to_scores(said, c.facts, len(c.test)))
            for output, c, said in zip(names, columns, scores, strict=True)
        )
        keras_model.compile_model(model, training)
        batch = BATCH if len(outputs) == 1 else BY_OUTPUT
        tests = keras_arguments((arrays.x_test, arrays.y_test), batch)
        test = model.evaluate(**tests, verbose=0, return_dict=True)
        _kept[key] = Answers(outputs, {name: mean_value(value) for name, value in test.items()})
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return _kept[key]


def _predict(model: keras.Model, x: Any) -> list[Array]:
    """What each output says, float64."""
    try:
        predicted = model.predict(**keras_arguments((x,), BATCH), verbose=0)
    except Exception as error:  # whatever Keras says about a shape that does not fit
        shapes = keras.tree.map_structure(lambda array: array.shape[1:], x)
        raise DataError(
            f"This model cannot read this dataset: it takes {model.input_shape} and an example is"
            f" {shapes}.",
            "Choose the dataset the model was trained on.",
            "dataset",
        ) from error
    return [np.asarray(said, "float64") for said in keras.tree.flatten(predicted)]


def to_scores(scores: Array, facts: ColumnFacts, count: int) -> Array:
    """Probabilities (n, classes), or values (n,) for regression, (n, …) of a target with axes."""
    if facts.task == "regression":
        if scores.size != count * math.prod(facts.shape):
            wanted = "one" if not facts.shape else f"{facts.shape}"
            raise DataError(
                f"The model gives {scores.shape[1:]} numbers an example but the target is"
                f" {wanted}.",
                "End the model with a layer that gives as many.",
                "model",
            )
        return confidence.refuse_nan(scores).reshape(count, *facts.shape)
    return confidence.to_probabilities(scores, len(facts.classes))


def _classification(target: Prepared, predicted: Array) -> dict[str, Any]:
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

    true, classes = target.raw.test, target.facts.classes
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
    training: TrainingSpec, data: Data, answer: OutputAnswer, chosen: Array, limit: int
) -> dict[str, Any]:
    predicted = answer.said.argmax(axis=1)
    confidence = answer.said[chosen, predicted[chosen]]
    shown = chosen[np.argsort(-confidence, kind="stable")[:limit]]
    true = answer.target.raw.test[shown]
    return {
        "total": len(chosen),
        "indices": shown,
        "true": true,
        "predicted": predicted[shown],
        "confidence": answer.said[shown, predicted[shown]],
        "probability": answer.said[shown, true],
        "parts": _parts(training, data, shown),
    }


def _parts(training: TrainingSpec, data: Data, rows: Array) -> list[dict[str, Any]]:
    """These test examples, every column the model reads."""
    columns = [data.column(name) for name in binding.read_columns(training)]
    return [examples(training.dataset, c, c.raw.test[rows]) for c in columns]
