"""Explain a layer that needs another number of axes (rank) than it receives."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from builder import catalog, edit
from builder.catalog import REQUIRED
from builder.check.graph.layer_call import Explanation, LayerCall
from builder.check.outputs.output_facts import find_head, is_dense
from builder.check.repair import fixes, recommended
from builder.check.repair.fixes import Fixes
from builder.kinds.registry import find_kind
from builder.spec import Config, ModelSpec, ObjectSpec, active

AXES = {
    1: "1 axis (batch)",
    2: "2 axes (batch, numbers)",
    3: "3 axes (batch, steps, features)",
    4: "4 axes (batch, height, width, channels)",
    5: "5 axes (batch, depth, height, width, channels)",
}
"""What each input rank usually means."""

KEEPS_AXES = ("keepdims", "return_sequences")
"""Arguments with which a layer that gives one row for each example gives more."""


def wrong_rank(case: LayerCall) -> Explanation:
    """The layer reads another number of axes, as its entry in the catalogue says."""
    expected = input_ranks(case.layer)
    got = len(case.shape)
    if not case.shape or not expected or got in expected:
        return None
    if 2 in expected and len(expected) > 2:
        needs = "at least 2 axes"
    else:
        needs = " or ".join(AXES.get(n, f"{n} axes") for n in expected)
    remedies = tuple(_rank_fixes(case, expected, got))
    return f"{case.start}: {got} axes; it needs {needs}.", _rank_hint(expected, got), remedies


def input_ranks(layer: ObjectSpec) -> tuple[int, ...]:
    """The numbers of axes a layer can read, those of what it wraps included; () is any."""
    entry = catalog.find("layers", layer.class_name)
    inner = layer.config.get("layer")
    if entry is None or entry.ndim or not entry.traits.wraps or not isinstance(inner, ObjectSpec):
        return entry.ndim if entry else ()
    wrapped = catalog.find("layers", inner.class_name)
    return tuple(n + entry.traits.more_axes for n in wrapped.ndim) if wrapped else ()


def gives_one_row(layer: ObjectSpec) -> bool:
    """Whether it gives one row of numbers for each example, whatever it reads."""
    target = layer.config.get("target_shape")
    if isinstance(target, tuple):
        return len(target) == 1
    cell = _cell(layer)
    one_row = catalog.traits_of(cell.class_name).one_row
    return one_row and not any(cell.config.get(name) for name in KEEPS_AXES)


def _cell(layer: ObjectSpec) -> ObjectSpec:
    """The recurrent layer inside a Bidirectional; any other layer itself."""
    inner = layer.config.get(catalog.traits_of(layer.class_name).states_of)
    return inner if isinstance(inner, ObjectSpec) else layer


def with_flatten(
    case: LayerCall, label: str
) -> tuple[str, tuple[Callable[[ModelSpec], ModelSpec], ...]]:
    """A fix that adds axes, completed: a Flatten removes them again before the last Dense."""
    last = _last_dense_without_flatten(case, at=0)
    if not last:
        return label, ()
    flatten = fixes.insert_before(last, recommended.FLATTEN)
    return f"{label}, Flatten before '{last}'", (flatten,)


def _last_dense_without_flatten(case: LayerCall, at: int) -> str:
    """The last Dense, when nothing from the case on (``at`` 0) or after it (1) flattens."""
    spec = active(case.spec)
    if not edit.is_chain(spec):
        return ""
    names = edit.topological_order(spec)
    rest = names[names.index(case.node) + at :]
    head = find_head(spec)
    last = head.sizer if head else ""
    if last not in rest[1 - at :] or not is_dense(case.layer_at(last)):
        return ""
    return "" if any(gives_one_row(case.layer_at(n)) for n in rest) else last


def remove_layer(case: LayerCall) -> Fixes:
    """The fix that removes the layer, unless the layers after it would be refused instead."""
    if (
        gives_one_row(case.layer)
        and len(case.shape) > 2
        and _last_dense_without_flatten(case, at=1)
    ):
        flatten = fixes.replace_layer(case.node, recommended.FLATTEN)
        return case.fix(f"Replace '{case.node}' by Flatten", flatten)
    readers = [n.name for n in active(case.spec).nodes if case.node in n.inbound]
    for reader in readers:
        needs = input_ranks(case.layer_at(reader))
        if case.shape and needs and len(case.shape) not in needs:
            return ()
    if not readers:
        return ()  # a model without its last layer answers something else
    return case.fix(f"Remove '{case.node}'", fixes.remove(case.node))


def _add_axes(case: LayerCall, layer: ObjectSpec) -> Fixes:
    """The fix that inserts a layer which adds axes."""
    words = ", ".join(f"{v}" for v in layer.config.values())
    label, more = with_flatten(case, f"Insert {layer.class_name}({words}) before '{case.node}'")
    return case.fix(label, fixes.insert_before(case.node, layer), *more)


def _rank_hint(expected: tuple[int, ...], got: int) -> str:
    if got > max(expected):
        return "Bring the number of axes down before it, for example with Flatten."
    return "Give it one more axis, or take out what removed one."


def _rank_fixes(case: LayerCall, expected: tuple[int, ...], got: int) -> Iterator[Any]:
    goal = min(expected, key=lambda n: abs(n - got))
    rows = got == 4 and goal == 3 and 2 not in expected
    one_dimensional = case.layer.class_name[-2:] == "1D"
    if got < goal:
        yield from _more_axes(case, got, goal)
    elif 2 in expected:
        yield from case.insert(recommended.FLATTEN)
        if average := recommended.average(got):
            yield from case.insert(average)
    elif rows and not one_dimensional:
        yield from _rows_of_pixels(case)
    yield from _other_rank(case, got)
    if rows and one_dimensional:
        yield from _rows_of_pixels(case)


def _more_axes(case: LayerCall, got: int, goal: int) -> Iterator[Any]:
    yield from _undo_reduction(case, goal)
    yield from _tokens(case, goal)
    if got == 3 and goal == 4:
        yield from _add_axes(case, recommended.reshape(*case.shape[1:], 1))
        yield from _channel_axis(case)
    elif got == 2:
        yield from _add_axes(case, _reshape_row(case.shape[1], goal))


def _rows_of_pixels(case: LayerCall) -> Fixes:
    high, wide, deep = case.shape[1:]
    return case.insert(recommended.reshape(high, wide * deep if wide and deep else -1))


def _reshape_row(size: int | None, goal: int) -> ObjectSpec:
    side = math.isqrt(size or 0)
    if goal == 4 and size and side * side == size:
        return recommended.reshape(side, side, 1)
    return recommended.reshape(size, *([1] * (goal - 2)))


def _undo_reduction(case: LayerCall, goal: int) -> Iterator[Any]:
    """Take back what lowered the rank: a Flatten in the way, an RNN that gives one step only."""
    culprit = case.before
    while culprit and catalog.traits_of(case.layer_at(culprit).class_name).shape == "same":
        culprit = edit.source_of(case.spec, culprit)
    if culprit is None:
        return
    layer = case.layer_at(culprit)
    traits = catalog.traits_of(layer.class_name)
    if traits.recurrent and goal == 3:
        yield from _return_sequences(case, culprit, layer)
    elif traits.one_row and not traits.recurrent:
        yield from _remove_reduction(case, culprit, goal)


def _return_sequences(case: LayerCall, culprit: str, layer: ObjectSpec) -> Fixes:
    cell = _cell(layer)
    change = fixes.set_arguments(culprit, return_sequences=True)
    if cell is not layer:
        change = fixes.set_arguments(culprit, layer=cell.with_(return_sequences=True))
    label, more = with_flatten(case, f"Set return_sequences=True on '{culprit}'")
    return case.fix(label, change, *more)


def _remove_reduction(case: LayerCall, culprit: str, goal: int) -> Fixes:
    source = edit.source_of(case.spec, culprit)
    came = case.facts.of(source) if source else None
    rank = len(came.outputs[0]) if came else 0
    if came and rank == goal:
        label, more = with_flatten(case, f"Remove '{culprit}'")
        return case.fix(label, fixes.remove(culprit), *more)
    if came and rank == goal - 1:
        label, more = with_flatten(case, f"Replace '{culprit}' by Reshape")
        reshape = recommended.reshape(*came.outputs[0][1:], 1)
        insert = fixes.insert_before(case.node, reshape)
        return case.fix(label, fixes.remove(culprit), insert, *more)
    return ()


def _tokens(case: LayerCall, goal: int) -> Iterator[Any]:
    data = case.data
    at_input = case.before is not None and edit.is_input(case.spec, case.before)
    if data is None or not find_kind(data.input.kind).has_words:
        return
    if goal == 3 and len(case.shape) == 2 and at_input:
        yield from _add_axes(case, recommended.embed(int(data.input.high) + 1))


def _channel_axis(case: LayerCall) -> Iterator[Any]:
    data = case.data
    if (
        data is None
        or not find_kind(data.input.kind).has_pixels
        or len(data.input.shape) != 2
        or case.before is None
    ):
        return
    if not edit.is_input(case.spec, case.before):
        return
    put = fixes.set_arguments(case.before, shape=(*data.input.shape, 1))
    label, more = with_flatten(case, "Give the images a channel axis")
    for fix in case.fix(label, put, *more):
        yield from fixes.dataset(fix.label, fix.training, channel_axis=True)


def _other_rank(case: LayerCall, got: int) -> Fixes:
    """The sister layer for this rank: MaxPooling1D instead of MaxPooling2D."""
    name = case.layer.class_name
    sisters = (f"{name[:-2]}{n}D" for n in (1, 2, 3) if re.search(r"[123]D$", name))
    entries = (catalog.find("layers", s) for s in sisters)
    entry = next((e for e in entries if e and got in e.ndim), None)
    if entry is None or entry.class_name == name:
        return ()
    sister = entry.class_name
    kept = {
        k: v
        for k, v in case.layer.config.items()
        if k in entry.args and not (isinstance(v, tuple) and len(v) > 1)
    }
    fresh = catalog.new("layers", sister).config
    needed = {k: v for k, v in fresh.items() if entry.args[k] is REQUIRED}
    swap = fixes.replace_layer(case.node, ObjectSpec(sister, Config({**needed, **kept})))
    return case.fix(f"Use {sister} instead of {name}", swap)
