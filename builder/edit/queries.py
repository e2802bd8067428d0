"""Queries on a model graph: topological order, inputs, wires, dependencies."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builder.edit.ports import INPUT
from builder.errors import SpecError
from builder.spec import Config, ModelSpec, Node, ObjectSpec, Recent, active


def split_reference(ref: str) -> tuple[str, int]:
    """``"lstm:1"`` → ``("lstm", 1)``: the node a wire comes from, and which of its outputs."""
    name, _, number = ref.partition(":")
    return name, int(number) if number.isdecimal() else 0


def origin(ref: str) -> str:
    """The node a wire comes from: ``"lstm:1"`` → ``"lstm"``."""
    return ref.partition(":")[0]


def find_node(model: ModelSpec, name: str) -> Node:
    """The node of that name; SpecError, naming those there are, if there is none."""
    node = model.by_name.get(name)
    if node is None:
        names = [n.name for n in model.nodes]
        known = ", ".join(names[:12]) + (" …" if len(names) > 12 else "") or "none"
        raise SpecError(f"There is no layer '{name}'; there are: {known}.", where=name)
    return node


def topological_order(model: ModelSpec) -> tuple[str, ...]:
    """Node names as the data flows: each after everything it reads, else as they were put.

    Nodes in a loop or reading a node that does not exist come last, as they were put.
    """
    return _sort(model.nodes)


@Recent
def _sort(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    """As if the nodes were passed through again and again, each placed once all it reads is."""
    readers: dict[str, list[int]] = {}
    missing = []
    for i, node in enumerate(nodes):
        sources = {origin(ref) for ref in node.inbound}
        missing.append(len(sources))
        for name in sources:
            readers.setdefault(name, []).append(i)
    placed: dict[str, None] = {}
    ready = [(1, i) for i, count in enumerate(missing) if not count]  # (pass, place): a heap
    done = set()
    while ready:
        turn, at = heapq.heappop(ready)
        done.add(at)
        if nodes[at].name in placed:
            continue
        placed[nodes[at].name] = None
        for reader in readers.get(nodes[at].name, ()):
            missing[reader] -= 1
            if not missing[reader]:
                heapq.heappush(ready, (turn + (reader < at), reader))
    return (*placed, *(n.name for i, n in enumerate(nodes) if i not in done))


def is_chain(model: ModelSpec) -> bool:
    """True for a stack: each layer is called once and reads the one before it."""
    return not model.nodes or model.outputs == _chain_end(model.nodes)


@Recent
def _chain_end(nodes: tuple[Node, ...]) -> tuple[str, ...] | None:
    """What a stack of these nodes returns; None where they are no stack."""
    by_name = {n.name: n for n in nodes}
    ordered = [by_name[name] for name in _sort(nodes)]
    links = [n.inbound for n in ordered]
    expected = [(), *((n.name,) for n in ordered[:-1])]
    once = len({n.layer for n in ordered}) == len(nodes)
    return (ordered[-1].name,) if once and links == expected else None


def layer_of(model: ModelSpec, node: str) -> ObjectSpec:
    """The layer record that this node calls.

    Raises:
        SpecError: no such node, or it calls a nested model.
    """
    layer = model.layers.get(find_node(model, node).layer)
    if not isinstance(layer, ObjectSpec):
        what = "a nested model" if layer is not None else "a layer that is missing"
        raise SpecError(f"'{node}' calls {what}, which has no settings of its own.", where=node)
    return layer


def is_input(model: ModelSpec, node: str) -> bool:
    """True when this node is an Input."""
    layer = model.layers.get(find_node(model, node).layer)
    return isinstance(layer, ObjectSpec) and layer.class_name == INPUT


def last_layer(model: ModelSpec) -> str:
    """The name of the last layer that is switched on, the Input not counted.

    Raises:
        SpecError: there is none.
    """
    for name in reversed(topological_order(model)):
        if not find_node(model, name).off and not is_input(model, name):
            return name
    raise SpecError("The stack has no layer after the Input.", "Add a layer, for example Dense.")


def source_of(model: ModelSpec, node: str) -> str | None:
    """The node that hands this one its data, switched-off ones skipped; None at the Input."""
    seen = {node}
    inbound = find_node(model, node).inbound
    while inbound and origin(inbound[0]) not in seen:
        before = find_node(model, origin(inbound[0]))
        if not before.off:
            return before.name
        seen.add(before.name)
        inbound = before.inbound
    return None


def dependencies(model: ModelSpec, *nodes: str) -> frozenset[str]:
    """Every node these depend on, near or far; with one itself only if another of them, or it
    in a circle, depends on it."""
    by_name, seen = model.by_name, set[str]()
    waiting = list(nodes)
    while waiting:
        here = by_name.get(waiting.pop())
        for name in {origin(r) for r in here.inbound} - seen if here else ():
            seen.add(name)
            waiting.append(name)
    return frozenset(seen)


def dependents(model: ModelSpec, *nodes: str) -> frozenset[str]:
    """These nodes and every one that depends on them, near or far."""
    readers, seen, waiting = readers_of(model), set(nodes), list(nodes)
    while waiting:
        for name in readers.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return frozenset(seen)


def readers_of(model: ModelSpec) -> Mapping[str, Sequence[str]]:
    """Node → the nodes that read it, as they were put."""
    return _readers(model.nodes)


@Recent
def _readers(nodes: tuple[Node, ...]) -> Mapping[str, Sequence[str]]:
    readers: dict[str, list[str]] = {}
    for node in nodes:
        for name in dict.fromkeys(origin(ref) for ref in node.inbound):
            readers.setdefault(name, []).append(node.name)
    return readers


def layer_classes(value: Any, off: bool = False) -> Iterator[str]:
    """The classes of all layers of a model, also of those inside models and wrappers.

    Args:
        off: whether switched-off layers count.
    """
    match value:
        case ModelSpec():
            for layer in (value if off else active(value)).layers.values():
                yield from layer_classes(layer, off)
        case ObjectSpec():
            yield value.class_name
            yield from layer_classes(value.config, off)
        case Config():
            for inner in value.values():
                yield from layer_classes(inner, off)
        case tuple():
            for inner in value:
                yield from layer_classes(inner, off)
