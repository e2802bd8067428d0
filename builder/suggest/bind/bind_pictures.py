"""Give pasted code its folder of pictures: the author's model stays, and decides their size."""

from __future__ import annotations

from dataclasses import replace

from builder import binding
from builder.check.repair.graph_edits import find_layer
from builder.datasets.contract import resolve_settings
from builder.datasets.registry import find_dataset
from builder.spec import Config, ObjectSpec, TrainingSpec
from builder.suggest.bind.bind_table import BoundData

COLOURS = {1: "grayscale", 3: "rgb"}
"""Channels of an Input → the setting that gives pictures so many."""


def awaits_pictures(training: TrainingSpec) -> bool:
    """Whether the data to come are pictures of one size in folders, which one Input reads."""
    if training.dataset.config.get("said", Config()).get("form") != "pictures":
        return False
    outputs = binding.outputs(training.model)
    return len(outputs) == 1 and bool(_form(training))


def _form(training: TrainingSpec) -> tuple[int, ...]:
    """Height, width and channels that the only Input reads; () for anything else."""
    inputs = binding.inputs(training.model)
    layer = find_layer(training.model, inputs[0]) if len(inputs) == 1 else None
    shape = layer.config.get("shape") if layer else None
    fits = isinstance(shape, tuple) and len(shape) == 3 and None not in shape
    return shape if fits and shape and shape[-1] in COLOURS else ()


def bind_pictures(training: TrainingSpec, dataset: ObjectSpec) -> BoundData:
    """The author's training with these pictures as its data.

    They are squeezed into the size of the Input, as Keras's loaders do.

    Args:
        training: for which ``awaits_pictures``.
        dataset: as ``picture_dataset`` makes it of the dropped file.
    """
    height, width, channels = _form(training)
    awaited = training.dataset
    entry = find_dataset(awaited.class_name).ENTRY
    bound = dataset.with_(
        height=height,
        width=width,
        aspect="stretch",
        color_mode=COLOURS[channels],
        labels=resolve_settings(entry, awaited.config)["labels"],
    )
    remarks: tuple[str, ...] = ()
    if not bound.config.get("parts"):
        remarks = ("A fifth of the pictures is kept apart for the test, which the code has not.",)
    return BoundData(replace(training, dataset=bound, columns=Config()), remarks)
