"""Estimate how much memory a training will take, before anything of it is allocated."""

from __future__ import annotations

import math
from dataclasses import dataclass

from builder import catalog
from builder.facts import ColumnFacts, DataFacts, Fix, ModelFacts, Problem
from builder.formatting import size
from builder.spec import ObjectSpec, TrainingSpec

PEAK = 3.4
"""Peak bytes of gradients and temporaries ÷ bytes of trainable weights. With the weights and
Adam's two slots that is the 6.4 measured in DESIGN.md."""

ADAM_SLOTS = 2
"""Numbers Adam keeps beside each weight; taken for an optimizer nobody knows."""

SAVED = 1.6
"""Peak bytes of writing a snapshot or the model ÷ bytes of what is written: weights and slots."""

DEVICE = 2
"""How often the training examples lie in memory beside the dataset while TensorFlow takes them
over; one of the two stays."""

ACTIVATIONS = 1.7
"""Peak bytes of a step ÷ bytes of all layer outputs for one batch (measured, see DESIGN.md)."""

DEFAULT_BATCH = 32
"""Keras's batch size when none is given."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes a training takes at its peak, by what takes them; ``saving`` is what writing takes."""

    weights: int
    optimizer: int
    activations: int
    data: int
    saving: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.optimizer + self.activations + self.data + self.saving

    def fits(self, available: int) -> bool:
        """Whether that many bytes are enough."""
        return self.total <= available


def estimate_memory(
    training: TrainingSpec | None, data: DataFacts | None, model: ModelFacts
) -> Memory:
    """The estimate for this model, optimizer, batch size and data.

    Args:
        training: None for a model by itself: as Adam would train it, without any batch.
        data: None leaves out what the dataset takes.
    """
    trainable = sum(n.weight_bytes * n.trainable / n.params for n in model.nodes if n.params)
    slots = _slots(training.compile.get("optimizer") if training else None)
    batch = batch_size(training) if training else 0
    return Memory(
        weights=model.weight_bytes,
        optimizer=round(trainable * (PEAK + slots)),
        activations=round(ACTIVATIONS * model.output_bytes * batch),
        data=data.bytes + DEVICE * _examples(data) if data else 0,
        saving=round(SAVED * (model.weight_bytes + trainable * slots)),
    )


def _examples(data: DataFacts) -> int:
    """Bytes of the training examples as the model takes them."""
    return sum(_column_bytes(c, data.n_train) for c in data.columns)


def _column_bytes(column: ColumnFacts, rows: int) -> int:
    """Of windows over a series only the series is counted."""
    if column.steps:
        return column.steps * math.prod(column.shape[1:]) * _width(column.dtype)
    return rows * math.prod(column.shape) * _width(column.dtype)


def _width(dtype: str) -> int:
    return max(1, int("".join(filter(str.isdigit, dtype)) or 32) // 8)


def batch_size(training: TrainingSpec) -> int:
    """The batch size training will use; Keras's default where none or nonsense is given."""
    size = training.fit.get("batch_size")
    good = isinstance(size, int) and not isinstance(size, bool) and size > 0
    return size if good and size is not None else DEFAULT_BATCH


def _slots(optimizer: object) -> int:
    """How many numbers an optimizer keeps beside each weight."""
    if not isinstance(optimizer, ObjectSpec):
        return ADAM_SLOTS
    traits = catalog.traits_of(optimizer.class_name, "optimizers")
    if traits.slots is None:
        return ADAM_SLOTS
    return traits.slots + sum(bool(optimizer.config.get(name)) for name in traits.slot_switches)


def problems(
    training: TrainingSpec, data: DataFacts | None, model: ModelFacts, available: int
) -> tuple[Problem, ...]:
    """A Problem when the estimate exceeds ``available`` bytes, with the largest batch that fits."""
    need = estimate_memory(training, data, model)
    if need.fits(available) or not model.nodes:
        return ()
    message = (
        f"This training needs about {size(need.total)} of memory ({size(need.weights)} weights,"
        f" {size(need.optimizer)} for the optimizer, {size(need.activations)} for the layers'"
        f" outputs, {size(need.data)} data, {size(need.saving)} to save it); {size(available)} are"
        " free."
    )
    room = available - (need.total - need.activations)
    one = ACTIVATIONS * model.output_bytes
    largest = math.floor(room / one) if one else 0
    if largest >= 1:
        fix = Fix(f"Set the batch size to {largest:,}", training.with_fit(batch_size=largest))
        hint = f"The largest batch size that fits is {largest:,}."
        return (Problem("fit.batch_size", message, hint, (fix,)),)
    biggest = max(model.nodes, key=lambda n: (n.weight_bytes, n.output_bytes))
    hint = (
        f"No batch size fits. The biggest layer is '{biggest.node}' with {biggest.params:,}"
        " parameters: make it smaller, or shrink what it receives."
    )
    return (Problem(f"model.{biggest.node}", message, hint),)
