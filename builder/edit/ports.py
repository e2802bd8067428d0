"""Input arity: how many tensors each layer call takes, and what each of them is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from builder import catalog
from builder.catalog import Entry
from builder.edit.inbound import argument_wires
from builder.spec import ModelSpec, Node, ObjectSpec

INPUT = "InputLayer"
"""The class of the record that says which shape the model reads."""


@dataclass(frozen=True, slots=True)
class Inlets:
    """Places for wires.

    Args:
        least, most: how many tensors a call reads; ``most`` None is any number.
        twice: one tensor may be read at two places.
        names: what stands at each place, if the places differ.
    """

    least: int = 1
    most: int | None = 1
    twice: bool = False
    names: tuple[str, ...] = ()


def layer_inlets(layer: ObjectSpec | ModelSpec | None) -> Inlets:
    """The places for wires of one call of this layer; a class nobody knows has any number."""
    if isinstance(layer, ModelSpec):
        inputs = tuple(n.name for n in layer.nodes if _class(layer.layers.get(n.layer)) == INPUT)
        return Inlets(len(inputs), len(inputs), names=inputs if len(inputs) > 1 else ())
    if layer is None:
        return Inlets(0, None)
    if layer.class_name == INPUT:
        return Inlets(0, 0)
    entry = catalog.find("layers", layer.class_name)
    if entry is None:
        return Inlets(1, None)
    if "tensors" in entry.extra:
        return _operation(entry, layer)
    traits = entry.traits
    return Inlets(*traits.arity, traits.reads_twice, traits.roles)


def _operation(entry: Entry, layer: ObjectSpec) -> Inlets:
    """An operation reads what its settings do not hold; a tensor may meet itself (``x * x``)."""
    if entry.extra.get("many"):
        return Inlets(1, None, True)
    free = tuple(n for n in entry.extra["tensors"] if n not in layer.config)
    return Inlets(len(free), len(free), True, free if len(free) > 1 else ())


def node_inlets(model: ModelSpec, node: Node) -> Inlets:
    """The places for wires of this call, those for its named arguments included."""
    places, more = layer_inlets(model.layers.get(node.layer)), len(argument_wires(node))
    if not more or places.most is None:
        return places
    return replace(places, most=places.most + more, names=())


def count_outputs(layer: ObjectSpec | ModelSpec | None) -> int:
    """How many tensors a call returns, as far as the record alone says it."""
    if isinstance(layer, ModelSpec):
        return max(1, len(layer.outputs))
    return 1 + len(catalog.second_outputs(layer)) if layer else 1


def _class(layer: ObjectSpec | ModelSpec | None) -> str:
    return layer.class_name if isinstance(layer, ObjectSpec) else ""
