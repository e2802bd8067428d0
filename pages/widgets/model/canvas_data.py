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
    model: ModelSpec, facts: ModelFacts | None, problems: Sequence[Problem]
) -> tuple[dict[str, Row], dict[str, Row]]:
    """Nodes and wires by their ids, JSON throughout; what is usual is left out of a row.

    A node: ``kind``, ``icon``, ``said`` (settings, or what it does), ``figures`` (parameters,
    memory), ``ins`` (names of its places for wires), ``outs`` (number of outputs), ``out`` (its
    place among the model's outputs), ``shared`` (number of its layer among the shared ones),
    ``off``, ``frozen``, ``block``, ``wrong`` and ``advice`` (sentences). A wire: ``from`` and
    ``to`` as (node, number), ``shape``, ``bad``.
    """
    results = {n.node: n for n in facts.nodes} if facts else {}
    by_node = _problems(problems)
    calls = Counter(n.layer for n in model.nodes)
    shared = {layer: i for i, layer in enumerate(k for k, n in calls.items() if n > 1)}
    existing = model.by_name
    failed = facts.failure.node if facts and facts.failure else ""
    nodes: dict[str, Row] = {}
    wires: dict[str, Row] = {}
    for node in model.nodes:
        row = _node(model, node, results.get(node.name), by_node.get(node.name, ()))
        if node.layer in shared:
            row |= {"shared": shared[node.layer], "layer": node.layer}
        nodes[node.name] = row
        for at, ref in enumerate(node.inbound):
            wire = _wire(ref, node.name, at, results, existing, failed)
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


def _node(
    model: ModelSpec, node: Node, result: NodeFacts | None, problems: Sequence[Problem]
) -> Row:
    layer = model.layers.get(node.layer)
    single = layer if isinstance(layer, ObjectSpec) else None
    row: Row = {
        "kind": single.class_name if single else "Block" if layer else "missing",
        "icon": palette_items.layer_icon(single) if layer else "help",
        "ins": _input_names(model, node),
    }
    text = _what_it_does(single) if single else _block_text(layer)
    row |= {"said": text} if text else {}
    outs = max(edit.count_outputs(layer), len(result.outputs) if result else 1)
    row |= {"outs": outs} if outs > 1 else {}
    row |= {"off": True} if node.off else {}
    row |= {"frozen": True} if edit.is_frozen(layer) else {}
    row |= {"block": node.layer} if isinstance(layer, ModelSpec) else {}
    if result and not node.off:
        row["figures"] = _figures(result)
        row["gives"] = " and ".join(formatting.shape(s) for s in result.outputs[:3])
    for name, severe in (("wrong", True), ("advice", False)):
        messages = [p.message for p in problems if p.severe == severe]
        row |= {name: messages} if messages else {}
    return row


def _what_it_does(layer: ObjectSpec) -> str:
    """Its settings; of a merging layer or an operation without any, the catalogue's words."""
    settings, entry = stack_view.settings_text(layer), catalog.find("layers", layer.class_name)
    calculates = (
        layer.class_name.startswith(catalog.ops.PREFIX) or edit.layer_inlets(layer).most != 1
    )
    return settings or (palette_items.first_sentence(entry.summary) if entry and calculates else "")


def _block_text(layer: object) -> str:
    return formatting.plural(len(layer.nodes), "layer") if isinstance(layer, ModelSpec) else ""


def _figures(result: NodeFacts) -> str:
    memory = formatting.size(result.weight_bytes + result.output_bytes)
    return f"{formatting.number(result.params)} · {memory}" if result.params else memory


def _input_names(model: ModelSpec, node: Node) -> list[str]:
    """Names of the places for wires: those taken, and one more if there is room."""
    room, named = edit.node_inlets(model, node), edit.argument_wires(node)
    used = len(node.inbound)
    count = used + 1 if room.most is None else max(used, min(room.most, max(used + 1, room.least)))
    names = {**dict(enumerate(room.names[:count])), **named}
    usual = "input {}" if count > 1 else "input"
    return [names.get(i) or usual.format(i + 1) for i in range(count)]


def _wire(
    ref: str,
    target: str,
    at: int,
    results: Mapping[str, NodeFacts],
    existing: Mapping[str, Node],
    failed: str,
) -> Row:
    name, number = edit.split_reference(ref)
    row: Row = {"from": [name if name in existing else GHOST + name, number], "to": [target, at]}
    result = results.get(name)
    if result and number < len(result.outputs):
        row["shape"] = formatting.shape(result.outputs[number])
    elif result is None and name in existing and existing[name].off and existing[name].inbound:
        row["shape"] = ""
    if target == failed or name not in existing:
        row["bad"] = True
    return row


def _ghost(name: str) -> Row:
    sentence = f"'{name}' is read but does not exist."
    return {"kind": "missing", "icon": "help", "said": name, "ins": [], "wrong": [sentence]}


def _problems(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    by_node: dict[str, list[Problem]] = {}
    for problem in problem_list.problems_at(problems, "model.*"):
        name = problem.where.removeprefix("model").removeprefix(".")
        by_node.setdefault(name, []).append(problem)
    return by_node


def diff_rows(old: Mapping[str, Mapping[str, Row]], new: Mapping[str, Mapping[str, Row]]) -> Row:
    """What turns one picture into another: by table the rows that differ (None: gone).

    ``order`` lists the ids of a table only where new rows do not simply come last.
    """
    changes: Row = {}
    for table in new:
        before, after = old[table], new[table]
        rows: Row = {k: v for k, v in after.items() if before.get(k) != v}
        rows |= {k: None for k in before if k not in after}
        order = [*(k for k in before if k in after), *(k for k in after if k not in before)]
        changes[table] = {"rows": rows} | ({"order": list(after)} if order != list(after) else {})
    return changes
