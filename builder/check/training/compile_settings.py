"""Are the settings of ``compile`` and ``fit`` that are no objects known and in range?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from builder.catalog import Param
from builder.check.repair import fixes
from builder.check.training.performance import convolves
from builder.check.values.ranges import BetterValues, rounded, unfit
from builder.facts import Fix, Problem
from builder.spec import TrainingSpec, active

FIT: dict[str, Param] = {
    "epochs": Param("int", "How many times the model goes through the data.", 1, 100_000, start=10),
    "batch_size": Param(
        "int", "Examples seen before each step.", 1, 1_000_000, optional=True, start=32
    ),
    "validation_split": Param(
        "float", "Share of the training examples kept for the small quiz.", 0, 0.95, start=0.2
    ),
    "class_weight": Param("json", "How much each class counts.", optional=True),
    "callbacks": Param("json", "What watches the training."),
    "shuffle": Param(
        "choice", "Mix the examples before each epoch.", choices=(True, False, "epoch"), start=True
    ),
    "validation_freq": Param("int", "Epochs from quiz to quiz.", 1, 100_000, start=1),
    "validation_batch_size": Param("int", "Batch size of the quiz.", 1, 1_000_000, optional=True),
    "steps_per_epoch": Param("int", "Steps in one epoch.", 1, 1_000_000, optional=True),
    "initial_epoch": Param("int", "The epoch to go on from.", 0, 100_000, start=0),
}
"""The settings of ``fit``: what a project may hold, and what replaces nonsense."""

COMPILE: dict[str, Param] = {
    "jit_compile": Param(
        "choice", "Let XLA, a compiler, make each step faster.", choices=(True, False, None)
    ),
    "dtype_policy": Param(
        "choice",
        "Which numbers the layers calculate with; mixed_bfloat16 halves what their outputs take.",
        choices=("float32", "mixed_bfloat16", None),
    ),
}
"""The settings of ``compile`` that are no objects."""


def problems(training: TrainingSpec, usual: BetterValues) -> Iterator[Problem]:
    """Unknown names, wrong types and values out of range in ``fit`` and ``compile``.

    Args:
        usual: values that fit the data better than the start values here.
    """
    for name, value in training.fit.items():
        if name not in FIT:
            message = f"Training has no setting '{name}'."
            gone = Fix(f"Remove '{name}'", replace(training, fit=training.fit.without(name)))
            yield Problem(f"fit.{name}", message, f"Its settings are {', '.join(FIT)}.", (gone,))
        elif wrong := unfit(FIT[name], value):
            message = f"'{name}' must be {wrong} but is {value!r}."
            new = rounded(FIT[name], value) or usual.get(("fit", name), FIT[name].start)
            plain = replace(training, fit=training.fit.without(name))
            fix = Fix(f"Remove '{name}'", plain)
            if new is not None:
                fix = Fix(f"Set '{name}' to {new}", training.with_fit(**{name: new}))
            yield Problem(f"fit.{name}", message, f"{FIT[name].help} Enter {wrong}.", (fix,))
    for name, asked in COMPILE.items():
        wrong = unfit(asked, training.compile.get(name))
        if wrong:
            message = f"'{name}' must be {wrong} but is {training.compile[name]!r}."
            yield Problem(f"compile.{name}", message, f"{asked.help}", (_gone(training, name),))
    yield from _slower(training)


def _gone(training: TrainingSpec, name: str) -> Fix:
    plain = replace(training, compile=training.compile.without(name))
    return Fix(f"Remove '{name}'", plain)


def _slower(training: TrainingSpec) -> Iterator[Problem]:
    """XLA on a processor has no fast convolutions."""
    model: Any = active(training.model)
    if training.compile.get("jit_compile") is not True or not convolves(model):
        return
    slow = next(
        n.name for n in model.nodes if n.layer in model.layers and _convolves(model, n.layer)
    )
    message = (
        f"Fast (XLA) makes convolutions slower here, and {fixes.named(training.model, slow)} is"
        " one."
    )
    off = Fix("Turn Fast (XLA) off", _gone(training, "jit_compile").training)
    yield Problem("compile.jit_compile", message, "Turn it off.", (off,), severe=False)


def _convolves(model: Any, layer: str) -> bool:
    return convolves(replace(model, layers={layer: model.layers[layer]}, nodes=(), outputs=()))
