"""Check every argument of layers, loss, metrics, callbacks: known names, types and ranges."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from builder import catalog
from builder.catalog import REQUIRED, Entry
from builder.catalog.layers import CARRY_CODE
from builder.check.repair import fixes
from builder.check.repair.fixes import Fixes
from builder.check.repair.per_output import output_views
from builder.check.values.catalog_lookup import kind_noun, known_to_keras, near_matches, resolve
from builder.check.values.ranges import (
    BetterValues,
    mismatch,
    round_value,
    start_value,
    value_label,
)
from builder.facts import Fix, LazyFixes, Problem
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, equal_values

Repair = tuple[str, ObjectSpec]
"""A button's label and the object as it should be."""

RATES = ("learning_rate", "initial_learning_rate")
"""Numbers whose range ``fitting`` judges, which knows what the optimizer can stand."""

MOST_OBJECTS = 100
"""Metrics of an output, or callbacks."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One wrong name or value inside an object."""

    message: str
    hint: str
    repairs: tuple[Repair, ...] = ()


def problems(training: TrainingSpec, usual: BetterValues) -> Iterator[Problem]:
    """Every unknown name, wrong type and value out of range among the objects of a spec.

    Args:
        usual: values that fit the data better than the catalogue's.
    """
    better: dict[str, dict[str, Any]] = {}
    for (where, argument), value in usual.items():
        better.setdefault(where, {})[argument] = value
    first = {n.layer: n.name for n in reversed(training.model.nodes) if not n.off}
    for name, layer in training.model.layers.items():
        if isinstance(layer, ObjectSpec) and (node := first.get(name)) is not None:
            yield from _layer_problems(training, node, layer, better.get(f"model.{node}", {}))
    yield from _object_problems(training, "optimizer", "optimizers")
    for view in output_views(training):
        yield from view.map_problems(_object_problems(view.training, "loss", "losses"))
        yield from view.map_problems(_list_problems(view.training, "compile", "metrics"))
    yield from _list_problems(training, "fit", "callbacks")


def _object_problems(training: TrainingSpec, key: str, kind: str) -> Iterator[Problem]:
    value = training.compile.get(key)
    if isinstance(value, ObjectSpec):
        for flaw in flaws(kind, value):
            repairs = tuple(
                Fix(label, training.with_compile(**{key: new})) for label, new in flaw.repairs
            )
            yield Problem(f"compile.{key}", flaw.message, flaw.hint, repairs)
    elif value is not None and not isinstance(value, Mapping) and resolve(kind, value) is None:
        yield _no_object(training, key, kind, value)


def _layer_problems(
    training: TrainingSpec, node: str, layer: ObjectSpec, better: Mapping[str, Any]
) -> Iterator[Problem]:
    known = catalog.find("layers", layer.class_name) is not None
    for flaw in flaws("layers", layer, better):
        last = None if known else partial(_removal, training, node, better.get("layer"))
        remedies = LazyFixes(partial(_repair_layer, training, node, flaw, last))
        yield Problem(f"model.{node}", f"'{node}': {flaw.message}", flaw.hint, remedies)


def _repair_layer(
    training: TrainingSpec, node: str, flaw: Flaw, last: Callable[[], Fixes] | None
) -> Fixes:
    """The flaw's repairs as fixes of the layer that this node calls; ``last`` if there are none."""
    name = training.model.node(node).layer

    def put(new: ObjectSpec, model: ModelSpec) -> ModelSpec:
        return replace(model, layers=model.layers.with_(**{name: new}))

    repairs = ((label, partial(put, new)) for label, new in flaw.repairs)
    mended = tuple(fix for row in repairs for fix in fixes.model(row[0], training, row[1]))
    return mended if mended or last is None else last()


def _removal(training: TrainingSpec, node: str, last: ObjectSpec | None) -> Fixes:
    """The fix that takes an unknown layer out; where it is the last one, the layer it should be."""
    if last is None:
        return fixes.model(f"Remove '{node}'", training, fixes.remove(node))
    label = f"Replace it by {last.class_name}"
    return fixes.model(label, training, fixes.replace_layer(node, last))


def _list_problems(training: TrainingSpec, part: str, key: str) -> Iterator[Problem]:
    settings: Config = getattr(training, part)
    given = settings.get(key, ())
    if isinstance(given, Mapping):
        return  # by output, where there is but one: ``bound`` says so
    items = given if isinstance(given, tuple) else (given,)

    def with_(new: tuple[Any, ...]) -> TrainingSpec:
        if part == "compile":
            return training.with_compile(**{key: new})
        return training.with_fit(**{key: new})

    if len(items) > MOST_OBJECTS:
        message = f"There are {len(items):,} {key}; at most {MOST_OBJECTS} are taken."
        fewer = Fix(f"Keep the first {MOST_OBJECTS}", with_(items[:MOST_OBJECTS]))
        yield Problem(f"{part}.{key}", message, "Remove those you do not need.", (fewer,))
        return
    for i, item in enumerate(items):
        rest = items[:i] + items[i + 1 :]
        if isinstance(item, ObjectSpec):
            for flaw in flaws(key, item):
                remedies = tuple(
                    Fix(label, with_((*items[:i], new, *items[i + 1 :])))
                    for label, new in flaw.repairs
                )
                gone = Fix(f"Remove {item.class_name}", with_(rest))
                yield Problem(f"{part}.{key}", flaw.message, flaw.hint, (*remedies, gone))
        elif key != "metrics" or resolve(key, item) is None:
            message = f"{item!r} is not one of Keras's {key}."
            gone = Fix(f"Remove {item!r}", with_(rest))
            yield Problem(f"{part}.{key}", message, "Remove it, or choose another.", (gone,))


def _no_object(training: TrainingSpec, key: str, kind: str, value: Any) -> Problem:
    message = f"The {key} is {value!r}, which is not one of Keras's {kind}."
    gone = Fix(f"Choose the {key} anew", replace(training, compile=training.compile.without(key)))
    return Problem(f"compile.{key}", message, "Choose one from the catalogue.", (gone,))


def flaws(kind: str, obj: ObjectSpec, better: Mapping[str, Any] | None = None) -> Iterator[Flaw]:
    """What is wrong with one object of that catalogue kind and everything nested in it.

    Args:
        better: arguments for which there is a better value than the catalogue's.
    """
    entry = catalog.find(kind, obj.class_name)
    if entry is None:
        if not (kind == "layers" and known_to_keras(obj.class_name)):
            yield _unknown(kind, obj)
        return
    for name, value in obj.config.items():
        if name in entry.args:
            yield from _argument(entry, obj, name, value, better or {})
        # Keras takes a name and a dtype everywhere; the catalogue does not ask for them.
        elif name not in ("name", "dtype", "trainable"):
            yield _no_argument(entry, obj, name)
    for name in entry.required:
        if name not in obj.config:
            message = f"{obj.class_name} needs '{name}', which is missing."
            yield Flaw(message, f"Set {name}.", _set_argument(entry, obj, name, better or {}))


def _unknown(kind: str, obj: ObjectSpec) -> Flaw:
    if kind == "layers" and obj.class_name in CARRY_CODE:
        message = f"it is a {obj.class_name}: it carries code of its own, which is never run here."
        return Flaw(message, "Put a layer of Keras in its place, such as Rescaling or Activation.")
    close = near_matches(kind, obj.class_name)
    if why := catalog.why_not_offered(kind, obj.class_name):
        return Flaw(f"Keras's {obj.class_name} is not offered here. {why}", "Choose another one.")
    return Flaw(
        f"there is no {kind_noun(kind)} called '{obj.class_name}'.",
        f"Did you mean {' or '.join(close)}?" if close else "Choose one from the catalogue.",
        tuple((f"Use {name}", _convert(kind, name, obj)) for name in close),
    )


def _convert(kind: str, class_name: str, obj: ObjectSpec) -> ObjectSpec:
    """An object of that class with what it can take of the other's arguments."""
    entry = catalog.entry(kind, class_name)
    fresh = catalog.new(kind, class_name).config
    needed = {k: v for k, v in fresh.items() if k in entry.required}
    kept = {k: v for k, v in obj.config.items() if _accepts(entry, k, v)}
    return ObjectSpec(class_name, Config(needed | kept))


def _accepts(entry: Entry, name: str, value: Any) -> bool:
    return name in entry.args and not mismatch(catalog.param(entry, name), value)


def _no_argument(entry: Entry, obj: ObjectSpec, name: str) -> Flaw:
    gone = replace(obj, config=obj.config.without(name))
    repairs: list[Repair] = []
    free = [a for a in entry.args if a not in obj.config and _accepts(entry, a, obj.config[name])]
    close = difflib.get_close_matches(name, free, n=1)
    if close:
        put = gone.with_(**{close[0]: obj.config[name]})
        repairs.append((f"Rename it to '{close[0]}'", put))
    repairs.append((f"Remove '{name}'", gone))
    hint = f"Did you mean '{close[0]}'?" if close else "Remove it."
    return Flaw(f"{entry.class_name} has no argument '{name}'.", hint, tuple(repairs))


def _argument(
    entry: Entry, obj: ObjectSpec, name: str, value: Any, better: Mapping[str, Any]
) -> Iterator[Flaw]:
    asked, default = catalog.param(entry, name), entry.args[name]
    if default is not REQUIRED and equal_values(value, default):
        return
    if name in entry.traits.opens and isinstance(value, str):
        return  # ``opened_files`` says so
    if name in RATES:
        asked = replace(asked, min=None, max=None)
    if isinstance(value, ObjectSpec) and asked.kind:
        for flaw in flaws(asked.kind, value):
            inner = tuple((label, obj.with_(**{name: new})) for label, new in flaw.repairs)
            back = _set_argument(entry, obj, name, better)
            yield Flaw(f"{name}: {flaw.message}", flaw.hint, inner or back)
    elif wrong := mismatch(asked, catalog.canonical_argument(entry, name, value)):
        message = f"{entry.class_name}'s '{name}' must be {wrong} but is {value!r}."
        whole = round_value(asked, value)
        repairs = _set_argument(entry, obj, name, better)
        if whole is not None:
            repairs = ((f"Set {name} to {whole}", obj.with_(**{name: whole})),)
        yield Flaw(message, f"Set {name} to {wrong}.", repairs)


def _set_argument(
    entry: Entry, obj: ObjectSpec, name: str, better: Mapping[str, Any]
) -> tuple[Repair, ...]:
    """The repair that gives the argument a value free of problems.

    Not the nearest permitted value: a learning rate of 100 is permitted and yet explodes.
    """
    default = entry.args[name]
    value = better.get(name, start_value(entry, name, catalog.param(entry, name)))
    if value is None and default is REQUIRED:
        return ()
    if default is not REQUIRED and equal_values(value, default):
        plain = replace(obj, config=obj.config.without(name))
        return ((f"Set {name} back to {value_label(default)}", plain),)
    return ((f"Set {name} to {value_label(value)}", obj.with_(**{name: value})),)
