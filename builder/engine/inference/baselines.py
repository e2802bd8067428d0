"""Honest baselines: what guessing and scikit-learn's ordinary models reach on the same test."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder import binding
from builder.engine.data.loading import load
from builder.engine.data.naive_forecasts import NAIVE, is_forecast, season_of
from builder.engine.data.prepare import Prepared
from builder.kinds.category import ONE_HOT
from builder.kinds.contract import Array
from builder.kinds.registry import find_kind
from builder.spec import ObjectSpec, TrainingSpec

ROWS = 20_000
NUMBERS = 4_000_000
"""So many training rows are learned from, chosen by chance, and so many numbers in them all: enough
for a comparison in seconds."""

GROWN = 4_000_000
"""Rows times numbers of a row times classes up to which trees are grown: some seconds."""

WIDE = 2_000
"""Numbers of an encoded row from which most are taken for zeros."""

KEPT = 32

DAMPING = 10.0
"""A name's mean counts as if so many ratings at the mean of all were among its own: the baseline
predictors of Koren, "Factor in the neighbors" (2010)."""


@dataclass(frozen=True, slots=True, eq=False)
class BaselineRows:
    """What a baseline learns from and what it is asked.

    Args:
        columns: prepared, every one the model reads.
        answer: the column to predict.
        chosen: the training rows to learn from, by number.
        tested: the test rows that are asked, by number.
        x, x_test: those rows of both parts as data frames, a column for each number or text, as
            ``Kind.baseline`` gives them.
    """

    columns: tuple[Prepared, ...]
    answer: Prepared
    chosen: Array
    tested: Array
    x: Any
    x_test: Any

    @property
    def y(self) -> Array:
        """The answers of ``x``: class numbers, values, or rows of values."""
        return _answers(self.answer, "train", self.chosen)


@dataclass(frozen=True, slots=True)
class Baseline:
    """A simple model to be compared with.

    Args:
        name: for people and programs; it stays the same.
        word: what it is called in a sentence: "0.82, the linear model gets 0.79".
        predict: what it answers for the tested rows: class numbers (n,), values (n,), or of a
            forecast values (n, steps).
        is_guess: it looks at no input.
    """

    name: str
    word: str
    predict: Callable[[BaselineRows], Array]
    is_guess: bool = False


_kept: OrderedDict[tuple[ObjectSpec, tuple[str, ...], str], dict[str, Any]] = OrderedDict()


def compare(training: TrainingSpec, target: str = "") -> dict[str, Any]:
    """What simple models reach on the test rows, learned from the same training rows.

    Args:
        target: the column to predict; "" is the first that the model answers.

    Returns:
        ``column``, ``task``, ``rows`` learned from and ``of`` how many, ``tested`` rows;
        ``models``, the one that guesses first: for each its ``name``, ``word``, ``is_guess``,
        ``seconds``, and ``accuracy``, or ``mae``, ``rmse`` and ``r2``.

    Raises:
        DataError: the dataset cannot be loaded.
    """
    data = load(training.dataset)
    name = target or next(iter(binding.output_columns(training).values()))
    read = tuple(binding.read_columns(training))
    key = (training.dataset, read, name)
    if key not in _kept:
        _kept[key] = _compare(tuple(map(data.column, read)), data.answer(name))
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return _kept[key]


def _compare(columns: tuple[Prepared, ...], answer: Prepared) -> dict[str, Any]:
    from threadpoolctl import threadpool_limits

    count = len(answer.train)
    numbers = sum(int(np.prod(c.train.shape[1:])) for c in (*columns, answer))
    most = count if is_rating(columns) else ROWS  # to count is quick
    used = min(most, count, max(1, NUMBERS // max(1, numbers)))
    chosen = np.random.default_rng(0).permutation(count)[:used]
    tested = np.arange(len(answer.test))
    if is_forecast(answer) and len(tested) > used:  # not all windows are laid out
        tested = np.linspace(0, len(tested) - 1, used).astype(int)
    frames = _frame(columns, "train", chosen), _frame(columns, "test", tested)
    rows = BaselineRows(columns, answer, chosen, tested, *frames)
    task, results = answer.facts.task, []
    for baseline in find_baselines(rows):
        start = time.perf_counter()
        with threadpool_limits(1):  # more threads fight with the training that may be going on
            predicted = baseline.predict(rows)
        about = {"name": baseline.name, "word": baseline.word, "is_guess": baseline.is_guess}
        score = _score(task, _answers(answer, "test", tested), predicted)
        results.append({**about, **score, "seconds": time.perf_counter() - start})
    sizes = {"rows": used, "of": count, "tested": len(tested)}
    return {"column": answer.facts.name, "task": task, **sizes, "models": results}


def _answers(answer: Prepared, part: str, rows: Array) -> Array:
    """The true answers: class numbers, or values as the model is to give them; those of several
    axes laid out in a row each."""
    if answer.facts.task == "classification":
        numbers: Array = getattr(answer.raw, part)[rows]
        return numbers
    values = np.asarray(getattr(answer, part)[rows])
    return _one_by_one(values.reshape(len(values), -1) if values.ndim > 2 else values)


def _one_by_one(answers: Array) -> Array:
    """Answers of one number each as a row of numbers, which models of scikit-learn want."""
    return answers.ravel() if answers.shape[1:] == (1,) else answers


def _score(task: str, true: Array, predicted: Array) -> dict[str, float]:
    if task == "classification":
        return {"accuracy": float((true == predicted).mean())}
    true = np.asarray(true, "float64")
    error, spread = true - predicted, ((true - true.mean()) ** 2).sum()
    return {
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "r2": float(1 - (error**2).sum() / spread) if spread else 0.0,
    }


def find_baselines(rows: BaselineRows) -> list[Baseline]:
    """The simple models that suit these columns and this target; the one that guesses first."""
    from sklearn import dummy, ensemble, linear_model

    classes = len(rows.answer.facts.classes)
    if rows.answer.facts.task == "classification":
        guess = dummy.DummyClassifier(strategy="most_frequent")
        found = [
            Baseline("Always the commonest class", "guessing", _of(guess), is_guess=True),
            Baseline(
                *("Logistic regression", "the linear model"),
                _of(linear_model.LogisticRegression(max_iter=1000)),
            ),
        ]
        trees: Any = ensemble.HistGradientBoostingClassifier(random_state=0)
    else:
        guess = dummy.DummyRegressor()
        found = [Baseline("Always the mean", "guessing the mean", _of(guess), is_guess=True)]
        if len(rows.answer.facts.shape) > 1:  # a linear model of a picture has millions of weights
            return found
        if is_rating(rows.columns):
            return [*found, Baseline("Popularity", "popularity", predict_popularity)]
        if is_forecast(rows.answer):
            found = _forecasts(rows.answer)
        ridge = linear_model.RidgeCV(np.logspace(-3, 3, 7))
        found.append(Baseline("Ridge regression", "the linear model", _of(ridge)))
        trees = ensemble.HistGradientBoostingRegressor(random_state=0)
    width = _width(rows.columns)
    if rows.y.ndim > 1:
        return found
    if width <= WIDE and len(rows.chosen) * width * max(1, classes - 1) <= GROWN:
        found.append(Baseline("Gradient boosting", "gradient boosting", _of(trees)))
    return found


def _forecasts(answer: Prepared) -> list[Baseline]:
    """Those that need no model; the last season where there is one."""
    found: list[Baseline] = []
    for name, (word, said) in NAIVE.items():

        def predict(rows: BaselineRows, said: Any = said) -> Array:
            return _one_by_one(said(rows.answer, rows.tested))

        found.append(Baseline(name, word, predict, is_guess=not found))
    return found if season_of(answer) else found[:1]


def _of(model: Any) -> Callable[[BaselineRows], Array]:
    """A model of scikit-learn behind what makes numbers of every column."""

    def predict(rows: BaselineRows) -> Array:
        from sklearn.pipeline import make_pipeline

        fitted = make_pipeline(_encoder(rows.columns), model).fit(rows.x, rows.y)
        answers: Array = fitted.predict(rows.x_test)
        return answers

    return predict


def is_rating(columns: Sequence[Prepared]) -> bool:
    """Whether nothing is read but who and what, two categories of many names each."""
    sides = [c for c in columns if len(c.facts.classes) > ONE_HOT]
    return len(sides) == len(columns) == 2


def predict_popularity(rows: BaselineRows) -> Array:
    """The mean, with what each side's name lies above it on average, damped: the one with fewer
    names first (what is rated is rated by many), the other by what is left."""
    import pandas as pd

    mean = float(np.mean(rows.y))
    rest, said = rows.y - mean, np.full(len(rows.x_test), mean)
    for i in sorted(rows.x.columns, key=lambda name: rows.x[name].nunique()):
        groups = pd.Series(rest).groupby(rows.x[i].to_numpy())
        bias = groups.sum() / (groups.count() + DAMPING)
        rest = rest - rows.x[i].map(bias).to_numpy()
        said = said + rows.x_test[i].map(bias).fillna(0.0).to_numpy()
    return said


def _frame(columns: Sequence[Prepared], part: str, rows: Array) -> Any:
    """A column for each number or text of an example, as ``Kind.baseline`` gives them."""
    import pandas as pd

    frame: dict[str, Array] = {}
    for i, column in enumerate(columns):
        matrix = find_kind(column.facts.kind).baseline(getattr(column, part)[rows])
        flat = matrix.reshape(len(rows), -1)
        frame |= {f"{i}:{j}": flat[:, j] for j in range(flat.shape[1])}
    return pd.DataFrame(frame)


def _width(columns: Sequence[Prepared]) -> int:
    """About how many numbers an example has after encoding."""
    reads = [find_kind(c.facts.kind).baseline_reads for c in columns]
    sizes = {"numbers": 1, "categories": 10, "texts": WIDE + 1}
    return sum(
        sizes[r] * int(np.prod(c.train.shape[1:])) for r, c in zip(reads, columns, strict=True)
    )


def _encoder(columns: Sequence[Prepared]) -> Any:
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
    return ColumnTransformer(steps, sparse_threshold=0.0 if _width(columns) <= WIDE else 1.0)
