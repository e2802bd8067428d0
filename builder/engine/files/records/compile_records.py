"""The settings of ``compile`` in a file of any Keras since 2.0: part by part, each by itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from builder import catalog
from builder.catalog import older_files
from builder.engine.build import keras_objects
from builder.engine.files.records import deserialize, older_records
from builder.errors import FileError
from builder.facts import Note
from builder.spec import Config, ObjectSpec

MOST = 1000
"""Numbers in a list of ``loss_weights``; nobody has more outputs."""

Say = Callable[[str], None]


def read_compile(data: Any, older: bool = False) -> tuple[Config | None, tuple[Note, ...]]:
    """The ``compile`` part of a spec from Keras's record of it; None when it was not compiled.

    What cannot be read is left out and told; it never takes anything else along.

    Args:
        data: ``compile_config`` of a ``.keras`` file, ``training_config`` of an ``.h5``.
        older: by a Keras before 3.
    """
    if not isinstance(data, Mapping) or not data:
        return None, ()
    notes: list[Note] = []
    settings: dict[str, Any] = {}
    for name, kind in catalog.COMPILE_OBJECTS.items():
        reader = _PartReader(kind, f"compile.{name}", older, notes)
        written = data.get(name)
        if name == "optimizer":
            written = written or data.get("optimizer_config")
        made = reader.read(_flat(written) if kind == "metrics" else written)
        if made not in (None, (), Config()):
            settings[name] = (made,) if kind == "metrics" and _is_one(made) else made
    if weights := _numbers(data.get("loss_weights")):
        settings["loss_weights"] = weights
    if data.get("sample_weight_mode"):
        notes.append(Note("compile", "sample_weight_mode does not exist in Keras 3: left out."))
    return (Config(settings) if settings else None), tuple(notes)


def _is_one(made: Any) -> bool:
    return isinstance(made, ObjectSpec)


def _flat(written: Any) -> Any:
    """Keras 2 put the metrics of a single output into a list of one list."""
    if isinstance(written, list) and len(written) == 1 and isinstance(written[0], list):
        return written[0]
    return written


def _numbers(weights: Any) -> Any:
    """``loss_weights`` as a spec keeps them: by output, or in their order."""
    values = weights.values() if isinstance(weights, Mapping) else weights
    if not isinstance(weights, Mapping | list) or len(weights) > MOST:
        return None
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return None
    return Config(weights) if isinstance(weights, Mapping) else tuple(weights)


def name_outputs(settings: Config, outputs: tuple[str, ...]) -> Config:
    """The settings with a model's outputs by name, where a file has them in their order."""
    if len(outputs) == 1:
        only = {k: v[0] for k, v in settings.items() if k in _ORDERED and _is_single(v)}
        return Config({**settings, **only})
    made = dict(settings)
    for name, value in settings.items():
        if not isinstance(value, tuple):
            continue
        if name in _ORDERED and len(value) == len(outputs):
            pairs = zip(outputs, value, strict=True)
        elif name in ("metrics", "weighted_metrics"):
            pairs = zip(outputs, _each_metrics(value, len(outputs)), strict=True)
        else:
            continue
        made[name] = Config({k: v for k, v in pairs if v not in (None, ())})
    return Config(made)


_ORDERED = ("loss", "loss_weights")


def _is_single(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 1


def _each_metrics(value: tuple[Any, ...], outputs: int) -> list[tuple[Any, ...]]:
    """The metrics of each output; a plain list meant all of them for every one."""
    if len(value) == outputs and any(isinstance(v, tuple) for v in value):
        return [v if isinstance(v, tuple) else (v,) for v in value]
    return [value] * outputs


class _PartReader:
    """Reads one argument of ``compile``: an object, a short string, or several of them."""

    def __init__(self, kind: str, where: str, older: bool, notes: list[Note]) -> None:
        self.kind, self.where, self.older, self.notes = kind, where, older, notes

    def say(self, text: str) -> None:
        self.notes.append(Note(self.where, text))

    def read(self, data: Any) -> Any:
        """What is understood of it; None where nothing is, which is told."""
        if data is None:
            return None
        if isinstance(data, Mapping) and "class_name" not in data:
            read = {str(k): self.read(v) for k, v in data.items()}
            return Config({k: v for k, v in read.items() if v is not None})
        if isinstance(data, list | tuple):
            parts = [self.read(v) for v in data]
            # the places in a list of losses are outputs, those in a list of metrics are none
            gone = (None,) if self.kind == "metrics" else ()
            return tuple(part for part in parts if part not in gone)
        try:
            return self._one(data)
        except FileError as error:
            self.say(f"It was left out: {error.message}")
            return None

    def _one(self, data: Any) -> ObjectSpec:
        if not isinstance(data, Mapping):
            return _from_name(self.kind, data, self.where)
        if data.get("class_name") == "function":
            return _from_name(self.kind, deserialize.function_name(data, self.where), self.where)
        if data.get("class_name") in older_files.WRAPPED_BY_NAME:
            return self._wrapped(deserialize.inner_config(data))
        if self.older and isinstance(data.get("class_name"), str):
            data = older_records.translate(self.kind, data, self.say)
        return self._object(data)

    def _wrapped(self, config: Mapping[str, Any]) -> ObjectSpec:
        """A function in a class that adds nothing, under the name by which it was chosen."""
        if self.kind == "metrics" and config.get("name") in keras_objects.LOSS_STRINGS:
            return _from_name(self.kind, config["name"], self.where)
        function = config.get("fn")
        if isinstance(function, Mapping):
            function = deserialize.function_name(function, self.where)
        return _from_name(self.kind, function or config.get("name"), self.where)

    def _object(self, data: Mapping[str, Any]) -> ObjectSpec:
        config = deserialize.inner_config(data)
        if _is_usual(config.get("thresholds"), config.get("num_thresholds")):
            config = {k: v for k, v in config.items() if k != "thresholds"}
            data = {**data, "config": config}
        try:
            return deserialize.read_object(self.kind, data, self.where, self.say)
        except FileError as error:
            rate = config.get("learning_rate")
            if not isinstance(rate, Mapping):
                raise
            rest = {k: v for k, v in config.items() if k != "learning_rate"}
            made = deserialize.read_object(
                self.kind, {**data, "config": rest}, self.where, self.say
            )
            self.say(f"Its schedule was left out, so it has the usual rate: {error.message}")
            return made


def _is_usual(thresholds: Any, many: Any) -> bool:
    """Whether these are the thresholds that Keras makes of their number, without both ends."""
    if not isinstance(thresholds, list) or not isinstance(many, int) or many < 3:
        return False
    usual = len(thresholds) == many - 2
    return usual and all(
        isinstance(v, int | float) and abs(v - (i + 1) / (many - 1)) < 1e-6
        for i, v in enumerate(thresholds)
    )


def _from_name(kind: str, text: Any, where: str) -> ObjectSpec:
    """What one of Keras's short strings stands for, as Keras itself resolves it."""
    if kind == "metrics" and text in keras_objects.LOSS_STRINGS:
        return ObjectSpec("accuracy") if text == "acc" else ObjectSpec(text)
    name = older_files.COMPILE_NAMES.get(text, text) if isinstance(text, str) else text
    home, base = keras_objects.SOURCES[kind]
    try:
        made = home.get(name) if isinstance(name, str) and name.isidentifier() else None
    except Exception:  # each home refuses an unknown name in its own way
        made = None
    if isinstance(made, base):
        return ObjectSpec(type(made).__name__)
    entry = catalog.by_alias(kind, made.__name__) if inspect.isfunction(made) else None
    if entry is None:
        raise deserialize.refusal(where, f"is {text!r}, which is not among Keras's {kind}.")
    return ObjectSpec(entry.class_name)
