"""What Keras would accept but a teacher would not: idle layers, unscaled data, dead ends."""

from __future__ import annotations

from collections.abc import Iterator

from builder import edit
from builder.check.repair import fixes
from builder.errors import SpecError
from builder.facts import DataFacts, Problem
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec

BRIGHT = 20.0
"""Image values above this are plainly not scaled."""

WIDE = 50.0
"""Table values beyond this make the first layer's sums far too large."""

RESCALERS = ("Rescaling", "Normalization", "BatchNormalization", "LayerNormalization", "Embedding",
             "Discretization", "CategoryEncoding", "IntegerLookup", "Hashing")  # fmt: skip
"""Layers after which the data's own range no longer matters."""

DROPPERS = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout",
            "GaussianDropout")  # fmt: skip
"""Layers whose rate says how much is lost."""

SQUASHING = ("softmax", "log_softmax")
"""Activations that belong at the end only."""

RESHAPING = ("Dropout", "Flatten", "Identity", "Reshape", "Permute")
"""Layers that calculate nothing between two others."""


def problems(training: TrainingSpec, data: DataFacts | None) -> Iterator[Problem]:
    """Advice, and the few severe cases among it."""
    spec = training.model
    stack = [n for n in edit.order(spec) if not spec.node(n).off]
    chained = edit.is_chain(spec)
    ends = {stack[-1]} if chained and stack else {ref.partition(":")[0] for ref in spec.outputs}
    for place, node in enumerate(stack):
        layer = _layer(spec, node)
        if layer is None:
            continue
        yield from _drop(training, node, layer, is_last=node in ends)
        if chained:
            yield from _hidden(training, node, layer, stack[place + 1 :])
    if data:
        yield from _scale(training, data, stack)


def _layer(spec: ModelSpec, node: str) -> ObjectSpec | None:
    try:
        return edit.layer_of(spec, node)
    except SpecError:
        return None


def _drop(training: TrainingSpec, node: str, layer: ObjectSpec, is_last: bool) -> Iterator[Problem]:
    rate = layer.config.get("rate")
    if layer.class_name not in DROPPERS or not isinstance(rate, int | float):
        return
    where, name = f"model.{node}", fixes.named(training.model, node)
    gone = fixes.model(f"Remove '{node}'", training, fixes.remove(node))
    if rate == 0:
        message = f"{name} has rate 0: it drops nothing."
        lower = fixes.model("Set rate to 0.2", training, fixes.put(node, rate=0.2))
        yield Problem(where, message, "Set a rate or remove it.", gone + lower, severe=False)
    elif is_last:
        message = f"{name} is last: it would drop answers, not features, while training."
        yield Problem(where, message, "Remove it or put it earlier.", gone)


def _hidden(
    training: TrainingSpec, node: str, layer: ObjectSpec, after: list[str]
) -> Iterator[Problem]:
    """Softmax in the middle, and Dense after Dense with nothing between."""
    spec = training.model
    later = next((n for n in after if (x := _layer(spec, n)) and x.class_name not in RESHAPING), "")
    follower = _layer(spec, later) if later else None
    if follower is None or layer.class_name not in ("Dense", "Activation", "Softmax"):
        return
    activation = "softmax" if layer.class_name == "Softmax" else layer.config.get("activation")
    name, then = fixes.named(spec, node), fixes.named(spec, later)
    learns = follower.class_name == "Dense"
    if activation in SQUASHING and learns:
        message = f"{name} ends with {activation}, but {then} follows: it squeezes out most of"
        message += " what it has learned."
        put = fixes.put(node, activation="relu")
        if layer.class_name == "Softmax":
            put = fixes.become(node, ObjectSpec("ReLU"))
        found = fixes.model("Use relu instead", training, put)
        hint = "Keep softmax for the last layer."
        yield Problem(f"model.{node}", message, hint, found, severe=False)
    elif layer.class_name == "Dense" and activation in (None, "linear") and learns:
        message = f"{name} has no activation and {then} follows: together they can do no more"
        message += " than one Dense layer."
        found = fixes.model(
            "Set the activation to relu", training, fixes.put(node, activation="relu")
        )
        hint = "Give it an activation, for example relu."
        yield Problem(f"model.{node}", message, hint, found, severe=False)


def _scale(training: TrainingSpec, data: DataFacts, stack: list[str]) -> Iterator[Problem]:
    layers = [_layer(training.model, n) for n in stack[:3]]
    if any(layer and layer.class_name in RESCALERS for layer in layers):
        return
    top = max(abs(data.x_min), abs(data.x_max))
    span = f"{data.x_min:g} to {data.x_max:g}"
    if data.kind == "images" and top > BRIGHT:
        message = f"The pixels go from {span}. Networks learn best from values between 0 and 1."
        found = fixes.dataset("Divide the pixels by 255", training, scale="unit")
    elif data.kind == "table" and top > WIDE:
        message = f"The columns go from {span}. Networks learn best from values near -1 to 1."
        found = fixes.dataset("Standardize the columns", training, scale="standard")
    else:
        return
    yield Problem("dataset", message, f"{found[0].label}.", found, severe=False)
