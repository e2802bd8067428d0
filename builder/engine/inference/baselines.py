"""Honest baselines: what guessing and scikit-learn's ordinary models reach on the same test."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from builder import binding
from builder.engine.data.loading import load
from builder.engine.data.prepare import Prepared
from builder.kinds.contract import Array
from builder.kinds.registry import find_kind
from builder.spec import ObjectSpec, TrainingSpec

ROWS = 20_000
"""So many training rows are learned from, chosen by chance: enough for a comparison in seconds."""

NUMBERS = 2_000
"""Numbers of one example up to which trees are grown."""

KEPT = 32

_kept: OrderedDict[tuple[ObjectSpec, tuple[str, ...], str], list[dict[str, Any]]] = OrderedDict()


def compare(training: TrainingSpec, target: str = "") -> dict[str, Any]:
    """What simple models reach on the test rows, learned from the same training rows.

    Args:
        target: the column to predict; "" is the first that the model answers.

    Returns:
        ``task``, ``rows`` learned from and ``of`` how many; ``models``: for each its ``name``,
        ``seconds``, and ``accuracy``, or ``mae`` and ``rmse``.

    Raises:
        DataError: the dataset cannot be loaded.
    """
    data = load(training.dataset)
    name = target or next(iter(binding.output_columns(training).values()))
    answer = data.column(name)
    read = tuple(binding.read_columns(training))
    used = min(ROWS, len(answer.train))
    key = (training.dataset, read, name)
    if key not in _kept:
        columns = [data.column(column) for column in read]
        chosen = np.random.default_rng(0).permutation(len(answer.train))[:used]
        _kept[key] = _compare(columns, answer, chosen)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    task = answer.facts.task
    return {"task": task, "rows": used, "of": len(answer.train), "models": _kept[key]}


def _compare(columns: list[Prepared], answer: Prepared, chosen: Array) -> list[dict[str, Any]]:
    from sklearn.pipeline import make_pipeline
    from threadpoolctl import threadpool_limits

    x = _frame(columns, "train", chosen)
    x_test = _frame(columns, "test", np.arange(len(answer.test)))
    y, y_test = answer.raw.train[chosen], answer.raw.test
    results = []
    for name, make in _models(answer.facts.task, _width(columns)).items():
        start = time.perf_counter()
        model = make_pipeline(_encoder(columns), make())
        with threadpool_limits(1):  # more threads fight with the training that may be going on
            predicted = model.fit(x, y).predict(x_test)
        score = _score(answer.facts.task, y_test, predicted)
        results.append({"name": name, **score, "seconds": time.perf_counter() - start})
    return results


def _score(task: str, true: Array, predicted: Array) -> dict[str, float]:
    if task == "classification":
        return {"accuracy": float((true == predicted).mean())}
    error = np.asarray(true, "float64") - predicted
    return {"mae": float(np.abs(error).mean()), "rmse": float(np.sqrt((error**2).mean()))}


def _models(task: str, width: int) -> Mapping[str, Callable[[], Any]]:
    """Name for people → a new model of scikit-learn."""
    from sklearn import dummy, ensemble, linear_model

    if task == "classification":
        models: dict[str, Callable[[], Any]] = {
            "Always the commonest class": lambda: dummy.DummyClassifier(strategy="most_frequent"),
            "Logistic regression": lambda: linear_model.LogisticRegression(max_iter=1000),
            "Gradient boosting": lambda: ensemble.HistGradientBoostingClassifier(random_state=0),
        }
    else:
        models = {
            "Always the mean": dummy.DummyRegressor,
            "Ridge regression": lambda: linear_model.RidgeCV(np.logspace(-3, 3, 7)),
            "Gradient boosting": lambda: ensemble.HistGradientBoostingRegressor(random_state=0),
        }
    if width > NUMBERS:
        del models["Gradient boosting"]
    return models


def _frame(columns: list[Prepared], part: str, rows: Array) -> Any:
    """A column for each number or text of an example, as ``Kind.baseline`` gives them."""
    import pandas as pd

    frame: dict[str, Array] = {}
    for i, column in enumerate(columns):
        matrix = find_kind(column.facts.kind).baseline(getattr(column, part)[rows])
        flat = matrix.reshape(len(rows), -1)
        frame |= {f"{i}:{j}": flat[:, j] for j in range(flat.shape[1])}
    return pd.DataFrame(frame)


def _width(columns: list[Prepared]) -> int:
    """About how many numbers an example has after encoding."""
    reads = [find_kind(c.facts.kind).baseline_reads for c in columns]
    sizes = {"numbers": 1, "categories": 10, "texts": NUMBERS + 1}
    return sum(
        sizes[r] * int(np.prod(c.train.shape[1:])) for r, c in zip(reads, columns, strict=True)
    )


def _encoder(columns: list[Prepared]) -> Any:
    """What makes scaled numbers of every column, learned from the training rows."""
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    ways: dict[str, Callable[[], Any]] = {
        "numbers": lambda: make_pipeline(
            SimpleImputer(strategy="median", add_indicator=True), StandardScaler()
        ),
        "categories": lambda: OneHotEncoder(handle_unknown="ignore", max_categories=100),
        "texts": lambda: TfidfVectorizer(ngram_range=(1, 2), min_df=2),
    }
    steps = []
    for i, column in enumerate(columns):
        way = find_kind(column.facts.kind).baseline_reads
        count = int(np.prod(column.train.shape[1:]))
        names = [f"{i}:{j}" for j in range(count)]
        steps.append((str(i), ways[way](), names[0] if way == "texts" else names))
    return ColumnTransformer(steps, sparse_threshold=0.0 if _width(columns) <= NUMBERS else 1.0)
