"""Recommend layers, and the loss, metrics and last layer that suit the data, for remedies."""

from __future__ import annotations

from builder import catalog
from builder.facts import DataFacts, Shape
from builder.kinds.registry import find_kind
from builder.spec import Config, ObjectSpec

FLATTEN = ObjectSpec("Flatten")
"""Lays all numbers of an example out in one row."""

CONCATENATE = ObjectSpec("Concatenate")
"""Joins several inputs end to end."""

NORMALIZATION = ObjectSpec("Normalization")
"""Gives every number a mean of 0 and a deviation of 1, learned from the training rows."""


def rescale(deviation: float, mean: float) -> ObjectSpec:
    """The layer that turns numbers about 0 into amounts of that mean and deviation."""
    scale, offset = (float(f"{n:.4g}") for n in (deviation, mean))
    return ObjectSpec("Rescaling", Config({"scale": scale, "offset": offset}))


RELU = ObjectSpec("ReLU")
"""The activation of hidden layers, as a layer of its own."""

OPTIMIZER = ObjectSpec("Adam")
"""A good first choice."""

NO_ACTIVATION = (None, "linear")
"""What an argument says where nothing is applied to a layer's outputs."""

WORDS = 1000
"""How many different words a vocabulary keeps."""

TEXT_LENGTH = 20
"""How many words of a text are read."""

EMBEDDING_SIZE = 32
"""How many numbers stand for one word."""


def average(rank: int) -> ObjectSpec | None:
    """The layer that averages over all axes between batch and features; None for that rank."""
    name = f"GlobalAveragePooling{rank - 2}D"
    return ObjectSpec(name) if catalog.find("layers", name) else None


def reshape(*sizes: int | None) -> ObjectSpec:
    """The layer that gives an example that shape; of several free axes, all but the last merge."""
    free = [n for n in sizes if n is None]
    target = tuple(-1 if n is None else n for n in sizes)
    target = target if len(free) < 2 else (-1, sizes[-1] or 1)
    return ObjectSpec("Reshape", Config({"target_shape": target}))


def resize_last_axis(rank: int, size: int) -> ObjectSpec:
    """The layer that brings the last axis to a size: Dense, of pictures a 1 × 1 convolution."""
    if rank == 4:
        return ObjectSpec("Conv2D", Config(filters=size, kernel_size=1))
    return dense(size)


def dense(units: int, activation: str | None = None) -> ObjectSpec:
    """A Dense layer."""
    more = {} if activation in NO_ACTIVATION else {"activation": activation}
    return ObjectSpec("Dense", Config({"units": units, **more}))


def activate(activation: str) -> ObjectSpec:
    """The layer that applies an activation and does nothing else."""
    return ObjectSpec("Activation", Config({"activation": activation}))


def embed(tokens: int) -> ObjectSpec:
    """The layer that turns the numbers of words into vectors."""
    return ObjectSpec("Embedding", Config(input_dim=tokens, output_dim=EMBEDDING_SIZE))


def sort_into_bins(count: int) -> ObjectSpec:
    """The layer that replaces decimal numbers by the numbers of bins."""
    return ObjectSpec("Discretization", Config(num_bins=count))


def input_layer(data: DataFacts) -> ObjectSpec:
    """The Input for the examples of a dataset."""
    return find_kind(data.input.kind).input_layer(data.input)


def vectorize_text(tokens: int | None) -> ObjectSpec:
    """The layer that turns texts into numbers.

    Args:
        tokens: how many words the layer after it knows; None for rows that say which words occur.
    """
    config = Config(max_tokens=WORDS, output_mode="multi_hot", pad_to_max_tokens=True)
    if tokens is not None:
        config = Config(max_tokens=tokens, output_sequence_length=TEXT_LENGTH)
    return ObjectSpec("TextVectorization", config)


def flatten_if_needed(shape: Shape) -> tuple[ObjectSpec, ...]:
    """The layer a Dense needs before it where examples have that shape; none for plain rows."""
    return (FLATTEN,) if len(shape) > 1 else ()


BINARY_LOSS = ObjectSpec("BinaryCrossentropy")
"""For one output that gives the probability of class 1."""

CLASS_NUMBER_LOSS = ObjectSpec("SparseCategoricalCrossentropy")
"""For one probability a class, and class numbers as labels."""


def recommend_loss(data: DataFacts) -> tuple[ObjectSpec, tuple[ObjectSpec, ...], str]:
    """The loss and metrics to begin with, and one sentence why."""
    if data.target.task == "regression":
        why = (
            "The model predicts a number: the squared error is the standard, and the mean absolute"
            " error tells in the number's own unit how far off it is."
        )
        if data.target.is_shares:
            why = (
                "The model gives a picture back: the squared error compares it point by point."
                " binary_crossentropy suits as well, as every point lies between 0 and 1."
            )
        return ObjectSpec("MeanSquaredError"), (ObjectSpec("MeanAbsoluteError"),), why
    loss, why = _classification_loss(data)
    return loss, (ObjectSpec("accuracy"),), why


def _classification_loss(data: DataFacts) -> tuple[ObjectSpec, str]:
    many = len(data.target.classes)
    if data.target.labels == "one_hot":
        return (
            ObjectSpec("CategoricalCrossentropy"),
            f"{many} classes with one-hot labels: categorical crossentropy compares"
            " the probabilities with them; accuracy counts the right answers.",
        )
    if many == 2:
        return (
            BINARY_LOSS,
            "Two classes with labels 0 and 1: binary crossentropy needs one sigmoid output;"
            " accuracy counts the right answers.",
        )
    return (
        CLASS_NUMBER_LOSS,
        f"{many} classes with whole numbers as labels: the sparse crossentropy takes"
        " them as they are; accuracy counts the right answers.",
    )


def output_layer(data: DataFacts) -> ObjectSpec:
    """The last layer that goes with ``recommend_loss``'s loss."""
    target = data.target
    if target.task == "regression":
        return dense(target.shape[-1] if target.shape else 1)
    if target.labels != "one_hot" and len(target.classes) == 2:
        return dense(1, "sigmoid")
    return dense(len(target.classes), "softmax")
