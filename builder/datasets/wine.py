"""Wines of three growers in one Italian region, thirteen chemical measurements each."""

from __future__ import annotations

from builder.datasets import _tables
from builder.datasets.contract import Contents, Raw, entry
from builder.spec import Config

TITLE = "Wine"
OFFLINE = True
LOADER = "sklearn.datasets.load_wine"
CONTENTS = Contents.of_x_and_y("vector", (13,), 3, rows=178, is_split=False)
ENTRY = entry(
    "Wine",
    21,
    "Tables",
    {"scale": "standard", "labels": "one_hot", "test_split": 0.2},
    summary=(
        "178 wines from three growers; thirteen chemical measurements on very different scales, so"
        " scaling matters."
    ),
    analogy="A taster with a laboratory instead of a tongue.",
    url="https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_wine.html",
)


def load(config: Config) -> Raw:
    """x (n, 13) measurements, y (n,) grower 0 to 2."""
    return _tables.load(ENTRY, LOADER, config)


def source(config: Config) -> str:
    """The same in a script standing alone."""
    return _tables.source(ENTRY, LOADER, config)
