"""Check the plain settings of ``compile`` and ``fit``: known names, types, ranges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from builder import edit
from builder.catalog import Param
from builder.check.repair import fixes
from builder.check.training.performance import is_convolution
from builder.check.values.ranges import BetterValues, mismatch, round_value
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
        elif wrong := mismatch(FIT[name], value):
            message = f"'{name}' must be {wrong} but is {value!r}."
            fix = _in_range(training, name, usual)
            yield Problem(f"fit.{name}", message, f"{FIT[name].help} Enter {wrong}.", (fix,))
    for name, asked in COMPILE.items():
        wrong = mismatch(asked, training.compile.get(name))
        if wrong:
            message = f"'{name}' must be {wrong} but is {training.compile[name]!r}."
            gone = Fix(f"Remove '{name}'", _without(training, name))
            yield Problem(f"compile.{name}", message, f"{asked.help}", (gone,))
    yield from _slow_xla(training)


def _in_range(training: TrainingSpec, name: str, usual: BetterValues) -> Fix:
    """The fix that gives a setting of ``fit`` a value it may have, or Keras's default."""
    asked = FIT[name]
    new = round_value(asked, training.fit[name]) or usual.get(("fit", name), asked.start)
    if new is None:
        return Fix(f"Remove '{name}'", replace(training, fit=training.fit.without(name)))
    return Fix(f"Set '{name}' to {new}", training.with_fit(**{name: new}))


def _without(training: TrainingSpec, name: str) -> TrainingSpec:
    return replace(training, compile=training.compile.without(name))


def _slow_xla(training: TrainingSpec) -> Iterator[Problem]:
    """XLA on a processor has no fast convolutions."""
    model = active(training.model)
    classes = {n.name: edit.layer_classes(model.layers.get(n.layer)) for n in model.nodes}
    node = next((name for name, used in classes.items() if any(map(is_convolution, used))), None)
    if training.compile.get("jit_compile") is not True or node is None:
        return
    name = fixes.layer_label(training.model, node)
    message = f"Fast (XLA) makes convolutions slower here, and {name} is one."
    off = Fix("Turn Fast (XLA) off", _without(training, "jit_compile"))
    yield Problem("compile.jit_compile", message, "Turn it off.", (off,), severe=False)
