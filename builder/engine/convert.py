"""keras.Model (or what Keras wrote about one) → ModelSpec: the way back of ``build``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.engine import build, reduce
from builder.engine.backend import keras
from builder.errors import FileError
from builder.facts import Note
from builder.spec import Config, ModelSpec, Node, ObjectSpec, unique

MODELS = frozenset({"Sequential", "Functional", "Model"})
"""Classes whose config is a graph of layers."""

MAX_LAYERS = 5_000
"""More than this in one model is refused; the largest Keras applications have about 800."""

MERGES = frozenset({"Add", "Subtract", "Multiply", "Maximum", "Minimum"})
"""Bare operations of two tensors (``x + y``) that a layer of the same name says as well."""

Key = tuple[str, int]
"""One call in Keras's records: layer name, and the how-many-eth call of it."""


@dataclass
class _Call:
    """One call as a file records it: what it reads, in order."""

    layer: str
    reads: list[tuple[Key, int]]


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
    with build.unallocated():
        spec = _model(record, reader)
    return spec, tuple(reader.notes)


def compile_record(data: Any) -> Config | None:
    """The ``compile`` part of a spec from Keras's record of it, None when it was not compiled.

    Raises:
        FileError: custom classes, functions or unknown names inside.
    """
    if not isinstance(data, Mapping) or not data:
        return None
    found: dict[str, Any] = {}
    for name, kind in build.COMPILE_OBJECTS.items():
        legacy = data.get("optimizer_config") if name == "optimizer" else None
        made = reduce.short(kind, data.get(name) or legacy, f"compile.{name}", lambda text: None)
        if made not in (None, ()):
            found[name] = made
    if isinstance(found.get("metrics"), ObjectSpec):
        found["metrics"] = (found["metrics"],)
    return Config(found) if found else None


def _model(record: Any, reader: _Reader, name: str | None = None) -> ModelSpec:
    if not isinstance(record, Mapping) or not isinstance(record.get("config"), Mapping | list):
        raise FileError("The model's record is damaged: it has no config.", "Save it again.")
    kind = reduce.check_source(reader.where or "model", record)
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
        first = given.get("batch_input_shape")  # Keras 2 kept it in the first layer
        if not table and row.get("class_name") != "InputLayer" and (first or shape):
            table["input_layer"] = _input({"batch_shape": first or shape}, reader, "input_layer")
        name = unique(_name(row), set(table))
        table[name] = _layer(row, name, reader)
    if table and not _is_input(next(iter(table.values()))):
        reader.say(next(iter(table)), "The model has no Input: add one to give it a shape.")
    names = list(table)
    nodes = tuple(Node(n, n, (names[i - 1],) if i else ()) for i, n in enumerate(names))
    return ModelSpec(title, Config(table), nodes, tuple(names[-1:]))


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
    kind = reduce.check_source(where, row)
    if kind in MODELS:
        inner = _Reader(where)
        nested = _model(row, inner, name)
        reader.notes += inner.notes
        return nested
    if kind == "InputLayer":
        return _input(_settings(row), reader, name)
    return reduce.read("layers", row, where, lambda text: reader.say(name, text))


def _input(config: Mapping[str, Any], reader: _Reader, name: str) -> ObjectSpec:
    shape = config.get("batch_shape", config.get("batch_input_shape"))
    shape = reduce.value("shape", shape, reader.at(name), lambda text: None)
    if not isinstance(shape, tuple) or not all(n is None or isinstance(n, int) for n in shape):
        raise FileError(
            f"The Input '{reader.at(name)}' has no shape.", "Save the model again.", name
        )
    given: dict[str, Any] = {"shape": shape[1:]}
    if shape and shape[0] is not None:
        given["batch_size"] = shape[0]
    dtype = reduce.value("dtype", config.get("dtype"), reader.at(name), lambda text: None)
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
    calls = {key: call for row in rows for key, call in _calls(row, reader)}
    inputs = [(name, index) for name, index, _ in _refs(config.get("input_layers"))]
    outputs = []
    for name, index, tensor in _refs(config.get("output_layers")):
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
    nodes = [
        Node(titles[key], key[0], tuple(_ref(titles, *r) for r in call.reads))
        for key, call in calls.items()
        if key in used
    ]
    return ModelSpec(
        title, Config(table), tuple(nodes), tuple(_ref(titles, *ref) for ref in outputs)
    )


def _row(
    row: Mapping[str, Any], name: str, calls: Mapping[Key, _Call], reader: _Reader
) -> ObjectSpec | ModelSpec:
    """A layer, or the layer that says what a bare operation does."""
    module = row.get("module")
    bare = set(_settings(row)) <= {"name"} and row.get("class_name") != "InputLayer"
    if not (isinstance(module, str) and module.startswith("keras.src.ops")) and not (
        module is None and bare
    ):
        return _layer(row, name, reader)
    kind = reduce.check_source(reader.at(name), row)
    if kind in MERGES and len(calls[(name, 0)].reads) == 2:
        reader.say(name, f"The bare operation {kind} became the layer {kind}.")
        return ObjectSpec(kind)
    raise reduce.refused(
        reader.at(name),
        f"is the bare operation {kind}, which is no layer.",
        "Write it as a layer (Rescaling, Reshape, Concatenate …) and save the model again.",
    )


def _titles(calls: Mapping[Key, _Call], used: set[Key]) -> dict[Key, str]:
    """A node name for every call: the layer's own for its first."""
    taken = {name for name, _ in calls}
    titles: dict[Key, str] = {}
    first: set[str] = set()
    for key in calls:
        if key in used:
            title = unique(key[0], taken) if key[0] in first else key[0]
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


def _reachable(calls: Mapping[Key, _Call], ends: list[Key]) -> set[Key]:
    """The calls the outputs depend on; Keras also records the operations behind its masks."""
    found: set[Key] = set()
    todo = list(ends)
    while todo:
        key = todo.pop()
        if key in calls and key not in found:
            found.add(key)
            todo += [read for read, _ in calls[key].reads]
    return found


def _calls(row: Mapping[str, Any], reader: _Reader) -> Iterator[tuple[Key, _Call]]:
    name = _name(row)
    inbound = row.get("inbound_nodes") or []
    if not isinstance(inbound, list):
        raise FileError(f"The model's record is damaged at '{name}'.", "Save the model again.")
    if not inbound:
        yield (name, 0), _Call(name, [])
    for index, node in enumerate(inbound):
        if isinstance(node, Mapping):
            reads = list(_tensors(node.get("args")))
            given = node.get("kwargs")
            for key, extra in (given if isinstance(given, Mapping) else {}).items():
                if key in ("mask", "training"):
                    if extra is True:
                        reader.say(name, f"It was called with {key}=True, which is not kept.")
                    continue
                reads += _tensors(extra)
        else:
            reads = [((n, i), t) for n, i, t in _refs(node)]
        yield (name, index), _Call(name, reads)


def _tensors(data: Any, depth: int = 0) -> Iterator[tuple[Key, int]]:
    """The tensors among a call's arguments, in order."""
    if isinstance(data, Mapping) and data.get("class_name") == "__keras_tensor__":
        for name, index, tensor in _refs([_settings(data).get("keras_history")]):
            yield (name, index), tensor
    elif isinstance(data, list | tuple) and depth < reduce.NESTED_DEPTH:
        for item in data:
            yield from _tensors(item, depth + 1)
    elif isinstance(data, Mapping) and depth < reduce.NESTED_DEPTH:
        for item in data.values():
            yield from _tensors(item, depth + 1)


def _refs(data: Any, depth: int = 0) -> Iterator[tuple[str, int, int]]:
    """``["dense", 0, 0]`` records, alone or in any lists, as Keras 3 and 2 write them."""
    if not isinstance(data, list | tuple) or depth > reduce.NESTED_DEPTH:
        return
    if len(data) >= 3 and isinstance(data[0], str):
        if not all(isinstance(n, int) and not isinstance(n, bool) for n in data[1:3]):
            raise FileError(
                f"The model's record is damaged at '{data[0]}'.", "Save the model again."
            )
        yield data[0], data[1], data[2]
        return
    for item in data:
        yield from _refs(item, depth + 1)
