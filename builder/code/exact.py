"""Whether a script in a style gives the very numbers of the run, and why not where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from builder.code import stack
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, active

DRAWN_LATE = frozenset({"GroupQueryAttention", "MultiHeadAttention", "SpectralNormalization"})
"""Layers that draw seeds when they are first called. A class, and a Sequential, have made all their
layers by then; a functional model makes one after the other."""


def doubt(training: TrainingSpec, style: str) -> str:
    """In a sentence why the script's numbers are others than the run's; "" where they are not."""
    model = training.model
    if style == "subclass" and is_told_training(model):
        return (
            "Some calls here are told training=True or False. While a functional model trains,"
            " Keras takes no notice of it; a class does, so that its numbers are others."
        )
    late = sorted(DRAWN_LATE & set(_kinds(model)))
    if late and (style == "functional") is stack.is_stack(model):
        return (
            f"In this style {late[0]} may draw other random starting weights than here, so that"
            " the numbers differ; the first style of the list gives the same."
        )
    return ""


def is_told_training(model: ModelSpec) -> bool:
    """Whether some call in it, or in a model inside, says ``training=``."""
    shown = active(model)
    if any("training" in node.call for node in shown.nodes):
        return True
    inside = [v for v in shown.layers.values() if isinstance(v, ModelSpec)]
    return any(is_told_training(inner) for inner in inside)


def _kinds(value: Any) -> Iterator[str]:
    """The classes of all layers, also inside models and wrappers."""
    match value:
        case ModelSpec():
            for layer in active(value).layers.values():
                yield from _kinds(layer)
        case ObjectSpec():
            yield value.class_name
            yield from _kinds(value.config)
        case Config():
            for inner in value.values():
                yield from _kinds(inner)
        case tuple():
            for inner in value:
                yield from _kinds(inner)
