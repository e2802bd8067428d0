"""A layer that needs another number of axes than it receives."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from builder import catalog, edit
from builder.catalog import REQUIRED, Entry
from builder.check.graph.layer_call import Case, Diagnosis
from builder.check.outputs.output_facts import find_head
from builder.check.repair import fixes
from builder.check.repair.fixes import Fixes
from builder.spec import Config, ModelSpec, ObjectSpec, active

AXES = {
    1: "1 axis (batch)",
    2: "2 axes (batch, numbers)",
    3: "3 axes (batch, steps, features)",
    4: "4 axes (batch, height, width, channels)",
    5: "5 axes (batch, depth, height, width, channels)",
}
"""What each input rank usually means."""

RECURRENT = ("LSTM", "GRU", "SimpleRNN", "Bidirectional")
"""Layers that read a sequence and answer with the last step unless told otherwise."""

KEEPS_SHAPE = ("Dropout", "Activation", "BatchNormalization", "LayerNormalization", "ReLU")
"""Layers one may look through when asking who changed the number of axes."""


def rank(case: Case) -> Diagnosis:
    """The layer reads another number of axes, as its entry in the catalogue says."""
    expected = _ranks(case.layer, case.entry)
    got = len(case.shape)
    if not case.shape or not expected or got in expected:
        return None
    if 2 in expected and len(expected) > 2:
        needs = "at least 2 axes"
    else:
        needs = " or ".join(AXES.get(n, f"{n} axes") for n in expected)
    found = tuple(_rank_fixes(case, expected, got))
    return f"{case.start}: {got} axes; it needs {needs}.", _rank_hint(expected, got), found


def _ranks(layer: ObjectSpec, entry: Entry | None) -> tuple[int, ...]:
    inner = layer.config.get("layer")
    if entry is None:
        return ()
    if not entry.ndim and entry.traits.wraps and isinstance(inner, ObjectSpec):
        wrapped = catalog.find("layers", inner.class_name)
        if wrapped and layer.class_name == "TimeDistributed":
            return tuple(n + 1 for n in wrapped.ndim)
        return wrapped.ndim if wrapped else ()
    return entry.ndim


def lowers(layer: ObjectSpec) -> bool:
    """Whether it gives one row of numbers for each example, whatever it reads."""
    inner = layer.config.get("layer")
    target = layer.config.get("target_shape")
    if layer.class_name == "Reshape":
        return isinstance(target, tuple) and len(target) == 1
    if layer.class_name in RECURRENT:
        cell = inner if isinstance(inner, ObjectSpec) else layer
        return not cell.config.get("return_sequences")
    pools = layer.class_name.startswith("Global") and not layer.config.get("keepdims")
    return layer.class_name == "Flatten" or pools


def flattened(case: Case, label: str) -> tuple[str, tuple[Callable[[ModelSpec], ModelSpec], ...]]:
    """A fix that gives the case more axes, completed: they must be gone before the last Dense."""
    last = _unflattened(case, at=0)
    if not last:
        return label, ()
    return f"{label}, Flatten before '{last}'", (fixes.before(last, ObjectSpec("Flatten")),)


def _unflattened(case: Case, at: int) -> str:
    """The last Dense, when nothing from the case on (``at`` 0) or after it (1) flattens."""
    spec = active(case.spec)
    if not edit.is_chain(spec):
        return ""
    names = edit.order(spec)
    rest = names[names.index(case.node) + at :]
    head = find_head(spec)
    last = head.sizer if head else ""
    if last not in rest[1 - at :] or case.layer_at(last).class_name != "Dense":
        return ""
    return "" if any(lowers(case.layer_at(n)) for n in rest) else last


def removal(case: Case) -> Fixes:
    """The fix that takes the layer out, unless that would only move the trouble on."""
    if lowers(case.layer) and len(case.shape) > 2 and _unflattened(case, at=1):
        flat = fixes.become(case.node, ObjectSpec("Flatten"))
        return case.fix(f"Replace '{case.node}' by Flatten", flat)
    readers = [n.name for n in active(case.spec).nodes if case.node in n.inbound]
    for reader in readers:
        layer = case.layer_at(reader)
        needs = _ranks(layer, catalog.find("layers", layer.class_name))
        if case.shape and needs and len(case.shape) not in needs:
            return ()
    if not readers:
        return ()  # a model without its last layer answers something else
    return case.fix(f"Remove '{case.node}'", fixes.remove(case.node))


def _raised(case: Case, layer: ObjectSpec) -> Fixes:
    """The fix that inserts a layer which adds axes."""
    words = ", ".join(f"{v}" for v in layer.config.values())
    label, more = flattened(case, f"Insert {layer.class_name}({words}) before '{case.node}'")
    return case.fix(label, fixes.before(case.node, layer), *more)


def _rank_hint(expected: tuple[int, ...], got: int) -> str:
    if got > max(expected):
        return "Bring the number of axes down before it, for example with Flatten."
    return "Give it one more axis, or take out what removed one."


def _rank_fixes(case: Case, expected: tuple[int, ...], got: int) -> Iterator[Any]:
    goal = min(expected, key=lambda n: abs(n - got))
    if got < goal:
        yield from _undo_reduction(case, goal)
        yield from _tokens(case, goal)
        if got == 3 and goal == 4:
            yield from _raised(case, _reshape(*case.shape[1:], 1))
            yield from _channel_axis(case)
        elif got == 2:
            yield from _raised(case, _unflatten(case.shape[1], goal))
    elif 2 in expected:
        yield from case.insert(ObjectSpec("Flatten"))
        average = f"GlobalAveragePooling{got - 2}D"
        if catalog.find("layers", average):
            yield from case.insert(ObjectSpec(average))
    elif got == 4 and goal == 3 and case.layer.class_name[-2:] != "1D":
        high, wide, deep = case.shape[1:]
        yield from case.insert(_reshape(high, wide * deep if wide and deep else -1))
    yield from _other_rank(case, got)
    if got == 4 and goal == 3 and case.layer.class_name[-2:] == "1D":
        high, wide, deep = case.shape[1:]
        yield from case.insert(_reshape(high, wide * deep if wide and deep else -1))


def _reshape(*shape: int | None) -> ObjectSpec:
    free = [i for i, n in enumerate(shape) if n is None]
    sizes = tuple(-1 if n is None else n for n in shape)
    return ObjectSpec(
        "Reshape", Config({"target_shape": sizes if len(free) < 2 else (-1, shape[-1] or 1)})
    )


def _unflatten(size: int | None, goal: int) -> ObjectSpec:
    side = math.isqrt(size or 0)
    if goal == 4 and size and side * side == size:
        return _reshape(side, side, 1)
    return _reshape(size, *([1] * (goal - 2)))


def _undo_reduction(case: Case, goal: int) -> Iterator[Any]:
    """Take back what lowered the rank: a Flatten in the way, an RNN that gives one step only."""
    culprit = case.before
    while culprit and case.layer_at(culprit).class_name in KEEPS_SHAPE:
        culprit = edit.source(case.spec, culprit)
    if culprit is None:
        return
    layer = case.layer_at(culprit)
    inner = layer.config.get("layer")
    if layer.class_name in RECURRENT and goal == 3:
        change = fixes.put(culprit, return_sequences=True)
        if isinstance(inner, ObjectSpec):
            change = fixes.put(culprit, layer=inner.with_(return_sequences=True))
        label, more = flattened(case, f"Set return_sequences=True on '{culprit}'")
        yield from case.fix(label, change, *more)
    elif layer.class_name == "Flatten" or layer.class_name.startswith("Global"):
        source = edit.source(case.spec, culprit)
        came = case.facts.of(source) if source else None
        rank = len(came.outputs[0]) if came else 0
        if came and rank == goal:
            label, more = flattened(case, f"Remove '{culprit}'")
            yield from case.fix(label, fixes.remove(culprit), *more)
        elif came and rank == goal - 1:
            label, more = flattened(case, f"Replace '{culprit}' by Reshape")
            reshape = fixes.before(case.node, _reshape(*came.outputs[0][1:], 1))
            yield from case.fix(label, fixes.remove(culprit), reshape, *more)


def _tokens(case: Case, goal: int) -> Iterator[Any]:
    data = case.data
    at_input = case.before is not None and edit.is_input(case.spec, case.before)
    if data and data.kind == "sequences" and goal == 3 and len(case.shape) == 2 and at_input:
        words = int(data.x_max) + 1
        layer = ObjectSpec("Embedding", Config({"input_dim": words, "output_dim": 32}))
        yield from _raised(case, layer)


def _channel_axis(case: Case) -> Iterator[Any]:
    data = case.data
    if data is None or data.kind != "images" or len(data.x_shape) != 2 or case.before is None:
        return
    if not edit.is_input(case.spec, case.before):
        return
    put = fixes.put(case.before, shape=(*data.x_shape, 1))
    label, more = flattened(case, "Give the images a channel axis")
    for fix in case.fix(label, put, *more):
        yield from fixes.dataset(fix.label, fix.training, channel_axis=True)


def _other_rank(case: Case, got: int) -> Iterator[Any]:
    """The sister layer for this rank: MaxPooling1D instead of MaxPooling2D."""
    name = case.layer.class_name
    sisters = (f"{name[:-2]}{n}D" for n in (1, 2, 3) if re.search(r"[123]D$", name))
    found = (e for e in (catalog.find("layers", s) for s in sisters) if e and got in e.ndim)
    entry = next(found, None)
    if entry is None or entry.class_name == name:
        return
    sister = entry.class_name
    kept = {
        k: v
        for k, v in case.layer.config.items()
        if k in entry.args and not (isinstance(v, tuple) and len(v) > 1)
    }
    fresh = catalog.new("layers", sister).config
    needed = {k: v for k, v in fresh.items() if entry.args[k] is REQUIRED}
    swap = fixes.become(case.node, ObjectSpec(sister, Config({**needed, **kept})))
    yield from case.fix(f"Use {sister} instead of {name}", swap)
