"""A model of TensorFlow.js: ``model.json``, and the numbers in the ``.bin`` files beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from builder.errors import FileError

Array = Any

TYPES = {"float32": "<f4", "float16": "<f2", "int32": "<i4", "uint8": "u1", "uint16": "<u2",
         "bool": "?"}  # fmt: skip

MOST = 10_000
"""Arrays of a model; the largest Keras application has 1,500."""

DAMAGED = "The weights of this TensorFlow.js model are damaged"


def is_browser_model(record: Any) -> bool:
    """Whether this is what TensorFlow.js keeps in ``model.json``."""
    return isinstance(record, Mapping) and "modelTopology" in record


def read_topology(record: Mapping[str, Any], name: str) -> tuple[Any, Any, Any]:
    """Its model's record, its settings of ``compile``, and the version of Keras.

    Raises:
        FileError: it is a graph of operations, without layers.
    """
    topology = record["modelTopology"]
    if not isinstance(topology, Mapping):
        raise FileError(f"{name} is damaged: its modelTopology is empty.", "Save it again.")
    model = topology.get("model_config", topology)
    if not isinstance(model, Mapping) or "config" not in model:
        raise FileError(
            f"{name} is a graph model of TensorFlow.js: it has operations instead of Keras's"
            " layers.",
            "Open the Keras model from which it was converted, or convert that one as a layers"
            " model.",
        )
    compiled = record.get("trainingConfig") or topology.get("training_config")
    version = topology.get("keras_version")
    return model, compiled, version if str(version)[:1].isdigit() else "2"


def list_files(record: Mapping[str, Any]) -> list[str]:
    """The names of the files its weights lie in, in their order."""
    return [path for group in _groups(record) for path in _paths(group)]


def _groups(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    groups = record.get("weightsManifest")
    return [g for g in groups if isinstance(g, Mapping)] if isinstance(groups, list) else []


def _paths(group: Mapping[str, Any]) -> list[str]:
    paths = group.get("paths")
    return [p for p in paths if isinstance(p, str)] if isinstance(paths, list) else []


def read_weights(record: Mapping[str, Any], read: Callable[[str], bytes]) -> dict[str, Array]:
    """The arrays by their names, ``"dense/kernel"``.

    Args:
        read: the content of a file that lies beside ``model.json``.

    Raises:
        FileError: the files are missing, or do not hold what is said of them.
    """
    arrays: dict[str, Array] = {}
    for group in _groups(record):
        data = b"".join(read(PurePosixPath(path).name) for path in _paths(group))
        weights = group.get("weights")
        for key, value in _arrays(weights if isinstance(weights, list) else [], data):
            arrays[key] = value
    return arrays


def _arrays(weights: list[Any], data: bytes) -> Iterator[tuple[str, Array]]:
    place = 0
    if len(weights) > MOST:
        raise FileError(f"{DAMAGED}: they are {len(weights):,}.", "Do not trust this file.")
    for weight in weights:
        name, shape, kind, packed = _described(weight)
        end = place + math.prod(shape) * np.dtype(kind).itemsize
        if end > len(data):
            raise FileError(
                f"{DAMAGED}: '{name[:60]}' reaches beyond the end of its file.",
                "Put all its .bin files into the ZIP.",
            )
        array = np.frombuffer(data[place:end], kind).reshape(shape)
        yield name, _unpack(array, packed)
        place = end


def _described(weight: Any) -> tuple[str, list[int], str, Mapping[str, Any]]:
    """Name, shape, type and packing of one array; FileError when it is said otherwise."""
    said = weight if isinstance(weight, Mapping) else {}
    name, shape, packed = (said.get(key) for key in ("name", "shape", "quantization"))
    packed = packed if isinstance(packed, Mapping) else {}
    kind = TYPES.get(str(packed.get("dtype") or said.get("dtype")))
    if not isinstance(name, str) or kind is None or not _is_shape(shape):
        raise FileError(f"{DAMAGED}: {str(weight)[:80]}.", "Save the model again.")
    assert isinstance(shape, list)
    return name, shape, kind, packed


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, list) and len(shape) < 10 and all(
        type(n) is int and 0 <= n < 2**31 for n in shape)  # fmt: skip


def _unpack(array: Array, packed: Mapping[str, Any]) -> Array:
    """Numbers that were rounded to one or two bytes, as what they stood for."""
    scale, low = packed.get("scale"), packed.get("min")
    if isinstance(scale, int | float) and isinstance(low, int | float):
        return array.astype("float32") * np.float32(scale) + np.float32(low)
    return array.astype("float32") if array.dtype.kind == "f" else array
