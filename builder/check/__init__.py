"""Validate a TrainingSpec: every problem at once, in plain words, with its fixes."""

from __future__ import annotations

from collections.abc import Iterator

from builder.check.graph import (
    advice,
    awaited_data,
    legal_names,
    merging,
    shapes,
    structure,
    text_inputs,
    value_kinds,
)
from builder.check.graph.shapes import explain_refusal
from builder.check.outputs import column_bindings, loss_and_labels
from builder.check.outputs.column_bindings import adapt_to_outputs
from builder.check.repair.per_output import OutputView, output_views
from builder.check.repair.recommended import input_layer, recommend_loss
from builder.check.training import compile_settings, fit_settings
from builder.check.training import memory as _memory
from builder.check.training.default_values import better_values
from builder.check.training.memory import Memory, estimate_memory
from builder.check.values import arguments, opened_files
from builder.facts import DataFacts, ModelFacts, Problem
from builder.spec import TrainingSpec

__all__ = [
    "Memory",
    "OutputView",
    "adapt_to_outputs",
    "estimate_memory",
    "explain_refusal",
    "input_layer",
    "output_views",
    "problems",
    "recommend_loss",
]


def problems(
    training: TrainingSpec,
    data: DataFacts | None = None,
    model: ModelFacts | None = None,
    available: int | None = None,
) -> tuple[Problem, ...]:
    """Validate a training as far as the facts allow; severe problems first.

    Pure and quick (some milliseconds); asks neither Keras nor the disk.

    Args:
        data: what the dataset is; None leaves out what depends on it.
        model: what Keras said of ``training.model``; None leaves out shapes and sizes.
        available: bytes of memory a training may take; None leaves out the estimate.
    """
    everything = tuple(_all(training, data, model, available))
    # a batch beyond its range, the memory and the data: the last says most and has the fix
    batch = [p for p in everything if p.where == "fit.batch_size" and p.severe]
    rest = (p for p in everything if p not in batch[:-1])
    return tuple(sorted(rest, key=lambda p: not p.severe))


def _all(
    training: TrainingSpec, data: DataFacts | None, model: ModelFacts | None, available: int | None
) -> Iterator[Problem]:
    wiring = tuple(structure.wiring(training))
    yield from wiring
    if not wiring and (awaited := awaited_data.find_awaited(training)):
        waiting = tuple(awaited_data.problems(training, awaited, model))
        yield from waiting
        data = None if any(p.severe for p in waiting) else data
    yield from legal_names.problems(training)
    better = better_values(training, None if wiring else data)
    named = (
        *arguments.problems(training, better),
        *opened_files.problems(training),
        *compile_settings.problems(training, better),
    )
    yield from named
    if not wiring:
        made = not any(p.where.startswith("model.") for p in named)
        # A layer Keras cannot even make would fail a second time.
        yield from _stack(training, data, model if made else None, available)
    yield from fit_settings.problems(training, data)


def _stack(
    training: TrainingSpec, data: DataFacts | None, model: ModelFacts | None, available: int | None
) -> Iterator[Problem]:
    """What is wrong with a model whose wires are sound."""
    stack = tuple(structure.problems(training, data))
    yield from stack
    if any(p.where == "model" for p in stack):
        return  # no Input or no layer: there is nothing yet to judge
    yield from advice.problems(training, data)
    yield from column_bindings.problems(training, data)
    if data:
        yield from value_kinds.problems(training, data)
        words = tuple(text_inputs.problems(training, data))
        yield from words
        if any(p.severe and p.where.startswith("model.") for p in words):
            model = None  # shapes behind a text that is misread are consequences of that
    if model:
        yield from shapes.explain_refusal(training, data, model)
        yield from merging.check_batch_axis(training, model)
        if available is not None and not model.failure:
            yield from _memory.problems(training, data, model, available)
    if data:
        yield from loss_and_labels.problems(training, data, model)
