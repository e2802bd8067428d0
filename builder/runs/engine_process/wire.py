"""Serialize values between our processes: JSON plus raw NumPy buffers, never pickle.

A message is ``magic, header length, body length | header | body``. The header is JSON in which
every value JSON does not know is an object with one ``$…`` key; arrays and bytes lie in the body.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from builder import facts, spec
from builder.errors import BY_NAME, LayerwiseError
from builder.media import media_records
from builder.spec import Config
from builder.tables import table_records

PREFIX = struct.Struct("<4sQQ")
_MAGIC = b"LWR1"

_RECORDS: dict[str, type[Any]] = {
    c.__name__: c
    for module in (spec, facts, table_records, media_records)
    for c in vars(module).values()
    if isinstance(c, type) and dataclasses.is_dataclass(c)
}

Buffers = list[memoryview]


def dumps(value: Any) -> bytes:
    """``value`` as one message.

    Values: None, bool, int, float, str, bytes, Path, list, tuple, dict, NumPy arrays and scalars
    (no object arrays), the records of ``builder.spec``,
    ``builder.facts``, ``builder.tables.table_records`` and ``builder.media.media_records``,
    LayerwiseErrors.

    Raises:
        TypeError: something else is in it.
    """
    return b"".join(pieces(value))


def pieces(value: Any) -> list[bytes | memoryview]:
    """``dumps`` without the copy: what to write one after the other."""
    buffers: Buffers = []
    header = json.dumps(_encode(value, buffers), separators=(",", ":")).encode()
    body = sum(b.nbytes for b in buffers)
    return [PREFIX.pack(_MAGIC, len(header), body), header, *buffers]


def loads(data: bytes | bytearray) -> Any:
    """The value of one whole message; arrays are writable when ``data`` is a bytearray."""
    header, body = sizes(data[: PREFIX.size])
    start = PREFIX.size + header
    return decode(data[PREFIX.size : start], memoryview(data)[start : start + body])


def sizes(prefix: bytes | bytearray) -> tuple[int, int]:
    """Header and body length from a message's first ``PREFIX.size`` bytes.

    Raises:
        ValueError: this is no message of ours.
    """
    magic, header, body = PREFIX.unpack(prefix)
    if magic != _MAGIC:
        raise ValueError("not a Layerwise message")
    return header, body


def decode(header: bytes | bytearray, body: memoryview) -> Any:
    """The value of a message's two parts; arrays are views of ``body``."""
    return _decode(json.loads(header), body)


def _encode(value: Any, buffers: Buffers) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return [_encode(v, buffers) for v in value]
    if isinstance(value, tuple):
        return {"$tuple": [_encode(v, buffers) for v in value]}
    if isinstance(value, Config):
        return {"$config": {k: _encode(v, buffers) for k, v in value.items()}}
    if isinstance(value, Mapping):
        return {"$dict": [[_encode(k, buffers), _encode(v, buffers)] for k, v in value.items()]}
    if (record := _RECORDS.get(type(value).__name__)) is type(value) and record is not None:
        names = [f.name for f in dataclasses.fields(record)]
        return {f"${record.__name__}": [_encode(getattr(value, n), buffers) for n in names]}
    return _encode_bytes(value, buffers)


def _encode_bytes(value: Any, buffers: Buffers) -> Any:
    offset = sum(b.nbytes for b in buffers)
    match value:
        case np.generic():
            return _encode(value.item(), buffers)
        case np.ndarray():
            if value.dtype.hasobject:
                raise TypeError("an array of Python objects cannot cross a process boundary")
            flat = np.ascontiguousarray(value).reshape(-1).view(np.uint8)
            buffers.append(flat.data)
            return {"$array": [offset, flat.nbytes, value.dtype.str, list(value.shape)]}
        case bytes() | bytearray() | memoryview():
            buffers.append(memoryview(value).cast("B"))
            return {"$bytes": [offset, buffers[-1].nbytes]}
        case Path():
            return {"$path": str(value)}
        case LayerwiseError():
            return {"$error": [type(value).__name__, value.message, value.hint, value.where]}
    raise TypeError(f"a {type(value).__name__} cannot cross a process boundary")


def _decode(value: Any, body: memoryview) -> Any:
    if isinstance(value, list):
        return [_decode(v, body) for v in value]
    if not isinstance(value, dict):
        return value
    ((tag, content),) = value.items()
    if tag in _READERS:
        return _READERS[tag](content, body)
    return _RECORDS[tag[1:]](*(_decode(v, body) for v in content))


def _array(content: list[Any], body: memoryview) -> Any:
    offset, size, dtype, shape = content
    return np.frombuffer(body[offset : offset + size], np.dtype(dtype)).reshape(shape)


_READERS: dict[str, Callable[[Any, memoryview], Any]] = {
    "$tuple": lambda c, b: tuple(_decode(v, b) for v in c),
    "$config": lambda c, b: Config({k: _decode(v, b) for k, v in c.items()}),
    "$dict": lambda c, b: {_decode(k, b): _decode(v, b) for k, v in c},
    "$array": _array,
    "$bytes": lambda c, b: bytes(b[c[0] : c[0] + c[1]]),
    "$path": lambda c, b: Path(c),
    "$error": lambda c, b: BY_NAME[c[0]](*c[1:]),
}
