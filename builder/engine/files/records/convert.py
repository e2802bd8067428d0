"""keras.Model, or the config Keras saved of one, → ModelSpec: the inverse of ``build``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from builder import catalog
from builder.engine.build import keras_model, keras_objects, operation_layers
from builder.engine.build.backend import keras
from builder.engine.files.records import deserialize, serialized_calls, unknown_layers
from builder.engine.files.records.deserialize import MODELS
from builder.engine.files.records.serialized_calls import Key, SerializedCall, refs
from builder.errors import FileError
from builder.facts import Note
from builder.spec import MAX_LAYERS, Config, ModelSpec, Node, ObjectSpec, unique_name


@dataclass
class _Reader:
    """What is collected while one model is read."""

    where: str = ""
    notes: list[Note] = field(default_factory=list)

    def at(self, name: str) -> str:
        return f"{self.where}/{name}" if self.where else name

    def say(self, name: str, text: str) -> None:
        self.notes.append(Note(self.at(name), text))


def to_spec(model: keras.Model) -> tuple[ModelSpec, tuple[Note, ...]]:
    """The spec of a live Sequential or functional model, nested and shared layers included.

    ``build(to_spec(model)[0])`` is the same architecture; weights are no part of a spec.
    Ends with a cleared Keras session: layer names count from the beginning again.

    Raises:
        FileError: the model is subclassed or has layers that a spec cannot say.
    """
    try:
        record = json.loads(model.to_json())
    except Exception as error:  # to_json refuses in as many ways as there are custom layers
        raise FileError(
            f"The model '{model.name}' cannot be written down: {error}",
            "Only Sequential and functional models of Keras's own layers can be opened.",
        ) from None
    return from_record(record)


def from_record(record: Any) -> tuple[ModelSpec, tuple[Note, ...]]:
    """The spec of a model's JSON record, ``{"class_name", "config"}``, of Keras 3 or 2.

    Nothing of the record is executed and no weights are allocated.

    Raises:
        FileError: no model, code or custom classes inside, or a damaged graph.
    """
    reader = _Reader()
    with keras_model.without_allocating():
        spec = _model(record, reader)
    return spec, tuple(reader.notes)


def _model(record: Any, reader: _Reader, name: str | None = None) -> ModelSpec:
    if not isinstance(record, Mapping) or not isinstance(record.get("config"), Mapping | list):
        raise FileError("The model's record is damaged: it has no config.", "Save it again.")
    kind = deserialize.check_source(reader.where or "model", record)
    config = record["config"]
    if isinstance(config, list):  # Keras 2.2 wrote a stack as the bare list of its layers
        config = {"layers": config}
    layers = config.get("layers")
    if kind not in MODELS or not isinstance(layers, list):
        raise FileError(
            f"The model is a '{kind}', not a Sequential or functional model, so its layers"
            " cannot be shown.",
            "Rebuild it with keras.Sequential or keras.Model(inputs, outputs) and save it again.",
        )
    if len(layers) > MAX_LAYERS or not all(isinstance(row, Mapping) for row in layers):
        raise FileError(
            f"The model's record is damaged or has more than {MAX_LAYERS:,} layers.",
            "Save the model again.",
        )
    title = name or str(config.get("name") or "model")
    if kind == "Sequential":
        return _stack(title, config, layers, reader)
    return _graph(title, config, layers, reader)


def _stack(
    title: str, config: Mapping[str, Any], rows: list[Mapping[str, Any]], reader: _Reader
) -> ModelSpec:
    table: dict[str, ObjectSpec | ModelSpec] = {}
    shape = config.get("build_input_shape")
    for row in rows:
        given = _settings(row)
        if not table and row.get("class_name") != "InputLayer":
            first = given.get("batch_input_shape") or shape or _shape_inside(row)
            if first:
                table["input_layer"] = _input({"batch_shape": first}, reader, "input_layer")
        name = unique_name(_name(row), set(table))
        table[name] = _layer(row, name, reader)
    if table and not _is_input(next(iter(table.values()))):
        reader.say(next(iter(table)), "The model has no Input: add one to give it a shape.")
    names = list(table)
    nodes = tuple(Node(n, n, (names[i - 1],) if i else ()) for i, n in enumerate(names))
    return ModelSpec(title, Config(table), nodes, tuple(names[-1:]))


def _shape_inside(row: Mapping[str, Any], depth: int = 0) -> Any:
    """The shape that a nested model reads; Keras 2 kept it in the first layer of all."""
    config = row.get("config")
    layers = config.get("layers") if isinstance(config, Mapping) else config
    first = layers[0] if isinstance(layers, list) and layers else None
    if not isinstance(first, Mapping) or depth > deserialize.NESTED_DEPTH:
        return None
    given = _settings(first)
    shape = given.get("batch_input_shape") or given.get("batch_shape")
    return shape or _shape_inside(first, depth + 1)


def _is_input(layer: ObjectSpec | ModelSpec) -> bool:
    return isinstance(layer, ObjectSpec) and layer.class_name == "InputLayer"


def _settings(row: Mapping[str, Any]) -> Mapping[str, Any]:
    config = row.get("config")
    return config if isinstance(config, Mapping) else {}


def _name(row: Mapping[str, Any]) -> str:
    name = row.get("name") or _settings(row).get("name")
    if not isinstance(name, str) or not name:
        raise FileError("The model's record is damaged: a layer has no name.", "Save it again.")
    return name


def _layer(row: Mapping[str, Any], name: str, reader: _Reader) -> ObjectSpec | ModelSpec:
    where = reader.at(name)
    if reason := unknown_layers.refusal_of(where, row):
        reader.say(name, f"{reason} {unknown_layers.KEPT}")
        return unknown_layers.keep_layer(where, row)
    kind = deserialize.check_source(where, row)
    if kind in MODELS:
        inner = _Reader(where)
        nested = _model(row, inner, name)
        reader.notes += inner.notes
        return nested
    if kind == "InputLayer":
        return _input(_settings(row), reader, name)
    return deserialize.read_object("layers", row, where, lambda text: reader.say(name, text))


def _input(config: Mapping[str, Any], reader: _Reader, name: str) -> ObjectSpec:
    shape = config.get("batch_shape", config.get("batch_input_shape"))
    shape = deserialize.read_value("shape", shape, reader.at(name), lambda text: None)
    if not isinstance(shape, tuple) or not all(n is None or isinstance(n, int) for n in shape):
        raise FileError(
            f"The Input '{reader.at(name)}' has no shape.", "Save the model again.", name
        )
    given: dict[str, Any] = {"shape": shape[1:]}
    if shape and shape[0] is not None:
        given["batch_size"] = shape[0]
    dtype = deserialize.read_value("dtype", config.get("dtype"), reader.at(name), lambda text: None)
    if dtype not in (None, "float32"):
        given["dtype"] = dtype
    return ObjectSpec(
        "InputLayer",
        Config(given | {k: True for k in ("sparse", "ragged", "optional") if config.get(k)}),
    )


def _graph(
    title: str, config: Mapping[str, Any], rows: list[Mapping[str, Any]], reader: _Reader
) -> ModelSpec:
    by_name = {_name(row): row for row in rows}
    is_mask = _own_masks(rows)
    calls = {
        key: c for row in rows for key, c in serialized_calls.read_calls(_name(row), row, is_mask)
    }
    inputs = [(name, index) for name, index, _ in refs(config.get("input_layers"))]
    outputs = []
    for name, index, tensor in refs(config.get("output_layers")):
        # Keras 3 counts the calls of a nested functional model from 1 here, elsewhere from 0.
        row = by_name.get(name, {})
        nested = row.get("class_name") in ("Functional", "Model") and "module" in row
        shifted = nested and (name, index) not in calls
        outputs.append(((name, index - 1 if shifted else index), tensor))
    used = _reachable(calls, [key for key, _ in outputs]) | set(inputs)
    titles = _titles(calls, used)
    table: dict[str, ObjectSpec | ModelSpec] = {}
    for row in rows:
        name = _name(row)
        if any(key[0] == name for key in used):
            table[name] = _row(row, name, calls, reader)
    nodes = _nodes(calls, titles, used, inputs)
    return ModelSpec(
        title, Config(table), tuple(nodes), tuple(_ref(titles, *ref) for ref in outputs)
    )


def _nodes(
    calls: Mapping[Key, SerializedCall],
    titles: Mapping[Key, str],
    used: set[Key],
    inputs: list[Key],
) -> list[Node]:
    """The calls as nodes: first the Inputs, in the order the model takes them."""
    place = {key: i for i, key in enumerate(calls)}
    first = {key: i for i, key in enumerate(inputs)}
    ordered = sorted(used & calls.keys(), key=lambda k: (first.get(k, len(first)), place[k]))
    return [
        Node(
            titles[key],
            key[0],
            tuple(_ref(titles, *r) for r in calls[key].reads),
            call=Config(calls[key].named),
        )
        for key in ordered
    ]


def _own_masks(rows: list[Mapping[str, Any]]) -> Callable[[Key], bool]:
    """Which calls give a mask that Keras makes by itself: operations, where a layer masks.

    The bare operations that Keras records for those layers come again by themselves.
    """
    if not any(catalog.traits_of(str(row.get("class_name"))).masks for row in rows):
        return lambda key: False
    bare = {_name(row) for row in rows if _operation(row)}
    return lambda key: key[0] in bare


def _operation(row: Mapping[str, Any]) -> str:
    """The module of a bare operation, ``""`` for a layer; HDF5 files do not tell it."""
    module, kind = row.get("module"), str(row.get("class_name"))
    if isinstance(module, str):
        return module if module.startswith(operation_layers.MODULES) else ""
    given = set(_settings(row))
    merges = given <= {"name"} and catalog.traits_of(kind).call == "list"
    layer = kind in keras_objects.classes("layers") and not merges
    return "" if layer or given & {"dtype", "trainable"} else operation_layers.module_of(kind)


def _row(
    row: Mapping[str, Any], name: str, calls: Mapping[Key, SerializedCall], reader: _Reader
) -> ObjectSpec | ModelSpec:
    """A layer, a nested model or a bare operation."""
    module = _operation(row)
    kind = str(row.get("class_name"))
    if kind == "ReLU" and row.get("module") == "keras.src.activations.activations":
        return deserialize.read_object(
            "layers", {**row, "module": "keras.layers"}, name, lambda text: None
        )
    if not module:
        return _layer(row, name, reader)
    where = reader.at(name)
    deserialize.check_source(where, row)
    known, arguments = operation_layers.find_operation(module, kind)
    if not known:
        raise deserialize.refusal(
            where,
            f"is the bare operation {kind}, which this app does not know.",
            "Write it as a layer (Rescaling, Reshape, Concatenate …) and save the model again.",
        )
    call = calls[(name, 0)]
    given = {k: v for k, v in _settings(row).items() if k != "name"}
    # A call's arguments that are no tensors: the number in ``x + 1``, the key of ``x[:, 0]``.
    given |= {arguments[i]: v for i, v in call.values.items() if i < len(arguments)}
    given |= call.named
    call.named = {}
    said = {k: deserialize.read_value(k, v, where, lambda text: None) for k, v in given.items()}
    return operation_layers.minimal_config(known, said)


def _titles(calls: Mapping[Key, SerializedCall], used: set[Key]) -> dict[Key, str]:
    """A node name for every call: the layer's own for its first."""
    taken = {name for name, _ in calls}
    titles: dict[Key, str] = {}
    first: set[str] = set()
    for key in calls:
        if key in used:
            title = unique_name(key[0], taken) if key[0] in first else key[0]
            first.add(key[0])
            taken.add(title)
            titles[key] = title
    return titles


def _ref(titles: Mapping[Key, str], key: Key, tensor: int) -> str:
    if key not in titles:
        raise FileError(
            f"The model's record is damaged: it reads '{key[0]}', which is not there.",
            "Save the model again.",
        )
    return f"{titles[key]}:{tensor}" if tensor else titles[key]


def _reachable(calls: Mapping[Key, SerializedCall], ends: list[Key]) -> set[Key]:
    """The calls the outputs depend on; Keras also records the operations behind its masks."""
    reached: set[Key] = set()
    todo = list(ends)
    while todo:
        key = todo.pop()
        if key in calls and key not in reached:
            reached.add(key)
            todo += [read for read, _ in calls[key].reads]
    return reached
