"""Serialize a TrainingSpec to versioned JSON, the project file, and read it back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from builder.errors import SpecError
from builder.spec import MAX_LAYERS, Config, ModelSpec, Node, ObjectSpec, TrainingSpec

VERSION = 2
"""The version written into every project file; raised when an older reader would misread it.

2: a node may have ``call``, a training ``weights``; a file of version 1 has neither.
"""

MAX_DEPTH = 40
"""How deeply values may nest in a file; Keras configs stay under ten."""


MAX_INTEGER = 2**63 - 1
"""Larger whole numbers are refused: no argument of Keras takes one."""


def to_json(training: TrainingSpec, *, title: str = "", indent: int | None = 2) -> str:
    """The project document; ``from_json`` reads it back to an equal value."""
    doc = {"layerwise": VERSION, "title": title, "training": encode(training)}
    return json.dumps(doc, indent=indent, ensure_ascii=False, allow_nan=False)


def from_json(text: str | bytes) -> TrainingSpec:
    """The TrainingSpec in a project document.

    Raises:
        SpecError: not JSON, not a project, from a newer version, or damaged; says where.
    """
    return read_document(text)[1]


def read_document(text: str | bytes) -> tuple[str, TrainingSpec]:
    """``(title, training)`` of a project document; raises SpecError as ``from_json`` does."""
    try:
        doc = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise SpecError(f"This is not a JSON document: {error}.") from None
    _check_text(doc)
    if not isinstance(doc, dict) or "layerwise" not in doc:
        raise SpecError(
            "This JSON is not a Layerwise project: it has no 'layerwise' entry with a version."
        )
    version = doc["layerwise"]
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise SpecError(f"The project's version must be a whole number but is {version!r}.")
    if version > VERSION:
        raise SpecError(
            f"This project was written by a newer Layerwise (format {version}; this one reads"
            f" up to {VERSION}). Update Layerwise to open it."
        )
    title = doc.get("title", "")
    if not isinstance(title, str):
        raise SpecError(f"'title' must be text but is {type(title).__name__}.")
    training = decode_training(doc.get("training"))
    if (count := _count_nodes(training.model)) > MAX_LAYERS:
        raise SpecError(
            f"The project's model has {count:,} layers; at most {MAX_LAYERS:,} are opened.",
            "Save it with fewer layers.",
            "model",
        )
    return title, training


def _count_nodes(model: ModelSpec) -> int:
    """Calls of layers, those in every block counted once."""
    inner = (v for v in model.layers.values() if isinstance(v, ModelSpec))
    return len(model.nodes) + sum(map(_count_nodes, inner))


def _no_constant(name: str) -> Any:
    raise ValueError(f"the number {name} is not allowed")


def _check_text(doc: Any) -> None:
    """Half a character (a lone surrogate) can be read from JSON, but never be written again."""
    try:
        json.dumps(doc, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        raise SpecError("The document holds text that is no Unicode.") from None


def check_values(doc: Any, depth: int) -> None:
    """Refuse what was read from JSON but could never stand in a project.

    Raises:
        SpecError: nested more than ``depth`` levels deep, too large a number, half a character.
    """
    here, level = [doc], 0
    while here:
        if level > depth:
            raise SpecError(f"it is nested more than {depth} levels deep.")
        if any(map(_is_too_large, here)):
            raise SpecError("it holds too large a number.")
        parts = [
            v.values() if isinstance(v, dict) else v for v in here if isinstance(v, dict | list)
        ]
        here, level = [value for part in parts for value in part], level + 1
    _check_text(doc)


def encode(value: Any) -> Any:
    """Any spec value as plain JSON data."""
    match value:
        case ObjectSpec():
            return {"class_name": value.class_name, "config": encode(value.config)}
        case Node():
            row: dict[str, Any] = {"name": value.name, "layer": value.layer}
            row |= {"inbound": list(value.inbound)} if value.inbound else {}
            row |= {"off": True} if value.off else {}
            return row | ({"call": encode(value.call)} if value.call else {})
        case ModelSpec():
            return {
                "name": value.name,
                "layers": {k: encode(v) for k, v in value.layers.items()},
                "nodes": [encode(n) for n in value.nodes],
                "outputs": list(value.outputs),
            }
        case TrainingSpec():
            return _encode_training(value)
        case Mapping():
            return {k: encode(v) for k, v in value.items()}
        case tuple() | list():
            return [encode(v) for v in value]
        case _:
            return value


def _encode_training(training: TrainingSpec) -> dict[str, Any]:
    names = ("model", "dataset", "columns", "compile", "fit", "seed")
    doc = {name: encode(getattr(training, name)) for name in names}
    optional: dict[str, Any] = {
        "weights": training.weights or None,
        "tuner": training.tuner,
        "distribution": training.distribution,
    }
    return doc | {k: encode(v) for k, v in optional.items() if v is not None}


def decode(value: Any, where: str = "value", depth: int = 0) -> Any:
    """Plain JSON data as spec values: ``{"class_name", "config"}`` becomes an ObjectSpec."""
    if depth > MAX_DEPTH:
        raise SpecError(f"{where} is nested more than {MAX_DEPTH} levels deep.")
    if isinstance(value, dict):
        if set(value) == {"class_name", "config"}:
            return decode_object(value, where, depth)
        return Config({k: decode(v, f"{where}.{k}", depth + 1) for k, v in value.items()})
    if isinstance(value, list):
        return tuple(decode(v, f"{where}[{i}]", depth + 1) for i, v in enumerate(value))
    _check_number(value, where)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise SpecError(f"{where} holds a {type(value).__name__}, which JSON cannot.")


def _check_number(value: Any, where: str) -> None:
    if _is_too_large(value):
        raise SpecError(f"'{where}' is too large a number.")


def _is_too_large(value: Any) -> bool:
    infinite = isinstance(value, float) and not math.isfinite(value)  # JSON's 1e999
    return infinite or (isinstance(value, int) and abs(value) > MAX_INTEGER)


def _expect(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        words = {dict: "an object", list: "a list", str: "text", int: "a whole number"}
        raise SpecError(f"'{where}' must be {words[kind]} but is {type(value).__name__}.")
    return value


def decode_object(value: Any, where: str = "object", depth: int = 0) -> ObjectSpec:
    """An ObjectSpec from JSON data; raises SpecError saying where it is damaged."""
    row = _expect(value, dict, where)
    if set(row) - {"class_name", "config"} or "class_name" not in row:
        raise SpecError(
            f"'{where}' must have exactly 'class_name' and 'config'; has {sorted(row)}."
        )
    name = _expect(row["class_name"], str, f"{where}.class_name")
    config = _expect(row.get("config", {}), dict, f"{where}.config")
    items = {k: decode(v, f"{where}.config.{k}", depth + 1) for k, v in config.items()}
    return ObjectSpec(name, Config(items))


def decode_model(value: Any, where: str = "model", depth: int = 0) -> ModelSpec:
    """A ModelSpec from JSON data; raises SpecError saying where it is damaged."""
    if depth > MAX_DEPTH:
        raise SpecError(f"{where} is nested more than {MAX_DEPTH} levels deep.")
    row = _expect(value, dict, where)
    layers: dict[str, ObjectSpec | ModelSpec] = {}
    for key, layer in _expect(row.get("layers", {}), dict, f"{where}.layers").items():
        place = f"{where}.layers.{key}"
        nested = isinstance(layer, dict) and "nodes" in layer
        read = decode_model if nested else decode_object
        layers[key] = read(layer, place, depth + 1)
    nodes = []
    for i, node in enumerate(_expect(row.get("nodes", []), list, f"{where}.nodes")):
        place = f"{where}.nodes[{i}]"
        _expect(node, dict, place)
        inbound = _names(node.get("inbound", []), f"{place}.inbound")
        name = _expect(node.get("name"), str, f"{place}.name")
        layer_name = _expect(node.get("layer"), str, f"{place}.layer")
        call = _config(node, "call", place)
        nodes.append(Node(name, layer_name, inbound, bool(node.get("off", False)), call))
    name = _expect(row.get("name", "model"), str, f"{where}.name")
    outputs = _names(row.get("outputs", []), f"{where}.outputs")
    return ModelSpec(name, Config(layers), tuple(nodes), outputs)


def _names(value: Any, where: str) -> tuple[str, ...]:
    return tuple(
        _expect(v, str, f"{where}[{i}]") for i, v in enumerate(_expect(value, list, where))
    )


def _config(row: Mapping[str, Any], key: str, where: str) -> Config:
    place = f"{where}.{key}"
    config = decode(_expect(row.get(key, {}), dict, place), place)
    if not isinstance(config, Config):
        raise SpecError(f"'{place}' must be an object of settings.")
    return config


NUMBER, WHOLE = "a number", "a whole number"
LIST, OBJECTS, SETTINGS = "a list", "a list of objects", "an object of settings by name"

KINDS: Mapping[str, tuple[type, ...]] = {
    NUMBER: (int, float),
    WHOLE: (int,),
    LIST: (tuple,),
    OBJECTS: (tuple,),
    SETTINGS: (Config,),
}

FORMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "compile": {"metrics": (LIST, SETTINGS)},
    "fit": {
        **dict.fromkeys(("epochs", "batch_size", "steps_per_epoch", "validation_freq"), (WHOLE,)),
        "validation_split": (NUMBER,),
        "class_weight": (SETTINGS,),
        "callbacks": (OBJECTS,),
    },
}
"""What the settings are that everybody reads; nothing else can have been written by us. Whether a
value makes sense is ``check``'s question."""


def expected_form(part: str, name: str, value: Any) -> str:
    """What ``value`` should be instead to stand in a document as that setting; "" when it may.

    Args:
        part: ``compile`` or ``fit``.
    """
    forms = FORMS[part].get(name, ())
    kinds = tuple(kind for form in forms for kind in KINDS[form])
    fits = isinstance(value, kinds) and not isinstance(value, bool)
    if fits and OBJECTS in forms:
        fits = all(isinstance(item, ObjectSpec) for item in value)
    return "" if value is None or fits else " or ".join(forms)


def decode_training(value: Any, where: str = "training") -> TrainingSpec:
    """A TrainingSpec from JSON data; raises SpecError saying where it is damaged."""
    row = _expect(value, dict, where)
    seed = row.get("seed", 0)
    if seed is not None:
        _check_number(_expect(seed, int, f"{where}.seed"), f"{where}.seed")
    maps = {key: _config(row, key, where) for key in ("columns", "compile", "fit", "weights")}
    for key, names in FORMS.items():
        for name in names:
            if kind := expected_form(key, name, maps[key].get(name)):
                raise SpecError(f"'{where}.{key}.{name}' must be {kind}.")
    optional = {
        key: decode_object(row[key], f"{where}.{key}")
        for key in ("tuner", "distribution")
        if row.get(key) is not None
    }
    return TrainingSpec(
        model=decode_model(row.get("model"), f"{where}.model"),
        dataset=decode_object(row.get("dataset"), f"{where}.dataset"),
        columns=maps["columns"],
        compile=maps["compile"],
        fit=maps["fit"],
        weights=maps["weights"],
        seed=seed,
        tuner=optional.get("tuner"),
        distribution=optional.get("distribution"),
    )
