"""Predict with a model of several inputs or outputs, one of which is a drawing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from builder import binding
from builder.engine.build.backend import keras
from builder.engine.data.loading import examples, load
from builder.engine.data.prepare import Data, Prepared
from builder.engine.inference import confidence, digit_image, model_cache
from builder.errors import DataError
from builder.kinds.contract import Array
from builder.kinds.registry import find_kind
from builder.spec import TrainingSpec

SIDES = (28, 28)

OFFERED = 12
"""Examples of a picture or text that are offered to stand beside a drawing."""


def drawing_input(training: TrainingSpec, data: Data) -> str:
    """The Input a drawing is for: the first that reads pictures of 28×28; "" if none does."""
    for node, name in binding.input_columns(training).items():
        facts = data.column(name).facts
        if find_kind(facts.kind).has_pixels and facts.shape in (SIDES, (*SIDES, 1)):
            return node
    return ""


def other_inputs(training: TrainingSpec) -> list[dict[str, Any]]:
    """What else the model reads, for a person to set.

    Returns:
        For each Input but the drawing's: ``node``, ``column`` (its facts), and the column as
        ``loading.examples`` gives it of some test examples.

    Raises:
        DataError: no Input reads pictures of 28×28.
    """
    data = load(training.dataset)
    drawn = _require_drawing_input(training, data)
    offered = []
    for node, name in binding.input_columns(training).items():
        if node == drawn:
            continue
        column = data.column(name)
        shown = examples(training.dataset, column, column.raw.test[:OFFERED])
        offered.append({"node": node, "column": column.facts, **shown})
    return offered


def predict_drawing(
    artefact: str, training: TrainingSpec, image: Array | None, given: Mapping[str, Any]
) -> dict[str, Any]:
    """What every output says.

    Args:
        image: as ``predict_image.predict_drawing`` takes it; None is an empty canvas.
        given: for each other Input, by node: a list of what ``Kind.fields`` asks for, or the place
            of one of the examples that ``other_inputs`` offered.

    Returns:
        ``seen`` uint8 (28, 28) or None; ``outputs``: for each its ``output`` and ``column``, and
        ``classes`` and ``probabilities`` (none while nothing is drawn), or ``value``, or
        ``picture``, uint8 (h, w[, 3]).

    Raises:
        DataError: the model takes no drawing, or something beside it is missing.
        FileError: the artefact cannot be read.
    """
    data = load(training.dataset)
    drawn = _require_drawing_input(training, data)
    seen = None if image is None else digit_image.centre(digit_image.extract_ink(image))
    targets = {o: data.answer(c) for o, c in binding.output_columns(training).items()}
    if seen is None:
        return {"seen": None, "outputs": [_output_answer(o, t, None) for o, t in targets.items()]}
    x = {}
    for node, name in binding.input_columns(training).items():
        column = data.column(name)
        raw = seen[None] * (column.scaling.white / 255) if node == drawn else None
        row = _row(node, column, given) if raw is None else column.scaling(raw)
        key = binding.keras_name(training.model, node)
        x[key] = row.reshape(1, *column.facts.shape).astype(column.facts.dtype)
    model = model_cache.get_model(artefact)
    answers = keras.tree.flatten(model(x if len(x) > 1 else next(iter(x.values())), training=False))
    said = zip(targets.items(), answers, strict=True)
    return {
        "seen": seen,
        "outputs": [_output_answer(o, t, np.asarray(answer)) for (o, t), answer in said],
    }


def _require_drawing_input(training: TrainingSpec, data: Data) -> str:
    if drawn := drawing_input(training, data):
        return drawn
    raise DataError(
        "No Input of this model reads pictures of 28×28, so it cannot read a drawing.",
        "Choose a run that was trained on 28×28 pictures.",
        "model",
    )


def _row(node: str, column: Prepared, given: Mapping[str, Any]) -> Array:
    """What an Input other than the drawing's reads."""
    value = given.get(node)
    if value is None:
        raise DataError(
            f"The model also reads '{node}', and nothing is given for it.",
            "Set it beside the drawing.",
            f"columns.{node}",
        )
    if isinstance(value, int):
        count = min(OFFERED, len(column.test))
        example: Array = column.test[max(0, min(value, count - 1))]
        return example
    kind = find_kind(column.facts.kind)
    rows = kind.read_fields(list(value), column.facts)[None]
    return kind.prepare(rows, column.raw, column.scaling, {})


def _picture(target: Prepared, answer: Array) -> Array:
    """What a person sees of an answer that is a picture."""
    kind = find_kind(target.facts.kind)
    shown = kind.examples(target.unscale(answer), target.facts, target.scaling, None)
    picture: Array = shown["images"][0]
    return picture


def _output_answer(output: str, target: Prepared, answer: Array | None) -> dict[str, Any]:
    output_facts: dict[str, Any] = {"output": output, "column": target.facts.name}
    if find_kind(target.facts.kind).has_pixels:
        return output_facts | {"picture": None if answer is None else _picture(target, answer)}
    if target.facts.task == "regression":
        return output_facts | {"value": None if answer is None else float(answer.reshape(-1)[0])}
    classes = list(target.facts.classes)
    shares = [] if answer is None else confidence.to_probabilities(answer, len(classes))[0].tolist()
    return output_facts | {"classes": classes, "probabilities": shares}
