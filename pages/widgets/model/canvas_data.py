"""A ModelSpec as JSON rows of nodes and wires for the canvas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from builder import catalog, edit, formatting
from builder.facts import ModelFacts, NodeFacts, Problem
from builder.spec import ModelSpec, Node, ObjectSpec
from pages.widgets.model import palette_items, stack_view
from pages.widgets.shared import problem_list

GHOST = "?"
"""Begins the id of a node that is read but does not exist; no layer's name begins with it."""

Row = dict[str, Any]


def graph_rows(
    model: ModelSpec, facts: ModelFacts | None, found: Sequence[Problem]
) -> tuple[dict[str, Row], dict[str, Row]]:
    """Nodes and wires by their ids, JSON throughout; what is usual is left out of a row.

    A node: ``kind``, ``icon``, ``said`` (settings, or what it does), ``figures`` (parameters,
    memory), ``ins`` (names of its places for wires), ``outs`` (number of outputs), ``out`` (its
    place among the model's outputs), ``shared`` (number of its layer among the shared ones),
    ``off``, ``frozen``, ``block``, ``wrong`` and ``advice`` (sentences). A wire: ``from`` and
    ``to`` as (node, number), ``shape``, ``bad``.
    """
    made = {n.node: n for n in facts.nodes} if facts else {}
    told = _problems(found)
    calls = Counter(n.layer for n in model.nodes)
    shared = {layer: i for i, layer in enumerate(k for k, n in calls.items() if n > 1)}
    known = edit.index(model)
    failed = facts.failure.node if facts and facts.failure else ""
    nodes: dict[str, Row] = {}
    wires: dict[str, Row] = {}
    for node in model.nodes:
        row = _node(model, node, made.get(node.name), told.get(node.name, ()))
        if node.layer in shared:
            row |= {"shared": shared[node.layer], "layer": node.layer}
        nodes[node.name] = row
        for at, ref in enumerate(node.inbound):
            wire = _wire(ref, node.name, at, made, known, failed)
            wires[f"{ref}>{node.name}:{at}"] = wire
            name, number = wire["from"]
            if name in nodes:
                nodes[name]["outs"] = max(nodes[name].get("outs", 1), number + 1)
            elif name.startswith(GHOST):
                nodes.setdefault(name, _ghost(name[1:]))
    for place, ref in enumerate(model.outputs):
        if ref.partition(":")[0] in nodes:
            nodes[ref.partition(":")[0]].setdefault("out", place + 1)
    return nodes, wires


def _node(model: ModelSpec, node: Node, made: NodeFacts | None, told: Sequence[Problem]) -> Row:
    layer = model.layers.get(node.layer)
    plain = layer if isinstance(layer, ObjectSpec) else None
    row: Row = {
        "kind": plain.class_name if plain else "Block" if layer else "missing",
        "icon": palette_items.layer_icon(plain) if layer else "help",
        "ins": _input_names(model, node),
    }
    said = _what_it_does(plain) if plain else _block_text(layer)
    row |= {"said": said} if said else {}
    outs = max(edit.tensors(layer), len(made.outputs) if made else 1)
    row |= {"outs": outs} if outs > 1 else {}
    row |= {"off": True} if node.off else {}
    row |= {"frozen": True} if edit.is_frozen(layer) else {}
    row |= {"block": node.layer} if isinstance(layer, ModelSpec) else {}
    if made and not node.off:
        row["figures"] = _figures(made)
        row["gives"] = " and ".join(formatting.shape(s) for s in made.outputs[:3])
    for name, severe in (("wrong", True), ("advice", False)):
        said = [p.message for p in told if p.severe == severe]
        row |= {name: said} if said else {}
    return row


def _what_it_does(layer: ObjectSpec) -> str:
    """Its settings; of a merging layer or an operation without any, the catalogue's words."""
    said, entry = stack_view.settings_text(layer), catalog.find("layers", layer.class_name)
    calculates = layer.class_name.startswith(catalog.ops.PREFIX) or edit.room(layer).most != 1
    return said or (palette_items.first_sentence(entry.summary) if entry and calculates else "")


def _block_text(layer: object) -> str:
    return formatting.plural(len(layer.nodes), "layer") if isinstance(layer, ModelSpec) else ""


def _figures(made: NodeFacts) -> str:
    memory = formatting.size(made.weight_bytes + made.output_bytes)
    return f"{formatting.number(made.params)} · {memory}" if made.params else memory


def _input_names(model: ModelSpec, node: Node) -> list[str]:
    """Names of the places for wires: those taken, and one more if there is room."""
    room, said = edit.space(model, node), edit.named(node)
    used = len(node.inbound)
    count = used + 1 if room.most is None else max(used, min(room.most, max(used + 1, room.least)))
    names = {**dict(enumerate(room.names[:count])), **said}
    usual = "input {}" if count > 1 else "input"
    return [names.get(i) or usual.format(i + 1) for i in range(count)]


def _wire(
    ref: str,
    target: str,
    at: int,
    made: Mapping[str, NodeFacts],
    known: Mapping[str, Node],
    failed: str,
) -> Row:
    name, number = edit.split(ref)
    row: Row = {"from": [name if name in known else GHOST + name, number], "to": [target, at]}
    told = made.get(name)
    if told and number < len(told.outputs):
        row["shape"] = formatting.shape(told.outputs[number])
    elif told is None and name in known and known[name].off and known[name].inbound:
        row["shape"] = ""
    if target == failed or name not in known:
        row["bad"] = True
    return row


def _ghost(name: str) -> Row:
    said = f"'{name}' is read but does not exist."
    return {"kind": "missing", "icon": "help", "said": name, "ins": [], "wrong": [said]}


def _problems(found: Sequence[Problem]) -> dict[str, list[Problem]]:
    by_node: dict[str, list[Problem]] = {}
    for problem in problem_list.problems_at(found, "model.*"):
        name = problem.where.removeprefix("model").removeprefix(".")
        by_node.setdefault(name, []).append(problem)
    return by_node


def diff_rows(old: Mapping[str, Mapping[str, Row]], new: Mapping[str, Mapping[str, Row]]) -> Row:
    """What turns one picture into another: by table the rows that differ (None: gone).

    ``order`` lists the ids of a table only where new rows do not simply come last.
    """
    told: Row = {}
    for table in new:
        before, after = old[table], new[table]
        rows: Row = {k: v for k, v in after.items() if before.get(k) != v}
        rows |= {k: None for k in before if k not in after}
        order = [*(k for k in before if k in after), *(k for k in after if k not in before)]
        told[table] = {"rows": rows} | ({"order": list(after)} if order != list(after) else {})
    return told
