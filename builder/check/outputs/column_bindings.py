"""Check the bindings of Inputs and outputs to columns, and the settings each output has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from builder import binding, edit
from builder.check.repair.per_output import output_views
from builder.check.repair.recommended import recommend_loss
from builder.facts import ColumnFacts, DataFacts, Fix, LazyFixes, Problem
from builder.kinds.registry import find_kind
from builder.spec import Config, TrainingSpec


def problems(training: TrainingSpec, data: DataFacts | None) -> Iterator[Problem]:
    """Inputs and outputs bound to nothing or to the wrong side; settings for the wrong outputs."""
    if data and (data.is_named or not binding.is_single_column(training)):
        yield from _unbound(training, data)
    yield from _settings_by_output(training, data)
    layers = [training.model.node(n).layer for n in _output_nodes(training)]
    if len(set(layers)) < len(layers):
        counts = Counter(layers)
        twice = next(n for n in layers if counts[n] > 1)
        message = f"The layer '{twice}' gives two outputs, so Keras could not tell them apart."
        hint = "Put a layer of its own before each output, for example Identity."
        yield Problem("model", message, hint)


def _output_nodes(training: TrainingSpec) -> list[str]:
    known = {n.name for n in training.model.nodes}
    names = (o if o in known else o.rpartition(":")[0] for o in binding.outputs(training.model))
    return [n for n in names if n in known]


def _unbound(training: TrainingSpec, data: DataFacts) -> Iterator[Problem]:
    sides = (
        ("input", "Input", data.inputs, binding.input_columns(training)),
        ("target", "output", data.targets, binding.output_columns(training)),
    )
    for role, word, columns, bound in sides:
        for node, name in bound.items():
            several = binding.bound_columns(training).get(node, ())
            if len(several) > 1:
                yield from _unfit_together(training, data, node, several)
                continue
            found = data.column(name)
            if any(c.name == name for c in columns) or (role == "target" and _is_answer(found)):
                continue
            given = training.columns.get(node)
            has = ", ".join(c.name for c in columns)
            message = f"The {word} '{node}' is not bound to a column of {data.title}."
            if given is not None:
                known = "a target" if data.column(name) and role == "input" else "an input"
                why = f"which is {known}" if data.column(name) else "which does not exist"
                message = f"The {word} '{node}' is bound to '{given}', {why} of {data.title}."
            remedies = LazyFixes(partial(_bind_fixes, training, node, columns, bound))
            hint = f"Bind it to one of: {has}."
            yield Problem(f"columns.{node}", message, hint, remedies)


def _is_answer(column: ColumnFacts | None) -> bool:
    """Whether an output can learn to give that column."""
    return column is not None and find_kind(column.kind).as_answer(column) is not None


def _unfit_together(
    training: TrainingSpec, data: DataFacts, node: str, names: tuple[str, ...]
) -> Iterator[Problem]:
    """Columns that are not there or cannot stand beside others in one Input."""
    for name in names:
        column = data.column(name)
        rest = tuple(n for n in names if n != name)
        fixed = training.columns.with_(**{node: rest if len(rest) > 1 else rest[0]})
        fix = Fix(f"Leave out {name}", replace(training, columns=fixed))
        if column is None or column.role != "input":
            why = "does not exist" if column is None else "is a target"
            message = f"The Input '{node}' is bound to '{name}', which {why} of {data.title}."
            hint = f"Choose among {', '.join(c.name for c in data.inputs)}."
            yield Problem(f"columns.{node}", message, hint, (fix,))
        elif not find_kind(column.kind).together:
            message = (
                f"The Input '{node}' reads several columns, but '{name}'"
                f" ({find_kind(column.kind).describe(column)}) cannot stand beside others."
            )
            hint = "Give it an Input of its own."
            yield Problem(f"columns.{node}", message, hint, (fix,))


def _best_columns(
    training: TrainingSpec, node: str, columns: Sequence[ColumnFacts], bound: Mapping[str, str]
) -> list[str]:
    """The columns to offer: those nobody has that fit best, else any that fit best."""
    free = [c for c in columns if c.name not in bound.values()] or list(columns)
    least = min((_misfit(training, node, c) for c in free), default=0)
    return [c.name for c in free if _misfit(training, node, c) == least][:3]


def _misfit(training: TrainingSpec, node: str, column: ColumnFacts) -> int:
    """How far an Input's shape is from the column's: 0 the same, 1 as many axes, 2 others."""
    if column.role == "target" or not edit.is_input(training.model, node):
        return 0
    shape = edit.layer_of(training.model, node).config.get("shape")
    if shape in (None, column.shape):
        return 0
    return 1 if isinstance(shape, tuple) and len(shape) == len(column.shape) else 2


def _bind_fixes(
    training: TrainingSpec, node: str, columns: Sequence[ColumnFacts], bound: Mapping[str, str]
) -> Iterator[Fix]:
    for column in _best_columns(training, node, columns, bound):
        new = training.columns.with_(**{node: column})
        yield Fix(f"Bind '{node}' to {column}", replace(training, columns=new))


def _settings_by_output(training: TrainingSpec, data: DataFacts | None) -> Iterator[Problem]:
    """Losses, weights and metrics by output where there are several, and only there."""
    outputs = binding.outputs(training.model)
    if len(outputs) < 2:
        yield from _leftover_settings(training)
        return
    count = len(outputs)
    for key in ("loss", "metrics"):
        given = training.compile.get(key)
        if given in (None, ()) or isinstance(given, Mapping):
            continue
        what = "One loss is" if key == "loss" else "One list of metrics is"
        message = f"{what} set, but the model has {count} outputs; each needs its own."
        fix = Fix("Give each output its own", adapt_to_outputs(training, data))
        yield Problem(f"compile.{key}", message, "Set it for each output.", (fix,))
    for key in binding.PER_OUTPUT:
        given = training.compile.get(key)
        strange = [k for k in given if k not in outputs] if isinstance(given, Mapping) else []
        if strange and isinstance(given, Mapping):
            names = ", ".join(f"'{k}'" for k in strange)
            message = f"There is a setting in {key} for {names}, which the model does not return."
            rest = training.with_compile(**{key: Config(given).without(*strange)})
            hint = f"It returns {', '.join(outputs)}."
            yield Problem(f"compile.{key}", message, hint, (Fix(f"Remove {names}", rest),))
    yield from _loss_weights(training)


def _loss_weights(training: TrainingSpec) -> Iterator[Problem]:
    weights = training.compile.get("loss_weights")
    if weights is None:
        return
    if not isinstance(weights, Mapping):
        gone = replace(training, compile=training.compile.without("loss_weights"))
        message = f"The loss weights must be a number for each output but are {weights!r}."
        yield Problem("compile.loss_weights", message, "Remove them.", (Fix("Remove them", gone),))
        return
    for output, weight in weights.items():
        good = isinstance(weight, int | float) and not isinstance(weight, bool) and weight >= 0
        if not good:
            message = f"The loss weight of '{output}' must be 0 or more but is {weight!r}."
            one = training.with_compile(loss_weights=Config(weights).with_(**{output: 1.0}))
            where = f"compile.loss_weights.{output}"
            yield Problem(where, message, "1 is a loss as it is.", (Fix("Set it to 1", one),))
    yield from _missing_weights(training, weights)
    if weights and not any(weights.values()):
        message = "Every loss weight is 0, so nothing would be learned."
        gone = replace(training, compile=training.compile.without("loss_weights"))
        yield Problem("compile.loss_weights", message, "Raise one.", (Fix("Remove them", gone),))


def _missing_weights(training: TrainingSpec, weights: Mapping[str, Any]) -> Iterator[Problem]:
    outputs = binding.outputs(training.model)
    missing = [o for o in outputs if o not in weights]
    if 0 < len(missing) < len(outputs):
        names = ", ".join(f"'{o}'" for o in missing)
        message = f"Some outputs have a loss weight, but not {names}; Keras wants all or none."
        full = Config({**dict.fromkeys(missing, 1.0), **weights})
        fix = Fix("Count the others as 1", training.with_compile(loss_weights=full))
        yield Problem("compile.loss_weights", message, "1 is a loss as it is.", (fix,))


def _leftover_settings(training: TrainingSpec) -> Iterator[Problem]:
    """Settings by output left over from a model that had several."""
    given = [k for k in binding.PER_OUTPUT if isinstance(training.compile.get(k), Mapping)]
    if given:
        fix = Fix("Keep those of the output that is left", adapt_to_outputs(training, None))
        message = f"The {given[0]} is set for several outputs, but the model has one."
        where = f"compile.{'loss' if 'loss' in given else given[0]}"
        yield Problem(where, message, f"{fix.label}.", (fix,))


def adapt_to_outputs(training: TrainingSpec, data: DataFacts | None) -> TrainingSpec:
    """``compile`` with a loss, a weight and metrics for each output: those there are, else usual.

    For a model of one output, plain ones.
    """
    outputs = binding.outputs(training.model)
    if len(outputs) < 2:
        return _for_single_output(training, outputs)
    compile = training.compile
    settings: dict[str, dict[str, Any]] = {"loss": {}, "metrics": {}}
    for view in output_views(training, data):
        best = dict(zip(settings, recommend_loss(view.data), strict=False)) if view.data else {}
        for key, chosen in settings.items():
            given = compile.get(key)
            own = given.get(view.output) if isinstance(given, Mapping) else best.get(key, given)
            if (usual := own if own is not None else best.get(key)) is not None:
                chosen[view.output] = usual
    weights = compile.get("loss_weights")
    kept = compile.without("loss_weights")
    if isinstance(weights, Mapping):
        kept = kept.with_(loss_weights=Config({o: weights.get(o, 1.0) for o in outputs}))
    return replace(training, compile=kept.with_(**settings))


def _for_single_output(training: TrainingSpec, outputs: tuple[str, ...]) -> TrainingSpec:
    compile = training.compile.without("loss_weights")
    for key in binding.PER_OUTPUT:
        given = compile.get(key)
        if isinstance(given, Mapping):
            left = given.get(outputs[0]) if outputs else None
            compile = compile.without(key)
            compile = compile.with_(**{key: left}) if left is not None else compile
    return replace(training, compile=compile)
