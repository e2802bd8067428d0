"""Nodes of a graph: add, put into a wire, delete several, copy and paste."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from builder.edit import ports, wires
from builder.edit.inbound import number_wires, rewire
from builder.edit.naming import (
    FreeNames,
    drop_unused_layers,
    fresh_name,
    require_free,
    used_names,
)
from builder.edit.queries import find_node, origin
from builder.errors import SpecError
from builder.spec import Config, ModelSpec, Node, ObjectSpec

MOST = 2000
"""Nodes a model on the canvas may have; more are refused when pasted."""

Layer = ObjectSpec | ModelSpec


def add(model: ModelSpec, layer: Layer, name: str | None = None) -> ModelSpec:
    """The model with one more layer, not yet wired; in an empty model it is the output.

    Raises:
        SpecError: the name is taken or unusable.
    """
    new_name = require_free(model, name) if name is not None else fresh_name(model, layer)
    layers = model.layers.with_(**{new_name: layer})
    return replace(model, layers=layers, nodes=(*model.nodes, Node(new_name, new_name)))


def append(model: ModelSpec, layer: Layer, after: Sequence[str] = ()) -> ModelSpec:
    """The model with ``layer`` where a person who has selected ``after`` means it.

    A layer that joins reads all of them. Any other reads the last of them and hands on to what
    read it; where it forks, it begins a new branch. An Input stays for itself.

    Raises:
        SpecError: no such node.
    """
    grown = add(model, layer)
    new = grown.nodes[-1].name
    space = ports.layer_inlets(layer)
    chosen = [find_node(model, n).name for n in after]
    if space.most == 0 or not chosen:
        return grown
    if space.least > 1:
        for name in chosen[: space.most]:
            grown = wires.connect(grown, name, new)
        return _redirect_outputs(grown, chosen, new) if len(chosen) > 1 else grown
    before = chosen[-1]
    readers = [n for n in model.nodes if before in n.inbound]
    grown = wires.connect(grown, before, new)
    if len(readers) == 1 and before not in model.outputs:
        grown = _redirect_wires(grown, {before: new}, but=new)
    return grown if readers else _redirect_outputs(grown, [before], new)


def branch(model: ModelSpec, layer: Layer, source: str) -> ModelSpec:
    """The model with ``layer`` reading the output ``source`` (``"lstm:1"``) beside all others.

    Raises:
        SpecError: no such node, or the layer is an Input.
    """
    grown = add(model, layer)
    return wires.connect(grown, source, grown.nodes[-1].name)


def splice(model: ModelSpec, layer: Layer, target: str, at: int) -> ModelSpec:
    """The model with ``layer`` put into the wire that is input ``at`` (from 0) of ``target``.

    Raises:
        SpecError: no such wire, or the layer is an Input.
    """
    if ports.layer_inlets(layer).most == 0:
        raise SpecError("An Input reads nothing, so it cannot stand in a wire.")
    loose = wires.disconnect(model, target, at)
    before = find_node(model, target).inbound[at]
    grown = add(loose, layer)
    new = grown.nodes[-1].name
    return wires.connect(wires.connect(grown, before, new), new, target, at)


def delete(model: ModelSpec, names: Iterable[str]) -> ModelSpec:
    """The model without these nodes; what read a layer of one input reads that layer's source.

    Raises:
        SpecError: no such node.
    """
    deleted = {name: find_node(model, name) for name in names}

    ends: dict[str, tuple[str, ...]] = {}

    def follow(ref: str) -> tuple[str, ...]:
        path: list[str] = []
        while (name := origin(ref)) in deleted and name not in ends:
            path.append(name)
            ends[name] = ()  # also where it leads back to itself
            if len(deleted[name].inbound) == 1:
                ref = deleted[name].inbound[0]
        end = ends[name] if name in deleted else (ref,)
        ends.update(dict.fromkeys(path, end))
        return end

    rest = [_bridge(model, n, follow) for n in model.nodes if n.name not in deleted]
    outputs = tuple(dict.fromkeys(r for ref in model.outputs for r in follow(ref)))
    return drop_unused_layers(replace(model, nodes=tuple(rest), outputs=outputs))


def _bridge(model: ModelSpec, node: Node, follow: Callable[[str], tuple[str, ...]]) -> Node:
    """``node`` with the deleted ones skipped; none becomes a second wire from one source."""
    twice = ports.layer_inlets(model.layers.get(node.layer)).twice
    wires: list[tuple[int | None, str]] = []
    seen = set(node.inbound)
    for at, ref in enumerate(node.inbound):
        for new in follow(ref):
            if new == ref or twice or new not in seen:
                wires.append((at, new))
                seen.add(new)
    return rewire(node, wires)


def copy(model: ModelSpec, names: Iterable[str]) -> ModelSpec:
    """These nodes with the wires between them, for ``paste``.

    Raises:
        SpecError: no such node.
    """
    wanted = {find_node(model, name).name for name in names}
    nodes = tuple(
        rewire(n, [(i, r) for i, r in number_wires(n) if origin(r) in wanted])
        for n in model.nodes
        if n.name in wanted
    )
    used = {n.layer for n in nodes}
    layers = Config({k: v for k, v in model.layers.items() if k in used})
    return ModelSpec(model.name, layers, nodes)


def paste(model: ModelSpec, part: ModelSpec) -> ModelSpec:
    """The model with copies of all of ``part``: weights of their own, names that are free.

    Raises:
        SpecError: the part is broken, or the model would become too big for the canvas.
    """
    if len(model.nodes) + len(part.nodes) > MOST:
        raise SpecError(f"A model here may have up to {MOST} layers.", "Paste less.")
    if len(part.by_name) < len(part.nodes) or any(n.layer not in part.layers for n in part.nodes):
        raise SpecError("What was copied is damaged: its layers cannot be told apart.")
    return _paste(model, part)[0]


def duplicate_nodes(model: ModelSpec, names: Iterable[str]) -> ModelSpec:
    """The model with these nodes once more, reading what they read; weights of their own.

    Raises:
        SpecError: no such node, or the model would become too big for the canvas.
    """
    part = copy(model, names)
    if len(model.nodes) + len(part.nodes) > MOST:
        raise SpecError(f"A model here may have up to {MOST} layers.")
    grown, renamed = _paste(model, part)
    old = {new: find_node(model, name) for name, new in renamed.items()}

    def wired(node: Node) -> Node:
        if node.name not in old:
            return node
        refs = tuple(_rename_wire(r, renamed) for r in old[node.name].inbound)
        return replace(node, inbound=refs, call=old[node.name].call)

    return replace(grown, nodes=tuple(wired(n) for n in grown.nodes))


def _paste(model: ModelSpec, part: ModelSpec) -> tuple[ModelSpec, dict[str, str]]:
    free = FreeNames(used_names(model))
    keys: dict[str, str] = {}
    names: dict[str, str] = {}
    for node in part.nodes:
        layer = part.layers[node.layer]
        names[node.name] = free.like(node.name, layer)
        if node.layer not in keys:
            keys[node.layer] = names[node.name]
    layers = model.layers.with_(**{new: part.layers[old] for old, new in keys.items()})
    nodes = []
    for n in part.nodes:
        wires = [(i, _rename_wire(r, names)) for i, r in number_wires(n) if origin(r) in names]
        nodes.append(replace(rewire(n, wires), name=names[n.name], layer=keys[n.layer]))
    return replace(model, layers=layers, nodes=(*model.nodes, *nodes)), names


def _rename_wire(ref: str, names: dict[str, str]) -> str:
    name = origin(ref)
    return names.get(name, name) + ref[len(name) :]


def _redirect_outputs(model: ModelSpec, before: Sequence[str], new: str) -> ModelSpec:
    """Where the model returned one of ``before``, it returns ``new``."""
    outputs = tuple(dict.fromkeys(new if r in before else r for r in model.outputs))
    return replace(model, outputs=outputs)


def _redirect_wires(model: ModelSpec, change: dict[str, str], but: str) -> ModelSpec:
    nodes = (
        n if n.name == but else replace(n, inbound=tuple(change.get(r, r) for r in n.inbound))
        for n in model.nodes
    )
    return replace(model, nodes=tuple(nodes))
