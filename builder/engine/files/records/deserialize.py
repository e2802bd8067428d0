"""Deserialize Keras objects to ObjectSpec: allow-listed classes, only non-default arguments."""

from __future__ import annotations

import functools
import inspect
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from builder import catalog
from builder.custom_layers.registry import custom_layer_classes
from builder.engine.build import keras_objects
from builder.engine.build.backend import keras
from builder.errors import BuildError, CatalogError, FileError
from builder.spec import Config, ObjectSpec, freeze

NESTED_DEPTH = 30
"""How deeply objects may nest in a file; Keras's own stay under ten."""

MODELS = frozenset({"Sequential", "Functional", "Model"})
"""Classes whose config is a graph of layers."""

BASE = ("trainable", "dtype")
"""Arguments every layer takes though its signature does not name them."""

SILENT = frozenset(
    {"name", "build_config", "module", "registered_name", "shared_object_id", "batch_input_shape"}
)
"""What Keras writes about an object that is no choice of anybody."""

POLICIES = ("DTypePolicy", "Policy", "FloatDTypePolicy")
"""What Keras 3 and 2 call the record of a dtype policy; its name says all of it."""

PACKAGE = "layerwise"
"""What our own layers are registered under; nothing of a file is imported to find one."""

USE_ONLY = f"Use only Keras's own layers, or ours: {', '.join(custom_layer_classes())}."
"""What to do about anything else."""

Say = Callable[[str], None]
"""Takes a remark about something that was not taken over."""


def refusal(where: str, what: str, hint: str = "") -> FileError:
    """The error for content that is not opened."""
    return FileError(f"'{where}' {what}", hint or USE_ONLY, where)


def check_source(where: str, data: Mapping[str, Any]) -> str:
    """The class name of a serialized object that Keras itself defines, or that is ours.

    Raises:
        FileError: it is code, a custom class of others or no class name at all.
    """
    name = data.get("class_name")
    module = data.get("module")
    registered = data.get("registered_name")
    if not isinstance(name, str) or not isinstance(module, str | None):
        raise refusal(where, "is damaged: it has no class name.", "Save the model again.")
    if name in ("Lambda", "__lambda__"):
        raise refusal(
            where,
            "is a Lambda: it carries Python code, which is never run here.",
            "Replace it by Keras's own layers, for example Rescaling or Activation, and save"
            " the model again.",
        )
    ours = name.removeprefix(f"{PACKAGE}>")  # HDF5 knows the registered name alone
    if ours in custom_layer_classes() and f"{PACKAGE}>{ours}" in (name, registered):
        return ours
    home = (module or "keras").split(".")[0]
    custom = isinstance(registered, str) and ">" in registered
    if module and registered == f"Custom>{name}":  # how tf.keras 2.11 to 2.15 named its own
        custom = False
    if home not in ("keras", "tf_keras", "builtins") or custom or ">" in name:
        raise refusal(where, f"is a custom class ({registered or f'{module}.{name}'}).")
    return name


def read_object(kind: str, data: Any, where: str, say: Say, depth: int = 0) -> ObjectSpec:
    """The spec of one serialized object of that catalogue kind.

    Args:
        data: ``{"class_name", "config", …}`` as Keras 3, or Keras 2, wrote it.
        where: the layer or place, for messages.

    Raises:
        FileError: code, a custom class, a class that is not allowed, or refused arguments.
    """
    if depth > NESTED_DEPTH:
        raise refusal(where, f"nests objects more than {NESTED_DEPTH} deep.")
    if not isinstance(data, Mapping):
        raise refusal(where, f"should describe an object but is {type(data).__name__}.")
    name = check_source(where, data)
    given = data.get("config") or {}
    if kind == "layers" and name not in keras_objects.classes(kind):  # GroupedQueryAttention
        name = next((k for k, c in keras_objects.classes(kind).items() if c.__name__ == name), name)
    if name not in keras_objects.classes(kind) or not isinstance(given, Mapping):
        raise refusal(where, f"uses '{name}', which is not among the {kind} this app opens.")
    values = {
        k: read_value(k, v, where, say, depth + 1) for k, v in given.items() if k not in SILENT
    }
    if _is_all_axes(values.get("attention_axes"), data.get("build_config")):
        values["attention_axes"] = None
    for argument in catalog.traits_of(name, kind).opens:
        if isinstance(values.get(argument), str):
            say(
                f"'{argument}' of {name} names a file, which is never opened: it was left out, and"
                " is learned from the data anew."
            )
            del values[argument]
    return minimal_config(kind, name, values, where, say)


def inner_config(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The config of a serialized object; empty when it is damaged."""
    config = data.get("config")
    return config if isinstance(config, Mapping) else {}


def _is_all_axes(axes: Any, built: Any) -> bool:
    """Whether these are the axes a MultiHeadAttention built for such shapes fills in by itself."""
    shapes = built.get("shapes_dict") if isinstance(built, Mapping) else None
    query = shapes.get("query_shape") if isinstance(shapes, Mapping) else None
    return isinstance(query, list) and axes == tuple(range(1, len(query) - 1))


def read_value(name: str, data: Any, where: str, say: Say, depth: int = 0) -> Any:
    """One argument of a serialized object as a spec keeps it; FileError as ``read_object``."""
    if isinstance(data, list | tuple):
        return tuple(read_value(name, v, where, say, depth + 1) for v in data)
    if isinstance(data, float) and float(np.float32(data)) == data:
        return float(str(np.float32(data)))  # Keras reads 0.01 back as 0.009999999776482582
    if not isinstance(data, Mapping):
        return data
    if "class_name" not in data:
        return Config({k: read_value(name, v, where, say, depth + 1) for k, v in data.items()})
    match data["class_name"]:
        case "__tuple__":
            return read_value(name, data.get("items", ()), where, say, depth + 1)
        case "__numpy__" | "__tensor__":
            return freeze(inner_config(data).get("value"))
        case "__slice__":
            part = inner_config(data)
            return Config({k: part.get(k) for k in ("start", "stop", "step")})
        case "__ellipsis__":
            return "..."
        case policy if policy in POLICIES:
            return inner_config(data).get("name")
        case "function":
            return function_name(data, where)
    kind = next((k for pattern, k in keras_objects.NESTED if re.fullmatch(pattern, name)), None)
    if kind is None:
        check_source(where, data)
        raise refusal(where, f"has an object as '{name}', where none is expected.")
    return read_object(kind, data, where, say, depth + 1)


def function_name(data: Mapping[str, Any], where: str) -> str:
    """The name of one of Keras's own functions; scripts may pass those instead of strings.

    Raises:
        FileError: it is a function of somebody else.
    """
    name = data.get("config")
    homes = (keras.activations, keras.losses, keras.metrics)
    if isinstance(name, str) and any(name in vars(home) for home in homes):
        return name
    raise refusal(where, f"uses the function '{name}', which is not one of Keras's own.")


def minimal_config(
    kind: str, name: str, values: Mapping[str, Any], where: str, say: Say = lambda text: None
) -> ObjectSpec:
    """The shortest config from which Keras makes the same object.

    Keras decides, not a table: an argument is left out when the object made without it reports
    the very same config.

    Raises:
        FileError: Keras refuses the arguments.
    """
    try:
        made, unknown = _shortest(kind, name, Config(values), repr(values))
    except BuildError as error:
        raise refusal(where, f"cannot be made: {error.message}", error.hint) from None
    for argument in unknown:
        say(f"'{argument}' of {name} does not exist in this Keras and was left out.")
    return made


@functools.lru_cache(4096)
def _shortest(
    kind: str, name: str, given: Config, written: str
) -> tuple[ObjectSpec, tuple[str, ...]]:
    """The record, and the arguments this Keras does not know; large models repeat themselves.

    ``written`` keeps 1, 1.0 and True apart, which are equal in Python.
    """
    parameters = inspect.signature(keras_objects.classes(kind)[name].__init__).parameters
    # First the catalogue's spelling: some of Keras's layers write a factor f as the pair (-f, f).
    values = _canonical(kind, ObjectSpec(name, given)).config
    kept = {k: v for k, v in values.items() if k in parameters or (kind == "layers" and k in BASE)}
    full = _report(keras_objects.make(kind, ObjectSpec(name, Config(kept))))
    strange = values.keys() - kept.keys() - full.keys() - SILENT
    unknown = tuple(sorted(k for k in strange if values[k] not in (None, False, ())))
    needed = {k for k, p in parameters.items() if p.default is inspect.Parameter.empty}
    for argument in sorted(kept.keys() - needed):
        shorter = {k: v for k, v in kept.items() if k != argument}
        if _reports(kind, name, shorter) == full:
            kept = shorter
    return _canonical(kind, ObjectSpec(name, Config(kept))), unknown


def _canonical(kind: str, spec: ObjectSpec) -> ObjectSpec:
    """As the catalogue spells it; what it does not describe stays as it is."""
    try:
        return catalog.minimal(kind, spec)
    except CatalogError:
        return spec


def _reports(kind: str, name: str, config: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        return _report(keras_objects.make(kind, ObjectSpec(name, Config(config))))
    except BuildError:
        return None


def _report(made: Any) -> dict[str, Any]:
    """What Keras says of an object, without names, as comparable plain data; BuildError when it
    took an argument of which it can say nothing."""
    try:
        config = keras.saving.serialize_keras_object(made).get("config")
    except Exception as error:
        raise BuildError(keras_objects.reason(error)) from error
    return _plain(json.loads(json.dumps(config, default=repr)))  # type: ignore[no-any-return]


def _plain(data: Any) -> Any:
    if isinstance(data, dict):
        if data.get("class_name") in POLICIES:
            return inner_config(data).get("name")
        return {k: _plain(v) for k, v in data.items() if k not in SILENT}
    return [_plain(v) for v in data] if isinstance(data, list) else data
