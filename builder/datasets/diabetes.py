"""The diabetes table: how far the illness went in a year, from ten measurements of 442 people."""

from __future__ import annotations

from builder.datasets import _tables
from builder.datasets.contract import Contents, Raw, entry
from builder.spec import Config

TITLE = "Diabetes progression"
OFFLINE = True
LOADER = "sklearn.datasets.load_diabetes"
CONTENTS = Contents.of_x_and_y("vector", (10,), rows=442, is_split=False)
ENTRY = entry(
    "Diabetes",
    30,
    "Tables",
    {"scale": "standard", "test_split": 0.2},
    task="regression",
    summary=(
        "442 people, ten measurements each; the model predicts a number: how far the disease went"
        " within a year (25 to 346)."
    ),
    analogy="A weather forecast for the body: not which, but how much.",
    url="https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_diabetes.html",
)


def load(config: Config) -> Raw:
    """x (n, 10) measurements, y (n,) progression after a year, 25 to 346."""
    return _tables.load(ENTRY, LOADER, config)


def source(config: Config) -> str:
    """The same in a script standing alone."""
    return _tables.source(ENTRY, LOADER, config)
