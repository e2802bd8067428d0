"""Nested models: group layers into a block, edit inside it, ungroup it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from builder.edit import ports
from builder.edit.inbound import number_wires, rewire
from builder.edit.naming import FreeNames, drop_unused_layers, require_free, used_names
from builder.edit.queries import (
    dependencies,
    dependents,
    find_node,
    is_input,
    origin,
    split_reference,
    topological_order,
)
from builder.errors import SpecError
from builder.spec import Config, ModelSpec, Node, ObjectSpec, unique_name


def nested_model(model: ModelSpec, path: Sequence[str]) -> ModelSpec:
    """The nested model that the layers named in ``path`` lead to; ``()`` is the model itself.

    Raises:
        SpecError: there is none.
    """
    for key in path:
        below = model.layers.get(key)
        if not isinstance(below, ModelSpec):
            raise SpecError(f"There is no block '{key}' any more.", where=key)
        model = below
    return model


def replace_nested_model(model: ModelSpec, path: Sequence[str], new: ModelSpec) -> ModelSpec:
    """The model with the nested model at ``path`` replaced.

    Raises:
        SpecError: there is none.
    """
    if not path:
        return new
    below = replace_nested_model(nested_model(model, path[:1]), path[1:], new)
    return replace(model, layers=model.layers.with_(**{path[0]: below}))


def group(
    model: ModelSpec,
    names: Iterable[str],
    inputs: Mapping[str, ObjectSpec],
    name: str | None = None,
) -> ModelSpec:
    """The model with these nodes as one nested model; Inputs among them stay outside.

    Args:
        inputs: an InputLayer for every output (``"lstm:1"``) that the group may read.
        name: of the block; None gives ``block``, ``block_1`` …

    Raises:
        SpecError: no such node, nothing to group, a way leads out of the group and back into it,
            a layer is called inside and outside, or the shape of something it reads is not known.
    """
    chosen = set(names)
    wanted = [n for n in topological_order(model) if n in chosen and not is_input(model, n)]
    inside = {n: find_node(model, n) for n in wanted}
    _require_groupable(model, inside)
    fed = list(
        dict.fromkeys(r for n in inside.values() for r in n.inbound if origin(r) not in inside)
    )
    for ref in fed:
        if ref not in inputs:
            raise SpecError(
                f"The shape of '{ref}' is not known yet, so no block can read it.",
                "Solve the problems of the layers before it first.",
                origin(ref),
            )
    new_name = (
        require_free(model, name) if name is not None else unique_name("block", used_names(model))
    )
    outputs = _outputs_read_outside(model, inside)
    block = _make_block(model, new_name, inside, fed, inputs, outputs)
    refs = {r: new_name if i == 0 else f"{new_name}:{i}" for i, r in enumerate(outputs)}
    return drop_unused_layers(
        _insert_block(model, Node(new_name, new_name, tuple(fed)), block, set(inside), refs)
    )


def _require_groupable(model: ModelSpec, inside: Mapping[str, Node]) -> None:
    if not inside:
        raise SpecError("There is nothing to group.", "Select layers other than Inputs.")
    shared = {n.layer for n in inside.values()}
    before, after = dependencies(model, *inside), dependents(model, *inside)
    for node in model.nodes:
        if node.name in inside:
            continue
        if node.layer in shared:
            raise SpecError(
                f"'{node.layer}' is shared: '{node.name}' calls it outside of the selection.",
                "Select all of its calls.",
                node.name,
            )
        if node.name in before and node.name in after:
            raise SpecError(
                f"'{node.name}' lies between the selected layers.", "Select it too.", node.name
            )


def _outputs_read_outside(model: ModelSpec, inside: Mapping[str, Node]) -> tuple[str, ...]:
    """What of the group is read outside: its outputs; the last node if nothing is."""
    outside = [r for n in model.nodes if n.name not in inside for r in n.inbound]
    wanted = {r for r in (*outside, *model.outputs) if origin(r) in inside}
    place = {name: i for i, name in enumerate(inside)}
    ordered = sorted(wanted, key=lambda r: (place[origin(r)], r))
    return tuple(ordered) or (next(reversed(place)),)


def _make_block(
    model: ModelSpec,
    name: str,
    inside: Mapping[str, Node],
    fed: Sequence[str],
    inputs: Mapping[str, ObjectSpec],
    outputs: tuple[str, ...],
) -> ModelSpec:
    free = FreeNames({*inside, *(n.layer for n in inside.values())})
    doors = {ref: free.like("input", inputs[ref]) for ref in fed}
    first = tuple(Node(door, door) for door in doors.values())
    rest = tuple(
        replace(n, inbound=tuple(doors.get(r, r) for r in n.inbound)) for n in inside.values()
    )
    layers = {doors[r]: inputs[r] for r in fed} | {n.layer: model.layers[n.layer] for n in rest}
    return ModelSpec(name, Config(layers), (*first, *rest), outputs)


def _insert_block(
    model: ModelSpec, node: Node, block: ModelSpec, gone: set[str], refs: Mapping[str, str]
) -> ModelSpec:
    """The block stands where the last of its nodes stood; its readers read the block."""
    last = max(i for i, n in enumerate(model.nodes) if n.name in gone)
    nodes: list[Node] = []
    for i, old in enumerate(model.nodes):
        if old.name not in gone:
            nodes.append(replace(old, inbound=tuple(refs.get(r, r) for r in old.inbound)))
        elif i == last:
            nodes.append(node)
    outputs = tuple(refs.get(r, r) for r in model.outputs)
    layers = model.layers.with_(**{node.layer: block})
    return ModelSpec(model.name, layers, tuple(nodes), outputs)


def ungroup(model: ModelSpec, node: str) -> ModelSpec:
    """The model with the nested model of this node dissolved into it.

    Raises:
        SpecError: no such node or no nested model, it is called twice, or an input is not wired.
    """
    call = find_node(model, node)
    block = model.layers.get(call.layer)
    if not isinstance(block, ModelSpec):
        raise SpecError(f"'{node}' is no block.", where=node)
    if sum(n.layer == call.layer for n in model.nodes) > 1:
        raise SpecError(
            f"'{call.layer}' is called more than once: dissolved, its calls would no longer share"
            " weights.",
            "Delete the other calls first.",
            node,
        )
    doors = [n.name for n in block.nodes if is_input(block, n.name)]
    if len(doors) != len(call.inbound):
        raise SpecError(
            f"'{node}' reads {len(call.inbound)} of its {ports.layer_inlets(block).most} inputs.",
            "Wire all of them first.",
            node,
        )
    return _dissolve(model, call, block, dict(zip(doors, call.inbound, strict=True)))


def _dissolve(
    model: ModelSpec, call: Node, block: ModelSpec, doors: Mapping[str, str]
) -> ModelSpec:
    names, keys = _choose_names(model, call, block, doors)

    def follow(ref: str) -> str:
        name = origin(ref)
        return doors[name] if name in doors else names.get(name, name) + ref[len(name) :]

    inside = [
        _move_out(n, names[n.name], keys[n.layer], follow, call.off)
        for n in block.nodes
        if n.name in names
    ]
    inner_outputs = [follow(r) for r in block.outputs]

    def redirect(ref: str) -> list[str]:
        """The same wire from inside; one from an output the block never had is cut."""
        name, number = split_reference(ref)
        return inner_outputs[number : number + 1] if name == call.name else [ref]

    nodes: list[Node] = []
    for n in model.nodes:
        rewired = rewire(n, [(i, new) for i, r in number_wires(n) for new in redirect(r)])
        nodes.extend(inside if n.name == call.name else [rewired])
    moved_layers = {new: block.layers[old] for old, new in keys.items()}
    layers = model.layers.without(call.layer).with_(**moved_layers)
    outputs = tuple(dict.fromkeys(r for ref in model.outputs for r in redirect(ref)))
    return ModelSpec(model.name, layers, tuple(nodes), outputs)


def _choose_names(
    model: ModelSpec, call: Node, block: ModelSpec, doors: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """What the block's nodes and layers are called outside, where a name may be taken."""
    free = FreeNames(used_names(model) - {call.name, call.layer})
    names: dict[str, str] = {}
    keys: dict[str, str] = {}
    for n in block.nodes:
        if n.name not in doors and n.layer in block.layers:
            names[n.name] = free.like(n.name, block.layers[n.layer])
            keys.setdefault(n.layer, names[n.name])
    return names, keys


def _move_out(node: Node, name: str, layer: str, follow: Callable[[str], str], off: bool) -> Node:
    refs = tuple(map(follow, node.inbound))
    return replace(node, name=name, layer=layer, inbound=refs, off=node.off or off)
