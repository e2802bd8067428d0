"""Explain why Keras refused to build a layer, or should have, and what would make it fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from builder import catalog, edit
from builder.catalog.layers import NOT_IN_A_STACK
from builder.check.graph.layer_call import Explanation, LayerCall
from builder.check.graph.merging import missing_output, shape_mismatch
from builder.check.graph.ranks import remove_layer, wrong_rank
from builder.check.graph.value_kinds import learns_width
from builder.check.repair import fixes, recommended
from builder.check.repair.fixes import Fixes
from builder.facts import DataFacts, Failure, ModelFacts, Problem, Shape
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, active

WINDOWS = ("kernel_size", "pool_size")
"""Arguments that say how large a window slides over the input."""


def explain_refusal(
    training: TrainingSpec, data: DataFacts | None, facts: ModelFacts
) -> tuple[Problem, ...]:
    """Keras's refusal as a Problem with remedies; nothing when the model can be built.

    Some layers accept while building what they refuse, or misread, in training: the first of
    those comes before a refusal, which may well be its consequence where it flows into it.
    """
    failure = facts.failure
    first = next(_misfits(training, data, facts), None)
    if first is None:
        return _refusal(training, data, facts, failure) if failure else ()
    misread = first.where.removeprefix("model.")
    if failure is None or failure.node in edit.dependents(active(training.model), misread):
        return (first,)
    return (first, *_refusal(training, data, facts, failure))


def _refusal(
    training: TrainingSpec, data: DataFacts | None, facts: ModelFacts, failure: Failure
) -> tuple[Problem, ...]:
    spec = training.model
    if failure.node not in {n.name for n in spec.nodes}:
        hint = "On the canvas, choose the layer that gives the answer and press Output."
        return (Problem("model", f"The model cannot be built: {failure.message}", hint),)
    case = LayerCall(training, data, facts, failure)
    made = (case.layer_at(n.node) for n in facts.nodes)
    if data and case.shape[-1:] == (None,) and any(learns_width(layer) for layer in made):
        return ()  # that layer's own problem
    for explain_call in OF_REFUSED_CALLS:
        explanation = explain_call(case)
        if explanation:
            return (_problem(case, *explanation),)
    return (_problem(case, *_in_keras_words(case)),)


def _problem(case: LayerCall, message: str, hint: str, remedies: Fixes) -> Problem:
    several = len(case.spec.node(case.node).inbound) > 1
    gone = () if several and remedies else remove_layer(case)
    if not gone and not remedies:
        gone = case.fix(f"Remove '{case.node}'", fixes.remove(case.node))
    return Problem(f"model.{case.node}", message, hint, remedies + gone)


def _misfits(
    training: TrainingSpec, data: DataFacts | None, facts: ModelFacts
) -> Iterator[Problem]:
    """Calls that Keras accepts but the layer's own page does not."""
    spec = active(training.model)
    outputs = {n.node: n.outputs for n in facts.nodes}
    for node in (n for n in spec.nodes if n.name in outputs and n.inbound):
        ref = node.inbound[0]
        received = outputs.get(ref, ()) or outputs.get(ref.partition(":")[0], ())
        layer = spec.layers.get(node.layer)
        if not received or not isinstance(layer, ObjectSpec):
            continue
        failure = Failure(node.name, layer.class_name, received[:1], "")
        case = LayerCall(training, data, facts, failure)
        for explain_call in OF_ACCEPTED_CALLS:
            explanation = explain_call(case)
            if explanation:
                yield _problem(case, *explanation)


def _in_keras_words(case: LayerCall) -> tuple[str, str, Fixes]:
    """What nothing else explains, in Keras's own words."""
    name = case.layer.class_name
    remedies: Fixes = ()
    if case.entry:
        fresh = catalog.new("layers", name).config
        kept = {k: v for k, v in case.layer.config.items() if case.required(k)}
        plain = ObjectSpec(name, Config({**fresh, **kept}))
        label = f"Take '{case.node}' back to how it starts"
        remedies = case.fix(label, lambda m: edit.configure(m, case.node, plain))
    words = case.failure.message.rstrip(".")
    why = NOT_IN_A_STACK.get(name, "") if edit.is_chain(case.spec) else ""
    return f"{case.start}; Keras refuses it: {words}.", why or "Change its settings.", remedies


def _free_axis(case: LayerCall) -> Explanation:
    """A Dense after the Flatten of something of any length."""
    if not case.shape or case.shape[-1] is not None or case.before is None:
        return None
    message = f"{case.start}: the number of features is not fixed, so it cannot make its weights."
    one_row = catalog.traits_of(case.layer_at(case.before).class_name).one_row
    source = edit.source_of(case.spec, case.before)
    came = case.facts.of(source) if source else None
    remedies: Fixes = ()
    average = recommended.average(3)
    if one_row and came and len(came.outputs[0]) == 3 and average:
        label = f"Replace '{case.before}' by {average.class_name}"
        remedies = case.fix(label, fixes.replace_layer(case.before, average))
    remedies += _fixed_length(case)
    return message, "Fix the Input's shape, or average over the free axis.", remedies


def _fixed_length(case: LayerCall) -> Fixes:
    inputs = [n.name for n in case.spec.nodes if edit.is_input(case.spec, n.name)]
    if case.data is None or len(inputs) != 1:
        return ()
    shape = case.data.input.shape
    label = f"Set the Input's shape to {fixes.example(shape)}"
    return case.fix(label, fixes.set_arguments(inputs[0], shape=shape))


def _too_small(case: LayerCall) -> Explanation:
    """A window larger than what is left of the picture."""
    window = next((w for w in WINDOWS if case.entry and w in case.entry.args), None)
    if window is None or case.layer.config.get("padding") == "same":
        return None
    axes = _spatial_axes(case)
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
    lower = case.fix(f"Set {window} to {smaller}", _set(case, window, smaller))
    same = case.fix('Set padding to "same"', _set(case, "padding", "same"))
    both = same + lower if max(fit) == 1 else lower + same
    return message, "Make the window smaller, or shrink the picture less before it.", both


def _set(case: LayerCall, argument: str, value: Any) -> Callable[[ModelSpec], ModelSpec]:
    return fixes.set_arguments(case.node, **{argument: value})


def _spatial_axes(case: LayerCall) -> Shape:
    """The sizes of the axes a window slides over."""
    channels_first = case.layer.config.get("data_format") == "channels_first"
    axes = case.shape[2:] if channels_first else case.shape[1:-1]
    # ConvLSTM reads steps before the axes its window slides over.
    many = case.layer.class_name[-2:-1]
    return axes[-int(many) :] if many.isdigit() else axes


def _per_axis(case: LayerCall, name: str, count: int) -> list[int]:
    value = case.argument(name, 1)
    values = value if isinstance(value, tuple) else (value,) * count
    good = [v if isinstance(v, int) and v > 0 else 1 for v in values]
    return good if len(good) == count else [good[0] if good else 1] * count


def _colors(case: LayerCall) -> Explanation:
    """Layers for color pictures."""
    wanted = case.entry.traits.channels if case.entry else None
    if not wanted or not case.shape or case.shape[-1] in (None, wanted):
        return None
    deep = case.shape[-1]
    message = f"{case.start}: {deep} channel{'s' if deep != 1 else ''}; it needs {wanted}"
    return f"{message} (red, green, blue).", "Use it on color pictures only.", ()


def _too_short(case: LayerCall) -> Explanation:
    """A sound shorter than what one spectrum is made of."""
    argument = catalog.traits_of(case.layer.class_name).half_window
    many = case.shape[-1] if case.shape else None
    if not argument or many is None:
        return None
    need = case.argument(argument) // 2 + 1
    if many >= need:
        return None
    message = f"{case.start}: {many:,} samples for each example; it needs at least {need:,}."
    return message, f"Use it on sound waves, or lower its {argument}.", ()


def _groups(case: LayerCall) -> Explanation:
    """Groups that do not divide the channels."""
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
    fewer = case.fix(f"Set groups to {best}", fixes.set_arguments(case.node, groups=best))
    return message, "Choose a number of groups that divides both evenly.", fewer


def _indivisible(case: LayerCall) -> Explanation:
    """Squares that do not fill the picture."""
    argument = catalog.traits_of(case.layer.class_name).divides
    size, sides = case.layer.config.get(argument), case.shape[1:3]
    if not isinstance(size, int) or size < 1 or len(sides) < 2 or None in sides:
        return None
    both = math.gcd(*(n or 1 for n in sides))
    fit = [n for n in range(2, both + 1) if both % n == 0]
    message = f"{case.start}: squares of {size} × {size} do not fill it."
    best = min(fit, key=lambda n: (abs(n - size), n), default=1)
    change = case.fix(f"Set {argument} to {best}", _set(case, argument, best))
    return message, "Choose a size that divides the height and the width.", change


def _wrong_target_shape(case: LayerCall) -> Explanation:
    """A Reshape whose numbers do not add up."""
    target = case.layer.config.get("target_shape")
    sizes = case.shape[1:]
    if not case.shape or not isinstance(target, tuple) or None in sizes:
        return None
    have = math.prod(n or 1 for n in sizes)
    message = (
        f"{case.start}: {have:,} numbers for each example; the shape {fixes.example(target)}"
        f" holds {math.prod(abs(n) for n in target):,}."
    )
    rest = math.prod(abs(n) for n in target[:-1])
    remedies: Fixes = ()
    if rest and have % rest == 0:
        new = (*(abs(n) for n in target[:-1]), have // rest)
        label = f"Set target_shape to {fixes.example(new)}"
        remedies = case.fix(label, _set(case, "target_shape", new))
    remedies += case.fix("Set target_shape to (-1,)", _set(case, "target_shape", (-1,)))
    return message, "Choose a shape whose sizes multiply to the same number.", remedies


OF_REFUSED_CALLS: tuple[Callable[[LayerCall], Explanation], ...] = (
    missing_output,
    shape_mismatch,
    wrong_rank,
    _free_axis,
    _too_small,
    _colors,
    _groups,
    _indivisible,
    _wrong_target_shape,
)
"""What may be wrong with a call that Keras refused; the first that explains it wins."""

OF_ACCEPTED_CALLS: tuple[Callable[[LayerCall], Explanation], ...] = (
    wrong_rank,
    _colors,
    _too_short,
)
"""What may be wrong with a call that Keras built all the same."""
