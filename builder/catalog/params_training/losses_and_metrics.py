"""Arguments of the losses and metrics."""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.catalog.params_training.share import share

PARAMS: dict[str, Param] = {
    "from_logits": Param(
        "bool",
        "The model ends without softmax or sigmoid, so its output is a raw score, no probability.",
    ),
    "label_smoothing": share(
        "Soften the labels: 0.1 asks for about 90 percent certainty instead of 100.",
        step=0.05,
    ),
    "reduction": Param(
        "choice",
        "How the losses of a batch become one number; the first is their mean, 'none' leaves them.",
        choices=("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"),
        advanced=True,
    ),
    "ignore_class": Param(
        "int",
        "A class number that does not count, such as -1 for unknown; empty counts all.",
        min=-1_000_000,
        max=1_000_000,
        optional=True,
        advanced=True,
    ),
    "apply_class_balancing": Param("bool", "Weigh the two classes with alpha and 1 - alpha."),
    "gamma": Param(
        "float", "How little easy examples count; 0 treats all alike.", min=0.0, step=0.5
    ),
    "q": Param(
        "float",
        "Near 0 is crossentropy, 1 is the absolute error, which forgives wrong labels.",
        min=0.01,
        max=1.0,
        step=0.1,
    ),
    "delta": Param("float", "Where squared turns into absolute error.", min=0.0, step=0.1),
    "margin": share(
        "How clearly the classes must be apart.",
        step=0.05,
    ),
    "remove_diagonal": Param("bool", "Do not compare an example with itself.", advanced=True),
    "threshold": share(
        "From which probability on the answer is yes.",
        step=0.05,
    ),
    "thresholds": share(
        "Above which probability the answer is yes; empty means 0.5.",
        step=0.05,
        optional=True,
    ),
    "k": Param("int", "Among how many guesses the right one may be.", min=1, max=1_000_000),
    "from_sorted_ids": Param(
        "bool", "The predictions are class numbers, best first, no scores.", advanced=True
    ),
    "top_k": Param(
        "int",
        "Only the k most probable classes count as positive; empty uses the threshold.",
        min=1,
        max=1_000_000,
        optional=True,
        advanced=True,
    ),
    "class_id": Param(
        "int",
        "Look at this class only, counted from 0; empty takes all.",
        min=0,
        max=1_000_000,
        optional=True,
    ),
    "average": Param(
        "choice",
        "'macro': every class counts alike; 'weighted': by size; 'micro': every example alike; "
        "empty gives one number a class, which curves cannot show.",
        choices=("macro", "weighted", "micro", None),
        optional=True,
    ),
    "num_thresholds": Param(
        "int", "How many thresholds are tried.", min=2, max=100_000, advanced=True
    ),
    "curve": Param(
        "choice", "ROC, or precision against recall, for rare positives.", choices=("ROC", "PR")
    ),
    "summation_method": Param(
        "choice",
        "How the area is added up.",
        choices=("interpolation", "minoring", "majoring"),
        advanced=True,
    ),
    "multi_label": Param(
        "bool", "One area for each output, then averaged; otherwise all together."
    ),
    "num_labels": Param(
        "int",
        "How many outputs there are, for multi_label; empty finds out.",
        min=1,
        max=1_000_000,
        optional=True,
        advanced=True,
    ),
    "label_weights": Param(
        "floats", "How much each output counts; empty means alike.", optional=True, advanced=True
    ),
    "recall": share(
        "The recall to reach.",
        step=0.05,
        start=0.9,
    ),
    "precision": share(
        "The precision to reach.",
        step=0.05,
        start=0.9,
    ),
    "specificity": share(
        "The specificity to reach.",
        step=0.05,
        start=0.9,
    ),
    "sensitivity": share(
        "The sensitivity to reach.",
        step=0.05,
        start=0.9,
    ),
    "class_aggregation": Param(
        "choice",
        "How several outputs become one number; empty gives one each, which curves cannot show.",
        choices=("uniform_average", "variance_weighted_average", None),
        optional=True,
        advanced=True,
    ),
    "num_regressors": Param(
        "int",
        "Number of input features, for the adjusted score; 0 means the usual one.",
        min=0,
        max=1_000_000,
        advanced=True,
    ),
    "num_classes": Param("int", "How many classes there are.", min=1, max=100_000, start=10),
    "target_class_ids": Param("ints", "The classes that count, from 0.", min=0, start=(0,)),
    "sparse_y_true": Param("bool", "The labels are class numbers, not one-hot.", advanced=True),
    "sparse_y_pred": Param(
        "bool", "The predictions are class numbers, not probabilities.", advanced=True
    ),
}
"""Argument name → how it is asked for."""
