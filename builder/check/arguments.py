"""Are all names and values known to the catalogue, of the right type and in range?"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from builder import catalog
from builder.catalog import REQUIRED, Entry, Param
from builder.catalog.layers import NOT_IN_A_STACK
from builder.check import fixes
from builder.facts import Fix, Problem
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec

Repair = tuple[str, ObjectSpec]
"""A button's label and the object as it should be."""

SINGULAR = {"losses": "loss", "activations": "activation", "epoch_schedules": "schedule"}

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
    "shuffle": Param("bool", "Mix the examples before each epoch.", start=True),
    "validation_freq": Param("int", "Epochs from quiz to quiz.", 1, 100_000, start=1),
    "validation_batch_size": Param("int", "Batch size of the quiz.", 1, 1_000_000, optional=True),
    "steps_per_epoch": Param("int", "Steps in one epoch.", 1, 1_000_000, optional=True),
    "initial_epoch": Param("int", "The epoch to go on from.", 0, 100_000, start=0),
}
"""The settings of ``fit``: what a project may hold, and what replaces nonsense."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One wrong name or value inside an object."""

    message: str
    hint: str
    repairs: tuple[Repair, ...] = ()


def problems(training: TrainingSpec) -> Iterator[Problem]:
    """Every unknown name, wrong type and value out of range in the whole spec."""
    for name, layer in training.model.layers.items():
        if isinstance(layer, ObjectSpec):
            yield from _layer(training, name, layer)
    for key, kind in (("optimizer", "optimizers"), ("loss", "losses")):
        value = training.compile.get(key)
        if isinstance(value, ObjectSpec):
            for flaw in flaws(kind, value):
                repairs = tuple(
                    Fix(label, training.with_compile(**{key: new})) for label, new in flaw.repairs
                )
                yield Problem(f"compile.{key}", flaw.message, flaw.hint, repairs)
        elif value is not None and named(kind, value) is None:
            yield _no_object(training, key, kind, value)
    yield from _listed(training, "compile", "metrics")
    yield from _listed(training, "fit", "callbacks")
    yield from _fit(training)


def _layer(training: TrainingSpec, name: str, layer: ObjectSpec) -> Iterator[Problem]:
    calls = [n for n in training.model.nodes if n.layer == name]
    if not calls or all(n.off for n in calls):
        return
    node = calls[0].name
    for flaw in flaws("layers", layer):

        def put(new: ObjectSpec, model: ModelSpec) -> ModelSpec:
            return replace(model, layers=model.layers.with_(**{name: new}))

        found = tuple(
            fix
            for label, new in flaw.repairs
            for fix in fixes.model(label, training, partial(put, new))
        )
        if catalog.find("layers", layer.class_name) is None:
            found += fixes.model(f"Remove '{node}'", training, fixes.remove(node))
        yield Problem(f"model.{node}", f"'{node}': {flaw.message}", flaw.hint, found)


def _listed(training: TrainingSpec, part: str, key: str) -> Iterator[Problem]:
    settings: Config = getattr(training, part)
    given = settings.get(key, ())
    items = given if isinstance(given, tuple) else (given,)

    def with_(new: tuple[Any, ...]) -> TrainingSpec:
        if part == "compile":
            return training.with_compile(**{key: new})
        return training.with_fit(**{key: new})

    for i, item in enumerate(items):
        rest = items[:i] + items[i + 1 :]
        if isinstance(item, ObjectSpec):
            for flaw in flaws(key, item):
                found = tuple(
                    Fix(label, with_((*items[:i], new, *items[i + 1 :])))
                    for label, new in flaw.repairs
                )
                gone = Fix(f"Remove {item.class_name}", with_(rest))
                yield Problem(f"{part}.{key}", flaw.message, flaw.hint, (*found, gone))
        elif key != "metrics" or named(key, item) is None:
            message = f"{item!r} is not one of Keras's {key}."
            gone = Fix(f"Remove {item!r}", with_(rest))
            yield Problem(f"{part}.{key}", message, "Remove it, or choose another.", (gone,))


def _no_object(training: TrainingSpec, key: str, kind: str, value: Any) -> Problem:
    message = f"The {key} is {value!r}, which is not one of Keras's {kind}."
    gone = Fix(f"Choose the {key} anew", replace(training, compile=training.compile.without(key)))
    return Problem(f"compile.{key}", message, "Choose one from the catalogue.", (gone,))


def named(kind: str, value: Any) -> ObjectSpec | None:
    """The object a spec means: itself, what a short string stands for, or None."""
    if isinstance(value, ObjectSpec):
        return value
    if not isinstance(value, str):
        return None
    rows = catalog.entries(kind)
    known = (e for e in rows if value in (e.alias, e.class_name, *e.extra.get("aliases", ())))
    found = next(known, None)
    return ObjectSpec(found.class_name) if found else None


def _fit(training: TrainingSpec) -> Iterator[Problem]:
    for name, value in training.fit.items():
        where = f"fit.{name}"
        if name not in FIT:
            message = f"Training has no setting '{name}'."
            gone = Fix(f"Remove '{name}'", replace(training, fit=training.fit.without(name)))
            yield Problem(where, message, f"Its settings are {', '.join(FIT)}.", (gone,))
            continue
        asked = FIT[name]
        wrong = unfit(asked, value)
        if wrong:
            new = nearest(asked, value)
            fix = Fix(f"Set '{name}' to {new}", training.with_fit(**{name: new}))
            found = (fix,) if new is not None else ()
            message = f"'{name}' must be {wrong} but is {value!r}."
            yield Problem(where, message, f"{asked.help} Enter {wrong}.", found)


def flaws(kind: str, obj: ObjectSpec) -> Iterator[Flaw]:
    """What is wrong with one object of that catalogue kind and everything nested in it."""
    entry = catalog.find(kind, obj.class_name)
    if entry is None:
        # Layers that join several inputs are no choice in a stack but Keras knows them.
        if kind != "layers" or obj.class_name not in NOT_IN_A_STACK:
            yield _unknown(kind, obj)
        return
    for name, value in obj.config.items():
        if name not in entry.args:
            # Keras takes a name and a dtype everywhere; the catalogue does not ask for them.
            if name not in ("name", "dtype", "trainable"):
                yield _no_argument(entry, obj, name)
            continue
        yield from _argument(entry, obj, name, value)
    for name in entry.required:
        if name not in obj.config:
            start = entry.start.get(name, catalog.param(entry, name).start)
            fix = ((f"Set {name} to {text(start)}", obj.with_(**{name: start})),)
            message = f"{obj.class_name} needs '{name}', which is missing."
            yield Flaw(message, f"Set {name}.", fix if start is not None else ())


def _unknown(kind: str, obj: ObjectSpec) -> Flaw:
    names = {e.class_name.lower(): e.class_name for e in catalog.entries(kind)}
    close = difflib.get_close_matches(obj.class_name.lower(), names, n=2, cutoff=0.6)
    near = [names[c] for c in close]
    noun = SINGULAR.get(kind, kind.removesuffix("s"))
    return Flaw(
        f"there is no {noun} called '{obj.class_name}'.",
        f"Did you mean {' or '.join(near)}?" if near else "Choose one from the catalogue.",
        tuple((f"Use {name}", replace(obj, class_name=name)) for name in near),
    )


def _no_argument(entry: Entry, obj: ObjectSpec, name: str) -> Flaw:
    gone = replace(obj, config=obj.config.without(name))
    repairs: list[Repair] = []
    close = difflib.get_close_matches(name, [a for a in entry.args if a not in obj.config], n=1)
    if close:
        put = gone.with_(**{close[0]: obj.config[name]})
        repairs.append((f"Rename it to '{close[0]}'", put))
    repairs.append((f"Remove '{name}'", gone))
    hint = f"Did you mean '{close[0]}'?" if close else "Remove it."
    return Flaw(f"{entry.class_name} has no argument '{name}'.", hint, tuple(repairs))


def _argument(entry: Entry, obj: ObjectSpec, name: str, value: Any) -> Iterator[Flaw]:
    asked, default = catalog.param(entry, name), entry.args[name]
    if default is not REQUIRED and _same(value, default):
        return
    if isinstance(value, ObjectSpec) and asked.kind:
        for flaw in flaws(asked.kind, value):
            inner = tuple((label, obj.with_(**{name: new})) for label, new in flaw.repairs)
            back = _to_default(entry, obj, name, asked)
            yield Flaw(f"{name}: {flaw.message}", flaw.hint, inner or back)
        return
    wrong = unfit(asked, value)
    if not wrong:
        return
    new = nearest(asked, value)
    repairs = _to_default(entry, obj, name, asked)
    if new is not None and _is_number(value):
        repairs = ((f"Set {name} to {text(new)}", obj.with_(**{name: new})), *repairs)
    message = f"{entry.class_name}'s '{name}' must be {wrong} but is {value!r}."
    yield Flaw(message, f"Set {name} to {wrong}.", repairs)


def _to_default(entry: Entry, obj: ObjectSpec, name: str, asked: Param) -> tuple[Repair, ...]:
    default = entry.args[name]
    if default is not REQUIRED:
        plain = replace(obj, config=obj.config.without(name))
        return ((f"Set {name} back to {text(default)}", plain),)
    start = entry.start.get(name, asked.start)
    return ((f"Set {name} to {text(start)}", obj.with_(**{name: start})),) if start else ()


def unfit(asked: Param, value: Any) -> str:
    """What the value should be, when it is not: ``"a whole number from 1 up"``; else ``""``."""
    if value is None:
        return "" if asked.optional or None in asked.choices else _wanted(asked)
    if asked.type == "json":
        return ""
    return "" if _FITS[asked.type](asked, value) else _wanted(asked)


def nearest(asked: Param, value: Any) -> Any:
    """The permitted number closest to ``value``; where it is no number, what a new object has."""
    if not _is_number(value) or asked.type not in ("int", "float", "ints", "floats"):
        return asked.start
    low = value if asked.min is None else max(value, asked.min)
    near = low if asked.max is None else min(low, asked.max)
    return round(near) if asked.type in ("int", "ints") else near


def text(value: Any) -> str:
    """A value for a label."""
    return value.class_name if isinstance(value, ObjectSpec) else f"{value}"


def _wanted(asked: Param) -> str:
    if asked.type == "choice":
        return f"one of {', '.join(str(c) for c in asked.choices)}"
    what = {
        "int": "a whole number", "float": "a number", "bool": "true or false", "str": "text",
        "ints": "a whole number or a list of them", "floats": "a list of numbers",
        "object": f"one of Keras's {asked.kind}",
    }[asked.type]  # fmt: skip
    if asked.length and asked.type in ("ints", "floats"):
        what = f"one number or {asked.length} of them"
    if asked.min is not None and asked.max is not None:
        what += f" from {_digits(asked.min)} to {_digits(asked.max)}"
    elif asked.min is not None:
        what += f" from {_digits(asked.min)} up"
    elif asked.max is not None:
        what += f" up to {_digits(asked.max)}"
    return what


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"


def _in_range(asked: Param, value: float) -> bool:
    return (asked.min is None or value >= asked.min) and (asked.max is None or value <= asked.max)


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _numbers(single: Callable[[Any], bool], asked: Param, value: Any) -> bool:
    flat = list(_flat(value))
    if asked.length and isinstance(value, tuple) and len(value) not in (1, asked.length):
        return False
    return all(item is None or (single(item) and _in_range(asked, item)) for item in flat)


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _choice(asked: Param, value: Any) -> bool:
    return any(_same(value, choice) for choice in asked.choices)


def _same(a: Any, b: Any) -> bool:
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


def _object(asked: Param, value: Any) -> bool:
    return isinstance(value, ObjectSpec) or named(asked.kind, value) is not None


_FITS: dict[str, Callable[[Param, Any], bool]] = {
    "int": lambda asked, v: _is_whole(v) and _in_range(asked, v),
    "float": lambda asked, v: _is_number(v) and _in_range(asked, v),
    "bool": lambda _, v: isinstance(v, bool),
    "str": lambda _, v: isinstance(v, str),
    "choice": _choice,
    "ints": partial(_numbers, _is_whole),
    "floats": partial(_numbers, _is_number),
    "object": _object,
}
