"""Script lines for ``compile``, ``fit``, evaluation and prediction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from builder import catalog
from builder.code import reshuffle
from builder.code.constructor_calls import construct, short_form
from builder.code.syntax import Call, Name, render_flat
from builder.datasets.contract import weight_column
from builder.errors import SpecError
from builder.spec import Config, ObjectSpec, TrainingSpec, snake_case


def compile_call(training: TrainingSpec, called: Mapping[str, str] | None = None) -> Call:
    """``model.compile(…)``.

    Args:
        called: output → its name in the script, where there are several.

    Raises:
        SpecError: the metrics are no list of objects.
    """
    items: list[tuple[str, Any]] = []
    names = called or {}
    for key, kind in (("optimizer", "optimizers"), ("loss", "losses")):
        if key in training.compile:
            items.append((key, _each(training.compile[key], names, partial(short_form, kind))))
    if weights := training.compile.get("loss_weights"):
        items.append(("loss_weights", _each(weights, names, lambda v: v)))
    if isinstance(by_output := training.compile.get("metrics"), Config):
        items.append(("metrics", _each(by_output, names, _metrics)))
    elif metrics := _require_objects(training.compile, "metrics"):
        items.append(("metrics", _metrics(metrics)))
    if training.compile.get("jit_compile") is not None:
        items.append(("jit_compile", training.compile["jit_compile"]))
    return Call("model.compile", tuple(items), split=True)


def _metrics(metrics: Any) -> Call:
    """A list of metrics; SpecError when they are no objects."""
    listed = metrics if isinstance(metrics, tuple) else (metrics,)
    if not all(isinstance(m, ObjectSpec) for m in listed):
        raise SpecError(f"'metrics' must be a list of objects but is {metrics!r}.", "", "metrics")
    return Call("", tuple(("", short_form("metrics", m)) for m in listed), "[", "]")


def _each(value: Any, names: Mapping[str, str], say: Callable[[Any], Any]) -> Any:
    """One setting, or one for each output as ``{"digit": …}``."""
    if not isinstance(value, Config):
        return say(value)
    rows = tuple((names.get(ref, ref), say(v)) for ref, v in value.items())
    return Call("", rows, "{", "}")


def fit_call(training: TrainingSpec) -> Call:
    """``model.fit(…)``; SpecError when weights or callbacks are not what they should be."""
    items: list[tuple[str, Any]] = [("", Name("x_train")), ("", Name("y_train"))]
    if weight_column(training.dataset):
        items.append(("sample_weight", Name("w_train")))
    settings = training.fit
    if settings.get("shuffle") == "epoch":
        settings = settings.without("shuffle")
    if reshuffle.is_needed(training):
        items = reshuffle.fit_items(training)
        settings = settings.without("batch_size", "validation_split")
    first = [k for k in ("epochs", "batch_size", "validation_split") if k in settings]
    for key in (*first, *(k for k in settings if k not in first)):
        value = settings[key]
        if value is None or value == () or value == {} or key == "callbacks":
            continue
        if key == "class_weight":
            items.append((key, _weights(value)))
        else:
            items.append((key, value))
    callbacks = _require_objects(training.fit, "callbacks")
    if callbacks:
        made = tuple(("", _callback(c)) for c in callbacks)
        items.append(("callbacks", Call("", made, "[", "]")))
    return Call("model.fit", tuple(items), split=True)


def _weights(given: Any) -> Name:
    """``{0: 1.0, 2: 2.5}``; JSON keys are text."""
    pairs = dict(given) if isinstance(given, Config) else {"": given}
    if not all(k.isdecimal() and isinstance(v, int | float) for k, v in pairs.items()):
        raise SpecError(
            f"Class weights must be numbers by class index, but are {given!r}.",
            'Write them as {"0": 1.0, "1": 2.5}.',
            "fit.class_weight",
        )
    return Name("{" + ", ".join(f"{int(k)}: {v!r}" for k, v in pairs.items()) + "}")


def _callback(callback: ObjectSpec) -> Any:
    config = callback.config
    files = usual_files(catalog.find("callbacks", callback.class_name))
    if "filepath" in files and config.get("save_weights_only"):
        files = {"filepath": "model.best.weights.h5"}
    return construct("callbacks", ObjectSpec(callback.class_name, Config({**config, **files})))


def usual_files(entry: catalog.Entry | None) -> dict[str, str]:
    """Where a callback writes in a script, whatever a workspace did: argument → place."""
    if entry is None or entry.traits.writes is None:
        return {}
    argument = entry.traits.writes[0]
    return {argument: str(catalog.param(entry, argument).start or entry.args[argument])}


def epoch_rules(training: TrainingSpec) -> Iterator[str]:
    """A small function for each epoch schedule a callback uses."""
    for callback in _require_objects(training.fit, "callbacks"):
        rule = callback.config.get("schedule")
        if isinstance(rule, ObjectSpec):
            entry = catalog.entry("epoch_schedules", rule.class_name)
            settings = Call("", tuple({**entry.args, **rule.config}.items()))
            head = f"def {snake_case(rule.class_name)}(epoch, lr, {render_flat(settings)[1:-1]}):"
            yield f"{head}\n    return {entry.extra['expression']}"


def load_initial_weights(training: TrainingSpec) -> str:
    """What to do so that the script, too, begins with the weights of the project; "" if none."""
    if not training.weights:
        return ""
    name = re.sub(r"[^\w.() -]", "_", str(training.weights.get("name", "")))[:80]
    return (
        f"# In Layerwise this project begins with the weights of {name}, not by chance.\n"
        "# To begin with them here too, put that file beside this script and remove the '#':\n"
        f'# model.load_weights("{name}", skip_mismatch=True)'
    )


def evaluation(training: TrainingSpec) -> str:
    """The lines that print the test's loss and metrics."""
    given = training.compile.get("metrics")
    several = isinstance(given, Config) or isinstance(training.compile.get("loss"), Config)
    metrics = () if several else _require_objects(training.compile, "metrics")
    if len(metrics) == 1:
        entry = catalog.find("metrics", metrics[0].class_name)
        name = str(entry.extra.get("key") or entry.alias) if entry else "metric"
        words = name.replace("_", " ")
        return (
            f"test_loss, test_{name} = model.evaluate(x_test, y_test)\n"
            f'print(f"Test {words}: {{test_{name}:.4f}}")'
        )
    return (
        "results = model.evaluate(x_test, y_test, return_dict=True)\n"
        "for name, value in results.items():\n"
        '    print(f"Test {name}: {value:.4f}")'
    )


def class_decoder(training: TrainingSpec) -> str:
    """The expression that turns ``predictions`` into classes, where the loss is one for classes."""
    loss = training.compile.get("loss")
    entry = catalog.find("losses", loss.class_name) if isinstance(loss, ObjectSpec) else None
    if entry is None or "regression" in entry.tasks:
        return "predictions"
    if entry.extra.get("binary"):
        cut = 0 if loss is not None and loss.config.get("from_logits") else 0.5
        return f"(predictions > {cut}).astype(int)"
    return "predictions.argmax(axis=1)"


def _require_objects(settings: Config, name: str) -> tuple[ObjectSpec, ...]:
    """Metrics or callbacks; SpecError when they are no list of objects."""
    objects = settings.get(name) or ()
    if not isinstance(objects, tuple) or not all(isinstance(f, ObjectSpec) for f in objects):
        raise SpecError(f"'{name}' must be a list of objects but is {objects!r}.", "", name)
    return objects
