"""What a fix puts where nonsense stood: values that are themselves free of problems."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from builder.catalog import REQUIRED, Entry, Param
from builder.check.training import loss_and_labels
from builder.check.training.memory import DEFAULT_BATCH
from builder.check.training.output_facts import find_head
from builder.check.training.per_output import views
from builder.facts import DataFacts
from builder.spec import TrainingSpec

Usual = Mapping[tuple[str, str], Any]
"""(place, argument) → the value this model and this data want there."""

SPLIT = 0.2
"""The share of the training examples to set aside for validation."""


def usual(training: TrainingSpec, data: DataFacts | None) -> Usual:
    """Where the data says more than the catalogue: the last layer, the batch, the split.

    ``(model.<last>, "layer")`` is the whole layer that should stand there.
    """
    if data is None:
        return {}
    share = split(data)
    given = training.fit.get("validation_split", 0)
    fair = isinstance(given, int | float) and 0 <= given < 1
    found: dict[tuple[str, str], Any] = {
        ("fit", "batch_size"): max(1, min(DEFAULT_BATCH, kept(data, given if fair else share))),
        ("fit", "validation_split"): share,
    }
    for view in views(training, data):
        head = find_head(view.training.model)
        if head and view.data and not loss_and_labels.by_output(view.training):
            aim = loss_and_labels.wanted(view.training, view.data, head)
            found[f"model.{head.node}", "layer"] = aim.layer
            if head.sizer:
                found[f"model.{head.sizer}", head.arg] = aim.width
    return found


def kept(data: DataFacts, split: float) -> int:
    """How many examples are left to train on, counted as Keras does."""
    return math.floor(data.n_train * (1 - split))


def split(data: DataFacts) -> float:
    """A validation split that leaves examples on both sides; 0 where there is but one."""
    return SPLIT if kept(data, SPLIT) else 0.0


def start(entry: Entry, name: str, asked: Param) -> Any:
    """What a new object has for that argument, or None when nothing is known to be good."""
    default = entry.args[name]
    if name in entry.start:
        return entry.start[name]
    if default is not REQUIRED and default is not None:
        return default
    return asked.start
