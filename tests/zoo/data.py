"""What the datasets are, written down so that pure tests need no data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from builder.facts import DataFacts
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
    classes=("blue", "orange"),
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
DATA: Mapping[str, DataFacts] = {
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
    if dataset.config.get("channel_axis"):
        base = replace(base, x_shape=(28, 28, 1))
    if dataset.config.get("scale") == "none" and base.kind == "images":
        base = replace(base, x_max=255.0, whole=True)
    return base
