"""A SavedModel folder of TensorFlow 2 in a ZIP: its Keras metadata, and its checkpoint."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from builder.errors import FileError

Array = Any

METADATA, CHECKPOINT = "keras_metadata.pb", "variables/variables"

NODES, PATH, TEXT = 1, 3, 5
"""Numbers of fields: the nodes of the metadata, and of a node its path and its JSON."""

MOST = 20_000
"""Arrays in a checkpoint."""

VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"

NUMBERED = "layer_with_weights-"


def no_layers(name: str) -> FileError:
    """The refusal of a SavedModel in which Keras's layers are not."""
    return FileError(
        f"{name} is a SavedModel of TensorFlow without the layers of a Keras model in it"
        " (export() and TensorFlow Hub write such ones).",
        "Save the model with model.save('model.keras') and open that.",
    )


def read_metadata(data: bytes, name: str) -> tuple[Mapping[str, Any], dict[str, str]]:
    """What Keras wrote of the model, and the names of the layers that a checkpoint numbers.

    Returns:
        ``class_name``, ``config``, ``training_config`` …; and ``layer_with_weights-0`` → name.

    Raises:
        FileError: it is damaged, or holds a subclassed model.
    """
    record: Mapping[str, Any] = {}
    names: dict[str, str] = {}
    try:
        for number, node in _fields(data):
            fields = dict(_fields(node)) if number == NODES and isinstance(node, bytes) else {}
            path, text = fields.get(PATH, b""), fields.get(TEXT, b"")
            if not isinstance(path, bytes) or not isinstance(text, bytes):
                continue
            if not path.startswith(b"root"):
                continue
            said = json.loads(text)
            if path == b"root":
                record = said
            elif isinstance(said, dict) and isinstance(said.get("name"), str):
                names[path.decode().removeprefix("root.").replace(".", "/")] = said["name"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise FileError(f"The metadata in {name} are damaged.", "Save the model again.") from None
    if not isinstance(record, dict) or not isinstance(record.get("config"), dict):
        raise no_layers(name)
    return record, names


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffer's message: their numbers, and numbers or bytes.

    Source: protobuf.dev/programming-guides/encoding. Raises ValueError, IndexError: damaged.
    """
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        match key & 7:
            case 0:
                value, place = _varint(data, place)
                yield key >> 3, value
            case 2:
                length, place = _varint(data, place)
                if place + length > len(data):
                    raise ValueError("it reaches beyond its end")
                yield key >> 3, data[place : place + length]
                place += length
            case 1 | 5 as wide:
                place += 8 if wide == 1 else 4
            case _:
                raise ValueError("it is no message")


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 70:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place
    raise ValueError("a number has no end")


def read_checkpoint(folder: Path, names: Mapping[str, str], biggest: int) -> dict[str, Array]:
    """The arrays of a checkpoint under the names of the layers they belong to.

    Args:
        folder: the unpacked SavedModel.
        names: as ``read_metadata`` returns them.
        biggest: numbers of the largest array that the model can need.

    Raises:
        FileError: it is missing or damaged.
    """
    import tensorflow as tf

    try:
        reader = tf.train.load_checkpoint(str(folder / CHECKPOINT))
        types = reader.get_variable_to_dtype_map()
        arrays: dict[str, Array] = {}
        for key, shape in sorted(reader.get_variable_to_shape_map().items()):
            path = _named(key.removesuffix(VALUE).split("/"), names)
            if path and key.endswith(VALUE) and types[key].is_floating:
                if math.prod(shape) > biggest or len(arrays) > MOST:
                    raise ValueError("larger than its model")
                arrays["/".join(path)] = reader.get_tensor(key)
    except Exception as error:  # TensorFlow raises errors of its own for each kind of damage
        raise FileError(
            f"The weights of the SavedModel are missing or damaged ({type(error).__name__}).",
            "Put the whole folder, with its folder 'variables', into the ZIP.",
        ) from None
    return arrays


def _named(parts: list[str], names: Mapping[str, str]) -> list[str]:
    """A path with layers by their names instead of their numbers; empty when it is another's."""
    many = len(list(itertools.takewhile(lambda part: part.startswith(NUMBERED), parts)))
    layers = [names.get("/".join(parts[: i + 1]), "") for i in range(many)]
    return [*layers, *parts[many:]] if layers and all(layers) else []
