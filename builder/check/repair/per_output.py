"""Views of a model of several outputs: one output at a time, as if it had no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from builder import binding
from builder.facts import DataFacts, Fix, LazyFixes, Problem
from builder.kinds.registry import find_kind
from builder.spec import Config, TrainingSpec


@dataclass(frozen=True, slots=True)
class OutputView:
    """One output of a training.

    Args:
        whole: the training it is part of.
        output: its name; "" where the model has but one, so that there is nothing to select.
        training: the same with this output, its loss and its metrics only.
        data: the dataset with this output's column as its only target; None when that is unknown.
    """

    whole: TrainingSpec
    output: str
    training: TrainingSpec
    data: DataFacts | None

    def map_problems(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Problems of ``training`` as problems of the whole, their fixes too."""
        for problem in problems:
            where = problem.where
            if self.output and where in ("compile.loss", "compile.metrics"):
                where = f"{where}.{self.output}"
            if self.output or self.whole.columns:
                fixes = LazyFixes(partial(self._merged_fixes, problem))
                problem = replace(problem, where=where, fixes=fixes)
            yield problem

    def _merged_fixes(self, problem: Problem) -> tuple[Fix, ...]:
        return tuple(Fix(f.label, self.merged(f.training)) for f in problem.fixes)

    def merged(self, changed: TrainingSpec) -> TrainingSpec:
        """The whole with what was changed in this view of it."""
        if not self.output:
            return replace(changed, columns=_follow_output(self.whole, changed))
        if changed == self.training:
            return self.whole
        new = binding.outputs(changed.model)[0]
        whole, old = self.whole, self.output
        outputs = tuple(new if o == old else o for o in binding.outputs(whole.model))
        compile = changed.compile
        for key in binding.PER_OUTPUT:
            given = whole.compile.get(key)
            if key not in changed.compile and not isinstance(given, Mapping):
                compile = compile if given is None else compile.with_(**{key: given})
                continue
            given = _mapping(given).without(old)
            if key in changed.compile:
                given = given.with_(**{new: changed.compile[key]})
            if key == "loss_weights" and given:  # Keras wants all of them or none
                given = Config({o: given.get(o, 1.0) for o in outputs})
            compile = compile.with_(**{key: given}) if given else compile
        columns = Config({(new if k == old else k): v for k, v in whole.columns.items()})
        if old != new and old not in whole.columns:
            columns = columns.with_(**{new: binding.output_columns(whole)[old]})
        model = replace(changed.model, outputs=outputs)
        return replace(changed, model=model, columns=columns, compile=compile)


def _follow_output(whole: TrainingSpec, changed: TrainingSpec) -> Config:
    """The bindings of a model of one output, whose end may have got another name."""
    old, new = binding.outputs(whole.model), binding.outputs(changed.model)
    if old == new or len(new) != 1 or set(old).isdisjoint(changed.columns):
        return changed.columns
    return Config({(new[0] if k in old else k): v for k, v in changed.columns.items()})


def _mapping(value: Any) -> Config:
    return Config(value) if isinstance(value, Mapping) else Config()


def output_views(training: TrainingSpec, data: DataFacts | None = None) -> tuple[OutputView, ...]:
    """One for each output; the training itself where there is one and x and y are meant."""
    outputs = binding.outputs(training.model)
    if binding.is_single_column(training) and not (data and data.is_named):
        return (OutputView(training, "", training, data),)
    columns = binding.output_columns(training)
    if len(outputs) < 2:
        seen = _target_data(data, columns[outputs[0]]) if data and outputs else data
        return (OutputView(training, "", training, seen),)
    return tuple(
        OutputView(
            training, o, _for_output(training, o), _target_data(data, columns[o]) if data else None
        )
        for o in outputs
    )


def _for_output(training: TrainingSpec, output: str) -> TrainingSpec:
    compile = training.compile.without(*binding.PER_OUTPUT)
    for key in binding.PER_OUTPUT:
        given = training.compile.get(key)
        if isinstance(given, Mapping) and output in given:
            compile = compile.with_(**{key: given[output]})
    model = replace(training.model, outputs=(output,))
    return replace(training, model=model, compile=compile)


def _target_data(data: DataFacts, name: str) -> DataFacts | None:
    column = data.column(name)
    answer = find_kind(column.kind).as_answer(column) if column else None
    return data.view(answer) if answer else None


def input_data(training: TrainingSpec, data: DataFacts, node: str) -> DataFacts | None:
    """The dataset with the columns of this Input as its only one; None when it is bound to none."""
    if binding.is_single_column(training) and not data.is_named:
        return data
    names = binding.bound_columns(training).get(node, ("",))
    columns = [c for c in map(data.column, names) if c is not None and c.role == "input"]
    if len(columns) < len(names):
        return None
    first = columns[0]
    if len(columns) == 1:
        return data.view(first)
    kind = find_kind(first.kind).together or first.kind
    return data.view(replace(first, name=", ".join(names), kind=kind, shape=(len(names),)))
