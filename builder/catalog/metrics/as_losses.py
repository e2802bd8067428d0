"""Losses to watch as metrics."""

from __future__ import annotations

from builder.catalog.entry import Entry
from builder.catalog.metrics.metric_table import LOSSES, row

ENTRIES: tuple[Entry, ...] = (
    row(
        "CategoricalCrossentropy(from_logits=False, label_smoothing=0, axis=-1)",
        LOSSES,
        r"-\sum_c y_c\,\log p_c",
        "The crossentropy as a number to watch when you train with another loss; one-hot labels.",
        "A thermometer of confidence: how warm was the model to the right answer?",
        alias="categorical_crossentropy",
        labels=("one_hot",),
        better="down",
        page="probabilistic_metrics",
        counterparts={"integers": "SparseCategoricalCrossentropy"},
    ),
    row(
        "SparseCategoricalCrossentropy(from_logits=False, ignore_class=None, axis=-1)",
        LOSSES,
        r"-\log p_y",
        "The crossentropy as a number to watch when you train with another loss; labels are class "
        "numbers.",
        "The same thermometer, read by class number.",
        alias="sparse_categorical_crossentropy",
        labels=("integers",),
        better="down",
        page="probabilistic_metrics",
        counterparts={"one_hot": "CategoricalCrossentropy"},
    ),
    row(
        "BinaryCrossentropy(from_logits=False, label_smoothing=0)",
        LOSSES,
        r"-\left[\,y\log p+(1-y)\log(1-p)\,\right]",
        "The crossentropy of every single output as a yes-or-no answer, averaged; for labels with "
        "one column an output.",
        "A forecaster's honesty: saying 90 percent rain and staying dry costs dearly.",
        alias="binary_crossentropy",
        labels=("one_hot",),
        better="down",
        aliases=("bce", "BCE"),
        page="probabilistic_metrics",
    ),
    row(
        "KLDivergence()",
        LOSSES,
        r"\sum_c y_c\,\log\frac{y_c}{p_c}",
        "How far the predicted distribution is from the true one; 0 means equal.",
        "How many more questions you need in a guessing game when you start from the wrong odds.",
        alias="kl_divergence",
        labels=("one_hot",),
        better="down",
        page="probabilistic_metrics",
        counterparts={"integers": "SparseCategoricalCrossentropy"},
    ),
    row(
        "CategoricalHinge()",
        LOSSES,
        r"\max\!\left(0,\ 1+\max_c\,(1-y_c)\,\hat y_c-\sum_c y_c\,\hat y_c\right)",
        "How far the true class is from winning by a full point; one-hot labels.",
        "How many lengths the winner still lacks.",
        alias="categorical_hinge",
        labels=("one_hot",),
        better="down",
        page="hinge_metrics",
    ),
)
