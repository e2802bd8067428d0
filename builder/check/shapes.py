"""Why Keras refused a layer, in plain words, and what would make it fit."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from builder import catalog, edit
from builder.catalog import REQUIRED, Entry
from builder.catalog.layers import NOT_IN_A_STACK
from builder.check import fixes
from builder.check.fixes import Fixes
from builder.errors import SpecError
from builder.facts import DataFacts, Failure, ModelFacts, Problem, Shape
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec

AXES = {
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

WINDOWS = ("kernel_size", "pool_size")
"""Arguments that say how large a window slides over the input."""


def explain(
    training: TrainingSpec, data: DataFacts | None, facts: ModelFacts
) -> tuple[Problem, ...]:
    """Keras's refusal as a Problem with remedies; nothing when the model can be built."""
    failure = facts.failure
    if failure is None:
        return ()
    spec = training.model
    if failure.node not in {n.name for n in spec.nodes}:
        return (Problem("model", f"The model cannot be built: {failure.message}"),)
    case = _Case(training, data, facts, failure)
    message, hint, found = case.diagnosis()
    gone = fixes.model(f"Remove '{failure.node}'", training, fixes.remove(failure.node))
    return (Problem(f"model.{failure.node}", message, hint, found + gone),)


class _Case:
    """One refused call: what it received, from whom, and what its layer can take."""

    def __init__(
        self, training: TrainingSpec, data: DataFacts | None, facts: ModelFacts, failure: Failure
    ) -> None:
        self.training, self.data, self.facts, self.failure = training, data, facts, failure
        self.spec: ModelSpec = training.model
        self.node = failure.node
        self.shape: Shape = failure.received[0] if failure.received else ()
        self.name = fixes.named(self.spec, self.node)
        self.before = edit.source(self.spec, self.node)
        self.layer = self.layer_at(self.node)
        self.entry = catalog.find("layers", self.layer.class_name)

    @property
    def start(self) -> str:
        """The first half of every message: who receives what from whom."""
        if not self.before:
            return f"{self.name} cannot be built"
        giver = fixes.named(self.spec, self.before)
        return f"{self.name} receives {fixes.shape(self.shape)} from {giver}"

    def diagnosis(self) -> tuple[str, str, Fixes]:
        """Message, hint and fixes of the first explanation that applies."""
        for explanation in (_rank, _free_axis, _too_small, _channels, _target):
            found = explanation(self)
            if found:
                return found
        return self._other()

    def _other(self) -> tuple[str, str, Fixes]:
        optional = [k for k in self.layer.config if not self._required(k)]
        back = fixes.drop(self.node, *optional)
        label = f"Take '{self.node}' back to Keras's defaults"
        found = fixes.model(label, self.training, back) if optional else ()
        words = self.failure.message.rstrip(".")
        why = NOT_IN_A_STACK.get(self.layer.class_name, "") if edit.is_chain(self.spec) else ""
        hint = why or "Change its settings."
        return f"{self.start}; Keras refuses it: {words}.", hint, found

    def _required(self, name: str) -> bool:
        return self.entry is not None and self.entry.args.get(name) is REQUIRED

    def layer_at(self, node: str) -> ObjectSpec:
        """The layer record of a node; an empty one for a nested model."""
        try:
            return edit.layer_of(self.spec, node)
        except SpecError:
            return ObjectSpec("")

    def fix(self, label: str, *changes: Callable[[ModelSpec], ModelSpec]) -> Fixes:
        """A fix of the model."""
        return fixes.model(label, self.training, *changes)

    def insert(self, layer: ObjectSpec, label: str = "") -> Fixes:
        """The fix that inserts a layer before the refused one."""
        words = ", ".join(f"{v}" for v in layer.config.values())
        label = label or f"Insert {layer.class_name}{f'({words})' if words else ''}"
        return self.fix(f"{label} before '{self.node}'", fixes.before(self.node, layer))


Diagnosis = tuple[str, str, Fixes] | None


def _rank(case: _Case) -> Diagnosis:
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
    if not entry.ndim and entry.extra.get("wraps") and isinstance(inner, ObjectSpec):
        wrapped = catalog.find("layers", inner.class_name)
        if wrapped and layer.class_name == "TimeDistributed":
            return tuple(n + 1 for n in wrapped.ndim)
        return wrapped.ndim if wrapped else ()
    return entry.ndim


def _rank_hint(expected: tuple[int, ...], got: int) -> str:
    if got > max(expected):
        return "Bring the number of axes down before it, for example with Flatten."
    return "Give it one more axis, or take out what removed one."


def _rank_fixes(case: _Case, expected: tuple[int, ...], got: int) -> Iterator[Any]:
    goal = min(expected, key=lambda n: abs(n - got))
    if got < goal:
        yield from _undo_reduction(case, goal)
        yield from _tokens(case, goal)
        if got == 3 and goal == 4:
            yield from case.insert(_reshape(*case.shape[1:], 1))
            yield from _channel_axis(case)
        elif got == 2:
            yield from case.insert(_unflatten(case.shape[1], goal))
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


def _undo_reduction(case: _Case, goal: int) -> Iterator[Any]:
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
        yield from case.fix(f"Set return_sequences=True on '{culprit}'", change)
    elif layer.class_name == "Flatten" or layer.class_name.startswith("Global"):
        source = edit.source(case.spec, culprit)
        came = case.facts.of(source) if source else None
        rank = len(came.outputs[0]) if came else 0
        if came and rank == goal:
            yield from case.fix(f"Remove '{culprit}'", fixes.remove(culprit))
        elif came and rank == goal - 1:
            yield from case.fix(
                f"Replace '{culprit}' by Reshape",
                fixes.remove(culprit),
                fixes.before(case.node, _reshape(*came.outputs[0][1:], 1)),
            )


def _tokens(case: _Case, goal: int) -> Iterator[Any]:
    data = case.data
    at_input = case.before is not None and edit.is_input(case.spec, case.before)
    if data and data.kind == "sequences" and goal == 3 and len(case.shape) == 2 and at_input:
        words = int(data.x_max) + 1
        layer = ObjectSpec("Embedding", Config({"input_dim": words, "output_dim": 32}))
        yield from case.insert(layer)


def _channel_axis(case: _Case) -> Iterator[Any]:
    data = case.data
    if data is None or data.kind != "images" or len(data.x_shape) != 2 or case.before is None:
        return
    if not edit.is_input(case.spec, case.before):
        return
    put = fixes.put(case.before, shape=(*data.x_shape, 1))
    for fix in case.fix("Give the images a channel axis", put):
        yield from fixes.dataset(fix.label, fix.training, channel_axis=True)


def _other_rank(case: _Case, got: int) -> Iterator[Any]:
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


def _free_axis(case: _Case) -> Diagnosis:
    """A Dense after the Flatten of something of any length."""
    if not case.shape or case.shape[-1] is not None or case.before is None:
        return None
    message = f"{case.start}: the number of features is not fixed, so it cannot make its weights."
    flat = case.layer_at(case.before).class_name == "Flatten"
    source = edit.source(case.spec, case.before)
    came = case.facts.of(source) if source else None
    found: Fixes = ()
    if flat and came and len(came.outputs[0]) == 3:
        average = ObjectSpec("GlobalAveragePooling1D")
        label = f"Replace '{case.before}' by GlobalAveragePooling1D"
        found = case.fix(label, fixes.become(case.before, average))
    found += _fixed_length(case)
    return message, "Fix the Input's shape, or average over the free axis.", found


def _fixed_length(case: _Case) -> Fixes:
    inputs = [n.name for n in case.spec.nodes if edit.is_input(case.spec, n.name)]
    if case.data is None or len(inputs) != 1:
        return ()
    label = f"Set the Input's shape to {fixes.example(case.data.x_shape)}"
    return case.fix(label, fixes.put(inputs[0], shape=case.data.x_shape))


def _too_small(case: _Case) -> Diagnosis:
    """A window larger than what is left of the picture."""
    window = next((w for w in WINDOWS if case.entry and w in case.entry.args), None)
    if window is None or case.entry is None or case.layer.config.get("padding") == "same":
        return None
    axes = case.shape[1:-1]
    if case.layer.config.get("data_format") == "channels_first":
        axes = case.shape[2:]
    # ConvLSTM reads steps before the axes its window slides over.
    many = case.layer.class_name[-2:-1]
    axes = axes[-int(many) :] if many.isdigit() else axes
    sizes = _per_axis(case, window, len(axes))
    gaps = _per_axis(case, "dilation_rate", len(axes))
    reach = [(s - 1) * g + 1 for s, g in zip(sizes, gaps, strict=True)]
    if not any(n is not None and n < r for n, r in zip(axes, reach, strict=True)):
        return None
    fit = [
        s if n is None or n >= r else (max(n, 1) - 1) // g + 1
        for n, r, s, g in zip(axes, reach, sizes, gaps, strict=True)
    ]
    left, size = " × ".join(map(str, axes)), " × ".join(map(str, reach))
    message = f"{case.start}: only {left} is left, but its window ({window}) covers {size}."
    smaller: Any = fit[0] if len(set(fit)) == 1 else tuple(fit)
    lower = case.fix(f"Set {window} to {smaller}", fixes.put(case.node, **{window: smaller}))
    same = case.fix('Set padding to "same"', fixes.put(case.node, padding="same"))
    both = same + lower if max(fit) == 1 else lower + same
    return message, "Make the window smaller, or shrink the picture less before it.", both


def _per_axis(case: _Case, name: str, count: int) -> list[int]:
    default = case.entry.args.get(name, 1) if case.entry else 1
    value = case.layer.config.get(name, default)
    values = value if isinstance(value, tuple) else (value,) * count
    good = [v if isinstance(v, int) and v > 0 else 1 for v in values]
    return good if len(good) == count else [good[0] if good else 1] * count


def _channels(case: _Case) -> Diagnosis:
    """Layers for color pictures, and groups that do not divide the channels."""
    wanted = case.entry.extra.get("channels") if case.entry else None
    if wanted and case.shape and case.shape[-1] not in (None, wanted):
        message = f"{case.start}: {case.shape[-1]} channels; it needs {wanted} (red, green, blue)."
        return message, "Use it on color pictures only.", ()
    groups = case.layer.config.get("groups", 1)
    deep = case.shape[-1] if case.shape else None
    filters = case.layer.config.get("filters", groups)
    if not isinstance(groups, int) or groups < 2 or not deep or not isinstance(filters, int):
        return None
    if deep % groups == 0 and filters % groups == 0:
        return None
    message = (
        f"{case.start}: {deep} channels and {filters} filters do not split into {groups} groups."
    )
    best = math.gcd(groups, deep, filters)
    found = case.fix(f"Set groups to {best}", fixes.put(case.node, groups=best))
    return message, "Choose a number of groups that divides both evenly.", found


def _target(case: _Case) -> Diagnosis:
    """A Reshape whose numbers do not add up."""
    target = case.layer.config.get("target_shape")
    sizes = case.shape[1:]
    if case.layer.class_name != "Reshape" or not isinstance(target, tuple) or None in sizes:
        return None
    have = math.prod(n or 1 for n in sizes)
    message = (
        f"{case.start}: {have:,} numbers for each example; the shape {fixes.example(target)}"
        f" holds {math.prod(abs(n) for n in target):,}."
    )
    rest = math.prod(abs(n) for n in target[:-1])
    found: Fixes = ()
    if rest and have % rest == 0:
        new = (*(abs(n) for n in target[:-1]), have // rest)
        label = f"Set target_shape to {fixes.example(new)}"
        found = case.fix(label, fixes.put(case.node, target_shape=new))
    found += case.fix("Set target_shape to (-1,)", fixes.put(case.node, target_shape=(-1,)))
    return message, "Choose a shape whose sizes multiply to the same number.", found
