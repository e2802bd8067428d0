"""Explain calls of several inputs that do not fit: too few, too many, or of different shapes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from builder import catalog, edit, formatting
from builder.check.graph.layer_call import Explanation, LayerCall
from builder.check.repair import fixes, graph_edits, recommended
from builder.check.repair.fixes import Fixes
from builder.edit import ports
from builder.facts import LazyFixes, ModelFacts, Problem, Shape
from builder.spec import ModelSpec, Node, ObjectSpec, TrainingSpec


def check_counts(training: TrainingSpec) -> Iterator[Problem]:
    """Layers and operations with fewer or more inputs than they take."""
    spec = training.model
    calls: dict[str, list[Node]] = {}
    for node in spec.nodes:
        calls.setdefault(node.layer, []).append(node)
        room = ports.layer_inlets(spec.layers.get(node.layer))
        if node.inbound and not node.off and room.most != 0:
            yield from _count(training, node, room.least, room.most)
    for shared in calls.values():
        layer = spec.layers.get(shared[0].layer)
        if len(shared) > 1 and _is_operation(layer):
            yield _shared_operation(training, shared[1].name, layer)


def _is_operation(layer: object) -> bool:
    return isinstance(layer, ObjectSpec) and catalog.ops.is_op(layer.class_name)


def _count(training: TrainingSpec, node: Node, least: int, most: int | None) -> Iterator[Problem]:
    spec = training.model
    have = len(node.inbound) - sum(_wires(value) for value in node.call.values())
    if least <= have and (most is None or have <= most):
        return
    wanted = str(least) if least == most else f"at least {least}" if have < least else str(most)
    noun = "input" if wanted.endswith("1") else "inputs"
    message = f"{fixes.layer_label(spec, node.name)} takes {wanted} {noun}, but reads {have}."
    few = have < least
    hint = "Disconnect what it does not need, or join them before it."
    hint = "Connect another layer to it, or remove it." if few else hint
    remedies = partial(_too_few, many=least - have) if few else partial(_too_many, most=most)
    lazy = LazyFixes(partial(remedies, training, node))
    yield Problem(f"model.{node.name}", message, hint, lazy)


def _too_few(training: TrainingSpec, node: Node, many: int) -> Fixes:
    gone = fixes.model(f"Remove '{node.name}'", training, fixes.remove(node.name))
    return _fill(training, node, many) + gone


def _too_many(training: TrainingSpec, node: Node, most: int | None) -> Fixes:
    remedies: Fixes = ()
    if most == 1:
        join = partial(graph_edits.join_inputs, node=node.name)
        remedies += fixes.model("Join them first (Concatenate)", training, join)
    change = partial(graph_edits.set_inbound, node=node.name, inbound=node.inbound[:most])
    return remedies + fixes.model(f"Keep the first {most}".removesuffix(" 1"), training, change)


def _wires(value: object) -> int:
    """How many wires an argument of a call stands for."""
    if not hasattr(value, "get"):
        return 0
    several = value.get("wires")
    return len(several) if isinstance(several, tuple) else int(value.get("wire") is not None)


def _fill(training: TrainingSpec, node: Node, many: int) -> Fixes:
    """Connect what a missing input may be: the same node again where the layer compares two."""
    spec = training.model
    after = edit.dependents(spec, node.name)
    free = [n.name for n in spec.nodes if n.name not in after and n.name not in node.inbound]
    giver = free[-1] if free else node.inbound[-1].partition(":")[0]
    inbound = (*node.inbound, *(giver,) * many)
    change = partial(graph_edits.set_inbound, node=node.name, inbound=inbound)
    return fixes.model(f"Connect '{giver}' too", training, change)


def _shared_operation(training: TrainingSpec, node: str, layer: Any) -> Problem:
    message = (
        f"{fixes.layer_label(training.model, node)} shares its operation with another node;"
        " operations have no weights to share."
    )
    change = partial(graph_edits.replace_layer, node=node, layer=layer)
    own = LazyFixes(partial(fixes.model, "Give it an operation of its own", training, change))
    return Problem(f"model.{node}", message, "Let every node have an operation of its own.", own)


def missing_output(case: LayerCall) -> Explanation:
    """A wire from an output that a layer does not have."""
    made = {n.node: len(n.outputs) for n in case.facts.nodes}
    inbound = case.spec.node(case.node).inbound
    for place, ref in enumerate(inbound):
        giver, _, index = ref.partition(":")
        have = made.get(giver)
        if have is None or not index.isdigit() or int(index) < have:
            continue
        message = (
            f"{case.name} reads output {index} of {fixes.layer_label(case.spec, giver)}, which has"
            f" {have}{f' (0 to {have - 1})' if have > 1 else ''}."
        )
        new = (*inbound[:place], giver, *inbound[place + 1 :])
        change = partial(graph_edits.set_inbound, node=case.node, inbound=new)
        hint = "Connect it to an output that is there."
        return message, hint, case.fix(f"Read '{giver}' itself", change)
    return None


def shape_mismatch(case: LayerCall) -> Explanation:
    """Several inputs whose shapes do not fit each other."""
    shapes = case.failure.received
    merges = catalog.traits_of(case.layer.class_name).merges
    if len(shapes) < 2 or not merges:
        return None
    node = case.spec.node(case.node)
    both = " and ".join(
        f"{formatting.batch_shape(s)} from '{r}'"
        for s, r in zip(shapes, node.inbound, strict=False)
    )
    message = f"{case.name} receives {both}: "
    if len({len(s) for s in shapes}) > 1:
        return f"{message}the numbers of axes differ.", "Bring them to one rank.", _ranks(case)
    if merges == "elementwise":
        remedies = _widen(case) + _concatenate(case)
        return f"{message}their sizes differ.", "Give both the same shape.", remedies
    axis = case.argument("axis")
    message += f"all axes but the joined one ({axis}) must have the same size."
    return message, "Choose another axis, or make the sizes equal.", _axis(case) + _flatten(case)


def _insert(case: LayerCall, place: int, layer: ObjectSpec) -> Fixes:
    giver = case.spec.node(case.node).inbound[place]
    words = ", ".join(str(v) for v in layer.config.values())
    label = f"Insert {layer.class_name}{f'({words})' if words else ''} after '{giver}'"
    change = partial(graph_edits.insert_on_wire, node=case.node, place=place, layer=layer)
    return case.fix(label, change)


def _widen(case: LayerCall) -> Fixes:
    """Dense or a 1 × 1 convolution that brings the last axis of one input to the other's size."""
    first, *others = case.failure.received
    place = next((i for i, s in enumerate(others, 1) if s[-1:] != first[-1:]), 0)
    if not place or not isinstance(first[-1], int):
        return ()
    if first[1:-1] != case.failure.received[place][1:-1]:
        return ()
    return _insert(case, place, recommended.resize_last_axis(len(first), first[-1]))


def _concatenate(case: LayerCall) -> Fixes:
    shapes = case.failure.received
    if len({s[:-1] for s in shapes}) > 1:
        return _flatten(case)
    join = partial(graph_edits.replace_layer, node=case.node, layer=recommended.CONCATENATE)
    return case.fix("Join them end to end (Concatenate)", join)


def _axis(case: LayerCall) -> Fixes:
    """The one axis along which they differ."""
    shapes = case.failure.received
    differ = [i for i in range(1, len(shapes[0])) if len({s[i] for s in shapes}) > 1]
    if len(differ) != 1:
        return ()
    return case.fix(f"Set axis to {differ[0]}", fixes.set_arguments(case.node, axis=differ[0]))


def _flatten(case: LayerCall) -> Fixes:
    """Flatten on every input, then joined."""
    shapes: tuple[Shape, ...] = case.failure.received
    changes = [
        partial(graph_edits.insert_on_wire, node=case.node, place=i, layer=recommended.FLATTEN)
        for i, s in enumerate(shapes)
        if len(s) > 2
    ]
    if not changes:
        return ()

    def join(model: ModelSpec) -> ModelSpec:
        return graph_edits.replace_layer(model, case.node, recommended.CONCATENATE)

    return case.fix("Flatten them and join end to end", *changes, join)


def _ranks(case: LayerCall) -> Fixes:
    """Flatten or average the input with more axes."""
    shapes = case.failure.received
    place = max(range(len(shapes)), key=lambda i: len(shapes[i]))
    many, least = len(shapes[place]), min(len(s) for s in shapes)
    average = recommended.average(many) if least == 2 else None
    return (_insert(case, place, average) if average else ()) + _flatten(case)


def check_batch_axis(training: TrainingSpec, facts: ModelFacts) -> Iterator[Problem]:
    """Operations that take the batch axis away: they mix what belongs to different examples."""
    spec = training.model
    shapes = {n.node: n.outputs for n in facts.nodes}
    for node in spec.nodes:
        layer = spec.layers.get(node.layer)
        given = [shapes.get(ref.partition(":")[0], ()) for ref in node.inbound]
        made = shapes.get(node.name)
        if not made or not isinstance(layer, ObjectSpec) or not _is_operation(layer):
            continue
        if made[0][:1] == (None,) or not all(s and s[0][:1] == (None,) for s in given):
            continue
        message = (
            f"{fixes.layer_label(spec, node.name)} gives {made[0]}: the batch axis is gone, so"
            " different examples are mixed."
        )
        hint = "Leave the first axis, the batch, as it is."
        keep = _keep_batch_axis(training, node.name, layer)
        yield Problem(f"model.{node.name}", message, hint, keep, severe=False)


def _keep_batch_axis(training: TrainingSpec, node: str, layer: ObjectSpec) -> Fixes:
    entry = catalog.find("layers", layer.class_name)
    if entry is not None and "axis" in entry.args:
        return fixes.model("Set axis to -1", training, fixes.set_arguments(node, axis=-1))
    shape = layer.config.get("newshape")
    if not isinstance(shape, tuple) or not shape:
        return ()
    new = (-1, *(1 if n == -1 else n for n in shape[1:]))
    change = fixes.set_arguments(node, newshape=new)
    return fixes.model(f"Set newshape to {new}", training, change)
