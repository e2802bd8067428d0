"""Layers that do what pasted code does to numbers before its model, and undo it behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from builder import binding
from builder.facts import Range
from builder.spec import Config, ObjectSpec, TrainingSpec
from builder.suggest.bind.model_surgery import insert_behind

LEARNED = {
    "standard": "the mean and the deviation",
    "unit": "the least and the largest number",
    "max_abs": "the largest number",
    "robust": "the middle and the quarters",
}
"""How code scales → what is learned of the training rows for it."""


def scale_layer(scale: str, said: Mapping[str, Any], ranges: Sequence[Range]) -> ObjectSpec:
    """The layer that scales columns as scikit-learn does, by their ranges in the training rows.

    Args:
        scale: how, a key of ``LEARNED``; any other is taken for ``standard``.
        said: what the code says of its data: ``scale_range``.
    """
    if scale not in LEARNED or scale == "standard":
        means, squares = zip(*((r.mean, (r.deviation or 1.0) ** 2) for r in ranges), strict=True)
        return ObjectSpec("Normalization", Config(mean=means, variance=squares))
    factors, offsets = zip(*(_line(scale, said, r) for r in ranges), strict=True)
    return _rescaling(factors, offsets)


UNSCALED = (
    "The code scales its answers, too: here a layer Rescaling behind the model brings them back, so"
    " that it answers in the units of the table. Loss and metrics are in those units."
)


def unscale_layer(said: Mapping[str, Any], ranges: Sequence[Range]) -> ObjectSpec | None:
    """The layer that brings answers which the code scales back to the size they have in the table;
    None where it does not.

    Args:
        ranges: of the answers, in the training rows.
    """
    if scale := said.get("target_scale"):
        lines = [_line(scale, said, r) for r in ranges]
        return _rescaling([1 / factor for factor, _ in lines], [-b / factor for factor, b in lines])
    if isinstance(factor := said.get("target_factor"), int | float) and factor:
        return _rescaling([1 / factor], [0.0])
    return None


def append(training: TrainingSpec, layer: ObjectSpec) -> TrainingSpec:
    """The training with a layer behind its one output, which keeps its column."""
    (end,) = binding.outputs(training.model)
    model = insert_behind(training.model, end, [layer])
    columns = {**training.columns.without(end), model.outputs[0]: training.columns[end]}
    return replace(training, model=model, columns=Config(columns))


def factor(scale: str, said: Mapping[str, Any], spread: Range) -> float:
    """What scaling multiplies a number by."""
    return _line(scale, said, spread)[0]


def _rescaling(factors: Sequence[float], offsets: Sequence[float]) -> ObjectSpec:
    one = len(set(factors)) == len(set(offsets)) == 1
    scale = Config(scale=factors[0] if one else tuple(factors))
    shift = {"offset": offsets[0] if one else tuple(offsets)} if any(offsets) else {}
    return ObjectSpec("Rescaling", scale.with_(**shift))


def _line(scale: str, said: Mapping[str, Any], spread: Range) -> tuple[float, float]:
    """What a number is multiplied by, and what is added then; scikit-learn's formulas."""
    if scale == "unit":
        low, high = said.get("scale_range", (0.0, 1.0))
        factor = (high - low) / ((spread.high - spread.low) or 1.0)
        return factor, low - spread.low * factor
    if scale == "max_abs":
        return 1 / (max(abs(spread.low), abs(spread.high)) or 1.0), 0.0
    if scale == "robust":
        first, last = spread.quarters
        factor = 1 / ((last - first) or 1.0)
        return factor, -spread.middle * factor
    factor = 1 / (spread.deviation or 1.0)
    return factor, -spread.mean * factor


def remark(scale: str, class_name: str) -> str:
    """What stands for the code's scaling, and what it learns, for people."""
    learned = LEARNED.get(scale, LEARNED["standard"])
    text = (
        f"What scales the columns in the code is the layer {class_name} behind the Input: it takes"
        f" {learned} of the training rows."
    )
    return text if scale in LEARNED else f"{text} {scale} itself is not offered."
