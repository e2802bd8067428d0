"""Let frozen layers learn on, slowly: the second stage of transfer learning."""

from __future__ import annotations

from dataclasses import replace

from builder.edit.stack import freeze, is_frozen
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec

SLOWER = 100
"""The learning rate is divided by this, as in Keras's guide to transfer learning (1e-3 → 1e-5)."""

USUAL_RATE = 1e-3
"""Of an optimizer that does not say its rate, or whose rate follows a schedule."""


def can_fine_tune(model: ModelSpec) -> bool:
    """Whether some of it is frozen, and some is not."""
    frozen = [n for n in model.nodes if is_frozen(model.layers.get(n.layer))]
    return bool(frozen) and _unfrozen(model) != model


def fine_tune(training: TrainingSpec) -> TrainingSpec:
    """The training in which all layers learn, at a hundredth of the rate.

    Layers of BatchNormalization stay frozen, so that the means they have learned from many pictures
    are not forgotten for those of small batches (https://keras.io/guides/transfer_learning/).
    """
    optimizer = training.compile.get("optimizer") or ObjectSpec("Adam")
    rate = optimizer.config.get("learning_rate", USUAL_RATE)
    rate = rate if isinstance(rate, int | float) else USUAL_RATE
    slow = optimizer.with_(learning_rate=float(f"{rate / SLOWER:.3g}"))
    return replace(training, model=_unfrozen(training.model)).with_compile(optimizer=slow)


def _unfrozen(model: ModelSpec) -> ModelSpec:
    names = [n.name for n in model.nodes if not _normalizes(model.layers.get(n.layer))]
    blocks = {k: _unfrozen(v) for k, v in model.layers.items() if isinstance(v, ModelSpec)}
    plain = [n for n in names if model.node(n).layer not in blocks]
    free = freeze(model, plain, on=False)
    return replace(free, layers=free.layers.with_(**blocks)) if blocks else free


def _normalizes(layer: object) -> bool:
    return isinstance(layer, ObjectSpec) and layer.class_name == "BatchNormalization"
