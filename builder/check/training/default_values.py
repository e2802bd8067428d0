"""Derive better defaults from the data: the last layer, batch size, validation split."""

from __future__ import annotations

import math
from typing import Any

from builder.check.outputs import loss_and_labels
from builder.check.outputs.output_facts import find_head
from builder.check.repair.per_output import output_views
from builder.check.training.memory import DEFAULT_BATCH
from builder.check.values.ranges import BetterValues
from builder.facts import DataFacts
from builder.spec import TrainingSpec

SPLIT = 0.2
"""The share of the training examples to set aside for validation."""


def better_values(training: TrainingSpec, data: DataFacts | None) -> BetterValues:
    """Where the data says more than the catalogue: the last layer, the batch, the split.

    ``(model.<last>, "layer")`` is the whole layer that should stand there.
    """
    if data is None:
        return {}
    share = validation_share(data)
    given = training.fit.get("validation_split", 0)
    fair = isinstance(given, int | float) and 0 <= given < 1
    better: dict[tuple[str, str], Any] = {
        ("fit", "batch_size"): max(
            1, min(DEFAULT_BATCH, training_examples(data, given if fair else share))
        ),
        ("fit", "validation_split"): share,
    }
    for view in output_views(training, data):
        head = find_head(view.training.model)
        if head and view.data and not loss_and_labels.has_settings_by_output(view.training):
            aim = loss_and_labels.required_output(view.training, view.data, head)
            better[f"model.{head.node}", "layer"] = aim.layer
            if head.sizer:
                better[f"model.{head.sizer}", head.arg] = aim.width
    return better


def training_examples(data: DataFacts, share: float) -> int:
    """How many examples are left to train on, counted as Keras does."""
    return math.floor(data.n_train * (1 - share))


def validation_share(data: DataFacts) -> float:
    """A validation split that leaves examples on both sides; 0 where there is but one."""
    return SPLIT if training_examples(data, SPLIT) else 0.0
