"""Calls of several inputs that do not meet: too few or too many, or of shapes that differ."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from builder import catalog
from builder.check.graph.layer_call import Case, Diagnosis
from builder.check.repair import fixes, graph_edits
from builder.check.repair.fixes import Fixes
from builder.edit import ports
from builder.facts import ModelFacts, Problem, Shape
from builder.spec import Config, ModelSpec, Node, ObjectSpec, TrainingSpec

ELEMENTWISE = frozenset(
    {"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"}
    | {f"ops.{n}" for n in ("add", "subtract", "multiply", "divide", "maximum", "minimum", "power")}
)
"""Calls whose inputs must have one shape."""

JOINING = frozenset({"Concatenate", "ops.concatenate"})


def counts(training: TrainingSpec) -> Iterator[Problem]:
    """Layers and operations with fewer or more inputs than they take."""
    spec = training.model
    calls: dict[str, list[Node]] = {}
    for node in spec.nodes:
        calls.setdefault(node.layer, []).append(node)
        room = ports.room(spec.layers.get(node.layer))
        if node.inbound and not node.off and room.most != 0:
            yield from _count(training, node, room.least, room.most)
    for shared in calls.values():
        layer = spec.layers.get(shared[0].layer)
        if (
            len(shared) > 1
            and isinstance(layer, ObjectSpec)
            and catalog.ops.is_op(layer.class_name)
        ):
            yield _twice(training, shared[1].name, layer)


def _count(training: TrainingSpec, node: Node, least: int, most: int | None) -> Iterator[Problem]:
    spec = training.model
    have = len(node.inbound) - sum(_wires(value) for value in node.call.values())
    if least <= have and (most is None or have <= most):
        return
    wanted = str(least) if least == most else f"at least {least}" if have < least else str(most)
    noun = "input" if wanted.endswith("1") else "inputs"
    message = f"{fixes.named(spec, node.name)} takes {wanted} {noun}, but reads {have}."
    found: Fixes = ()
    if have < least:
        found += _fill(training, node, least - have)
        found += fixes.model(f"Remove '{node.name}'", training, fixes.remove(node.name))
        hint = "Connect another layer to it, or remove it."
    else:
        if most == 1:
            join = partial(graph_edits.joined, node=node.name)
            found += fixes.model("Join them first (Concatenate)", training, join)
        change = partial(graph_edits.reads, node=node.name, inbound=node.inbound[:most])
        found += fixes.model(f"Keep the first {most}".removesuffix(" 1"), training, change)
        hint = "Disconnect what it does not need, or join them before it."
    yield Problem(f"model.{node.name}", message, hint, found)


def _wires(value: object) -> int:
    several = value.get("wires") if hasattr(value, "get") else None
    return len(several) if isinstance(several, tuple) else int(
        hasattr(value, "get") and value.get("wire") is not None
    )  # fmt: skip


def _fill(training: TrainingSpec, node: Node, many: int) -> Fixes:
    """Connect what a missing input may be: the same node again where the layer compares two."""
    spec = training.model
    after = graph_edits.downstream(spec, node.name)
    free = [n.name for n in spec.nodes if n.name not in after and n.name not in node.inbound]
    giver = free[-1] if free else node.inbound[-1].partition(":")[0]
    inbound = (*node.inbound, *(giver,) * many)
    return fixes.model(
        f"Connect '{giver}' too",
        training,
        partial(graph_edits.reads, node=node.name, inbound=inbound),
    )


def _twice(training: TrainingSpec, node: str, layer: Any) -> Problem:
    message = (
        f"{fixes.named(training.model, node)} shares its operation with another node; operations"
        " have no weights to share."
    )
    own = fixes.model(
        "Give it an operation of its own",
        training,
        partial(graph_edits.become, node=node, layer=layer),
    )
    return Problem(f"model.{node}", message, "Let every node have an operation of its own.", own)


def absent(case: Case) -> Diagnosis:
    """A wire from an output that a layer does not have."""
    made = {n.node: len(n.outputs) for n in case.facts.nodes}
    inbound = case.spec.node(case.node).inbound
    for place, ref in enumerate(inbound):
        giver, _, index = ref.partition(":")
        have = made.get(giver)
        if have is None or not index.isdigit() or int(index) < have:
            continue
        message = (
            f"{case.name} reads output {index} of {fixes.named(case.spec, giver)}, which has"
            f" {have}{f' (0 to {have - 1})' if have > 1 else ''}."
        )
        new = (*inbound[:place], giver, *inbound[place + 1 :])
        change = partial(graph_edits.reads, node=case.node, inbound=new)
        hint = "Connect it to an output that is there."
        return message, hint, case.fix(f"Read '{giver}' itself", change)
    return None


def meet(case: Case) -> Diagnosis:
    """Several inputs whose shapes do not fit each other."""
    shapes = case.failure.received
    name = case.layer.class_name
    if len(shapes) < 2 or name not in ELEMENTWISE | JOINING:
        return None
    node = case.spec.node(case.node)
    both = " and ".join(
        f"{fixes.shape(s)} from '{r}'" for s, r in zip(shapes, node.inbound, strict=False)
    )
    message = f"{case.name} receives {both}: "
    if len({len(s) for s in shapes}) > 1:
        return f"{message}the numbers of axes differ.", "Bring them to one rank.", _ranks(case)
    if name in ELEMENTWISE:
        found = _widen(case) + _concatenate(case)
        return f"{message}their sizes differ.", "Give both the same shape.", found
    axis = case.layer.config.get("axis", -1 if name == "Concatenate" else 0)
    message += f"all axes but the joined one ({axis}) must have the same size."
    return message, "Choose another axis, or make the sizes equal.", _axis(case) + _flat(case)


def _between(case: Case, place: int, layer: ObjectSpec) -> Fixes:
    giver = case.spec.node(case.node).inbound[place]
    words = ", ".join(str(v) for v in layer.config.values())
    label = f"Insert {layer.class_name}{f'({words})' if words else ''} after '{giver}'"
    return case.fix(label, partial(graph_edits.between, node=case.node, place=place, layer=layer))


def _widen(case: Case) -> Fixes:
    """Dense or a 1 × 1 convolution that brings the last axis of one input to the other's size."""
    first, *others = case.failure.received
    place = next((i for i, s in enumerate(others, 1) if s[-1:] != first[-1:]), 0)
    if not place or not isinstance(first[-1], int):
        return ()
    if first[1:-1] != case.failure.received[place][1:-1]:
        return ()
    if len(first) == 4:
        layer = ObjectSpec("Conv2D", Config(filters=first[-1], kernel_size=1))
    else:
        layer = ObjectSpec("Dense", Config(units=first[-1]))
    return _between(case, place, layer)


def _concatenate(case: Case) -> Fixes:
    shapes = case.failure.received
    if len({s[:-1] for s in shapes}) > 1:
        return _flat(case)
    change = partial(graph_edits.become, node=case.node, layer=ObjectSpec("Concatenate"))
    return case.fix("Join them end to end (Concatenate)", change)


def _axis(case: Case) -> Fixes:
    """The one axis along which they differ."""
    shapes = case.failure.received
    differ = [i for i in range(1, len(shapes[0])) if len({s[i] for s in shapes}) > 1]
    if len(differ) != 1:
        return ()
    return case.fix(f"Set axis to {differ[0]}", fixes.put(case.node, axis=differ[0]))


def _flat(case: Case) -> Fixes:
    """Flatten on every input, then joined."""
    shapes: tuple[Shape, ...] = case.failure.received
    changes = [
        partial(graph_edits.between, node=case.node, place=i, layer=ObjectSpec("Flatten"))
        for i, s in enumerate(shapes)
        if len(s) > 2
    ]
    if not changes:
        return ()

    def join(model: ModelSpec) -> ModelSpec:
        return graph_edits.become(model, case.node, ObjectSpec("Concatenate"))

    return case.fix("Flatten them and join end to end", *changes, join)


def _ranks(case: Case) -> Fixes:
    """Flatten or average the input with more axes."""
    shapes = case.failure.received
    place = max(range(len(shapes)), key=lambda i: len(shapes[i]))
    many, least = len(shapes[place]), min(len(s) for s in shapes)
    found = _flat(case)
    average = f"GlobalAveragePooling{many - 2}D"
    if least == 2 and catalog.find("layers", average):
        found = _between(case, place, ObjectSpec(average)) + found
    return found


def batchless(training: TrainingSpec, facts: ModelFacts) -> Iterator[Problem]:
    """Operations that take the batch axis away: they mix what belongs to different examples."""
    spec = training.model
    shapes = {n.node: n.outputs for n in facts.nodes}
    for node in spec.nodes:
        layer = spec.layers.get(node.layer)
        given = [shapes.get(ref.partition(":")[0], ()) for ref in node.inbound]
        made = shapes.get(node.name)
        if not isinstance(layer, ObjectSpec) or not catalog.ops.is_op(layer.class_name):
            continue
        if not made or not all(s and s[0][:1] == (None,) for s in given):
            continue
        if made[0][:1] == (None,):
            continue
        message = (
            f"{fixes.named(spec, node.name)} gives {made[0]}: the batch axis is gone, so different"
            " examples are mixed."
        )
        found = _batched(training, node.name, layer)
        yield Problem(
            f"model.{node.name}",
            message,
            "Leave the first axis, the batch, as it is.",
            found,
            severe=False,
        )


def _batched(training: TrainingSpec, node: str, layer: ObjectSpec) -> Fixes:
    entry = catalog.find("layers", layer.class_name)
    if entry is not None and "axis" in entry.args:
        return fixes.model("Set axis to -1", training, fixes.put(node, axis=-1))
    shape = layer.config.get("newshape")
    if not isinstance(shape, tuple) or not shape:
        return ()
    new = (-1, *(1 if n == -1 else n for n in shape[1:]))
    return fixes.model(f"Set newshape to {new}", training, fixes.put(node, newshape=new))
