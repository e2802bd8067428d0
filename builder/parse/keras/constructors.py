"""Read constructor calls of Keras's classes as ObjectSpecs, by the catalogue's arguments."""

from __future__ import annotations

import ast
import difflib
from typing import Any

from builder import catalog
from builder.catalog import REQUIRED, Entry, old_defaults
from builder.catalog.cells import CELLS
from builder.check.values.catalog_lookup import kind_noun
from builder.code.constructor_calls import nested_kind
from builder.code.training_part import usual_files
from builder.parse.interpreter import imports
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    Args,
    CannotEvaluate,
    Keywords,
    LimitReached,
    Opaque,
    Reference,
    Unknown,
    UserFunction,
    count_items,
    resolve_number,
)
from builder.parse.keras import epoch_functions, layer_arguments, legacy
from builder.parse.keras.symbolic_model import KerasObject, Layer
from builder.spec import Config, ObjectSpec

MAX_WRAPPED = 4
"""Wrappers inside each other; each may name what it wraps twice."""


def construct(
    interp: Interpreter, node: ast.Call, home: tuple[str, str], args: Args, kw: Keywords
) -> Any:
    """A Layer, or a Made of another kind, from ``home`` = (kind, class as written)."""
    kind, written = home
    entry = find_entry(interp, node, kind, written)
    if entry is None:
        return _missing(interp, node, kind, written)
    kw = _modern(interp, node, entry, dict(kw))
    about: dict[str, Any] = {"name": kw.pop("name", None)}
    if kind == "metrics" and about["name"] is None and args and _is_free_text(entry, args[0]):
        about["name"], args = args[0], args[1:]  # tf.keras gave metrics their name first
    if kind == "layers":
        shapes = [name for name in layer_arguments.SHAPES if name in kw and name not in entry.args]
        about |= {name: kw.pop(name) for name in shapes}
    if kind == "optimizers":
        args, kw = _old_order(interp, node, entry, args, kw)
    decay = kw.pop("decay", None) if kind == "optimizers" else None
    args = _window(interp, node, entry, written, args)
    config = _config(interp, node, entry, args, kw)
    config = with_old_defaults(interp, node, entry, config)
    if decay is not None:
        usual = {"learning_rate": entry.args["learning_rate"]}
        config = usual | config
        _decay(interp, node, config, resolve_number(decay))
    if kind == "callbacks":
        config = usual_files(entry) | config
    lacking = [name for name in entry.required if name not in config]
    if lacking and kind != "layers":
        return interp.report_unknown(node, f"{entry.class_name} is left out: it needs {lacking[0]}")
    spec = minimal_spec(entry, Config(config))
    if kind != "layers":
        named = about["name"]
        return KerasObject(kind, spec, named if isinstance(named, str) else "")
    wrapped = [v for v in (*args, *kw.values()) if isinstance(v, Layer)]
    return layer_arguments.make_layer(interp, node, spec, about, wrapped)


def _is_free_text(entry: Entry, value: Any) -> bool:
    """Whether a text stands where a metric takes a number or nothing at all."""
    first = next(iter(entry.args.values()), None)
    return isinstance(value, str) and not isinstance(first, str)


def _old_order(
    interp: Interpreter, node: ast.AST, entry: Entry, args: Args, kw: Keywords
) -> tuple[Args, Keywords]:
    """Arguments by position as Keras 2.2 had them: ``SGD(0.01, 0.9, 1e-6, True)``."""
    order = old_defaults.ORDERS.get(entry.class_name, ())
    today = tuple(entry.args)[: len(args)]
    is_old = interp.age.version <= (2, 3) and not interp.age.in_tensorflow
    if not is_old or order[: len(args)] in ((), today):
        return args, kw
    text = f"The arguments of {entry.class_name} stand in the order of Keras 2."
    interp.report_translation(node, text)
    return [], dict(zip(order, args, strict=False)) | kw


def with_old_defaults(
    interp: Interpreter, node: ast.AST, entry: Entry, config: dict[str, Any]
) -> dict[str, Any]:
    """With what the script's Keras meant by arguments that are not given; told once for each."""
    age = interp.age
    certain = age.in_tensorflow or age.version <= (2, 2) or entry.kind == "optimizers"
    version = age.version if certain else old_defaults.TODAY
    old = old_defaults.of_version(entry.class_name, version, age.in_tensorflow)
    for name in entry.required:  # a default that is gone says what was meant in any script
        old |= old_defaults.of_version(entry.class_name, (2, 15)) if name not in config else {}
    for name, value in old.items():
        if name in config or name not in entry.args:
            continue
        config = {**config, name: value}
        if not interp.was_reported(f"{entry.class_name}.{name}"):
            now = entry.args[name]
            today = "has no default today" if now is REQUIRED else f"is {now} today"
            text = f"{name} of {entry.class_name} was {value} in the Keras of this code and {today}"
            interp.report_different(node, f"{text}: {value} is taken.")
    return config


def _window(
    interp: Interpreter, node: ast.AST, entry: Entry, written: str, args: list[Any]
) -> list[Any]:
    """Keras 1 gave the two sides of a window one after the other: Convolution2D(32, 3, 3)."""
    if len(args) < 3 or entry.class_name not in legacy.WINDOWS:
        return args
    if not all(isinstance(a, int) for a in args[1:3]):
        return args
    if written == entry.class_name:
        interp.report_note(
            node, f"The third number is strides: {args[2]}. A window is ({args[1]}, …)."
        )
        return args
    interp.report_translation(node, f"The window is written ({args[1]}, {args[2]}) today.")
    return [args[0], [args[1], args[2]], *args[3:]]


def find_entry(interp: Interpreter, node: ast.AST, kind: str, written: str) -> Entry | None:
    """The entry a class, or a function of older Keras, stands for; tells a translation."""
    name = legacy.CLASSES.get(written, written)
    short = legacy.SHORT.get(name, name)
    entry = catalog.find(kind, short) or (CELLS.get(short) if kind == "layers" else None)
    if entry is None and written[:1].islower():
        alias = legacy.WEIGHT_NAMES.get(written, written)
        entry = catalog.by_alias(kind, alias)
        if entry and kind == "optimizers":
            interp.report_translation(node, f"{written} is called {entry.class_name} today.")
    elif entry is not None and name != written and name != legacy.SHORT.get(written):
        interp.report_translation(node, f"{written} is called {entry.class_name} today.")
    return entry


def _missing(interp: Interpreter, node: ast.AST, kind: str, written: str) -> Unknown:
    if why := catalog.why_not_offered(kind, written):
        text = f"Keras's {written} is not offered here: left out. {why}"
        return interp.report_unknown(node, text)
    known = [e.class_name for e in catalog.entries(kind)]
    near = difflib.get_close_matches(written[:60], known, n=2, cutoff=0.6)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return interp.report_unknown(
        node, f"there is no {kind_noun(kind)} called {written[:60]!r}.{hint}"
    )


def _modern(interp: Interpreter, node: ast.AST, entry: Entry, kw: dict[str, Any]) -> dict[str, Any]:
    """The arguments under today's names; what does nothing any more is dropped and told."""
    table = dict(legacy.ARGUMENTS.get(entry.class_name, {}))
    if entry.kind == "optimizers":
        table |= legacy.OPTIMIZER_ARGUMENTS
    if "nb_row" in kw or "nb_col" in kw:
        kw["kernel_size"] = [kw.pop("nb_row", 3), kw.pop("nb_col", 3)]
        interp.report_translation(node, "nb_row and nb_col are one argument today: kernel_size.")
    for name in list(kw):
        new = table.get(name)
        if new is None or name in entry.args:
            if name in legacy.DROPPED and name not in entry.args:
                kw.pop(name)
                interp.report_translation(node, f"{name} is left out: {legacy.DROPPED[name]}.")
            continue
        value = kw.pop(name)
        if new and new not in kw:
            kw[new] = value
            interp.report_translation(node, f"{name} is called {new} today.")
        else:
            interp.report_translation(node, f"{name} is left out: it does nothing any more.")
    return kw


def _config(
    interp: Interpreter, node: ast.Call, entry: Entry, args: Args, kw: Keywords
) -> dict[str, Any]:
    order = list(entry.args)
    values: dict[str, Any] = {}
    if len(args) > len(order):
        extra = len(args) - len(order)
        interp.report_unknown(
            node, f"{entry.class_name} takes {len(order)} arguments; {extra} too many"
        )
    for name, value in [*zip(order, args, strict=False), *kw.items()]:
        kept = entry.kind == "layers" and name in ("trainable", "dtype")
        if name not in entry.args and not kept:
            _stranger(interp, node, entry, name, order)
            continue
        try:
            value = read_argument(interp, node, entry, name, value)
        except CannotEvaluate as strange:
            what = f"{name} of {entry.class_name}"
            interp.report_unknown(node, f"{what} is left out: {strange}")
            continue
        usual = entry.args.get(name)
        if value is None and (usual is None or isinstance(usual, int | float)):
            continue  # epsilon=None was Keras 2's way to say the usual one
        values[name] = value
    return values


def _stranger(
    interp: Interpreter, node: ast.AST, entry: Entry, name: str, order: list[str]
) -> None:
    if name == "dtype" or (name == "weights" and entry.kind == "layers"):
        why = "weights are no part of a project" if name == "weights" else "it is the model's"
        interp.report_different(node, f"{name} of {entry.class_name} is left out: {why}.")
        return
    near = difflib.get_close_matches(name, order, n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]}?" if near else ""
    interp.report_unknown(
        node, f"{entry.class_name} has no argument {name[:60]!r}: left out.{hint}"
    )


def read_argument(interp: Interpreter, node: ast.AST, entry: Entry, name: str, value: Any) -> Any:
    """One argument as a spec keeps it; raises CannotEvaluate when it cannot be worked out."""
    value = resolve_number(value)
    if isinstance(value, Unknown | Opaque):
        raise CannotEvaluate("its value could not be worked out")
    if isinstance(value, UserFunction) and name == "schedule":
        result = epoch_functions.recognise_schedule(interp, node, value)
        if result is None:
            raise CannotEvaluate("this rule for the learning rate is not one we know")
        return result
    if isinstance(value, Layer):
        return _wrapped_layer(value, name)
    if isinstance(value, KerasObject):
        return value.spec
    if isinstance(value, Reference):
        return _reference(interp, node, entry, name, value.path)
    if isinstance(value, str):
        if name in entry.traits.opens:
            raise CannotEvaluate(
                f"{value[:60]!r} is a file, and none is opened here: give its values as a list, or"
                " they are learned from the data"
            )
        return _word(interp, node, entry, name, value)
    if isinstance(value, dict):
        return Config({str(k): plain_value(v) for k, v in value.items()})
    return plain_value(value)


def plain_value(value: Any) -> Any:
    """Numbers and text in lists, as tuples; raises CannotEvaluate for anything else."""
    try:
        count_items(value)
    except LimitReached:
        raise CannotEvaluate("it is too long") from None
    value = resolve_number(value)
    if isinstance(value, list | tuple | range):
        return tuple(plain_value(v) for v in value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, KerasObject):
        return value.spec
    if isinstance(value, Layer):
        return _wrapped_layer(value, "")
    if isinstance(value, dict):
        return Config({str(k): plain_value(v) for k, v in value.items()})
    if isinstance(value, Unknown | Opaque):
        raise CannotEvaluate("its value could not be worked out")
    if isinstance(value, UserFunction):
        raise CannotEvaluate("a function of your own is not taken over: the usual one is used")
    raise CannotEvaluate("this is no value for it")


def _wrapped_layer(layer: Layer, name: str) -> Any:
    if layer.spec is None:
        raise CannotEvaluate("a model inside a wrapper is not read")
    if name in ("activation", "recurrent_activation"):
        raise CannotEvaluate(f"put {layer.class_name} after it as a layer of its own")
    if layer.depth > MAX_WRAPPED:
        raise CannotEvaluate("layers are wrapped too deeply")
    return layer.spec


def _reference(interp: Interpreter, node: ast.AST, entry: Entry, name: str, path: str) -> Any:
    """A class or function handed over without being called."""
    last = path.rpartition(".")[2]
    if "activation" in name:
        return _word(interp, node, entry, name, last)
    if name in ("dtype", "output_mode"):
        return last
    home = imports.catalog_kind(path)
    if home is not None:
        result = find_entry(interp, node, *home)
        if result is not None:
            return ObjectSpec(result.class_name)
    raise CannotEvaluate(f"`{path[:60]}` is not one of Keras's own")


def _word(interp: Interpreter, node: ast.AST, entry: Entry, name: str, value: str) -> Any:
    asked = _kind(entry, name)
    if asked == "activations":
        result = catalog.by_alias("activations", value)
        today = legacy.ACTIVATIONS.get(value, value)
        lower = value.lower().replace(" ", "_")
        if result is None and today == value and lower != value:
            today = legacy.ACTIVATIONS.get(lower, lower)
        if result is None:
            result = catalog.by_alias("activations", today)
        if result is None:
            raise CannotEvaluate(f"there is no activation called {value[:60]!r}")
        if result.class_name != value:
            interp.report_translation(
                node, f"The activation {value} is called {result.class_name} today."
            )
        return result.class_name
    if asked in ("initializers", "regularizers", "constraints"):
        named = catalog.by_alias(asked, legacy.WEIGHT_NAMES.get(value, value))
        named = named or catalog.find(asked, value) or catalog.by_alias(asked, value.lower())
        if named is None:
            raise CannotEvaluate(f"there is no {kind_noun(asked)} called {value[:60]!r}")
        return ObjectSpec(named.class_name)
    if name in ("data_format", "padding"):
        new = {"tf": "channels_last", "th": "channels_first"}.get(value, value)
        if new != value:
            interp.report_translation(node, f"{value!r} is written {new!r} today.")
            return new
    return _choice(interp, node, entry, name, value)


def _choice(interp: Interpreter, node: ast.AST, entry: Entry, name: str, value: str) -> str:
    """``padding="Same"``: older Kerases did not mind capital letters."""
    asked = catalog.param(entry, name) if name in entry.args else None
    choices = {str(c).lower(): c for c in asked.choices} if asked else {}
    meant = choices.get(value.lower(), value)
    if meant == value or value in choices.values():
        return value
    interp.report_translation(node, f"{name}={value!r} is written {meant!r} today.")
    return str(meant)


def _kind(entry: Entry, name: str) -> str:
    return nested_kind(entry, name) if name in entry.args else ""


def _decay(interp: Interpreter, node: ast.AST, config: dict[str, Any], decay: Any) -> None:
    """Keras 2's ``decay`` is what the schedule InverseTimeDecay does."""
    rate = config["learning_rate"]
    if decay in (None, 0, 0.0):
        return
    if isinstance(rate, ObjectSpec) or not isinstance(decay, int | float):
        interp.report_unknown(node, "decay is left out")
        return
    schedule = {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay}
    config["learning_rate"] = ObjectSpec("InverseTimeDecay", Config(schedule))
    interp.report_translation(
        node, "decay became the schedule InverseTimeDecay, which does the same."
    )


def minimal_spec(entry: Entry, config: Config) -> ObjectSpec:
    """The record without what equals the default."""
    try:
        return catalog.minimal(entry.kind, ObjectSpec(entry.class_name, config))
    except TypeError:  # values of kinds that cannot be compared: the checker will say so
        return ObjectSpec(entry.class_name, config)
