"""Check the weights of classes in ``fit``, and advise some where the classes are uneven."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from builder import binding
from builder.datasets.contract import weight_column
from builder.facts import ColumnFacts, DataFacts, Fix, Problem
from builder.formatting import number
from builder.spec import Config, TrainingSpec

WHERE = "fit.class_weight"

UNEVEN = 3.0
"""So many times as many examples as the rarest class has: from there on weights are advised."""


def problems(training: TrainingSpec, data: DataFacts) -> Iterator[Problem]:
    """Weights that cannot be, and classes so uneven that there had better be some."""
    weights = training.fit.get("class_weight")
    if not weights:
        if weight_column(training.dataset):
            return
        yield from _imbalance(training, data.target)
        return
    gone = Fix("Remove the class weights", _without_weights(training))
    if weight := weight_column(training.dataset):
        message = f"Keras takes no class weights beside the weights of rows in '{weight}'."
        rows = Fix("Let every row count the same", _without_sample_weights(training))
        yield Problem(WHERE, message, "Remove one of them.", (gone, rows))
        return
    where, many = WHERE, len(data.target.classes)
    if len(binding.outputs(training.model)) > 1:
        message = "Class weights are for models of one output, and this one has several."
        yield Problem(where, message, "Remove them, or use loss weights.", (gone,))
        return
    if data.target.task == "regression":
        message = "Class weights need classes, but this is a regression task."
        yield Problem(where, message, "Remove them.", (gone,))
        return
    known = {str(i) for i in range(many)}
    if not hasattr(weights, "items"):
        yield Problem(where, "Class weights are numbers by class.", "Enter them anew.", (gone,))
        return
    strange = [k for k in weights if k not in known]
    wrong = [v for v in weights.values() if not _is_weight(v)]
    if strange:
        message = f"There are weights for class {', '.join(strange)}, but the classes are 0 to"
        kept = Fix("Remove those", training.with_fit(class_weight=weights.without(*strange)))
        yield Problem(where, f"{message} {many - 1}.", "Remove them.", (kept, gone))
    if wrong:
        message = f"A class weight must be 0 or more but is {wrong[0]!r}."
        yield Problem(where, message, "Use 1 for a class that counts normally.", (gone,))


def _imbalance(training: TrainingSpec, target: ColumnFacts) -> Iterator[Problem]:
    """Advice to balance classes of which one is much rarer than another."""
    there = [n for n in target.counts if n]
    if len(there) < 2 or len(binding.outputs(training.model)) > 1:
        return
    least, most = min(there), max(there)
    if most <= UNEVEN * least:
        return
    rare, common = (target.classes[target.counts.index(n)] for n in (least, most))
    message = (
        f"The classes are uneven: {number(most)} training examples are '{common}' and only"
        f" {number(least)} '{rare}', so that rare classes hardly count."
    )
    balanced = training.with_fit(class_weight=balanced_weights(target.counts))
    hint = "Balance them, unless the plain share of right answers is all that matters."
    fix = Fix("Balance the classes", balanced)
    yield Problem(WHERE, message, hint, (fix,), severe=False)


def balanced_weights(counts: Sequence[int]) -> Config:
    """Weights that make every class count the same in all: n / (classes x n_class), four digits.

    The rule of scikit-learn's ``compute_class_weight("balanced")``; an empty class counts 1.
    """
    total, classes = sum(counts), len(counts)
    weights = {i: total / (classes * n) if n else 1.0 for i, n in enumerate(counts)}
    return Config({str(i): float(f"{w:.4g}") for i, w in weights.items()})


def _without_weights(training: TrainingSpec) -> TrainingSpec:
    return replace(training, fit=training.fit.without("class_weight"))


def _without_sample_weights(training: TrainingSpec) -> TrainingSpec:
    return replace(training, dataset=training.dataset.with_(weight=""))


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
