"""The block of the model that is open: its facts, its problems, and putting an edited one back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from builder import check, edit
from builder.facts import Fix, LazyFixes, ModelFacts, Problem
from builder.spec import ModelSpec, TrainingSpec
from pages.widgets.session import current_project, engine_facts
from pages.widgets.session.selection import Path


def model() -> ModelSpec:
    """The block on screen; the model itself when none is open."""
    return edit.nested_model(current_project.training().model, current_project.selection().path)


def replace_model(new: ModelSpec) -> None:
    """``current_project.push`` with the block on screen replaced."""
    training, path = current_project.training(), current_project.selection().path
    current_project.push(put_block(training, path, new))


def put_block(training: TrainingSpec, path: Path, new: ModelSpec) -> TrainingSpec:
    """``training`` with the block at ``path`` edited; what it says of the layers follows them."""
    data = engine_facts.find_facts(training).data
    columns = [c.name for c in data.columns] if data and data.is_named else []
    return edit.follow_edit(training, edit.replace_nested_model(training.model, path, new), columns)


def find_facts() -> ModelFacts | None:
    """What Keras says of the block on screen."""
    if not current_project.selection().path:
        return current_project.model_facts()
    return engine_facts.find_facts(replace(current_project.training(), model=model())).model


def find_problems() -> tuple[Problem, ...]:
    """What is wrong, seen from the block on screen; a remedy inside a block mends it there."""
    training, path = current_project.training(), current_project.selection().path
    if not path:
        return current_project.problems()
    # what training asks of the model's own ends is not asked of a block's
    alone = TrainingSpec(model(), training.dataset)
    problems = check.problems(alone, None, find_facts())
    return tuple(
        replace(p, fixes=LazyFixes(partial(_fixes_of_whole, training, path, alone, p)))
        for p in problems
        if p.severe and p.where.startswith("model.")
    )


def _fixes_of_whole(
    training: TrainingSpec, path: Path, alone: TrainingSpec, problem: Problem
) -> Iterator[Fix]:
    """The remedies of a block as remedies of the whole; those that change more are left out."""
    for fix in problem.fixes:
        if fix.training == replace(alone, model=fix.training.model):
            yield Fix(fix.label, put_block(training, path, fix.training.model))
