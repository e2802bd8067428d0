"""Compare models: layers added, removed, renamed, moved, set or rewired."""

from __future__ import annotations

import bisect
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from builder import edit
from builder.compare.settings import Difference, Find, differences, format_value
from builder.spec import ModelSpec, Node, ObjectSpec, bypass_nodes

SHARERS = 12
"""How many of the calls that share weights are named."""


def changes(before: ModelSpec, after: ModelSpec, find: Find) -> Iterator[str]:
    """A line for each change; none when both are the same."""
    if before.name != after.name:
        yield f"model name {before.name} → {after.name}"
    renamed = _find_renames(before, after)
    yield from (f"renamed {old} → {new}" for old, new in renamed.items())
    before = _rename_nodes(before, renamed)
    old, new = ({n.name: n for n in m.nodes} for m in (before, after))
    for name in (n for n in edit.topological_order(before) if n not in new):
        yield f"removed {_layer_label(before, name)}"
    for name in (n for n in edit.topological_order(after) if n not in old):
        yield _addition(after, name)
    both = [n for n in edit.topological_order(after) if n in old]
    for name in (n for n in both if old[n].off != new[n].off):
        yield f"switched {'off' if new[name].off else 'on'} {_layer_label(after, name)}"
    yield from _settings(before, after, both, find)
    yield from _sharing(old, new, both, set(renamed.values()))
    yield from _places(before, after, both)


def _layer_label(model: ModelSpec, name: str) -> str:
    layer = model.layers.get(model.node(name).layer)
    kind = layer.class_name if isinstance(layer, ObjectSpec) else "model" if layer else "layer"
    return f"{kind} '{name}'"


def _addition(model: ModelSpec, name: str) -> str:
    node = model.node(name)
    after = f" after {_quote(node.inbound)}" if node.inbound else ""
    return f"added {_layer_label(model, name)}{after}{', switched off' if node.off else ''}"


def _quote(names: Sequence[str]) -> str:
    return " and ".join(f"'{n}'" for n in names) or "nothing"


# --- names ---------------------------------------------------------------------------------------


def _find_renames(before: ModelSpec, after: ModelSpec) -> dict[str, str]:
    """Nodes of ``before`` that stand in ``after`` under another name: same settings, same place."""
    old, new = ({n.name for n in m.nodes} for m in (before, after))
    alike: dict[Any, list[str]] = {}
    for other in reversed(after.nodes):
        if other.name not in old and (layer := after.layers.get(other.layer)) is not None:
            alike.setdefault((other.inbound, other.off, layer), []).append(other.name)
    renames: dict[str, str] = {}
    for name in (n for n in edit.topological_order(before) if n not in new):
        node = before.node(name)
        reads = tuple(_rename_ref(r, renames) for r in node.inbound)
        if there := alike.get((reads, node.off, before.layers.get(node.layer))):
            renames[name] = there.pop()
    return renames


def _rename_ref(ref: str, names: Mapping[str, str]) -> str:
    name, colon, index = ref.partition(":")
    return f"{names.get(name, name)}{colon}{index}"


def _rename_nodes(model: ModelSpec, names: Mapping[str, str]) -> ModelSpec:
    nodes = tuple(
        replace(
            n,
            name=names.get(n.name, n.name),
            inbound=tuple(_rename_ref(r, names) for r in n.inbound),
        )
        for n in model.nodes
    )
    outputs = tuple(_rename_ref(r, names) for r in model.outputs)
    return replace(model, nodes=nodes, outputs=outputs)


# --- settings ------------------------------------------------------------------------------------


def _settings(
    before: ModelSpec, after: ModelSpec, both: Sequence[str], find: Find
) -> Iterator[str]:
    """Other settings of layers that are in both models; of a shared layer once, for all calls."""
    calls: dict[tuple[str, str], list[str]] = {}
    for name in both:
        calls.setdefault((before.node(name).layer, after.node(name).layer), []).append(name)
    for (was, now), names in calls.items():
        a, b = before.layers.get(was), after.layers.get(now)
        if isinstance(a, ModelSpec) and isinstance(b, ModelSpec):
            yield from (f"{line} in {names[0]}" for line in changes(a, b, find))
        else:
            rows = differences("", " and ".join(names), (a, b), "layers", find)
            yield from (d.line() for d in rows)


def _sharing(
    old: Mapping[str, Node], new: Mapping[str, Node], both: Sequence[str], renamed: set[str]
) -> Iterator[str]:
    """Calls that use another layer's weights than before."""
    before, after = _group_calls(old, both), _group_calls(new, both)
    same: dict[tuple[str, str], bool] = {}
    for name in both:
        key = old[name].layer, new[name].layer
        if key not in same:
            same[key] = before[key[0]] == after[key[1]]
        if not same[key]:
            now = [n for n in after[key[1]] if n != name][: SHARERS + 1]
            shares = f"shares its weights with {_quote_some(now)}" if now else "has its own weights"
            yield f"'{name}' {shares}"
        elif old[name].layer != new[name].layer and name not in renamed:
            yield f"weights of '{name}' named {old[name].layer} → {new[name].layer}"


def _group_calls(nodes: Mapping[str, Node], names: Sequence[str]) -> dict[str, list[str]]:
    """Layer → those of its calls that are in both models, by name."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(nodes[name].layer, []).append(name)
    return groups


def _quote_some(names: Sequence[str]) -> str:
    return _quote(names[:SHARERS]) + (" and others" if len(names) > SHARERS else "")


# --- places --------------------------------------------------------------------------------------


def _places(before: ModelSpec, after: ModelSpec, both: Sequence[str]) -> Iterator[str]:
    if edit.is_chain(before) and edit.is_chain(after):
        known = set(both)
        was_order = [n for n in edit.topological_order(before) if n in known]
        yield from _describe_moves(was_order, list(both))
        return
    a, b = _restrict(before, set(both)), _restrict(after, set(both))
    for name in both:
        was, now = a.node(name).inbound, b.node(name).inbound
        if was != now:
            yield f"'{name}' reads {_quote(was)} → {_quote(now)}"
    if a.outputs != b.outputs:
        yield f"outputs {_quote(a.outputs)} → {_quote(b.outputs)}"
    if before != after and [n.name for n in a.nodes] != [n.name for n in b.nodes]:
        yield "order of the calls"


def _describe_moves(was: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    """The fewest layers that have to move, each with what it passed."""
    place = {name: i for i, name in enumerate(was)}
    numbers = [place[n] for n in now]
    stay = set(_longest_rising(numbers))
    later = _next_smaller(numbers)
    passed = [-n for n in _next_smaller([-n for n in reversed(numbers)])][::-1]
    for number, name, after, before in zip(numbers, now, later, passed, strict=True):
        if number in stay:
            continue
        if after < len(was):
            yield f"moved '{name}' before '{was[after]}'"
        else:
            yield f"moved '{name}' after '{was[before]}'"


def _next_smaller(numbers: Sequence[int]) -> list[int]:
    """For each number the first smaller one behind it; a number of any size where there is none."""
    found = [sys.maxsize] * len(numbers)
    waiting: list[int] = []
    for i, number in enumerate(numbers):
        while waiting and numbers[waiting[-1]] > number:
            found[waiting.pop()] = number
        waiting.append(i)
    return found


def _longest_rising(numbers: Sequence[int]) -> list[int]:
    """The longest rising subsequence of different numbers; of several the one that ends first."""
    ends: list[list[int]] = []  # by length the places where such a one ends: their numbers fall
    before: list[int | None] = []
    for i, number in enumerate(numbers):
        length = bisect.bisect_left(ends, number, key=lambda places: numbers[places[-1]])
        if length == len(ends):
            ends.append([])
        ends[length].append(i)
        shorter = ends[length - 1] if length else []
        first = bisect.bisect_right(shorter, -number, key=lambda place: -numbers[place])
        before.append(shorter[first] if length else None)
    rising: list[int] = []
    at = ends[-1][0] if ends else None
    while at is not None:
        rising.append(numbers[at])
        at = before[at]
    return rising[::-1]


def _restrict(model: ModelSpec, kept: set[str]) -> ModelSpec:
    """The model with only the calls in ``kept``, wired past those that read one node."""
    gone = {n.name: n.inbound[0] for n in model.nodes if n.name not in kept and len(n.inbound) == 1}
    model = bypass_nodes(model, gone)
    return replace(model, nodes=tuple(n for n in model.nodes if n.name in kept))


# --- several models side by side -----------------------------------------------------------------


def rows(models: Sequence[ModelSpec], find: Find) -> Iterator[Difference]:
    """What is not the same in all models, layer by layer."""
    yield from differences("model", "", [m.name for m in models], "", find)
    names = dict.fromkeys(n for m in models for n in edit.topological_order(m))
    nodes = [m.by_name for m in models]
    for name in names:
        yield from _layer_rows(name, models, [rows.get(name) for rows in nodes], find)
    common = dict.fromkeys(n for n in names if all(n in rows for rows in nodes))
    orders = [tuple(n for n in edit.topological_order(m) if n in common) for m in models]
    yield from differences("order of the layers", "", orders, "", find)
    if not all(edit.is_chain(m) for m in models):
        for name in common:
            reads = [rows[name].inbound for rows in nodes]
            yield from differences("reads", name, reads, "", find)
        yield from differences("outputs", "", [m.outputs for m in models], "", find)


def _layer_rows(
    name: str, models: Sequence[ModelSpec], calls: Sequence[Node | None], find: Find
) -> Iterator[Difference]:
    layers = [m.layers.get(c.layer) if c else None for m, c in zip(models, calls, strict=True)]
    if any(c is None for c in calls):
        texts = tuple(None if v is None else format_value(v) for v in layers)
        yield Difference("", name, texts)
        return
    yield from differences("switched off", name, [bool(c and c.off) for c in calls], "", find)
    if all(isinstance(v, ModelSpec) for v in layers):
        inner = [v if isinstance(v, ModelSpec) else ModelSpec() for v in layers]
        for d in rows(inner, find):
            yield replace(d, place=f"{name}, {d.place}" if d.place else name)
    else:
        yield from differences("", name, layers, "layers", find)
