"""Read an ``.npz`` file in Keras's layout safely: sizes first, never pickled objects."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
import psutil

from builder import formatting
from builder.datasets import _folders
from builder.errors import DataError
from builder.kinds.contract import Array

KEYS = ("x_train", "y_train", "x_test", "y_test")

MAX_BYTES = 2**31
"""Unpacked size of all four arrays; also at most half of the memory that is free."""


def path_of(name: str) -> Path:
    """The file of that name in the datasets folder.

    Raises:
        DataError: no plain file name, or no such file.
    """
    folder = _folders.datasets()
    plain = name and name == Path(name).name and "\\" not in name and not name.startswith(".")
    if not plain or not name.endswith(".npz") or "\x00" in name:
        raise DataError(
            f"The file must be a plain name that ends in .npz but is {name!r}.",
            "Drop the file on the Data page, or give the name of one in the folder LAYERWISE_DATA.",
            "dataset.file",
        )
    path = folder / name
    if not path.is_file() or path.resolve().parent != folder.resolve():
        raise DataError(
            f"There is no file {name} in the datasets folder.",
            "Drop it on the Data page, or put it into the folder LAYERWISE_DATA.",
            "dataset.file",
        )
    return path


def names() -> tuple[str, ...]:
    """The ``.npz`` files in the datasets folder, by name."""
    return tuple(sorted(p.name for p in _folders.datasets().glob("*.npz") if p.is_file()))


def read_arrays(path: Path, name: str = "") -> dict[str, Array]:
    """The arrays ``x_train y_train x_test y_test``.

    Args:
        name: what people call the file, where that is not its name.

    Raises:
        DataError: no such file, no zip, wrong keys, objects inside, too large, or damaged.
    """
    name = name or path.name
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, name)
            _affordable(name, members)
            return {key: _array(archive, name, members[key]) for key in KEYS}
    except DataError:
        raise
    except (OSError, ValueError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        raise _bad(name, "is damaged or no NumPy .npz archive") from None
    except Exception as error:  # zlib, lzma and the tokenizer of headers have errors of their own
        raise _bad(name, f"cannot be unpacked ({type(error).__name__})") from error


def _members(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    result = {i.filename.removesuffix(".npy"): i for i in archive.infolist()}
    if missing := [key for key in KEYS if key not in result]:
        seen = ", ".join(sorted(result)[:8]) or "nothing"
        raise DataError(
            f"{name} lacks {', '.join(missing)}; it holds {seen}.",
            "Save it with np.savez_compressed(name, x_train=…, y_train=…, x_test=…, y_test=…).",
            "dataset.file",
        )
    return {key: result[key] for key in KEYS}


def _affordable(name: str, members: dict[str, zipfile.ZipInfo]) -> None:
    size = sum(info.file_size for info in members.values())
    limit = min(MAX_BYTES, psutil.virtual_memory().available // 2)
    if size > limit:
        raise DataError(
            f"{name} unpacks to {formatting.size(size)}; at most {formatting.size(limit)}"
            " are accepted.",
            "Save fewer examples, or smaller numbers such as uint8 or float32.",
            "dataset.file",
        )


def _array(archive: zipfile.ZipFile, name: str, info: zipfile.ZipInfo) -> Array:
    """One member, after its header was found to agree with its size: a header that promises more
    would make NumPy allocate it."""
    key = info.filename.removesuffix(".npy")
    with archive.open(info) as stream:
        shape, dtype, start = _header(stream)
    if dtype.hasobject:
        raise DataError(
            f"{key} in {name} holds Python objects, which are never opened: they could run code.",
            "Save it as an array of numbers; pad rows of different lengths to one length.",
            "dataset.file",
        )
    count = 1
    for side in shape:
        count *= side
    if start + count * dtype.itemsize != info.file_size:
        raise _bad(name, f"is damaged: the header and the size of {key} disagree")
    with archive.open(info) as stream:
        array: Array = np.lib.format.read_array(stream, allow_pickle=False)
    return array


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any], int]:
    version = np.lib.format.read_magic(stream)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise ValueError(f"npy format {version}")
    shape, _, dtype = read(stream)
    return shape, dtype, stream.tell()


def _bad(name: str, why: str) -> DataError:
    return DataError(f"{name} {why}.", "Save it again with np.savez_compressed.", "dataset.file")
