"""A project for a model that was opened without the data it learned from."""

from __future__ import annotations

import contextlib

from builder import binding, check, starters
from builder.check.graph import asked_columns
from builder.code import data_source
from builder.datasets import data_to_come
from builder.errors import DataError
from builder.facts import ModelFacts
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec

TO_COME = data_to_come.ENTRY.class_name

USUAL_FIT = Config(epochs=10, batch_size=32, validation_split=0.2)
"""How it is trained further, if it is."""


def project_for_opened(
    model: ModelSpec, compile: Config | None = None, facts: ModelFacts | None = None
) -> TrainingSpec:
    """The model as it is: with a starter's data where they are of its very shapes, else with data
    to come, which are held to the model and never the model to them.

    Args:
        model: as read from a file.
        compile: what was saved of its optimizer, loss and metrics.
        facts: what Keras says of it.
    """
    if starters.has_data_for(model, compile):
        return starters.project_for_model(model, compile)
    bare = TrainingSpec(model, ObjectSpec(TO_COME), compile=compile or Config(), fit=USUAL_FIT)
    if not binding.inputs(model) or not binding.outputs(model):
        return starters.project_for_model(model, compile)
    asked = asked_columns.ask(bare, facts)
    dataset = ObjectSpec(
        TO_COME,
        Config(
            inputs=asked.inputs,
            targets=asked.targets,
            labels=asked.labels,
            said=Config(form="model"),
        ),
    )
    made = TrainingSpec(model, dataset, compile=bare.compile, fit=bare.fit)
    if not binding.is_single_column(made):
        columns = Config({name: name for name in (*asked.inputs, *asked.targets)})
        made = TrainingSpec(model, dataset, columns, made.compile, made.fit)
    with contextlib.suppress(DataError):  # what cannot be made up is told where it is loaded
        made = _with_usual_compile(made)
    return made


def _with_usual_compile(made: TrainingSpec) -> TrainingSpec:
    """With what usually suits such an end of a model, where its file says nothing of it."""
    usual = {"optimizer": ObjectSpec("Adam"), **made.compile}
    if "loss" in made.compile:
        return made.with_compile(**usual)
    facts = data_source.expected_facts(made.dataset)
    if len(binding.outputs(made.model)) > 1:
        return check.adapt_to_outputs(made, facts).with_compile(**usual)
    assert facts is not None
    loss, metrics, _ = check.recommend_loss(facts)
    if facts.target.task == "regression" and facts.target.whole:  # zeros and ones in any shape
        loss, metrics = ObjectSpec("BinaryCrossentropy"), (ObjectSpec("accuracy"),)
    return made.with_compile(**{"loss": loss, "metrics": metrics, **usual})
