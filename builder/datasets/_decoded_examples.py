"""Examples decoded once: an array in the workspace under the hash of content and settings."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from builder.datasets import _folders, _program
from builder.errors import DataError
from builder.kinds.contract import Array
from builder.media.example_archive import ExampleArchive, open_examples
from builder.tables.reading.zip_members import DAMAGE

FOLDER = "decoded"
"""In the workspace; what is there can be made again."""

COMMON = ("file", "directory", "parts", "classes", "clean")
"""Settings that decide what is decoded, of whatever kind it is."""

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class DecodedExamples:
    """Examples as Keras's loader gives them.

    Args:
        examples: (n, …), on the disk.
        labels: int64 (n,) numbers of classes.
        sizes: how many are of each part; of one where there are no parts.
        paths: of each example, as its archive has it.
    """

    examples: Array
    labels: Array
    sizes: tuple[int, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Decoder:
    """How examples of one kind are decoded.

    Args:
        noun: what one is called.
        suffixes, reader: as of ``open_examples``.
        refuse: why Keras's loader cannot read one as it is, by the settings and its header; "" for
            nothing.
        decide: settings that decide what is decoded, beside ``COMMON``.
        made_by: the program's functions that make it.
        clean: puts the archive's examples, cleaned, into a folder; (settings, archive, folder).
        read: pairs of an example and its class from such a folder; (settings, folder).
        shape: of one example, by the settings.
        keep: one example as it is kept.
        dtype: of what is kept.
    """

    noun: str
    suffixes: tuple[str, ...]
    reader: Callable[[IO[bytes], str], Any]
    refuse: Callable[[Settings, Any], str]
    decide: tuple[str, ...]
    made_by: tuple[str, ...]
    clean: Callable[[Settings, str, str], None]
    read: Callable[[Settings, str], Any]
    shape: Callable[[Settings], tuple[int, ...]]
    keep: Callable[[Array], Array]
    dtype: str


def read_decoded(decoder: Decoder, settings: Settings, path: Path) -> DecodedExamples:
    """The examples of the archive at ``path``, decoded now where they are not yet.

    Raises:
        DataError: it cannot be read, one cannot be decoded, or there is no room for them.
    """
    folder = _folders.workspace() / FOLDER
    key = _key(decoder, settings)
    array, about = (folder / f"{key}{suffix}" for suffix in (".npy", ".json"))
    if (kept := _open(array, about)) is not None:
        return kept
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as place:
            made = _decode(decoder, settings, path, Path(place))
            for new, final in zip(made, (array, about), strict=True):
                os.replace(new, final)
    except OSError as error:
        raise _no_room(error) from error
    decoded = _open(array, about)
    assert decoded is not None
    return decoded


def is_decoded(decoder: Decoder, settings: Settings) -> bool:
    """Whether the examples of these settings lie in the workspace already."""
    return (_folders.workspace() / FOLDER / f"{_key(decoder, settings)}.npy").is_file()


def _key(decoder: Decoder, settings: Settings) -> str:
    said = [settings[name] for name in (*COMMON, *decoder.decide)]
    text = json.dumps([said, *map(_program.function_source, decoder.made_by)], default=dict)
    return hashlib.sha256(text.encode()).hexdigest()


def _open(array: Path, about: Path) -> DecodedExamples | None:
    """What was decoded before; None where it is not there, or not whole."""
    try:
        said = json.loads(about.read_bytes())
        examples = np.load(array, mmap_mode="r", allow_pickle=False)
        for path in (array, about):
            os.utime(path)  # whoever clears up sees that it is wanted
    except (OSError, ValueError):
        return None
    labels = np.array(said["labels"], "int64")
    if len(labels) != len(examples):
        return None
    return DecodedExamples(examples, labels, tuple(said["sizes"]), tuple(said["paths"]))


def _decode(decoder: Decoder, settings: Settings, path: Path, place: Path) -> tuple[Path, Path]:
    """The two files of the decoded examples, made in the folder ``place``."""
    unpacked = place / "unpacked"
    with open_examples(path, decoder.suffixes, decoder.reader) as archive:
        if settings["clean"]:
            decoder.clean(settings, str(path), str(unpacked))
        else:
            _unpack(decoder, settings, archive, unpacked)
    parts = _read_parts(decoder, settings, unpacked / settings["directory"])
    sizes = [len(part) for part in parts]
    shape = (sum(sizes), *decoder.shape(settings))
    array = np.lib.format.open_memmap(place / "array.npy", "w+", np.dtype(decoder.dtype), shape)
    paths = [os.path.relpath(p, unpacked) for part in parts for p in part.file_paths]
    labels = []
    for row, (example, label) in enumerate(_pairs(decoder, parts, paths)):
        array[row] = decoder.keep(example)
        labels.append(int(label))
    array.flush()
    about = {"labels": labels, "sizes": sizes, "paths": paths}
    (place / "about.json").write_text(json.dumps(about), "utf-8")
    return place / "array.npy", place / "about.json"


def _read_parts(decoder: Decoder, settings: Settings, top: Path) -> list[Any]:
    """Keras's dataset of each part."""
    parts = []
    for part in list(settings["parts"].values()) or [""]:
        try:
            parts.append(decoder.read(settings, str(top / part)))
        except ValueError:
            raise DataError(
                f"The folder '{part or settings['name']}' holds no {decoder.noun} that can be"
                " read.",
                f"Choose other {decoder.noun}s, or leave that folder out.",
                "dataset.file",
            ) from None
    return parts


def _unpack(decoder: Decoder, settings: Settings, archive: ExampleArchive, folder: Path) -> None:
    """Every example as it is; DataError for one that Keras's loader could not read."""
    for path in archive.members:
        if why := decoder.refuse(settings, archive.header(path)):
            raise _undecodable(decoder, path, why)
        try:
            archive.zip.extract(archive.members[path], folder)
        except OSError:
            raise  # no room
        except DAMAGE:
            raise _undecodable(decoder, path, "is damaged in the archive") from None


def _pairs(decoder: Decoder, parts: list[Any], paths: list[str]) -> Iterator[tuple[Array, Any]]:
    """All examples with their labels; DataError for the first that cannot be decoded."""
    import tensorflow as tf

    done = 0
    try:
        for part in parts:
            for pair in part.as_numpy_iterator():
                yield pair
                done += 1
    except tf.errors.OpError:
        path = paths[min(done, len(paths) - 1)]
        raise _undecodable(decoder, path, "cannot be decoded") from None


def _undecodable(decoder: Decoder, path: str, why: str) -> DataError:
    return DataError(
        f"{os.path.basename(path)} {why}.",
        f"Switch on 'clean', which makes {decoder.noun}s alike and leaves broken ones out.",
        "dataset.clean",
    )


def _no_room(error: OSError) -> DataError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DataError(
            "The disk is full, so the files cannot be decoded.",
            "Delete runs or files you no longer need, or make the files smaller.",
            "dataset.file",
        )
    return DataError(
        f"The files cannot be unpacked: {error.strerror or 'a name is too long'}.",
        "Give files and folders shorter, plain names.",
        "dataset.file",
    )
