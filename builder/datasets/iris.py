"""Fisher's iris flowers: 150 flowers of three species, four measurements each."""

from __future__ import annotations

from builder.datasets import _tables
from builder.datasets.contract import Contents, Raw, entry
from builder.spec import Config

TITLE = "Iris flowers"
OFFLINE = True
LOADER = "sklearn.datasets.load_iris"
CONTENTS = Contents.of_x_and_y("vector", (4,), 3, rows=150, is_split=False)
ENTRY = entry(
    "Iris",
    20,
    "Tables",
    {"scale": "standard", "labels": "one_hot", "test_split": 0.2},
    summary=(
        "150 flowers of three species; four lengths in centimetres each. Small enough to train in"
        " seconds; two of the species overlap a little."
    ),
    analogy="A florist tells three flowers apart with nothing but a ruler.",
    url="https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_iris.html",
)


def load(config: Config) -> Raw:
    """x (n, 4) centimetres, y (n,) species 0 to 2."""
    return _tables.load(ENTRY, LOADER, config)


def source(config: Config) -> str:
    """The same in a script standing alone."""
    return _tables.source(ENTRY, LOADER, config)
