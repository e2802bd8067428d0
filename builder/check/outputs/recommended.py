"""What a beginner should take: the loss, the metrics and the last layer that fit the data."""

from __future__ import annotations

from builder.facts import DataFacts
from builder.spec import Config, ObjectSpec


def sensible(data: DataFacts) -> tuple[ObjectSpec, tuple[ObjectSpec, ...], str]:
    """The loss and metrics to begin with, and one sentence why."""
    if data.task == "regression":
        return (
            ObjectSpec("MeanSquaredError"),
            (ObjectSpec("MeanAbsoluteError"),),
            "The model predicts a number: the squared error is the standard, and the mean absolute"
            " error tells in the number's own unit how far off it is.",
        )
    accuracy = (ObjectSpec("accuracy"),)
    if data.labels == "one_hot":
        return (
            ObjectSpec("CategoricalCrossentropy"),
            accuracy,
            f"{len(data.classes)} classes with one-hot labels: categorical crossentropy compares"
            " the probabilities with them; accuracy counts the right answers.",
        )
    if len(data.classes) == 2:
        return (
            ObjectSpec("BinaryCrossentropy"),
            accuracy,
            "Two classes with labels 0 and 1: binary crossentropy needs one sigmoid output;"
            " accuracy counts the right answers.",
        )
    return (
        ObjectSpec("SparseCategoricalCrossentropy"),
        accuracy,
        f"{len(data.classes)} classes with whole numbers as labels: the sparse crossentropy takes"
        " them as they are; accuracy counts the right answers.",
    )


def output_layer(data: DataFacts) -> ObjectSpec:
    """The last layer that goes with ``sensible``'s loss."""
    if data.task == "regression":
        return ObjectSpec("Dense", Config({"units": data.y_shape[-1] if data.y_shape else 1}))
    if data.labels != "one_hot" and len(data.classes) == 2:
        return ObjectSpec("Dense", Config({"units": 1, "activation": "sigmoid"}))
    return ObjectSpec("Dense", Config({"units": len(data.classes), "activation": "softmax"}))
