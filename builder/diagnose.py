"""Diagnose training curves: overfitting, underfitting, exploding loss, unfinished training."""

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

ACCURACIES = tuple(
    name
    for entry in catalog.entries("metrics", "Accuracy")
    if "k" not in entry.args  # of the k best answers one is always right for few classes
    for name in (entry.extra["key"], *entry.extra["aliases"])
)
"""Names of accuracies in a history: the share of examples whose best answer is right."""

AGAINST_OVERFITTING = (
    "Fewer epochs or EarlyStopping, a Dropout layer, more data or a smaller model help."
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
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


def describe_test(test: Mapping[str, float]) -> str:
    """The test's numbers as one sentence, the metric before the loss; "" without a test set."""
    names = [n for n in test if n != "loss"] or [n for n in test if n == "loss"]
    values = ", ".join(f"{metric_name(n)} {metric_value(test[n])}" for n in names)
    return f"Test {values}." if values else ""


def diagnose_history(
    history: History, training: TrainingSpec, test: Mapping[str, float] | None = None
) -> Diagnosis:
    """Diagnose the curves of a finished or stopped training; the gravest rule that holds wins.

    Args:
        history: as Keras's ``History.history``.
        training: what was trained; fixes start from it.
        test: the metrics of the test; a model that does well there has not learned by heart.
    """
    loss = list(history.get("loss", ()))
    if not loss:
        return Diagnosis("nothing", "No epoch was finished, so there is nothing to read yet.")
    validation = list(history.get("val_loss", ()))
    return (
        _explosion(loss, validation, training)
        or _overfitting(history, loss, validation, training, test or {})
        or _underfitting(history, loss, training)
        or _still_improving(loss, validation, training)
        or _no_overfitting(validation)
    )


def _explosion(
    loss: Sequence[float | None], validation: Sequence[float | None], training: TrainingSpec
) -> Diagnosis | None:
    bad = next((i for i, v in enumerate(loss) if _is_not_a_number(v)), None)
    numbers = [v for v in loss if v is not None and not _is_not_a_number(v)]
    grew = len(numbers) > 1 and numbers[0] > 0 and numbers[-1] > EXPLODED * numbers[0]
    if bad is None and not grew:
        return None
    if bad is not None:
        sentence = f"The loss stopped being a number in epoch {bad + 1}: training exploded."
    else:
        sentence = (
            f"The loss grew from {metric_value(numbers[0])} to {metric_value(numbers[-1])} instead"
            " of falling."
        )
    fix = lower_learning_rate(training)
    hint = "Usually the learning rate is too high: train again with a tenth of it."
    return Diagnosis("exploded", sentence, hint, fix)


def _overfitting(
    history: History,
    loss: Sequence[float | None],
    validation: Sequence[float | None],
    training: TrainingSpec,
    test: Mapping[str, float],
) -> Diagnosis | None:
    """Training goes on improving while validation turns: by loss, or by the gap in accuracy."""
    best = _argmin(validation)
    if best is not None and best < len(validation) - 2:
        low, last = _value_or_inf(validation[best]), _value_or_inf(validation[-1])
        falls_on = _value_or_inf(loss[-1]) < _value_or_inf(loss[best])
        if last > low * (1 + RISE) + 1e-9 and falls_on:
            return Diagnosis(
                "overfitting",
                f"After epoch {best + 1} the validation loss rises again while the training loss"
                " falls on: the model begins to learn the examples by heart (overfitting).",
                AGAINST_OVERFITTING,
                add_early_stopping(training),
            )
    return _accuracy_gap(history, training, test)


def _accuracy_gap(
    history: History, training: TrainingSpec, test: Mapping[str, float]
) -> Diagnosis | None:
    trained, validated = _last_accuracies(history)
    if trained is None or validated is None or trained - validated <= GAP:
        return None
    tested = next((test[n] for n in ACCURACIES if n in test), 0.0)
    gap = f"Training accuracy {trained:.3f} is well above validation accuracy {validated:.3f}"
    if tested >= trained:
        sentence = f"{gap}, yet the test went well: the validation examples may be the harder ones."
        return Diagnosis("apart", sentence)
    sentence = (
        f"{gap}: the model does better on what it has studied than on what is new (overfitting)."
    )
    return Diagnosis("overfitting", sentence, AGAINST_OVERFITTING, add_early_stopping(training))


def _underfitting(
    history: History, loss: Sequence[float | None], training: TrainingSpec
) -> Diagnosis | None:
    first, last = _value_or_inf(loss[0]), _value_or_inf(loss[-1])
    trained, _ = _last_accuracies(history)
    if len(loss) < 3 or (trained is not None and trained >= GOOD):
        return None
    if first - last >= HARDLY * abs(first):
        return None
    return Diagnosis(
        "stuck",
        f"In {len(loss)} epochs the loss hardly moved ({metric_value(first)} to"
        f" {metric_value(last)}): the model has learned very little (underfitting).",
        "Try another learning rate, scaled data, or a model with more layers or units.",
    )


def _still_improving(
    loss: Sequence[float | None], validation: Sequence[float | None], training: TrainingSpec
) -> Diagnosis | None:
    watched = validation or loss
    if len(watched) < 2:
        return None
    before, last = _value_or_inf(watched[-2]), _value_or_inf(watched[-1])
    newest = _argmin(watched) == len(watched) - 1
    if not newest or before - last <= STILL * abs(before):
        return None
    more = int(training.fit.get("epochs", 1)) * 2
    name = "validation loss" if validation else "training loss"
    return Diagnosis(
        "unfinished",
        f"The {name} was still falling in the last epoch: the model can learn more.",
        "Train longer.",
        Fix(f"Set epochs to {more}", training.with_fit(epochs=more)),
    )


def _no_overfitting(validation: Sequence[float | None]) -> Diagnosis:
    if not validation:
        return Diagnosis(
            "unwatched",
            "The training loss has settled. Without validation data nobody can see overfitting.",
            "Set a validation split to watch for it.",
        )
    return Diagnosis("good", "Training and validation curves stay together: no overfitting.")


def lower_learning_rate(training: TrainingSpec) -> Fix | None:
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


def add_early_stopping(training: TrainingSpec) -> Fix | None:
    """The same training with EarlyStopping, unless it has it or has nothing to watch."""
    callbacks = tuple(training.fit.get("callbacks", ()))
    if any(c.class_name == "EarlyStopping" for c in callbacks):
        return None
    if not training.fit.get("validation_split"):
        return None
    guard = catalog.new("callbacks", "EarlyStopping")
    return Fix("Add EarlyStopping", training.with_fit(callbacks=(*callbacks, guard)))


def _last_accuracies(history: History) -> tuple[float | None, float | None]:
    """Last training and validation accuracy, where there is an accuracy."""
    for name in ACCURACIES:
        trained, validated = history.get(name), history.get(f"val_{name}")
        if trained and not _is_not_a_number(trained[-1]):
            last = validated[-1] if validated else None
            return trained[-1], None if _is_not_a_number(last) else last
    return None, None


def _is_not_a_number(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _value_or_inf(value: float | None) -> float:
    return math.inf if value is None or _is_not_a_number(value) else value


def _argmin(values: Sequence[float | None]) -> int | None:
    if not values:
        return None
    return min(range(len(values)), key=lambda i: _value_or_inf(values[i]))
