"""Data that are not here yet: say so, and hold them to what the model asks, never the reverse."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from builder.check.graph import asked_columns
from builder.datasets.registry import all_datasets
from builder.facts import Fix, ModelFacts, Problem
from builder.spec import TrainingSpec

PLACE = "dataset.said"
"""Where it is said that data are made up."""


def find_awaited(training: TrainingSpec) -> ModuleType | None:
    """The dataset's module where its data are to come; None where they are here."""
    module = all_datasets().get(training.dataset.class_name)
    return module if module is not None and hasattr(module, "awaits") else None


def problems(
    training: TrainingSpec, module: ModuleType, model: ModelFacts | None
) -> Iterator[Problem]:
    """Advice that they are made up; and a model that asks for others by now."""
    yield Problem(
        PLACE,
        module.awaits(training.dataset.config),
        module.remedy(training.dataset.config),
        severe=False,
    )
    if not (model and model.failure) and (fix := follow_model(training, module, model)):
        message = f"The data to come are not those that the model asks for by now: {fix.label}."
        yield Problem("dataset.inputs", message, "Make up others.", (fix,))


def follow_model(
    training: TrainingSpec, module: ModuleType, model: ModelFacts | None = None
) -> Fix | None:
    """The remedy where the model reads or answers other shapes than are made up."""
    asked = asked_columns.ask(training, model)
    given = {**module.ENTRY.args, **training.dataset.config}
    words = [
        *_differences("reads", given["inputs"], asked.inputs),
        *_differences("answers", given["targets"], asked.targets),
    ]
    if not words:
        return None
    dataset = training.dataset.with_(
        inputs=asked.inputs, targets=asked.targets, labels=asked.labels
    )
    return Fix(f"it {' and '.join(words[:3])}", replace(training, dataset=dataset))


def _differences(verb: str, given: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[str]:
    if set(given) != set(asked):
        yield f"{verb} {', '.join(asked) or 'nothing'}"
        return
    for name, column in asked.items():
        if _sizes(column) & _sizes(given[name]):
            continue
        shape = " × ".join(map(str, column.get("shape", ()))) or "1"
        what = f"{column['classes']} classes" if "classes" in column else f"{shape} numbers"
        yield f"{verb} {what}"


def _sizes(column: Mapping[str, Any]) -> set[int]:
    """How many numbers one of them may be."""
    if "classes" in column:
        return {column["classes"], 1} if column["classes"] == 2 else {column["classes"]}
    return {math.prod(column.get("shape", ()))}
