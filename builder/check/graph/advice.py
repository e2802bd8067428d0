"""Advise against what Keras accepts but does not help: idle dropout, unscaled data, dead ends."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from builder import catalog, edit
from builder.check.outputs.output_facts import is_activation, is_dense, own_activation
from builder.check.repair import fixes, recommended
from builder.check.repair.graph_edits import find_layer
from builder.datasets.registry import find_dataset
from builder.facts import DataFacts, LazyFixes, Problem
from builder.kinds.registry import find_kind
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec


def problems(training: TrainingSpec, data: DataFacts | None) -> Iterator[Problem]:
    """Advice, and the few severe cases among it."""
    spec = training.model
    stack = [n for n in edit.topological_order(spec) if not spec.node(n).off]
    followers = _next_calculating(spec, stack)
    chained = edit.is_chain(spec)
    ends = {stack[-1]} if chained and stack else {ref.partition(":")[0] for ref in spec.outputs}
    for node, later in zip(stack, followers, strict=True):
        layer = find_layer(spec, node)
        if layer is None:
            continue
        yield from _dropout(training, node, layer, is_last=node in ends)
        yield from _turned(training, node, layer)
        if chained:
            yield from _hidden(training, node, layer, later)
    if data:
        yield from _scale(training, data, stack)
        if chained and stack:
            yield from _far_answers(training, data, stack[-1])


def _dropout(
    training: TrainingSpec, node: str, layer: ObjectSpec, is_last: bool
) -> Iterator[Problem]:
    """A dropout that drops nothing, or drops answers."""
    rate = layer.config.get("rate")
    if not catalog.traits_of(layer.class_name).random or not isinstance(rate, int | float):
        return
    where, name = f"model.{node}", fixes.layer_label(training.model, node)
    gone = partial(fixes.model, f"Remove '{node}'", training, fixes.remove(node))
    if rate == 0:
        message = f"{name} has rate 0: it drops nothing."
        put = fixes.set_arguments(node, rate=0.2)
        lower = partial(fixes.model, "Set rate to 0.2", training, put)
        remedies = LazyFixes(lambda: gone() + lower())
        yield Problem(where, message, "Set a rate or remove it.", remedies, severe=False)
    elif is_last:
        message = f"{name} is last: it would drop answers, not features, while training."
        yield Problem(where, message, "Remove it or put it earlier.", LazyFixes(gone))


def _turned(training: TrainingSpec, node: str, layer: ObjectSpec) -> Iterator[Problem]:
    """Pictures mirrored or turned over that then show something else: 6 and 9, 2 and its mirror."""
    limits = catalog.traits_of(layer.class_name).upright
    if limits is None or not find_dataset(training.dataset.class_name).ENTRY.extra.get("upright"):
        return
    factor = layer.config.get("factor")
    low, high = factor if isinstance(factor, tuple) and len(factor) == 2 else (factor, factor)
    turns = [abs(v) for v in (low, high) if isinstance(v, int | float)]
    if limits and not any(turn > limits for turn in turns):
        return
    name = fixes.layer_label(training.model, node)
    does = "turns pictures so far" if limits else "mirrors pictures"
    message = f"{name} {does} that digits and letters become others, or none at all: a 6 a 9."
    gone = partial(fixes.model, f"Remove '{node}'", training, fixes.remove(node))
    smaller = partial(
        fixes.model, "Set factor to 0.05", training, fixes.set_arguments(node, factor=0.05)
    )
    remedies = LazyFixes(lambda: (smaller() if limits else ()) + gone())
    hint = "Digits keep their meaning when they are shifted or turned a little."
    yield Problem(f"model.{node}", message, hint, remedies, severe=False)


def _next_calculating(spec: ModelSpec, stack: list[str]) -> list[str]:
    """For each layer the next one behind it that calculates; "" where there is none."""
    later, found = "", []
    for name in reversed(stack):
        found.append(later)
        later = name if _calculates(spec, name) else later
    return found[::-1]


def _hidden(training: TrainingSpec, node: str, layer: ObjectSpec, later: str) -> Iterator[Problem]:
    """Softmax in the middle, and Dense after Dense with nothing between."""
    spec = training.model
    follower = find_layer(spec, later) if later else None
    activation = own_activation(layer)
    ends = is_dense(layer) or is_activation(layer)
    if follower is None or not ends or not is_dense(follower):
        return
    name, then = fixes.layer_label(spec, node), fixes.layer_label(spec, later)
    if catalog.traits_of(activation or "", "activations").output_only:
        message = f"{name} ends with {activation}, but {then} follows: it squeezes out most of"
        message += " what it has learned."
        put = fixes.set_arguments(node, activation="relu")
        if catalog.traits_of(layer.class_name).activation:
            put = fixes.replace_layer(node, recommended.RELU)
        remedy = LazyFixes(partial(fixes.model, "Use relu instead", training, put))
        hint = "Keep softmax for the last layer."
        yield Problem(f"model.{node}", message, hint, remedy, severe=False)
    elif is_dense(layer) and layer.config.get("activation") in recommended.NO_ACTIVATION:
        message = f"{name} has no activation and {then} follows: together they can do no more"
        message += " than one Dense layer."
        put = fixes.set_arguments(node, activation="relu")
        remedy = LazyFixes(partial(fixes.model, "Set the activation to relu", training, put))
        hint = "Give it an activation, for example relu."
        yield Problem(f"model.{node}", message, hint, remedy, severe=False)


def _calculates(spec: ModelSpec, node: str) -> bool:
    """Whether a layer gives other values than those it reads; a nested model does not count."""
    layer = find_layer(spec, node)
    return layer is not None and catalog.traits_of(layer.class_name).values == "new"


def _scale(training: TrainingSpec, data: DataFacts, stack: list[str]) -> Iterator[Problem]:
    """Data far from 0 that no layer rescales."""
    spec, low, high = training.model, data.input.low, data.input.high
    advice = find_kind(data.input.kind).advice
    if advice is None or max(abs(low), abs(high)) <= advice.limit:
        return
    readers = [n for n in stack if spec.node(n).inbound]
    if any(_rescales(spec.layers[spec.node(n).layer]) for n in readers[:2]):
        return
    message = f"The {advice.values} go from {low:g} to {high:g}. Networks learn best from values"
    message += f" {advice.wanted}."
    if "scale" in find_dataset(training.dataset.class_name).ENTRY.args:
        remedy = fixes.dataset(advice.label, training, scale=advice.scale)
        yield Problem("dataset", message, f"{advice.label}.", remedy, severe=False)
        return
    put = fixes.insert_before(readers[0], recommended.NORMALIZATION) if readers else None
    label = "Insert a Normalization layer"
    alone = fixes.model(label, training, put) if put and len(data.inputs) == 1 else ()
    hint = "Put a Normalization layer behind the Input."
    yield Problem("dataset", message, hint, alone, severe=False)


FAR = 1000.0
"""Amounts beyond this are far from where an untrained network begins."""


def _far_answers(training: TrainingSpec, data: DataFacts, last: str) -> Iterator[Problem]:
    """Amounts to predict that a network, which begins near 0, takes long to reach."""
    spread, layer = next(iter(data.target.ranges), None), find_layer(training.model, last)
    if data.target.task != "regression" or spread is None or layer is None or _rescales(layer):
        return
    if max(abs(spread.low), abs(spread.high)) <= FAR or not spread.deviation:
        return
    message = (
        f"The amounts to predict go from {spread.low:g} to {spread.high:g}, but a network begins"
        " near 0 and takes long to get there."
    )
    scale = recommended.rescale(spread.deviation, spread.mean)
    label = "Put a Rescaling layer at the end"
    remedy = fixes.model(label, training, partial(edit.insert, layer=scale))
    hint = "Scale its answers by the deviation of the amounts, and add their mean."
    yield Problem("dataset", message, hint, remedy, severe=False)


def _rescales(layer: ObjectSpec | ModelSpec) -> bool:
    """Whether a layer, or one in a block, gives values whose range is not that of the data."""
    if isinstance(layer, ModelSpec):
        return any(map(_rescales, layer.layers.values()))
    return catalog.traits_of(layer.class_name).rescales
