"""Read the arguments of ``compile`` and ``fit`` as settings of a project."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Any

from builder import catalog, document
from builder.parse.awaited.awaited_array import as_awaited
from builder.parse.data.arrays import Batches, DataArray
from builder.parse.interpreter import imports
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    Args,
    CannotEvaluate,
    Keywords,
    Opaque,
    Reference,
    Unknown,
    UserFunction,
    UserInstance,
    is_small,
    resolve_number,
)
from builder.parse.keras import constructors, legacy
from builder.parse.keras.symbolic_model import KerasObject
from builder.spec import Config, ObjectSpec

COMPILE = ("optimizer", "loss", "metrics", "loss_weights", "weighted_metrics", "run_eagerly",
           "steps_per_execution", "jit_compile")  # fmt: skip
"""By position, as TensorFlow's Keras and Keras 2 had it; all but the first two are named."""

FIT = ("x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split",
       "validation_data", "shuffle", "class_weight", "sample_weight", "initial_epoch",
       "steps_per_epoch", "validation_steps", "validation_batch_size",
       "validation_freq")  # fmt: skip
GENERATOR = ("x", "steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data")

USUAL = {"shuffle": True, "initial_epoch": 0, "validation_freq": 1, "validation_split": 0.0}
"""Settings of ``fit`` that are left out when they have this value."""

TEST_SHARE = 0.2
"""The validation split in place of validating with the test data."""


@dataclass(frozen=True, slots=True)
class FitCall:
    """What ``fit`` came to: the settings, and the data it was given."""

    settings: Config
    x: Any
    y: Any
    node: ast.AST


def read_compile(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Config:
    """The ``compile`` part of a project."""
    arguments = dict(zip(COMPILE, args, strict=False)) | kw
    result: dict[str, Any] = {}
    if "optimizer" not in arguments:
        arguments["optimizer"] = "rmsprop"
        interp.report_note(node, "No optimizer is named; Keras takes rmsprop then.")
    for name, kind in (("optimizer", "optimizers"), ("loss", "losses")):
        made = _objects(interp, node, kind, arguments.pop(name, None), name)
        if made is not None:
            result[name] = made
    for name in ("metrics", "weighted_metrics"):
        metrics = _objects(interp, node, "metrics", arguments.pop(name, None), name)
        if metrics not in (None, (), Config()):
            result[name] = metrics if isinstance(metrics, tuple | Config) else (metrics,)
    for name, value in arguments.items():
        _compile_value(interp, node, name, resolve_number(value), result)
    return Config(result)


def _compile_value(
    interp: Interpreter, node: ast.AST, name: str, value: Any, result: dict[str, Any]
) -> None:
    if value is None or (name, value) in (("jit_compile", "auto"), ("run_eagerly", False)):
        return
    if name == "jit_compile" and isinstance(value, bool):
        result[name] = value
    elif name == "loss_weights" and is_small(value):
        result[name] = constructors.plain_value(value)
    elif name in ("run_eagerly", "steps_per_execution"):
        interp.report_note(node, f"{name} is left out: it changes the speed only.")
    elif name == "class_mode":
        interp.report_translation(node, "class_mode is left out: the loss says it today.")
    else:
        interp.report_unknown(node, f"compile takes no {name[:60]!r}: left out")


def _objects(interp: Interpreter, node: ast.AST, kind: str, value: Any, where: str) -> Any:
    """One object, or lists and mappings of them; None where nothing is left."""
    if isinstance(value, list | tuple):
        result = (_objects(interp, node, kind, v, where) for v in value[:100])
        return tuple(f for f in result if f is not None)
    if isinstance(value, dict):
        rows = ((str(k), _objects(interp, node, kind, v, where)) for k, v in value.items())
        return Config({k: v for k, v in rows if v is not None})
    if value is None:
        return None
    if isinstance(value, KerasObject) and value.kind in (
        kind,
        "losses" if kind == "metrics" else kind,
    ):
        if value.kind != kind and catalog.find(kind, value.spec.class_name) is None:
            interp.report_unknown(node, f"{value.spec.class_name} is no metric: left out")
            return None
        _note_name(interp, node, kind, value)
        return value.spec
    if isinstance(value, str):
        return _with_old_defaults(interp, node, _find_by_name(interp, node, kind, value, where))
    if isinstance(value, Reference):
        return _reference(interp, node, kind, value, where)
    if isinstance(value, UserFunction | UserInstance):
        return _own_function(interp, node, kind, value, where)
    else:
        interp.report_unknown(node, f"{where} could not be worked out: left out")
    return None


def _with_old_defaults(
    interp: Interpreter, node: ast.AST, spec: ObjectSpec | None
) -> ObjectSpec | None:
    """An optimizer named by a word, as the script's Keras made it."""
    entry = catalog.find("optimizers", spec.class_name) if spec else None
    if spec is None or entry is None:
        return spec
    return ObjectSpec(
        spec.class_name,
        Config(constructors.with_old_defaults(interp, node, entry, dict(spec.config))),
    )


def _own_function(
    interp: Interpreter,
    node: ast.AST,
    kind: str,
    value: UserFunction | UserInstance,
    where: str,
) -> ObjectSpec | None:
    """A loss or metric of the text's own: Keras's of that name where its name says which it is."""
    made = value.of.node if isinstance(value, UserInstance) else value.node
    name = str(getattr(made, "name", "")).lower()
    today = next((v for k, v in legacy.OWN_LOSSES.items() if k in name), "")
    if kind == "losses" and today:
        text = (
            f"{name[:60]} is a function of your own, which is never run: Keras's {today} is taken."
        )
        interp.report_different(node, text)
        return ObjectSpec(today)
    shown = f"{where} {name[:60]}" if name else where
    interp.report_unknown(node, f"{shown} of your own code is not read: choose one of Keras's")
    return None


def _note_name(interp: Interpreter, node: ast.AST, kind: str, value: KerasObject) -> None:
    """A metric's name of the code's own is not kept: what it is called instead is told."""
    entry = catalog.find("metrics", value.spec.class_name)
    if kind != "metrics" or not value.name or entry is None:
        return
    today = str(entry.extra.get("key") or entry.alias)
    if today != value.name and today:
        interp.metric_names[value.name] = today
        text = f"The metric that is called {value.name[:60]!r} here is reported as {today}."
        interp.report_different(node, text)


def watch_todays_names(interp: Interpreter, fit: FitCall, compiled: Config) -> FitCall:
    """``val_acc`` in a callback, where the metric is called ``accuracy`` today."""
    metrics = compiled.get("metrics", ())
    names = dict(interp.metric_names)
    if isinstance(metrics, tuple) and ObjectSpec("accuracy") in metrics:
        names.setdefault("acc", "accuracy")
    changed = tuple(_watch(interp, fit.node, c, names) for c in fit.settings.get("callbacks", ()))
    return replace(fit, settings=fit.settings.with_(callbacks=changed)) if changed else fit


def _watch(
    interp: Interpreter, node: ast.AST, callback: ObjectSpec, names: dict[str, str]
) -> ObjectSpec:
    watched = str(callback.config.get("monitor", ""))
    plain = watched.removeprefix("val_")
    if plain not in names:
        return callback
    today = watched.removesuffix(plain) + names[plain]
    interp.report_translation(
        node, f"{watched}, which a callback watches, is called {today} today."
    )
    return callback.with_(monitor=today)


def _reference(interp: Interpreter, node: ast.AST, kind: str, value: Reference, where: str) -> Any:
    home = imports.catalog_kind(value.path)
    last = value.path.rpartition(".")[2]
    if home is not None and home[0] in (kind, "losses"):
        if catalog.find(kind, last):
            return _with_old_defaults(interp, node, ObjectSpec(last))
        return _find_by_name(interp, node, kind, last, where)
    interp.report_unknown(node, f"{where} is {last[:60]!r}, which is not one of Keras's: left out")
    return None


def _find_by_name(interp: Interpreter, node: ast.AST, kind: str, text: str, where: str) -> Any:
    entry = catalog.by_alias(kind, text)
    if entry is None and kind == "losses" and text in legacy.LOSSES and text != "crossentropy":
        entry = catalog.find(kind, legacy.LOSSES[text])
        if text == "rmse":
            interp.report_different(
                node, "Keras has no loss rmse; the mean squared error is taken."
            )
        elif entry:
            interp.report_translation(node, f"The loss {text} is called {entry.alias} today.")
    if entry is None:
        lower = text.lower().replace(" ", "_")
        entry = catalog.by_alias(kind, lower) or catalog.find(kind, text)
    if entry is None:
        interp.report_unknown(
            node, f"{where} is {text[:60]!r}, which Keras does not have: left out"
        )
        return None
    if text == "Accuracy":
        interp.report_different(node, "Accuracy compares raw numbers in Keras; accuracy is taken.")
    if text == "acc":
        interp.report_translation(node, "The metric acc is called accuracy today.")
    return ObjectSpec(entry.class_name)


def read_fit(
    interp: Interpreter, node: ast.Call, args: Args, kw: Keywords, generator: bool
) -> FitCall:
    """The ``fit`` part of a project, and its data."""
    arguments = _today(interp, node, args, kw, generator)
    x, y = arguments.pop("x", None), arguments.pop("y", None)
    result: dict[str, Any] = {}
    if isinstance(x, Batches):
        if isinstance(x.batch_size, int):
            arguments["batch_size"] = x.batch_size
        if x.every_epoch:
            arguments["shuffle"] = "epoch"
        x, y = x.x, x.y if y is None else y
    x, y = (_as_loaded(interp, node, v) for v in (x, y))
    validation = arguments.pop("validation_data", None)
    for name, value in arguments.items():
        try:
            _setting(interp, node, name, resolve_number(value), result)
        except CannotEvaluate as strange:
            interp.report_unknown(node, f"{name} of fit is left out: {strange}")
    _validate(interp, node, x, validation, result)
    if result.get("validation_batch_size") == result.get("batch_size", 32):
        result.pop("validation_batch_size", None)
    return FitCall(Config(result), x, y, node)


def _as_loaded(interp: Interpreter, node: ast.AST, value: Any) -> Any:
    """Data as they were loaded, where what was done to them later is not read."""
    if isinstance(value, DataArray) and value.part == "row":
        interp.report_different(node, "All training examples are taken, not only a part of them.")
        return replace(value, part="train")
    value = as_awaited(value)
    origin = value.origin if isinstance(value, Opaque) else None
    if not isinstance(origin, DataArray):
        return value
    what = "examples" if origin.what == "x" else "labels"
    text = f"Not all that is done to the {what} is read: they stay as they are before it."
    if origin.data.kind.has_words and origin.what == "x":
        text += " The layer CategoryEncoding (multi_hot) makes rows of ones and zeros of texts."
    interp.report_unread(node, text)
    return origin


def _today(
    interp: Interpreter, node: ast.AST, args: Args, kw: Keywords, generator: bool
) -> dict[str, Any]:
    """The arguments of ``fit`` by today's names."""
    arguments = dict(zip(GENERATOR if generator else FIT, args, strict=False))
    for name, value in kw.items():
        new = legacy.FIT.get(name, name)
        new = {"generator": "x", "validation_generator": "validation_data"}.get(new, new)
        if new != name:
            change = f"called {new} today" if new else "left out: it does nothing any more"
            interp.report_translation(node, f"{name} is {change}.")
        if new:
            arguments[new] = value
    return arguments


def _setting(
    interp: Interpreter, node: ast.AST, name: str, value: Any, result: dict[str, Any]
) -> None:
    if value is None or name == "verbose" or (name in USUAL and value == USUAL[name]):
        return
    if name == "callbacks":
        result.update(_callbacks(interp, node, value))
    elif name == "class_weight":
        plain = constructors.plain_value(value)
        if not isinstance(plain, Config):
            raise CannotEvaluate("class weights are written {0: 1.0, 1: 2.5}")
        result[name] = plain
    elif name == "sample_weight" and isinstance(value, Opaque) and value.origin is None:
        pass  # a column of a file, which the project knows
    elif name in ("sample_weight", "validation_steps"):
        interp.report_different(node, f"{name} is not kept.")
    elif name == "steps_per_epoch" and not isinstance(value, int):
        interp.report_different(
            node, "steps_per_epoch is not kept: an epoch sees every example once."
        )
    elif name in FIT:
        if isinstance(value, Unknown | Opaque):
            raise CannotEvaluate("its value could not be worked out")
        if not isinstance(value, bool | int | float | str):
            raise CannotEvaluate("this is no value for it")
        if kind := document.expected_form("fit", name, value):
            raise CannotEvaluate(f"it must be {kind}")
        result[name] = value
    else:
        raise CannotEvaluate("there is no such argument")


def _callbacks(interp: Interpreter, node: ast.AST, value: Any) -> dict[str, Any]:
    rows = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Reference) and (home := imports.catalog_kind(item.path)):
            entry = constructors.find_entry(interp, node, *home)
            item = KerasObject("callbacks", ObjectSpec(entry.class_name)) if entry else item
        if isinstance(item, KerasObject) and item.kind == "callbacks":
            rows.append(item.spec)
        elif not isinstance(item, Unknown):
            text = "a callback of your own code is not read: choose one on the Train page"
            interp.report_unknown(node, text)
    return {"callbacks": tuple(rows)} if rows else {}


def _round_share(share: float, rows: int | None) -> float:
    """A short number that sets just as many rows aside."""
    if abs(share - round(share, 4)) < 1e-9:
        return round(share, 4)
    wanted = round(share * rows) if rows else 0
    for digits in (2, 4, 6, 8):
        short = round(share, digits)
        if rows and rows - int(rows * (1 - short)) == wanted:
            return short
    return round(share, 6) if not rows else share + 1e-9


def _validate(
    interp: Interpreter, node: ast.AST, x: Any, validation: Any, result: dict[str, Any]
) -> None:
    """``validation_data`` as a share of the training examples."""
    if validation is None:
        if isinstance(x, DataArray) and x.share < 1 and x.part == "train":
            interp.report_different(
                node, "All training examples are taken, not only a part of them."
            )
        return
    if isinstance(validation, Batches):
        validation = [validation.x]
    held = validation[0] if isinstance(validation, list) and validation else None
    if isinstance(held, list) and held:
        held = held[0]
    if not isinstance(held, DataArray):
        result["validation_split"] = TEST_SHARE
        text = "The validation data could not be worked out: the last 20 % of the training examples"
        interp.report_different(node, f"{text} are taken.")
        return
    if held.part == "test":
        result["validation_split"] = TEST_SHARE
        text = (
            "The test data validate here. Layerwise keeps them for the end and takes the last 20 %"
        )
        interp.report_different(node, f"{text} of the training examples.")
        return
    left = x.share if isinstance(x, DataArray) else 1 - held.share
    share = held.share / (left + held.share) if left and left < 1 else held.share
    if share >= 1:  # how many they are nobody knows
        share = TEST_SHARE
    result["validation_split"] = _round_share(share, held.data.train)
    if held.end != "tail":
        interp.report_different(node, "The last rows validate here, whichever the code sets aside.")
