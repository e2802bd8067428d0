"""Label encodings: their names for people, and each loss or metric's twin for the other one."""

from __future__ import annotations

COUNTERPART = {
    ("CategoricalCrossentropy", "integers"): "SparseCategoricalCrossentropy",
    ("CategoricalFocalCrossentropy", "integers"): "SparseCategoricalCrossentropy",
    ("KLDivergence", "integers"): "SparseCategoricalCrossentropy",
    ("SparseCategoricalCrossentropy", "one_hot"): "CategoricalCrossentropy",
    ("CategoricalGeneralizedCrossEntropy", "one_hot"): "CategoricalCrossentropy",
    ("CategoricalAccuracy", "integers"): "SparseCategoricalAccuracy",
    ("SparseCategoricalAccuracy", "one_hot"): "CategoricalAccuracy",
    ("TopKCategoricalAccuracy", "integers"): "SparseTopKCategoricalAccuracy",
    ("SparseTopKCategoricalAccuracy", "one_hot"): "TopKCategoricalAccuracy",
}
"""(loss or metric, label encoding) → the same thing for that encoding."""

WORDS = {"one_hot": "one-hot", "integers": "integer", "values": "number"}
"""Label encodings for people: "integer labels"."""
