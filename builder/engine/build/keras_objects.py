"""ObjectSpec → Keras object (layer, loss, optimizer …), from an allow-list of exact class names."""

from __future__ import annotations

import functools
import importlib.util
import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from builder import catalog
from builder.catalog import epoch_schedules
from builder.custom_layers.registry import custom_layer_classes
from builder.engine.build.backend import keras
from builder.errors import BuildError, without_paths
from builder.spec import ObjectSpec

SOURCES: dict[str, tuple[Any, Any]] = {
    "layers": (keras.layers, keras.layers.Layer),
    "optimizers": (keras.optimizers, keras.optimizers.Optimizer),
    "schedules": (keras.optimizers.schedules, keras.optimizers.schedules.LearningRateSchedule),
    "losses": (keras.losses, keras.losses.Loss),
    "metrics": (keras.metrics, keras.metrics.Metric),
    "callbacks": (keras.callbacks, keras.callbacks.Callback),
    "initializers": (keras.initializers, keras.initializers.Initializer),
    "regularizers": (keras.regularizers, keras.regularizers.Regularizer),
    "constraints": (keras.constraints, keras.constraints.Constraint),
}
"""Kind → where Keras keeps the classes, and the class all of them derive from."""

REFUSED = frozenset(
    (
        # They run code or reach files and hosts that a spec must not name …
        *("Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper"),
        *("LambdaCallback", "RemoteMonitor", "OrbaxCheckpoint", "BackupAndRestore"),
        # … or are Keras's own machinery.
        *("Layer", "Wrapper", "Pipeline", "Optimizer", "OptimizerMap", "MultiOptimizer"),
        *("LearningRateSchedule", "Loss", "Metric", "MeanMetricWrapper", "Callback"),
        *("CallbackList", "History", "ProgbarLogger", "Initializer", "Regularizer", "Constraint"),
    )
)

NESTED: tuple[tuple[str, str], ...] = (
    (r".*initializer", "initializers"),
    (r".*regularizer", "regularizers"),
    (r".*constraint", "constraints"),
    (r"learning_rate", "schedules"),
    (r"(inner_)?optimizer", "optimizers"),
    (r"schedule", "epoch_schedules"),
    (r"(.*_)?layers?|cells?|(.*_)?activation", "layers"),
    (r"loss", "losses"),
    (r".*metrics", "metrics"),
)
"""Argument name → the kind of the object it nests."""

HIDDEN: dict[str, tuple[Any, ...]] = {
    "layers": (
        keras.src.applications.convnext.LayerScale,
        keras.src.applications.convnext.StochasticDepth,
        keras.src.applications.inception_resnet_v2.CustomScaleLayer,
        *custom_layer_classes().values(),
    )
}
"""Classes beside the public ones: of Keras's own architectures, which files name, and our own."""

LOSS_STRINGS = frozenset({"accuracy", "acc", "crossentropy", "ce"})
"""Metric strings that Keras resolves by the loss when compiling; they stay strings."""


@functools.cache
def classes(kind: str) -> Mapping[str, Any]:
    """The classes of a kind by their public names; the allow-list everything goes through.

    Raises:
        BuildError: no such kind.
    """
    if kind not in SOURCES:
        raise BuildError(f"There is no kind of Keras object called '{kind}'.")
    module, base = SOURCES[kind]
    by_name = {n: c for n, c in vars(module).items() if inspect.isclass(c) and issubclass(c, base)}
    by_name |= {c.__name__: c for c in HIDDEN.get(kind, ())}
    return {n: c for n, c in by_name.items() if n not in REFUSED and c.__name__ not in REFUSED}


def make(kind: str, value: Any, *, folder: Path | None = None, **more: Any) -> Any:
    """The Keras object a spec describes, nested objects included.

    Args:
        kind: catalogue kind: ``layers``, ``optimizers`` … or ``epoch_schedules``.
        value: an ObjectSpec; Keras's short string; None (stays None); or tuples and mappings of
            these, as ``loss`` and ``metrics`` have for several outputs.
        folder: where callbacks write, whatever their config says; None: where they would.
        more: arguments that override the config, e.g. ``name``.

    Raises:
        BuildError: unknown or refused name, or Keras refused the arguments; says why in one line.
    """
    match value:
        case None:
            return None
        case ObjectSpec():
            return _object(kind, value, folder, more)
        case str():
            return _short(kind, value)
        case Mapping():
            return {k: make(kind, v, folder=folder) for k, v in value.items()}
        case tuple() | list():
            return [make(kind, v, folder=folder) for v in value]
    raise BuildError(f"A spec of {kind} is expected, not {type(value).__name__} ({value!r}).")


def _object(kind: str, spec: ObjectSpec, folder: Path | None, more: dict[str, Any]) -> Any:
    config = {k: argument(k, v) for k, v in spec.config.items()} | more
    if kind == "epoch_schedules":
        return _epoch_schedule(spec, config)
    if kind == "metrics" and spec.class_name in LOSS_STRINGS:
        return spec.class_name
    if kind == "activations":
        return _short(kind, spec.class_name)
    if spec.class_name == "TensorBoard" and importlib.util.find_spec("tensorboard") is None:
        raise BuildError(
            "The callback TensorBoard needs the package tensorboard, which is not installed.",
            hint="Remove the callback, or install it: pip install tensorboard.",
            where="fit.callbacks",
        )
    if kind == "callbacks" and folder is not None:
        config |= _place(spec, folder)
    if kind == "losses" and isinstance(config.get("reduction"), str):
        config["reduction"] = None if config["reduction"] == "none" else config["reduction"]
    made = _find_class(kind, spec, classes(kind))
    _refuse_paths(kind, spec)
    return _call(spec.class_name, made, config)


def _refuse_paths(kind: str, spec: ObjectSpec) -> None:
    """Raises BuildError for a text that Keras would take for a file of this computer to open.

    Its lines would stand in Keras's next error, for whoever sent the project.
    """
    for name in catalog.traits_of(spec.class_name, kind).opens:
        if isinstance(spec.config.get(name), str):
            raise BuildError(
                f"'{name}' of {spec.class_name} must be a list of its values but is a text, which"
                " Keras would open as a file of this computer.",
                hint="Give the values themselves as a list, or leave it empty to learn them.",
                where=name,
            )


def _epoch_schedule(spec: ObjectSpec, config: dict[str, Any]) -> Callable[[int, float], float]:
    rule = functools.partial(
        _find_class("epoch_schedules", spec, epoch_schedules.FUNCTIONS), **config
    )
    _call(spec.class_name, lambda: rule(1, 1.0), {})  # wrong arguments show here, not in an epoch
    return rule


def _place(spec: ObjectSpec, folder: Path) -> dict[str, str]:
    """Where a callback that writes may do so: the one place inside the run's folder."""
    writes = catalog.traits_of(spec.class_name, "callbacks").writes
    if writes is None:
        return {}
    name, file = writes
    if spec.config.get("save_weights_only"):
        file = "model.best.weights.h5"
    return {name: str(folder / file)}


def _find_class(kind: str, spec: ObjectSpec, table: Mapping[str, Any]) -> Callable[..., Any]:
    made = table.get(spec.class_name)
    if made is None:
        noun = kind.replace("_", " ").removesuffix("s") if kind != "losses" else "loss"
        why = "is not allowed here" if spec.class_name in REFUSED else f"is no {noun} of Keras"
        raise BuildError(
            f"'{spec.class_name}' {why}.", hint="Choose one from the catalogue.", where=kind
        )
    return made  # type: ignore[no-any-return]


def _call(class_name: str, made: Callable[..., Any], config: dict[str, Any]) -> Any:
    try:
        return made(**config)
    except BuildError:
        raise
    except Exception as error:  # Keras's constructors raise whatever their checks happen to raise
        raise BuildError(f"{class_name}: {reason(error)}") from None


def argument(name: str, value: Any) -> Any:
    """One constructor argument as Keras takes it: nested specs made, Configs thawed.

    Raises:
        BuildError: as ``make``; also a string naming no initializer, activation ….
    """
    kind = next((k for pattern, k in NESTED if re.fullmatch(pattern, name)), None)
    match value:
        case ObjectSpec() if value.class_name == "DTypePolicy":
            return value.config.get("name")
        case ObjectSpec():
            if kind is None:
                raise BuildError(f"'{name}' takes no object, but is {value.class_name}.")
            return make(kind, value)
        case Mapping() if "class_name" in value:
            # Keras would make whatever class it names, past everything that is refused here
            raise BuildError(
                f"'{name}' holds an object that is not written as one.",
                hint="Choose it anew, or give it exactly a 'class_name' and a 'config'.",
                where=name,
            )
        case str() if re.fullmatch(r"(.*_)?activation", name):
            return _short("activations", value)
        case str() if kind in ("initializers", "regularizers", "constraints"):
            return _short(kind, value)
        case Mapping():
            return {k: argument(name, v) for k, v in value.items()}
        case tuple():
            items = [argument(name, v) for v in value]
            return items if any(isinstance(v, str | list) for v in items) else tuple(items)
    return value


def _short(kind: str, text: str) -> Any:
    """Keras's short string, as Keras takes it where it means one of Keras's own things."""
    if kind == "metrics" and text in LOSS_STRINGS:
        return text
    getter = getattr(keras.activations if kind == "activations" else SOURCES[kind][0], "get", None)
    if not re.fullmatch(r"\w+", text) or text in REFUSED or getter is None:
        raise BuildError(f"'{text}' is no name among Keras's {kind}.", where=kind)
    try:
        resolved = getter(text)
    except Exception:  # every getter refuses an unknown name in its own way
        raise BuildError(
            f"'{text}' is no name among Keras's {kind}.",
            hint="Choose one from the catalogue.",
            where=kind,
        ) from None
    # Losses and metrics stay strings, so that the history's keys are those a script gets.
    return text if kind in ("losses", "metrics", "activations") else resolved


def _after_stack(text: str) -> str:
    """What follows the stack that TensorFlow prints into the messages of its graphs."""
    lines = text.strip().splitlines()
    files = [i for i, row in enumerate(lines) if row.lstrip().startswith('File "')]
    if not files:
        return text
    rest = [row for row in lines[files[-1] + 1 :] if row.strip()] or lines[-1:]
    # A Python stack shows the line of source after its place; a graph's stack does not.
    return "\n".join(rest if text.startswith("Graph execution error") else rest[-1:])


CARRIES_CODE = "it carries code or the name of a file, and neither is ever run or opened here."
"""Said in place of Keras's advice to load such a thing nevertheless."""

_UNSAFE = re.compile(r"safe_mode|unsafe_deserialization")


def reason(error: BaseException) -> str:
    """What Keras said, as one clean line without its call dumps.

    Keras appends ``Arguments received by …`` to errors raised inside a call, and wraps them in
    ``Exception encountered when calling …``; people need the sentence in between.
    """
    text = getattr(error, "message", "") or str(error) or type(error).__name__
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.split(r"\n+\s*(?:Arguments|Call arguments) received by ", text)[0]
    text = re.sub(r"^Exception encountered when calling [^\n]*\n+", "", text)
    text = re.split(r"\s*\[\[\{\{node ", text)[0]
    # tensors by names that Keras counts on: other numbers each time, and nothing to a reader
    text = re.split(r"\s*Inputs received: \[<KerasTensor", text)[0]
    if _UNSAFE.search(text):
        return CARRIES_CODE
    text = without_paths(" ".join(_after_stack(text).split()))
    return text if len(text) <= 400 else text[:399] + "…"
