"""Put layers behind an Input, or behind an output, of a model that is somebody's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from builder.spec import Config, ModelSpec, Node, ObjectSpec, unique_name


def layer_at(model: ModelSpec, node: str) -> ObjectSpec:
    """The layer that a node calls, which is no block."""
    layer = model.layers[model.node(node).layer]
    assert isinstance(layer, ObjectSpec)
    return layer


def with_layer(model: ModelSpec, node: str, layer: ObjectSpec) -> ModelSpec:
    """The model with another layer at that node."""
    return replace(model, layers=model.layers.with_(**{model.node(node).layer: layer}))


def insert_behind(model: ModelSpec, node: str, layers: Sequence[ObjectSpec]) -> ModelSpec:
    """The layers, one after the other, between a node and all that read it, or its output."""
    last, made, new = node, dict(model.layers), list[Node]()
    for layer in layers:
        base = layer.class_name.rpartition(".")[2]
        name = unique_name(base.lower(), set(made) | {n.name for n in model.nodes})
        made[name] = layer
        new.append(Node(name, name, (last,)))
        last = name
    kept: list[Node] = []
    for old in model.nodes:
        kept.append(replace(old, inbound=renamed(old.inbound, {node: last})))
        if old.name == node:
            kept += new
    outputs = renamed(model.outputs, {node: last})
    return replace(model, layers=Config(made), nodes=tuple(kept), outputs=outputs)


def renamed(inbound: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """The references, some of them to other nodes."""
    return tuple(names.get(ref, ref) for ref in inbound)
