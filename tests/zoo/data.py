"""What the datasets are, written down so that pure tests need no data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from builder.facts import ColumnFacts, DataFacts
from builder.kinds.registry import find_kind
from builder.spec import ObjectSpec


def x(kind: str, shape: tuple[int, ...], name: str = "x", **facts: Any) -> ColumnFacts:
    """An input."""
    return ColumnFacts(name, "input", kind, shape, find_kind(kind).dtype, **facts)


def y(
    classes: tuple[str, ...] = (), name: str = "y", labels: str = "integers", **facts: Any
) -> ColumnFacts:
    """A target: one of these classes, or an amount."""
    kind = "category" if classes else "number"
    target = ColumnFacts(name, "target", kind, (), "", classes=classes, **facts)
    return find_kind(kind).expect(target, {"labels": labels})


_DIGIT = tuple("0123456789")
_MOODS = ("negative", "positive")
_IRIS = DataFacts(
    "Iris flowers",
    (
        x(
            *("vector", (4,)),
            features=("sepal length", "sepal width", "petal length", "petal width"),
            low=-2.5,
            high=3.1,
        ),
        y(("setosa", "versicolor", "virginica"), labels="one_hot"),
    ),
    *(120, 30, 4_000),
)
_COVERED = (
    x("image", (28, 28), "image"),
    x(
        *("vector", (6,), "measures"),
        features=("width", "slant", "loops", "upper left", "upper right", "lower left"),
    ),
    x("sequence", (14,), "note", high=20, whole=True),
    y(_DIGIT, "digit", high=9),
    y((), "ink", high=0.4),
)
_REVIEWS = (
    x("sequence", (14,), "text", high=28, whole=True),
    x("vector", (1,), "price", features=("price",)),
    y(_MOODS, "sentiment"),
    y((), "stars", low=1, high=5),
)
_PAIRS = (
    x("image", (28, 28), "first"),
    x("image", (28, 28), "second"),
    y(("different", "same"), "same"),
)
_FILMS = (x("sequence", (200,), high=9_999, whole=True), y(_MOODS))

DATA: Mapping[str, DataFacts] = {
    "ReviewTexts": DataFacts(
        "Restaurant reviews as sentences", (x("text", (), high=0.0), y(_MOODS)), 2000, 400, 500_000
    ),
    "CoveredDigits": DataFacts(
        "Covered digits with a description", _COVERED, 4320, 357, 20_000_000
    ),
    "DigitPairs": DataFacts("Pairs of digits", _PAIRS, 12_000, 1000, 20_000_000),
    "Reviews": DataFacts("Restaurant reviews with a price", _REVIEWS, 4000, 800, 500_000),
    "Digits": DataFacts(
        "Handwritten digits (built in)",
        (x("image", (28, 28)), y(_DIGIT, labels="one_hot")),
        11520,
        357,
        47_000_000,
    ),
    "Iris": _IRIS,
    "Circles": DataFacts(
        "Circles",
        (
            x("vector", (2,), features=("x1", "x2"), low=-2.5, high=3.1),
            y(("teal", "orange")),
        ),
        *(800, 200, 4_000),
    ),
    "Diabetes": DataFacts(
        "Diabetes progression",
        (replace(_IRIS.input, shape=(10,)), y()),
        *(353, 89, 4_000),
    ),
    "Imdb": DataFacts("IMDB film reviews", _FILMS, 25_000, 25_000, 4_000, offline=False),
}


def facts(dataset: ObjectSpec) -> DataFacts:
    """The facts of a dataset after its settings, as far as the zoo uses them."""
    base = DATA[dataset.class_name]
    settings = {"labels": base.target.labels} | dict(dataset.config)
    columns = tuple(find_kind(c.kind).expect(c, settings) for c in base.columns)
    if settings.get("scale") == "none" and base.input.name == "x" and len(base.input.shape) > 1:
        columns = (replace(columns[0], high=255.0, whole=True), *columns[1:])
    return replace(base, columns=columns)
