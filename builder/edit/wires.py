"""Wires of a graph: connect, disconnect, reconnect, call again, and what the model returns."""

from __future__ import annotations

from dataclasses import replace

from builder.edit import ports
from builder.edit.inbound import number_wires, rewire
from builder.edit.naming import fresh_name
from builder.edit.queries import (
    dependencies,
    find_node,
    is_input,
    origin,
    split_reference,
)
from builder.errors import SpecError
from builder.spec import ModelSpec, Node, ObjectSpec


def refusal(model: ModelSpec, source: str, target: str) -> tuple[str, str] | None:
    """Why no wire may lead from the output ``source`` (``"lstm:1"``) to ``target``; None if it may.

    Returns:
        One sentence and its remedy.
    """
    known = model.by_name
    name = origin(source)
    for wanted in (name, target):
        if wanted not in known:
            return f"There is no layer '{wanted}'.", ""
    node = known[target]
    layer = model.layers.get(node.layer)
    space = ports.node_inlets(model, node)
    if is_input(model, target):
        return f"'{target}' is an Input, where data enters: it reads no layer.", ""
    if name == target or target in dependencies(model, name):
        message = f"'{name}' already waits for '{target}'" if name != target else "It reads itself"
        return f"{message}: this wire would close a circle.", ""
    if source in node.inbound and not space.twice:
        return f"'{target}' already reads '{source}'.", ""
    if space.most is not None and len(node.inbound) >= space.most:
        return _full(node, layer, space.most)
    return None


def _full(node: Node, layer: ObjectSpec | ModelSpec | None, most: int) -> tuple[str, str]:
    kind = layer.class_name if isinstance(layer, ObjectSpec) else "block"
    inputs = "one input" if most == 1 else f"{most} inputs"
    got = ", ".join(f"'{r}'" for r in node.inbound)
    hint = "Move the end of its wire instead, or join the branches with Add or Concatenate."
    return f"'{node.name}' ({kind}) reads {inputs} and already has {got}.", hint


def connect(model: ModelSpec, source: str, target: str, at: int | None = None) -> ModelSpec:
    """The model with a wire from the output ``source`` (``"lstm:1"``) to the node ``target``.

    Args:
        at: at which of its inputs; None puts it last.

    Raises:
        SpecError: ``refusal`` says why.
    """
    why = refusal(model, source, target)
    if why:
        raise SpecError(*why, where=target)
    wires = number_wires(find_node(model, target))
    wires.insert(len(wires) if at is None else at, (None, source))
    return _with(model, target, wires)


def disconnect(model: ModelSpec, target: str, at: int) -> ModelSpec:
    """The model without the wire that is input number ``at`` (from 0) of ``target``.

    Raises:
        SpecError: no such node or wire.
    """
    wires = number_wires(find_node(model, target))
    if not 0 <= at < len(wires):
        raise SpecError(f"'{target}' has no wire at input {at + 1}.", where=target)
    return _with(model, target, wires[:at] + wires[at + 1 :])


def reconnect(model: ModelSpec, target: str, at: int, source: str, to: str) -> ModelSpec:
    """The model with the wire that is input ``at`` of ``target`` led from ``source`` to ``to``.

    Raises:
        SpecError: no such wire, or ``refusal`` says why it cannot lead there.
    """
    loose = disconnect(model, target, at)
    if to != target:
        return connect(loose, source, to)
    why = refusal(loose, source, to)
    if why:
        raise SpecError(*why, where=target)
    wires = number_wires(find_node(model, target))
    return _with(model, target, [*wires[:at], (at, source), *wires[at + 1 :]])


def call_again(model: ModelSpec, node: str) -> ModelSpec:
    """The model with one more call of this node's layer: same weights, not yet wired.

    Raises:
        SpecError: no such node, it is an Input, or its layer is missing.
    """
    old = find_node(model, node)
    layer = model.layers.get(old.layer)
    if layer is None or is_input(model, node):
        raise SpecError(f"'{node}' cannot be called a second time.", "Add a layer.", node)
    if isinstance(layer, ObjectSpec) and layer.class_name.startswith("ops."):
        raise SpecError(
            f"'{node}' is an operation without weights: there is nothing to share.",
            "Duplicate it instead.",
            node,
        )
    name = fresh_name(
        model, replace(layer, name=old.layer) if isinstance(layer, ModelSpec) else layer
    )
    return replace(model, nodes=(*model.nodes, Node(name, old.layer)))


def set_returned(model: ModelSpec, ref: str, on: bool) -> ModelSpec:
    """The model that returns this node's output too (``on``), or no longer.

    Raises:
        SpecError: no such node.
    """
    name, number = split_reference(ref)
    find_node(model, name)
    rest = tuple(r for r in model.outputs if split_reference(r) != (name, number))
    return replace(model, outputs=(*rest, ref) if on else rest)


def _with(model: ModelSpec, target: str, wires: list[tuple[int | None, str]]) -> ModelSpec:
    nodes = (rewire(n, wires) if n.name == target else n for n in model.nodes)
    return replace(model, nodes=tuple(nodes))
