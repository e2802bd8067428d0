"""What a training's curves say in plain words: overfitting, too little learning, an explosion."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from builder import catalog
from builder.facts import Fix
from builder.formatting import metric_name, metric_value
from builder.spec import ObjectSpec, TrainingSpec

History = Mapping[str, Sequence[float | None]]
"""Metric → one value an epoch, as Keras names them; None or NaN where there was no number."""

RISE = 0.10
"""Validation loss this share above its best, while training loss fell on: overfitting."""

GAP = 0.08
"""Training accuracy this far above validation accuracy: overfitting."""

HARDLY = 0.05
"""A loss that fell by less than this share of its first value hardly moved."""

STILL = 0.03
"""A loss that fell by more than this share in its last epoch is still on its way down."""

EXPLODED = 1.5
"""A loss this many times its first value has exploded."""

GOOD = 0.9
"""An accuracy from which slow learning is nothing to warn of."""

ACCURACY = ("accuracy", "acc", "binary_accuracy", "categorical_accuracy")
SPARSE = "sparse_categorical_accuracy"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the curves say.

    Args:
        verdict: ``exploded``, ``overfitting``, ``apart`` (only validation is worse), ``stuck``,
            ``unfinished``, ``unwatched``, ``good`` or ``nothing`` (no epoch ended).
        sentence: one or two plain sentences.
        hint: what to try next; may be empty.
        fix: the same as a button, when it is mechanical.
    """

    verdict: str
    sentence: str
    hint: str = ""
    fix: Fix | None = None


def result(test: Mapping[str, float]) -> str:
    """The test's numbers as one sentence, the metric before the loss; "" without a test set."""
    names = [n for n in test if n != "loss"] or [n for n in test if n == "loss"]
    said = [f"{metric_name(n)} {metric_value(test[n])}" for n in names]
    return f"Test {', '.join(said)}." if said else ""


def read(
    history: History, training: TrainingSpec, test: Mapping[str, float] | None = None
) -> Reading:
    """What the curves of a finished or stopped training say; the gravest rule that holds wins.

    Args:
        history: as Keras's ``History.history``.
        training: what was trained; fixes start from it.
        test: what the test said; a model that does well there has not learned by heart.
    """
    loss = list(history.get("loss", ()))
    if not loss:
        return Reading("nothing", "No epoch was finished, so there is nothing to read yet.")
    held = list(history.get("val_loss", ()))
    return (
        _exploded(loss, held, training)
        or _overfitting(history, loss, held, training, test or {})
        or _stuck(history, loss, training)
        or _unfinished(loss, held, training)
        or _good(held)
    )


def _exploded(
    loss: Sequence[float | None], held: Sequence[float | None], training: TrainingSpec
) -> Reading | None:
    bad = next((i for i, v in enumerate(loss) if _no_number(v)), None)
    numbers = [v for v in loss if v is not None and not _no_number(v)]
    grew = len(numbers) > 1 and numbers[0] > 0 and numbers[-1] > EXPLODED * numbers[0]
    if bad is None and not grew:
        return None
    if bad is not None:
        said = f"The loss stopped being a number in epoch {bad + 1}: training exploded."
    else:
        said = (
            f"The loss grew from {metric_value(numbers[0])} to {metric_value(numbers[-1])} instead"
            " of falling."
        )
    fix = slower(training)
    hint = "Usually the learning rate is too high: train again with a tenth of it."
    return Reading("exploded", said, hint, fix)


def _overfitting(
    history: History,
    loss: Sequence[float | None],
    held: Sequence[float | None],
    training: TrainingSpec,
    test: Mapping[str, float],
) -> Reading | None:
    """Training goes on improving while validation turns: by loss, or by the gap in accuracy."""
    fix = stop_early(training)
    hint = "Fewer epochs or EarlyStopping, a Dropout layer, more data or a smaller model help."
    best = _argmin(held)
    if best is not None and best < len(held) - 2:
        low, last = _value(held[best]), _value(held[-1])
        if last > low * (1 + RISE) + 1e-9 and _value(loss[-1]) < _value(loss[best]):
            return Reading(
                "overfitting",
                f"After epoch {best + 1} the validation loss rises again while the training loss"
                " falls on: the model begins to learn the examples by heart (overfitting).",
                hint,
                fix,
            )
    ours, theirs = _accuracies(history)
    if ours is None or theirs is None or ours - theirs <= GAP:
        return None
    tested = next((test[n] for n in (*ACCURACY, SPARSE) if n in test), 0.0)
    apart = f"Training accuracy {ours:.3f} is well above validation accuracy {theirs:.3f}"
    if tested >= ours:
        said = f"{apart}, yet the test went well: the validation examples may be the harder ones."
        return Reading("apart", said)
    said = (
        f"{apart}: the model does better on what it has studied than on what is new (overfitting)."
    )
    return Reading("overfitting", said, hint, fix)


def _stuck(
    history: History, loss: Sequence[float | None], training: TrainingSpec
) -> Reading | None:
    first, last = _value(loss[0]), _value(loss[-1])
    ours, _ = _accuracies(history)
    if len(loss) < 3 or (ours is not None and ours >= GOOD):
        return None
    if first - last >= HARDLY * abs(first):
        return None
    return Reading(
        "stuck",
        f"In {len(loss)} epochs the loss hardly moved ({metric_value(first)} to"
        f" {metric_value(last)}): the model has learned very little (underfitting).",
        "Try another learning rate, scaled data, or a model with more layers or units.",
    )


def _unfinished(
    loss: Sequence[float | None], held: Sequence[float | None], training: TrainingSpec
) -> Reading | None:
    watched = held or loss
    if len(watched) < 2:
        return None
    before, last = _value(watched[-2]), _value(watched[-1])
    newest = _argmin(watched) == len(watched) - 1
    if not newest or before - last <= STILL * abs(before):
        return None
    more = int(training.fit.get("epochs", 1)) * 2
    name = "validation loss" if held else "training loss"
    return Reading(
        "unfinished",
        f"The {name} was still falling in the last epoch: the model can learn more.",
        "Train longer.",
        Fix(f"Set epochs to {more}", training.with_fit(epochs=more)),
    )


def _good(held: Sequence[float | None]) -> Reading:
    if not held:
        return Reading(
            "unwatched",
            "The training loss has settled. Without validation data nobody can see overfitting.",
            "Set a validation split to watch for it.",
        )
    return Reading("good", "Training and validation curves stay together: no overfitting.")


def slower(training: TrainingSpec) -> Fix | None:
    """The same training with a tenth of its learning rate, where that is a plain number."""
    optimizer = training.compile.get("optimizer")
    if not isinstance(optimizer, ObjectSpec):
        return None
    entry = catalog.find("optimizers", optimizer.class_name)
    usual = entry.args.get("learning_rate") if entry else None
    rate = optimizer.config.get("learning_rate", usual)
    if not isinstance(rate, int | float) or rate <= 0:
        return None
    new = float(f"{rate / 10:.6g}")
    changed = optimizer.with_(learning_rate=new)
    return Fix(f"Set the learning rate to {new:g}", training.with_compile(optimizer=changed))


def stop_early(training: TrainingSpec) -> Fix | None:
    """The same training with EarlyStopping, unless it has it or has nothing to watch."""
    callbacks = tuple(training.fit.get("callbacks", ()))
    if any(c.class_name == "EarlyStopping" for c in callbacks):
        return None
    if not training.fit.get("validation_split"):
        return None
    guard = catalog.new("callbacks", "EarlyStopping")
    return Fix("Add EarlyStopping", training.with_fit(callbacks=(*callbacks, guard)))


def _accuracies(history: History) -> tuple[float | None, float | None]:
    """Last training and validation accuracy, where there is an accuracy."""
    for name in (*ACCURACY, SPARSE):
        ours, theirs = history.get(name), history.get(f"val_{name}")
        if ours and not _no_number(ours[-1]):
            held = theirs[-1] if theirs and not _no_number(theirs[-1]) else None
            return ours[-1], held
    return None, None


def _no_number(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _value(value: float | None) -> float:
    return math.inf if value is None or _no_number(value) else value


def _argmin(values: Sequence[float | None]) -> int | None:
    if not values:
        return None
    return min(range(len(values)), key=lambda i: _value(values[i]))
