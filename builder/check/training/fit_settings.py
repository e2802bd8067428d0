"""Check the optimizer and ``fit``: learning rate, batches, validation, class weights, callbacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from builder import binding, catalog
from builder.check.repair.per_output import output_views
from builder.check.repair.recommended import OPTIMIZER
from builder.check.training import class_weights
from builder.check.training.default_values import SPLIT, training_examples, validation_share
from builder.check.training.memory import DEFAULT_BATCH
from builder.check.values.catalog_lookup import resolve
from builder.facts import DataFacts, Fix, Problem
from builder.spec import ObjectSpec, TrainingSpec

RATE_LIMIT = 1.0
"""Above this rate plain gradient descent overshoots on scaled data."""

ALONE = ("loss", "learning_rate")
"""What training reports of the whole model, however many outputs it has."""

LARGEST_SEED = 2**32 - 1
"""What ``keras.utils.set_random_seed`` takes."""


def problems(training: TrainingSpec, data: DataFacts | None) -> Iterator[Problem]:
    """Everything about ``compile.optimizer`` and ``fit`` that can be said without training."""
    yield from _optimizer(training)
    yield from _seed(training)
    if data:
        yield from _split_and_batch(training, data)
        yield from class_weights.problems(training, output_views(training, data)[0].data or data)
    yield from _callbacks(training, data)


def _seed(training: TrainingSpec) -> Iterator[Problem]:
    if training.seed is None or 0 <= training.seed <= LARGEST_SEED:
        return
    message = f"The seed must be from 0 to {LARGEST_SEED:,} but is {training.seed:,}."
    fix = Fix("Set the seed to 0", replace(training, seed=0))
    yield Problem("seed", message, "Choose another whole number.", (fix,))


def _optimizer(training: TrainingSpec) -> Iterator[Problem]:
    given = training.compile.get("optimizer")
    if given is None:
        message = "No optimizer is chosen, so nothing would adjust the weights."
        fix = Fix("Use adam", training.with_compile(optimizer=OPTIMIZER))
        hint = f"{OPTIMIZER.class_name} is a good first choice."
        yield Problem("compile.optimizer", message, hint, (fix,))
        return
    optimizer = resolve("optimizers", given)
    entry = catalog.find("optimizers", optimizer.class_name) if optimizer else None
    if optimizer and entry:
        yield from _rate(training, optimizer, entry)


def _rate(training: TrainingSpec, optimizer: ObjectSpec, entry: catalog.Entry) -> Iterator[Problem]:
    """The learning rate, or what its schedule begins with."""
    usual = entry.args.get("learning_rate", 0.001)
    schedule = optimizer.config.get("learning_rate", entry.args.get("learning_rate"))
    rate, better = _initial_rate(schedule, usual)
    if rate is None:
        return
    changed = training.with_compile(optimizer=optimizer.with_(learning_rate=better))
    fix = Fix(f"Set it to {usual}", changed)
    hint = f"Keras's usual value for {entry.class_name} is {usual}."
    where = "compile.optimizer"
    largest = entry.traits.largest_rate
    if rate <= 0:
        word = "0: the weights never change" if rate == 0 else f"{rate:g}: it must be above 0"
        yield Problem(where, f"The learning rate is {word}.", hint, (fix,))
    elif rate > max(largest, RATE_LIMIT):
        message = f"The learning rate is {rate:g}: steps this large explode instead of learning."
        yield Problem(where, message, hint, (fix,))
    elif rate > largest:
        message = f"The learning rate {rate:g} is very large for {entry.class_name}."
        yield Problem(where, message, hint, (fix,), severe=False)


def _initial_rate(schedule: Any, usual: float) -> tuple[float | None, Any]:
    """The rate or what a schedule begins with, None if unknown; and the same with ``usual``."""
    if not isinstance(schedule, ObjectSpec):
        return _number(schedule), usual
    place = next((k for k in schedule.config if k.startswith("initial_")), "")
    rate = _number(schedule.config.get(place))
    if rate == 0 and schedule.config.get("warmup_target"):
        rate = None  # it rises from there
    return rate, schedule.with_(**{place: usual}) if place else schedule


def _split_and_batch(training: TrainingSpec, data: DataFacts) -> Iterator[Problem]:
    share = validation_share(data)
    better = Fix(f"Set the validation split to {share}", training.with_fit(validation_split=share))
    split = _number(training.fit.get("validation_split")) or 0.0
    rest = training_examples(data, split) if 0 <= split < 1 else 0
    if 0 < split < 1 and rest < 1:
        message = f"A validation split of {split:g} leaves no example to train on."
        yield Problem("fit.validation_split", message, "Make it smaller.", (better,))
    batch = training.fit.get("batch_size")
    if isinstance(batch, int) and not isinstance(batch, bool) and rest and batch > rest:
        best = min(DEFAULT_BATCH, rest)
        message = f"The batch size is {batch:,}, but there are only {rest:,} training examples"
        message += f" ({data.n_train:,} less {100 * split:.0f} % for validation)." if split else "."
        fix = Fix(f"Set the batch size to {best}", training.with_fit(batch_size=best))
        yield Problem("fit.batch_size", message, f"At most {rest:,} fit into one batch.", (fix,))


def _callbacks(training: TrainingSpec, data: DataFacts | None) -> Iterator[Problem]:
    given = training.fit.get("callbacks", ())
    items = given if isinstance(given, tuple) else (given,)
    for i, item in enumerate(items):
        entry = catalog.find("callbacks", item.class_name) if isinstance(item, ObjectSpec) else None
        if entry is None or "monitor" not in entry.args:
            continue
        if isinstance(item.config.get("monitor", "val_loss"), str):
            yield from _monitor(training, data, items, i)
    yield from _rate_conflicts(training, items)


def _monitor(
    training: TrainingSpec, data: DataFacts | None, items: tuple[Any, ...], at: int
) -> Iterator[Problem]:
    """Does training report the number that this callback watches?"""
    item, known = items[at], _history_keys(training)
    monitor = item.config.get("monitor", "val_loss")
    plain = monitor.removeprefix("val_")
    has_split = bool(_number(training.fit.get("validation_split")))

    def watch(name: str) -> Fix:
        new = (*items[:at], item.with_(monitor=name), *items[at + 1 :])
        return Fix(f"Watch {name}", training.with_fit(callbacks=new))

    if plain not in known:
        message = f"{item.class_name} watches '{monitor}', which training does not report."
        hint = f"It reports {', '.join(known)}{' and the same with val_' if has_split else ''}."
        best = "val_loss" if has_split else "loss"
        yield Problem("fit.callbacks", message, hint, (watch(best),))
    elif monitor.startswith("val_") and not has_split:
        message = f"{item.class_name} watches '{monitor}', but there is no validation: the"
        message += " validation split is 0."
        share = validation_share(data) if data else SPLIT
        split = training.with_fit(validation_split=share)
        fix = Fix(f"Set the validation split to {share}", split)
        hint = f"Set a validation split, or watch '{plain}'."
        yield Problem("fit.callbacks", message, hint, (fix, watch(plain)))
    elif item.config.get("mode", "auto") == "auto" and plain not in ALONE:
        yield from _missing_mode(training, items, at, plain)


def _missing_mode(
    training: TrainingSpec, items: tuple[Any, ...], at: int, plain: str
) -> Iterator[Problem]:
    """Keras finds out by itself which way is better, but not of one output among several."""
    if len(binding.outputs(training.model)) < 2:
        return
    rises = any(e.extra.get("better") == "up" for e in _metrics_named(plain))
    mode, item = ("max" if rises else "min"), items[at]
    new = (*items[:at], item.with_(mode=mode), *items[at + 1 :])
    message = (
        f"{item.class_name} watches '{item.config['monitor']}', a number of one output, of which"
        " Keras cannot tell whether more or less is better."
    )
    fix = Fix(f"Set mode to {mode}", training.with_fit(callbacks=new))
    yield Problem("fit.callbacks", message, "Set its mode to min or max.", (fix,))


def _metrics_named(name: str) -> Iterator[catalog.Entry]:
    """The metrics a history key may end with: ``stars_mean_absolute_error``."""
    for entry in catalog.entries("metrics"):
        keys = (entry.extra.get("key"), entry.alias)
        if any(key and name.endswith(f"_{key}") for key in keys):
            yield entry


def _rate_conflicts(training: TrainingSpec, items: tuple[Any, ...]) -> Iterator[Problem]:
    """Callbacks that set the learning rate need one that is a number."""
    optimizer = training.compile.get("optimizer")
    rate = optimizer.config.get("learning_rate") if isinstance(optimizer, ObjectSpec) else None
    if not isinstance(rate, ObjectSpec) or not isinstance(optimizer, ObjectSpec):
        return
    for item in items:
        name = item.class_name if isinstance(item, ObjectSpec) else ""
        if not catalog.traits_of(name, "callbacks").sets_rate:
            continue
        message = (
            f"{name} sets the learning rate, but the optimizer already follows {rate.class_name}."
        )
        rest = tuple(x for x in items if x is not item)
        constant = replace(optimizer, config=optimizer.config.without("learning_rate"))
        remedies = (
            Fix(f"Remove {name}", training.with_fit(callbacks=rest)),
            Fix(f"Remove {rate.class_name}", training.with_compile(optimizer=constant)),
        )
        yield Problem("fit.callbacks", message, "Use one of the two.", remedies)


def _history_keys(training: TrainingSpec) -> tuple[str, ...]:
    """The names training reports, without ``val_``."""
    names = ["loss"]
    for view in output_views(training):
        prefix = f"{binding.keras_name(training.model, view.output)}_" if view.output else ""
        names += [f"{prefix}loss"] if prefix else []
        given = view.training.compile.get("metrics", ())
        for item in given if isinstance(given, tuple) else (given,):
            metric = resolve("metrics", item)
            entry = catalog.find("metrics", metric.class_name) if metric else None
            if isinstance(item, str):
                names.append(prefix + item)
            elif entry and metric:
                key = metric.config.get("name") or entry.extra.get("key") or entry.alias
                names.append(f"{prefix}{key}")
    return (*names, "learning_rate")


def _without_setting(training: TrainingSpec, name: str) -> TrainingSpec:
    return replace(training, fit=training.fit.without(name))


def _number(value: object) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number else None  # type: ignore[arg-type]
