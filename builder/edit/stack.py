"""Edit a sequential stack by position, and a single layer wherever it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from builder.edit.inbound import number_wires, rewire
from builder.edit.naming import drop_unused_layers, fresh_name, require_free
from builder.edit.ports import INPUT
from builder.edit.queries import find_node, is_chain, is_input, origin, topological_order
from builder.errors import SpecError
from builder.spec import Config, ModelSpec, Node, ObjectSpec


def insert(
    model: ModelSpec, layer: ObjectSpec, after: str | None = None, name: str | None = None
) -> ModelSpec:
    """The stack with ``layer`` put after the node ``after``, or at the end.

    Args:
        name: its name; None gives Keras's: ``dense``, ``dense_1`` …

    Raises:
        SpecError: not a stack, a second Input, no node ``after``, or the name is taken or unusable.
    """
    stack = _stack(model)
    new_name = require_free(model, name) if name is not None else fresh_name(model, layer)
    node = Node(new_name, new_name)
    if layer.class_name == INPUT:
        if any(is_input(model, n.name) for n in stack):
            raise SpecError("The stack already has an Input.", "Change the Input's shape instead.")
        at = 0
    else:
        at = len(stack) if after is None else stack.index(find_node(model, after)) + 1
    return _wire(model, [*stack[:at], node, *stack[at:]], model.layers.with_(**{new_name: layer}))


def duplicate(model: ModelSpec, node: str) -> ModelSpec:
    """The stack with a second layer of the same settings (not of the same weights) after ``node``.

    Raises:
        SpecError: not a stack, no such node, or it is the Input.
    """
    _not_input(model, node, "duplicated: a stack has one Input")
    layer = model.layers[find_node(model, node).layer]
    stack = _stack(model)
    new_name = fresh_name(model, layer)
    at = stack.index(find_node(model, node)) + 1
    copy = Node(new_name, new_name, off=find_node(model, node).off)
    return _wire(model, [*stack[:at], copy, *stack[at:]], model.layers.with_(**{new_name: layer}))


def remove(model: ModelSpec, node: str) -> ModelSpec:
    """The model without this node; its readers read what it read.

    Raises:
        SpecError: no such node, or it is the Input.
    """
    _not_input(model, node, "removed: it says which shape the model reads")
    removed = find_node(model, node)
    if len(removed.inbound) > 1:
        raise SpecError(
            f"'{node}' joins {len(removed.inbound)} branches, so it cannot simply be taken out.",
            where=node,
        )

    def bypass(ref: str) -> tuple[str, ...]:
        return removed.inbound if origin(ref) == node else (ref,)

    rest = [n for n in model.nodes if n.name != node]
    nodes = tuple(
        rewire(n, [(i, new) for i, r in number_wires(n) for new in bypass(r)]) for n in rest
    )
    return drop_unused_layers(replace(model, nodes=nodes, outputs=_each(bypass, model.outputs)))


def move(model: ModelSpec, node: str, to: int) -> ModelSpec:
    """The stack with this node at place ``to``, the Input being place 0.

    Raises:
        SpecError: not a stack, no such node or place, or it would move the Input.
    """
    _not_input(model, node, "moved: it stays first")
    stack = _stack(model)
    rest = [n for n in stack if n.name != node]
    first = 1 if rest and is_input(model, rest[0].name) else 0
    if not first <= to < len(stack):
        raise SpecError(
            f"'{node}' can stand at places {first} to {len(stack) - 1}, not at {to}.",
            "The Input stays first." if first else "",
            where=node,
        )
    return _wire(model, [*rest[:to], find_node(model, node), *rest[to:]], model.layers)


def rename(model: ModelSpec, node: str, new: str) -> ModelSpec:
    """The model with this node under a new name, everywhere it is read.

    Raises:
        SpecError: no such node, or the new name is taken or unusable.
    """
    old = find_node(model, node)
    if new == node:
        return model
    require_free(model, new)
    own = old.layer == node and sum(n.layer == node for n in model.nodes) == 1
    key = new if own else old.layer

    def follow(ref: str) -> tuple[str, ...]:
        return (new + ref[len(node) :],) if origin(ref) == node else (ref,)

    nodes = tuple(
        replace(n, name=new, layer=key, inbound=_each(follow, n.inbound))
        if n.name == node
        else replace(n, inbound=_each(follow, n.inbound))
        for n in model.nodes
    )
    layers = Config({(key if own and k == node else k): v for k, v in model.layers.items()})
    return ModelSpec(model.name, layers, nodes, _each(follow, model.outputs))


def switch(model: ModelSpec, node: str, off: bool) -> ModelSpec:
    """The model with this node skipped (``off``) or called again; its settings are kept.

    Raises:
        SpecError: no such node, or it is the Input.
    """
    _not_input(model, node, "switched off: it says which shape the model reads")
    find_node(model, node)
    nodes = (replace(n, off=off) if n.name == node else n for n in model.nodes)
    return replace(model, nodes=tuple(nodes))


def configure(model: ModelSpec, node: str, layer: ObjectSpec) -> ModelSpec:
    """The model with this node's layer record replaced (for every node that shares it).

    Raises:
        SpecError: no such node, or an Input would become another layer or the reverse.
    """
    if (layer.class_name == INPUT) != is_input(model, node):
        raise SpecError("An Input cannot become another layer, nor the reverse.", where=node)
    return replace(model, layers=model.layers.with_(**{find_node(model, node).layer: layer}))


def freeze(model: ModelSpec, names: Iterable[str], on: bool) -> ModelSpec:
    """The model in which the layers of these nodes learn nothing (``on``), or learn again.

    Of a nested model every layer inside; Inputs stay as they are.

    Raises:
        SpecError: no such node.
    """
    keys = {find_node(model, name).layer for name in names}
    frozen = {k: _set_trainable(v, on) for k, v in model.layers.items() if k in keys}
    return replace(model, layers=model.layers.with_(**frozen)) if frozen else model


def _set_trainable(layer: ObjectSpec | ModelSpec, on: bool) -> ObjectSpec | ModelSpec:
    if isinstance(layer, ModelSpec):
        return freeze(layer, [n.name for n in layer.nodes], on)
    if layer.class_name == INPUT or layer.class_name.startswith("ops."):
        return layer
    if on:
        return layer.with_(trainable=False)
    return replace(layer, config=layer.config.without("trainable"))


def is_frozen(layer: ObjectSpec | ModelSpec | None) -> bool:
    """Whether nothing of this layer learns, as far as its record says it."""
    if isinstance(layer, ModelSpec):
        rest = [v for v in layer.layers.values() if _set_trainable(v, True) is not v]
        return bool(rest) and all(map(is_frozen, rest))
    return isinstance(layer, ObjectSpec) and layer.config.get("trainable") is False


def _each(change: Callable[[str], tuple[str, ...]], refs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(new for ref in refs for new in change(ref))


def _stack(model: ModelSpec) -> list[Node]:
    if not is_chain(model):
        raise SpecError(
            "This model is a graph, not a stack: layers cannot be added, copied or moved by place.",
            "Change the settings of its layers, or open it on the canvas.",
        )
    return [model.node(name) for name in topological_order(model)]


def _not_input(model: ModelSpec, node: str, cannot_be: str) -> None:
    if is_input(model, node):
        raise SpecError(f"The Input cannot be {cannot_be}.", "Change its shape instead.", node)


def _wire(model: ModelSpec, stack: list[Node], layers: Config) -> ModelSpec:
    inbound = [(), *((n.name,) for n in stack[:-1])]
    nodes = tuple(replace(n, inbound=i) for n, i in zip(stack, inbound, strict=True))
    return ModelSpec(model.name, layers, nodes, (stack[-1].name,))
