"""Records of Keras 0.x to 2.15 in the words of Keras 3: classes, arguments and values."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

from builder import catalog
from builder.catalog import old_defaults, older_files
from builder.engine.build import keras_objects

Say = Callable[[str, str], None]
"""Takes a layer's name and a remark about it."""

Given = dict[str, Any]
"""Argument → value, as JSON has it."""

BASE = frozenset(("name", "trainable", "dtype", "batch_input_shape", "activity_regularizer"))
"""What every layer takes though its signature does not name it."""

HARD_SIGMOID = "hard_sigmoid"

FLATTER = (
    "works with 'hard_sigmoid', which was 0.2 x + 0.5 and is x / 6 + 0.5 in Keras 3: its answers"
    " differ a little from what they were."
)


def is_older(version: Any) -> bool:
    """Whether a file is by a Keras before 3, or does not say by which."""
    return not (isinstance(version, str) and re.match(r"[3-9]|\d\d", version))


def translate_model(record: Any, say: Say, where: str = "") -> Any:
    """A model's record in the words of Keras 3; what is damaged stays as it is.

    Args:
        say: told of what has no exact counterpart.
        where: what stands before the names of its layers, in remarks.
    """
    config = record.get("config") if isinstance(record, Mapping) else None
    layers = config.get("layers") if isinstance(config, Mapping) else config
    if not isinstance(layers, list):
        return record
    rows = [_translate_row(row, say, where) for row in layers]
    return {**record, "config": {**config, "layers": rows} if isinstance(config, dict) else rows}


def _translate_row(row: Any, say: Say, where: str) -> Any:
    if not _is_object(row):
        return row
    config = row.get("config")
    name = row.get("name") or (config.get("name") if isinstance(config, Mapping) else "")
    at = f"{where}/{name}" if where else str(name)
    if isinstance(config, list) or (isinstance(config, Mapping) and "layers" in config):
        return translate_model(row, say, at)
    return translate("layers", row, lambda text: say(at, text))


def _is_object(data: Any) -> bool:
    return isinstance(data, Mapping) and isinstance(data.get("class_name"), str)


def translate(kind: str, data: Mapping[str, Any], say: Callable[[str], None]) -> Given:
    """One serialized object in the words of Keras 3, with all it nests."""
    config, name = data.get("config"), str(data["class_name"])
    given = dict(config) if isinstance(config, Mapping) else {}
    if name in older_files.SPREAD:
        return _spread(data, given, say)
    today = class_today(kind, name)
    if today not in keras_objects.classes(kind):
        return dict(data)
    given |= older_files.FIXED.get(name, {})
    if kind == "optimizers":
        given = _rate_today(given, say)
    made = _arguments(kind, name, today, given)
    if kind in ("layers", "optimizers"):  # always written, so what is missing was none yet
        made = {**old_defaults.of_version(today, (1, 0)), **made}
    if made.get("activation") == HARD_SIGMOID:
        say(FLATTER)
    said = {k: _value(k, v, say) for k, v in made.items()}
    return {**data, "class_name": today, "config": said}


def _spread(data: Mapping[str, Any], given: Given, say: Callable[[str], None]) -> Given:
    """A layer that is two today: a wrapper, and the layer in it."""
    wrapper, inner = older_files.SPREAD[str(data["class_name"])]
    outer = {k: given.pop(k) for k in ("name", "batch_input_shape") if k in given}
    held = translate("layers", {"class_name": inner, "config": given}, say)
    return {**data, "class_name": wrapper, "config": {**outer, "layer": held}}


def class_today(kind: str, name: str) -> str:
    """What a class of a file is called in this Keras; its own name where nobody knows."""
    known = keras_objects.classes(kind)
    own = name.removeprefix("Custom>") if kind == "optimizers" else name
    if own in older_files.CLASSES:
        return older_files.CLASSES[own]
    if own in known:  # tf.keras 2.11 to 2.15 registered its own optimizers as "Custom>Adam"
        first = str(known[own].__name__)
        return first if catalog.find(kind, own) is None and first in known else own
    entry = catalog.by_alias(kind, own) or catalog.by_alias(kind, own.lower())
    return entry.class_name if entry else name


def _rate_today(given: Given, say: Callable[[str], None]) -> Given:
    """An optimizer's settings, with ``decay`` as the schedule that it was."""
    if "lr" in given:
        given["learning_rate"] = given.pop("lr")
    decay = given.pop("decay", None)
    rate = given.get("learning_rate")
    if isinstance(decay, int | float) and decay and isinstance(rate, int | float):
        settings = {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay}
        given["learning_rate"] = {"class_name": older_files.DECAY, "config": settings}
        say(f"decay={decay:g} became the schedule {older_files.DECAY}, which is the same.")
    if not given.get("use_ema"):
        given = {k: v for k, v in given.items() if not k.startswith("ema_")}
    if given.get("epsilon", 0) is None:
        del given["epsilon"]
    return given


def _arguments(kind: str, name: str, today: str, given: Given) -> Given:
    takes = _takes(kind, today)
    renames = older_files.USUAL_ARGUMENTS | older_files.ARGUMENTS.get(name, {})
    made: Given = {}
    for sides in older_files.SIDES:
        if all(side in given for side in sides):
            made["kernel_size"] = [given.pop(side) for side in sides]
    for argument, value in given.items():
        new = argument if argument in takes else renames.get(argument, argument)
        values = older_files.VALUES.get(new, {})
        if new in takes:
            made[new] = values.get(value, value) if isinstance(value, str) else value
        elif not _says_nothing(argument, value):
            made[argument] = value  # whoever reads the record tells that it was left out
    if "axis" in made:
        made["axis"] = _axis(made["axis"])
    return made


@functools.cache
def _takes(kind: str, name: str) -> frozenset[str]:
    parameters = inspect.signature(keras_objects.classes(kind)[name].__init__).parameters
    return frozenset(parameters) | (BASE if kind == "layers" else {"name"})


def _says_nothing(argument: str, value: Any) -> bool:
    if argument not in older_files.SAYS_NOTHING:
        return value in (None, False, "", [])
    harmless = older_files.SAYS_NOTHING[argument]
    return harmless is None or value in harmless or value is None


def _axis(axis: Any) -> Any:
    """As Keras's own loader takes it: a list of one is that number."""
    if isinstance(axis, list) and len(axis) == 1:
        axis = axis[0]
    return int(axis) if isinstance(axis, float) and axis.is_integer() else axis


def _value(argument: str, value: Any, say: Callable[[str], None]) -> Any:
    kind = next((k for pattern, k in keras_objects.NESTED if re.fullmatch(pattern, argument)), None)
    if isinstance(value, list):
        return [_value(argument, v, say) for v in value]
    if isinstance(value, str) and kind in ("initializers", "constraints"):
        return older_files.FUNCTIONS.get(value, value)
    if not isinstance(value, Mapping):
        return value
    if value.get("type") == "ndarray":  # how Keras 2.0 to 2.2 wrote a number of NumPy's
        return value.get("value")
    if kind in ("regularizers", "constraints") and isinstance(value.get("name"), str):
        # how Keras 1 wrote them: the settings beside the name
        settings = {k: v for k, v in value.items() if k not in ("name", "class_name")}
        value = {"class_name": value["name"], "config": settings}
    if kind is None or not _is_object(value):
        return value
    if kind == "layers":
        return _translate_row(value, lambda where, text: say(text), "")
    return translate(kind, value, say)
