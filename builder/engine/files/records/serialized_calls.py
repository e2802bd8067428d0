"""Read the layer calls that a model's config records: input tensors and other arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from builder import catalog
from builder.engine.build import keras_objects
from builder.engine.files.records import deserialize
from builder.errors import FileError

Key = tuple[str, int]
"""One call in Keras's records: layer name, and the how-many-eth call of it."""

Read = tuple[Key, int]
"""One tensor: a call, and which of its outputs."""

POSITIONAL = ("inputs", "x", "sequences", "query", "value", "key")
"""Arguments of a call that are its inputs, in the order a node's wires have."""


@dataclass
class SerializedCall:
    """One call as a file records it.

    Args:
        reads: the tensors, in order.
        named: the call's keyword arguments; ``{"wire": 3}`` stands for ``reads[3]``.
        values: arguments of an operation that are no tensors, by position.
    """

    layer: str
    reads: list[Read]
    named: dict[str, Any] = field(default_factory=dict)
    values: dict[int, Any] = field(default_factory=dict)


def read_calls(
    name: str, row: Mapping[str, Any], is_mask: Callable[[Key], bool]
) -> Iterator[tuple[Key, SerializedCall]]:
    """Every call of one layer's row of a model's record, of Keras 3 or 2.

    Args:
        is_mask: whether Keras itself made the mask that this call gives, so that it will again.

    Raises:
        FileError: the record is damaged.
    """
    inbound = row.get("inbound_nodes") or []
    if not isinstance(inbound, list):
        raise FileError(f"The model's record is damaged at '{name}'.", "Save the model again.")
    if not inbound:
        yield (name, 0), SerializedCall(name, [])
    for index, node in enumerate(inbound):
        if isinstance(node, Mapping) and "args" in node:
            call = _read_call(name, row, node, is_mask)
        else:
            call = _read_older_call(name, row, node, is_mask)
        yield (name, index), call


def _read_older_call(
    name: str, row: Mapping[str, Any], node: Any, is_mask: Callable[[Key], bool]
) -> SerializedCall:
    """A call as Keras 2 wrote it: ``[["dense", 0, 0, {"training": False}], …]``."""
    call = SerializedCall(name, [((n, i), t) for n, i, t in refs(node)])
    items = node if isinstance(node, list) else []
    for item in items if items and isinstance(items[0], list) else [items]:
        if len(item) > 3 and isinstance(item[3], Mapping):
            _read_named(call, row, item[3], is_mask, _older_tensors)
    return call


def _older_tensors(data: Any, depth: int = 0) -> Iterator[Read]:
    if not isinstance(data, list) or depth > deserialize.NESTED_DEPTH:
        return
    if len(data) > 2 and isinstance(data[0], str) and all(type(n) is int for n in data[1:3]):
        yield (data[0], data[1]), data[2]
        return
    for item in data:
        yield from _older_tensors(item, depth + 1)


def _read_call(
    name: str, row: Mapping[str, Any], node: Mapping[str, Any], is_mask: Callable[[Key], bool]
) -> SerializedCall:
    call = SerializedCall(name, [])
    args, given = node.get("args"), node.get("kwargs")
    for place, value in enumerate(args if isinstance(args, list | tuple) else []):
        found = list(tensors(value))
        call.reads += found
        if not found:
            call.values[place] = value
    _read_named(call, row, given if isinstance(given, Mapping) else {}, is_mask, tensors)
    return call


def _read_named(
    call: SerializedCall,
    row: Mapping[str, Any],
    named: Mapping[str, Any],
    is_mask: Callable[[Key], bool],
    find: Callable[[Any], Iterator[Read]],
) -> None:
    """Add the keyword arguments of a call; ``find`` gives the tensors among a value."""
    given = dict(named)
    for key in POSITIONAL:
        if key in given and any(True for _ in find(given[key])):
            call.reads += find(given.pop(key))
    kind = str(row.get("class_name"))
    for key, value in given.items():
        found = list(find(value))
        if key == "mask" and all(is_mask(read[0]) for read in found):
            continue
        if key == "initial_state" and found and catalog.traits_of(kind).recurrent:
            call.reads += found  # further inputs of a recurrent layer are its state
        elif found:
            first = len(call.reads)
            call.reads += found
            places = tuple(range(first, first + len(found)))
            is_list = isinstance(value, list | tuple)
            call.named[key] = {"wires": places} if is_list else {"wire": first}
        elif _is_said(kind, key, value):
            call.named[key] = deserialize.read_value(key, value, call.layer, lambda text: None)


def _is_said(kind: str, key: str, value: Any) -> bool:
    """Whether a plain keyword argument was anybody's choice."""
    recurrent = catalog.traits_of(kind).recurrent
    if value is None or (recurrent and key == "training" and value is False):
        return False  # Keras writes this one for recurrent layers by itself
    made = keras_objects.classes("layers").get(kind)
    parameters = inspect.signature(made.call).parameters if made else {}
    default = parameters[key].default if key in parameters else None
    return bool(value != default) or isinstance(value, bool) != isinstance(default, bool)


def tensors(data: Any, depth: int = 0) -> Iterator[Read]:
    """The tensors among a call's arguments, in order."""
    if isinstance(data, Mapping) and data.get("class_name") == "__keras_tensor__":
        config = data.get("config")
        history = config.get("keras_history") if isinstance(config, Mapping) else None
        for name, index, tensor in refs([history]):
            yield (name, index), tensor
    elif isinstance(data, list | tuple | Mapping) and depth < deserialize.NESTED_DEPTH:
        for item in data.values() if isinstance(data, Mapping) else data:
            yield from tensors(item, depth + 1)


def refs(data: Any, depth: int = 0) -> Iterator[tuple[str, int, int]]:
    """``["dense", 0, 0]`` records, alone or in lists and mappings, as Keras 3 and 2 write them."""
    if isinstance(data, Mapping) and depth <= deserialize.NESTED_DEPTH:
        for item in data.values():
            yield from refs(item, depth + 1)
        return
    if not isinstance(data, list | tuple) or depth > deserialize.NESTED_DEPTH:
        return
    if len(data) >= 3 and isinstance(data[0], str):
        if not all(isinstance(n, int) and not isinstance(n, bool) for n in data[1:3]):
            raise FileError(
                f"The model's record is damaged at '{data[0]}'.", "Save the model again."
            )
        yield data[0], data[1], data[2]
        return
    for item in data:
        yield from refs(item, depth + 1)
