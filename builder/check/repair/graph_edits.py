"""Edit a graph for a fix: insert on a wire, remove, replace, rewire, join."""

from __future__ import annotations

from dataclasses import replace

from builder import edit
from builder.check.repair.recommended import CONCATENATE
from builder.errors import SpecError
from builder.spec import Config, ModelSpec, Node, ObjectSpec, snake_case, unique_name


def find_layer(model: ModelSpec, node: str) -> ObjectSpec | None:
    """The layer a node calls; None for a nested model."""
    try:
        return edit.layer_of(model, node)
    except SpecError:
        return None


def insert_on_wire(model: ModelSpec, node: str, place: int, layer: ObjectSpec) -> ModelSpec:
    """``layer`` put into the wire that is input number ``place`` of ``node``, and its twins.

    Raises:
        SpecError: there is no such wire.
    """
    at = model.node(node)
    if place >= len(at.inbound):
        raise SpecError(f"'{node}' is first; nothing can stand before it.")
    base = snake_case(layer.class_name.rpartition(".")[2])
    name = unique_name(base, {n.name for n in model.nodes} | set(model.layers))
    inbound = tuple(name if ref == at.inbound[place] else ref for ref in at.inbound)
    rows: list[Node] = []
    for row in model.nodes:
        if row.name == node:
            rows += [Node(name, name, (at.inbound[place],)), replace(row, inbound=inbound)]
        else:
            rows.append(row)
    return replace(model, layers=model.layers.with_(**{name: layer}), nodes=tuple(rows))


def remove_node(model: ModelSpec, node: str) -> ModelSpec:
    """The graph without a node; whoever read it reads what it read first.

    Raises:
        SpecError: it reads nothing, so that nobody could take its place.
    """
    gone = model.node(node)
    if not gone.inbound or gone.inbound[0].partition(":")[0] == node:
        raise SpecError(f"'{node}' reads nothing; its readers would be left alone.")

    def follow(ref: str) -> str:
        return gone.inbound[0] if ref.partition(":")[0] == node else ref

    rows = tuple(
        replace(n, inbound=tuple(map(follow, n.inbound))) for n in model.nodes if n.name != node
    )
    used = {n.layer for n in rows}
    layers = Config({k: v for k, v in model.layers.items() if k in used})
    outputs = tuple(dict.fromkeys(map(follow, model.outputs)))
    return replace(model, layers=layers, nodes=rows, outputs=outputs)


def replace_layer(model: ModelSpec, node: str, layer: ObjectSpec) -> ModelSpec:
    """The graph with this node calling a new layer instead of its own, under the same name."""
    old = model.node(node)
    shared = sum(n.layer == old.layer for n in model.nodes) > 1
    key = unique_name(old.layer, set(model.layers)) if shared else old.layer
    rows = tuple(replace(n, layer=key, call=Config()) if n.name == node else n for n in model.nodes)
    return replace(model, layers=model.layers.with_(**{key: layer}), nodes=rows)


def set_inbound(model: ModelSpec, node: str, inbound: tuple[str, ...]) -> ModelSpec:
    """The graph with other inputs for this node."""
    rows = tuple(replace(n, inbound=inbound) if n.name == node else n for n in model.nodes)
    return replace(model, nodes=rows)


def join_inputs(model: ModelSpec, node: str) -> ModelSpec:
    """The graph with a Concatenate that joins all this node reads, and hands it on as one."""
    at = model.node(node)
    name = unique_name("concatenate", {n.name for n in model.nodes} | set(model.layers))
    rows: list[Node] = []
    for row in model.nodes:
        if row.name == node:
            rows += [Node(name, name, at.inbound), replace(row, inbound=(name,))]
        else:
            rows.append(row)
    layers = model.layers.with_(**{name: CONCATENATE})
    return replace(model, layers=layers, nodes=tuple(rows))


def circles(model: ModelSpec) -> dict[str, int]:
    """Node → the number of its group; two are in one group when each depends on the other.

    Kosaraju's algorithm: in the order in which searches along the wires ended, backwards, searches
    against them find one group each.
    """
    group: dict[str, int] = {}
    for number, name in enumerate(reversed(_ended_searches(model))):
        waiting = [name]
        while waiting:
            node = model.by_name.get(waiting.pop())
            if node is not None and node.name not in group:
                group[node.name] = number
                waiting += [ref.partition(":")[0] for ref in node.inbound]
    return group


def _ended_searches(model: ModelSpec) -> list[str]:
    """The nodes in the order in which a search along the wires, in depth first, leaves them."""
    readers, seen = edit.readers_of(model), set[str]()
    left: list[str] = []
    for name in model.by_name:
        path = [] if name in seen else [(name, iter(readers.get(name, ())))]
        seen.add(name)
        while path:
            here, rest = path[-1]
            after = next((r for r in rest if r not in seen), None)
            if after is None:
                left.append(here)
                path.pop()
            else:
                seen.add(after)
                path.append((after, iter(readers.get(after, ()))))
    return left
