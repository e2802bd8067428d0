"""Metrics that count right answers."""

from __future__ import annotations

from builder.catalog.entry import Entry
from builder.catalog.metrics.metric_table import ACCURACY, row

ENTRIES: tuple[Entry, ...] = (
    row(
        "accuracy()",
        ACCURACY,
        r"\frac{\text{right answers}}{\text{all answers}}",
        "The share of right answers. Keras picks the accuracy that fits your loss and labels. The "
        "first number to look at in classification; misleading when one class is rare.",
        "The food critic's plain rating: out of a hundred dishes, how many were what was ordered.",
        alias="accuracy",
        labels=("one_hot", "integers"),
        page="accuracy_metrics",
        aliases=("acc",),
    ),
    row(
        "BinaryAccuracy(threshold=0.5)",
        ACCURACY,
        r"\operatorname{mean}\left[\,y = (p > \text{threshold})\,\right]",
        "The share of right yes-or-no answers; a probability above the threshold counts as yes.",
        "A doorman checking tickets: how often was in or out the right call.",
        alias="binary_accuracy",
        labels=("integers",),
        binary=True,
        page="accuracy_metrics",
    ),
    row(
        "CategoricalAccuracy()",
        ACCURACY,
        r"\operatorname{mean}\left[\,\arg\max y = \arg\max p\,\right]",
        "The share of examples whose most probable class is the true one, for one-hot labels.",
        "A multiple-choice test, marked with a stencil that shows the one right box.",
        alias="categorical_accuracy",
        labels=("one_hot",),
        page="accuracy_metrics",
        counterparts={"integers": "SparseCategoricalAccuracy"},
    ),
    row(
        "SparseCategoricalAccuracy()",
        ACCURACY,
        r"\operatorname{mean}\left[\,y = \arg\max p\,\right]",
        "The share of examples whose most probable class is the true one, for labels that are "
        "class numbers.",
        "The same multiple-choice test, marked from a list of answer numbers.",
        alias="sparse_categorical_accuracy",
        labels=("integers",),
        page="accuracy_metrics",
        counterparts={"one_hot": "CategoricalAccuracy"},
    ),
    row(
        "TopKCategoricalAccuracy(k=5)",
        ACCURACY,
        r"\operatorname{mean}\left[\,\arg\max y \in \text{the } k \text{ largest of } p\,\right]",
        "Counts an answer as right when the true class is among the k most probable. For many "
        "similar classes; with one-hot labels.",
        "Guessing a song with five tries.",
        alias="top_k_categorical_accuracy",
        labels=("one_hot",),
        page="accuracy_metrics",
        counterparts={"integers": "SparseTopKCategoricalAccuracy"},
    ),
    row(
        "SparseTopKCategoricalAccuracy(k=5, from_sorted_ids=False)",
        ACCURACY,
        r"\operatorname{mean}\left[\,y \in \text{the } k \text{ largest of } p\,\right]",
        "Counts an answer as right when the true class is among the k most probable, for labels "
        "that are class numbers.",
        "A shop's search page: is what you wanted among the first five hits?",
        alias="sparse_top_k_categorical_accuracy",
        labels=("integers",),
        page="accuracy_metrics",
        counterparts={"one_hot": "TopKCategoricalAccuracy"},
    ),
)
