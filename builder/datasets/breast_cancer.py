"""The Wisconsin breast-cancer table: 569 samples, thirty measurements of cell nuclei each."""

from __future__ import annotations

from builder.datasets import _tables
from builder.datasets.contract import Contents, Raw, entry
from builder.spec import Config

TITLE = "Breast cancer"
OFFLINE = True
LOADER = "sklearn.datasets.load_breast_cancer"
CONTENTS = Contents.of_x_and_y("vector", (30,), 2, rows=569, is_split=False)
ENTRY = entry(
    "BreastCancer",
    22,
    "Tables",
    {"scale": "standard", "labels": "integers", "test_split": 0.2},
    summary=(
        "569 tissue samples, thirty measurements of their cell nuclei; the answer is yes or no:"
        " malignant (0) or benign (1)."
    ),
    analogy="A doctor's second opinion, from numbers alone.",
    url="https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_breast_cancer.html",
)


def load(config: Config) -> Raw:
    """x (n, 30) measurements, y (n,) 0 malignant or 1 benign."""
    return _tables.load(ENTRY, LOADER, config)


def source(config: Config) -> str:
    """The same in a script standing alone."""
    return _tables.source(ENTRY, LOADER, config)
