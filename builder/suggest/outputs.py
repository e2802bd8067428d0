"""The end of a suggested model: what each target asks of last layer, loss and metrics."""

from __future__ import annotations

from dataclasses import dataclass

from builder.facts import ColumnFacts
from builder.spec import Config, ObjectSpec


@dataclass(frozen=True, slots=True)
class Ending:
    """What answers one target.

    Args:
        layers: the last layers of the model, one after the other.
        loss, metrics: of ``compile``.
        weight: of its loss among those of several outputs.
    """

    layers: tuple[ObjectSpec, ...]
    loss: ObjectSpec
    metrics: tuple[ObjectSpec, ...]
    weight: float = 1.0


def _layer(class_name: str, **config: object) -> ObjectSpec:
    return ObjectSpec(class_name, Config(config))


def ending(target: ColumnFacts) -> Ending:
    """The layers, loss and metrics for a target: one probability for two classes, one a class for
    more, and for numbers one that is learned at a size of about 1 and scaled back."""
    accuracy = (_layer("accuracy"),)
    if target.task != "classification":
        return _number_head(target)
    if target.labels == "one_hot":
        last = _layer("Dense", units=len(target.classes), activation="softmax")
        return Ending((last,), _layer("CategoricalCrossentropy"), accuracy)
    if len(target.classes) == 2:
        last = _layer("Dense", units=1, activation="sigmoid")
        return Ending((last,), _layer("BinaryCrossentropy"), accuracy)
    last = _layer("Dense", units=len(target.classes), activation="softmax")
    return Ending((last,), _layer("SparseCategoricalCrossentropy"), accuracy)


def _number_head(target: ColumnFacts) -> Ending:
    spread = target.ranges[0] if target.ranges else None
    last = [_layer("Dense", units=1)]
    weight = 1.0
    if spread is not None and spread.deviation > 0:
        last.append(_layer("Rescaling", scale=spread.deviation, offset=spread.mean))
        weight = 1 / spread.deviation**2
    return Ending(tuple(last), _layer("MeanSquaredError"), (_layer("MeanAbsoluteError"),), weight)
