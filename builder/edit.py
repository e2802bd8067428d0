"""Every edit of a model as a pure function: a ModelSpec in, a new ModelSpec out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from builder.errors import SpecError
from builder.spec import Config, ModelSpec, Node, ObjectSpec, snake, unique

INPUT = "InputLayer"
"""The class of the record that says which shape the model reads."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


def order(model: ModelSpec) -> tuple[str, ...]:
    """Node names as the data flows: each after everything it reads, else as they were put.

    Nodes in a loop or reading a node that does not exist come last, as they were put.
    """
    waiting, placed = list(model.nodes), dict[str, None]()
    while waiting:
        later = []
        for node in waiting:
            if all(_source(r) in placed for r in node.inbound):
                placed[node.name] = None
            else:
                later.append(node)
        if len(later) == len(waiting):
            return (*placed, *(n.name for n in later))
        waiting = later
    return tuple(placed)


def is_chain(model: ModelSpec) -> bool:
    """True for a stack: each layer is called once and reads the one before it."""
    if not model.nodes:
        return True
    nodes = [model.node(name) for name in order(model)]
    links = [n.inbound for n in nodes]
    expected = [(), *((n.name,) for n in nodes[:-1])]
    once = len({n.layer for n in nodes}) == len(model.nodes)
    return once and links == expected and model.outputs == (nodes[-1].name,)


def layer_of(model: ModelSpec, node: str) -> ObjectSpec:
    """The layer record that this node calls.

    Raises:
        SpecError: no such node, or it calls a nested model.
    """
    layer = model.layers.get(_node(model, node).layer)
    if not isinstance(layer, ObjectSpec):
        what = "a nested model" if layer is not None else "a layer that is missing"
        raise SpecError(f"'{node}' calls {what}, which has no settings of its own.", where=node)
    return layer


def last(model: ModelSpec) -> str:
    """The name of the last layer that is switched on, the Input not counted.

    Raises:
        SpecError: there is none.
    """
    for name in reversed(order(model)):
        if not model.node(name).off and not is_input(model, name):
            return name
    raise SpecError("The stack has no layer after the Input.", "Add a layer, for example Dense.")


def is_input(model: ModelSpec, node: str) -> bool:
    """True when this node is the Input."""
    layer = model.layers.get(_node(model, node).layer)
    return isinstance(layer, ObjectSpec) and layer.class_name == INPUT


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
    given = _free(model, name) if name is not None else _fresh(model, layer)
    node = Node(given, given)
    if layer.class_name == INPUT:
        if any(is_input(model, n.name) for n in stack):
            raise SpecError("The stack already has an Input.", "Change the Input's shape instead.")
        at = 0
    else:
        at = len(stack) if after is None else stack.index(_node(model, after)) + 1
    return _wire(model, [*stack[:at], node, *stack[at:]], model.layers.with_(**{given: layer}))


def duplicate(model: ModelSpec, node: str) -> ModelSpec:
    """The stack with a second layer of the same settings (not of the same weights) after ``node``.

    Raises:
        SpecError: not a stack, no such node, or it is the Input.
    """
    _not_input(model, node, "duplicated: a stack has one Input")
    layer = model.layers[_node(model, node).layer]
    stack = _stack(model)
    given = _fresh(model, layer)
    at = stack.index(_node(model, node)) + 1
    copy = Node(given, given, off=_node(model, node).off)
    return _wire(model, [*stack[:at], copy, *stack[at:]], model.layers.with_(**{given: layer}))


def remove(model: ModelSpec, node: str) -> ModelSpec:
    """The model without this node; its readers read what it read.

    Raises:
        SpecError: no such node, or it is the Input.
    """
    _not_input(model, node, "removed: it says which shape the model reads")
    gone = _node(model, node)
    if len(gone.inbound) > 1:
        raise SpecError(
            f"'{node}' joins {len(gone.inbound)} branches, so it cannot simply be taken out.",
            where=node,
        )

    def bypass(ref: str) -> tuple[str, ...]:
        return gone.inbound if _source(ref) == node else (ref,)

    rest = [n for n in model.nodes if n.name != node]
    nodes = tuple(replace(n, inbound=_each(bypass, n.inbound)) for n in rest)
    return _tidy(replace(model, nodes=nodes, outputs=_each(bypass, model.outputs)))


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
    return _wire(model, [*rest[:to], _node(model, node), *rest[to:]], model.layers)


def rename(model: ModelSpec, node: str, new: str) -> ModelSpec:
    """The model with this node under a new name, everywhere it is read.

    Raises:
        SpecError: no such node, or the new name is taken or unusable.
    """
    old = _node(model, node)
    if new == node:
        return model
    _free(model, new)
    own = old.layer == node and sum(n.layer == node for n in model.nodes) == 1
    key = new if own else old.layer

    def follow(ref: str) -> tuple[str, ...]:
        return (new + ref[len(node) :],) if _source(ref) == node else (ref,)

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
    _node(model, node)
    nodes = (replace(n, off=off) if n.name == node else n for n in model.nodes)
    return replace(model, nodes=tuple(nodes))


def configure(model: ModelSpec, node: str, layer: ObjectSpec) -> ModelSpec:
    """The model with this node's layer record replaced (for every node that shares it).

    Raises:
        SpecError: no such node, or an Input would become another layer or the reverse.
    """
    if (layer.class_name == INPUT) != is_input(model, node):
        raise SpecError("An Input cannot become another layer, nor the reverse.", where=node)
    return replace(model, layers=model.layers.with_(**{_node(model, node).layer: layer}))


def source(model: ModelSpec, node: str) -> str | None:
    """The node that hands this one its data, switched-off ones skipped; None at the Input."""
    seen = {node}
    inbound = _node(model, node).inbound
    while inbound and _source(inbound[0]) not in seen:
        before = _node(model, _source(inbound[0]))
        if not before.off:
            return before.name
        seen.add(before.name)
        inbound = before.inbound
    return None


def _source(ref: str) -> str:
    return ref.partition(":")[0]


def _each(change: Callable[[str], tuple[str, ...]], refs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(new for ref in refs for new in change(ref))


def _node(model: ModelSpec, name: str) -> Node:
    try:
        return model.node(name)
    except KeyError:
        known = ", ".join(n.name for n in model.nodes) or "none"
        raise SpecError(f"There is no layer '{name}'; there are: {known}.", where=name) from None


def _stack(model: ModelSpec) -> list[Node]:
    if not is_chain(model):
        raise SpecError(
            "This model is a graph, not a stack: layers cannot be added, copied or moved by place.",
            "Change the settings of its layers, or open it in the graph view.",
        )
    return [model.node(name) for name in order(model)]


def _not_input(model: ModelSpec, node: str, cannot_be: str) -> None:
    if is_input(model, node):
        raise SpecError(f"The Input cannot be {cannot_be}.", "Change its shape instead.", node)


def _taken(model: ModelSpec) -> set[str]:
    return {n.name for n in model.nodes} | set(model.layers)


def _fresh(model: ModelSpec, layer: ObjectSpec | ModelSpec) -> str:
    base = snake(layer.class_name) if isinstance(layer, ObjectSpec) else layer.name
    return unique(base, _taken(model))


def _free(model: ModelSpec, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise SpecError(
            f"'{name}' cannot be a layer's name.",
            "Begin with a letter; then letters, digits, '_', '-' or '.', up to 64 in all.",
        )
    if name in _taken(model):
        raise SpecError(f"There is already a layer named '{name}'.", "Choose another name.")
    return name


def _wire(model: ModelSpec, stack: list[Node], layers: Config) -> ModelSpec:
    inbound = [(), *((n.name,) for n in stack[:-1])]
    nodes = tuple(replace(n, inbound=i) for n, i in zip(stack, inbound, strict=True))
    return ModelSpec(model.name, layers, nodes, (stack[-1].name,))


def _tidy(model: ModelSpec) -> ModelSpec:
    used = {n.layer for n in model.nodes}
    return replace(model, layers=model.layers.without(*(k for k in model.layers if k not in used)))
