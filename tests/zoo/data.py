"""What the datasets are, written down so that pure tests need no data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from builder.facts import ColumnFacts, DataFacts
from builder.spec import ObjectSpec

_DIGITS = DataFacts(
    "Handwritten digits (built in)",
    *("classification", (28, 28), (10,), "float32", "float32", 11520, 357),
    classes=tuple("0123456789"),
    features=(),
    labels="one_hot",
    kind="images",
    x_min=0.0,
    x_max=1.0,
    bytes=47_000_000,
)
_IRIS = replace(
    _DIGITS,
    title="Iris flowers",
    x_shape=(4,),
    y_shape=(3,),
    n_train=120,
    n_test=30,
    classes=("setosa", "versicolor", "virginica"),
    features=("sepal length", "sepal width", "petal length", "petal width"),
    kind="table",
    x_min=-2.5,
    x_max=3.1,
    bytes=4_000,
)
_CIRCLES = replace(
    _IRIS,
    title="Circles",
    x_shape=(2,),
    y_shape=(),
    y_dtype="int64",
    n_train=800,
    n_test=200,
    classes=("teal", "orange"),
    features=("x1", "x2"),
    labels="integers",
    kind="points",
)
_DIABETES = replace(
    _IRIS,
    title="Diabetes progression",
    task="regression",
    x_shape=(10,),
    y_shape=(),
    n_train=353,
    n_test=89,
    classes=(),
    labels="values",
)
_IMDB = replace(
    _CIRCLES,
    title="IMDB film reviews",
    x_shape=(200,),
    x_dtype="int32",
    n_train=25_000,
    n_test=25_000,
    classes=("negative", "positive"),
    features=(),
    kind="sequences",
    x_min=0,
    x_max=9_999,
    offline=False,
    whole=True,
)
_DIGIT = ColumnFacts(
    *("digit", "target", "classes", (), "int64", 0, 9),
    task="classification",
    labels="integers",
    classes=_DIGITS.classes,
)
_COVERED = replace(
    _DIGITS,
    title="Covered digits with a description",
    y_shape=(),
    y_dtype="int64",
    n_train=4320,
    labels="integers",
    bytes=20_000_000,
    named=(
        ColumnFacts("image", "input", "images", (28, 28), "float32"),
        ColumnFacts(
            *("measures", "input", "table", (6,), "float32"),
            features=("width", "slant", "loops", "upper left", "upper right", "lower left"),
        ),
        ColumnFacts("note", "input", "sequences", (14,), "int32", 0, 20, whole=True),
        _DIGIT,
        ColumnFacts(
            *("ink", "target", "values", (), "float32", 0, 0.4), task="regression", labels="values"
        ),
    ),
)
_YES_NO = {"task": "classification", "labels": "integers"}
_PAIRS = replace(
    _COVERED,
    title="Pairs of digits",
    n_train=12_000,
    n_test=1000,
    classes=("different", "same"),
    named=(
        ColumnFacts("first", "input", "images", (28, 28), "float32"),
        ColumnFacts("second", "input", "images", (28, 28), "float32"),
        ColumnFacts(
            *("same", "target", "classes", (), "int64"),
            classes=("different", "same"),
            **_YES_NO,
        ),
    ),
)
_REVIEWS = replace(
    _IMDB,
    title="Restaurant reviews with a price",
    x_shape=(14,),
    n_train=4000,
    n_test=800,
    x_max=28,
    bytes=500_000,
    offline=True,
    named=(
        ColumnFacts("text", "input", "sequences", (14,), "int32", 0, 28, whole=True),
        ColumnFacts("price", "input", "table", (1,), "float32", features=("price",)),
        ColumnFacts(
            *("sentiment", "target", "classes", (), "int64"),
            classes=("negative", "positive"),
            **_YES_NO,
        ),
        ColumnFacts(
            *("stars", "target", "values", (), "float32", 1, 5), task="regression", labels="values"
        ),
    ),
)
_SENTENCES = replace(
    _CIRCLES,
    title="Restaurant reviews as sentences",
    x_shape=(),
    x_dtype="object",
    n_train=2000,
    n_test=400,
    classes=("negative", "positive"),
    features=(),
    kind="texts",
    x_min=0.0,
    x_max=0.0,
    bytes=500_000,
)
DATA: Mapping[str, DataFacts] = {
    "ReviewTexts": _SENTENCES,
    "CoveredDigits": _COVERED,
    "DigitPairs": _PAIRS,
    "Reviews": _REVIEWS,
    "Digits": _DIGITS,
    "Iris": _IRIS,
    "Circles": _CIRCLES,
    "Diabetes": _DIABETES,
    "Imdb": _IMDB,
}


def facts(dataset: ObjectSpec) -> DataFacts:
    """The facts of a dataset after its settings, as far as the zoo uses them."""
    base = DATA[dataset.class_name]
    labels = dataset.config.get("labels", base.labels)
    many = len(base.classes)
    if labels != base.labels:
        y_shape = (many,) if labels == "one_hot" else ()
        base = replace(base, labels=labels, y_shape=y_shape)
        named = (_labelled(c, labels) if c.kind == "classes" else c for c in base.named)
        base = replace(base, named=tuple(named))
    if dataset.config.get("channel_axis"):
        base = replace(base, x_shape=(28, 28, 1))
    if dataset.config.get("scale") == "none" and base.kind == "images":
        base = replace(base, x_max=255.0, whole=True)
    return base


def _labelled(column: ColumnFacts, labels: str) -> ColumnFacts:
    shape = (len(column.classes),) if labels == "one_hot" else ()
    return replace(column, labels=labels, shape=shape)
