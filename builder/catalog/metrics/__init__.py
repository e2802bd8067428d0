"""The metrics: how good a model is in words people use, as tables reading like Keras's signatures.

``extra["better"]``: ``up`` when larger is better, else ``down``. ``extra["key"]``: the name in
Keras's history. ``extra["binary"]``: integer labels are 0 or 1 and meet one output unit.
``extra["aliases"]``: Keras's further short names.
In the formulas TP, FP, TN, FN count true and false positives and negatives.
"""

from __future__ import annotations

from builder.catalog.entry import Entry
from builder.catalog.metrics import accuracy, as_losses, confusion, regression, segmentation

ENTRIES: tuple[Entry, ...] = (
    accuracy.ENTRIES
    + confusion.ENTRIES
    + regression.ENTRIES
    + as_losses.ENTRIES
    + segmentation.ENTRIES
)

_FLAT = (
    "Keras computes a wrong number when the labels are a plain list: it compares each prediction "
    "with every label. The loss of that name is right."
)

NOT_OFFERED: dict[str, str] = {
    "Accuracy": "Asks whether a raw prediction equals the label exactly, which a probability never "
    "does; 'accuracy' picks the right one.",
    "Hinge": _FLAT,
    "Mean": "Averages numbers, not predictions; a building block.",
    "MeanMetricWrapper": "Needs a hand-written function.",
    "Metric": "The base class; it measures nothing.",
    "Poisson": _FLAT,
    "SquaredHinge": _FLAT,
    "Sum": "Adds numbers, not predictions; a building block.",
}
"""Public classes that are no choice for a learner, with the reason."""
