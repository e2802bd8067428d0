"""Pictures decoded once: an array in the workspace under the hash of content and settings."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from builder.datasets import _folders, _program
from builder.errors import DataError, FileError
from builder.kinds.contract import Array
from builder.media.example_archive import ExampleArchive, open_examples
from builder.media.picture_headers import DAMAGE, FORMATS, LEFT_OUT, ODD, SUFFIXES, read_header

FOLDER = "decoded"
"""In the workspace; what is there can be made again."""

DECIDE = ("file", "directory", "parts", "classes", "height", "width", "aspect", "color_mode",
          "clean")  # fmt: skip
"""Settings that decide what is decoded."""

CLEANING = ("_picture_program.seen_picture", "_picture_program.clean_pictures")
"""The functions that clean pictures."""

MADE_BY = (*CLEANING, "_picture_program.read_pictures")
"""All that what is decoded is made by."""

CAREFUL = 4
"""A cleaned picture keeps so many times the points of a side that a model gets."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPictures:
    """Pictures as Keras's loader gives them, rounded to whole numbers.

    Args:
        pictures: uint8 (n, height, width, channels), on the disk.
        labels: int64 (n,) numbers of classes.
        sizes: how many are of each part; of one where there are no parts.
        paths: of each picture, as its archive has it.
    """

    pictures: Array
    labels: Array
    sizes: tuple[int, ...]
    paths: tuple[str, ...]


def read_decoded(settings: Mapping[str, Any], path: Path) -> DecodedPictures:
    """The pictures of the archive at ``path``, decoded now where they are not yet.

    Raises:
        DataError: it cannot be read, a picture cannot be decoded, or there is no room for them.
    """
    folder = _folders.workspace() / FOLDER
    array, about = (folder / f"{_key(settings)}{suffix}" for suffix in (".npy", ".json"))
    if (kept := _open(array, about)) is not None:
        return kept
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as place:
            made = _decode(settings, path, Path(place))
            for new, final in zip(made, (array, about), strict=True):
                os.replace(new, final)
    except OSError as error:
        raise _no_room(error) from error
    decoded = _open(array, about)
    assert decoded is not None
    return decoded


def is_decoded(settings: Mapping[str, Any]) -> bool:
    """Whether the pictures of these settings lie in the workspace already."""
    return (_folders.workspace() / FOLDER / f"{_key(settings)}.npy").is_file()


def _key(settings: Mapping[str, Any]) -> str:
    said = [settings[name] for name in DECIDE]
    text = json.dumps([said, *map(_program.function_source, MADE_BY)], default=dict)
    return hashlib.sha256(text.encode()).hexdigest()


def _open(array: Path, about: Path) -> DecodedPictures | None:
    """What was decoded before; None where it is not there, or not whole."""
    try:
        said = json.loads(about.read_bytes())
        pictures = np.load(array, mmap_mode="r", allow_pickle=False)
        for path in (array, about):
            os.utime(path)  # whoever clears up sees that it is wanted
    except (OSError, ValueError):
        return None
    labels = np.array(said["labels"], "int64")
    if len(labels) != len(pictures):
        return None
    return DecodedPictures(pictures, labels, tuple(said["sizes"]), tuple(said["paths"]))


def _decode(settings: Mapping[str, Any], path: Path, place: Path) -> tuple[Path, Path]:
    """The two files of the decoded pictures, made in the folder ``place``."""
    from builder.datasets import _picture_program as program

    unpacked = place / "pictures"
    with open_examples(path, SUFFIXES, read_header) as archive:
        if settings["clean"]:
            program.clean_pictures(str(path), str(unpacked), clean_side(settings))
        else:
            _unpack(archive, unpacked)
    top = unpacked / settings["directory"]
    given = list(settings["classes"]), *picture_form(settings)
    parts = []
    for part in list(settings["parts"].values()) or [""]:
        try:
            parts.append(program.read_pictures(str(top / part), *given))
        except ValueError:
            raise DataError(
                f"The folder '{part or settings['name']}' holds no picture that can be read.",
                "Choose other pictures, or leave that folder out.",
                "dataset.file",
            ) from None
    sizes = [len(part) for part in parts]
    shape = (sum(sizes), settings["height"], settings["width"], CHANNELS[settings["color_mode"]])
    array = np.lib.format.open_memmap(place / "array.npy", "w+", np.uint8, shape)
    paths = [os.path.relpath(p, unpacked) for part in parts for p in part.file_paths]
    labels = []
    for row, (picture, label) in enumerate(_pairs(parts, paths)):
        array[row] = np.rint(picture)
        labels.append(int(label))
    array.flush()
    about = {"labels": labels, "sizes": sizes, "paths": paths}
    (place / "about.json").write_text(json.dumps(about), "utf-8")
    return place / "array.npy", place / "about.json"


CHANNELS = {"rgb": 3, "grayscale": 1}


def picture_form(settings: Mapping[str, Any]) -> tuple[Any, ...]:
    """Height, width, what is done to other proportions, and colours; as ``read_pictures`` wants."""
    return tuple(settings[name] for name in ("height", "width", "aspect", "color_mode"))


def clean_side(settings: Mapping[str, Any]) -> int:
    """To how many points a side a cleaned picture is reduced."""
    return CAREFUL * int(max(settings["height"], settings["width"]))


def read_picture(settings: Mapping[str, Any], data: bytes) -> Array:
    """One more picture as the model is given those of the folder: uint8 (height, width, channels).

    What Keras's loader would not see as a person does is cleaned, whatever the settings say: a
    photograph of a phone lies on its side.

    Raises:
        FileError: it cannot be opened, or has too many points.
    """
    from keras.src.utils.image_dataset_utils import _load_image_tf
    from PIL import Image
    from tensorflow.io import gfile

    from builder.datasets import _picture_program as program

    odd = read_header(io.BytesIO(data), ".png").odd
    if odd in LEFT_OUT:
        raise FileError(f"The picture {ODD[odd][0]}.", "Choose another one: PNG or JPEG.")
    if odd or settings["clean"]:
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                clean = program.seen_picture(picture, clean_side(settings))
        except DAMAGE:
            raise FileError("The picture cannot be opened.", "Choose another one.") from None
        held = io.BytesIO()
        clean.save(held, "PNG", compress_level=0)
        data = held.getvalue()
    height, width, aspect, color_mode = picture_form(settings)
    # in memory, and each by a name of its own: TensorFlow adds to a file that is there
    place = f"ram://{hashlib.sha256(data).hexdigest()}"
    with gfile.GFile(place, "wb") as file:
        file.write(data)
    try:
        form = (height, width), CHANNELS[color_mode], "bilinear", "channels_last"
        read = _load_image_tf(place, *form, aspect == "crop", aspect == "pad")
    except Exception:  # TensorFlow has a class of error for each way to be broken
        raise FileError("The picture cannot be decoded.", "Choose another one.") from None
    finally:
        gfile.remove(place)
    pixels: Array = np.rint(np.asarray(read)).astype("uint8")
    return pixels


def _unpack(archive: ExampleArchive, folder: Path) -> None:
    """Every example as it is; DataError for one that Keras's loader could not read."""
    for path in archive.members:
        if (odd := archive.header(path).odd) in LEFT_OUT:
            raise _undecodable(path, ODD[odd][0])
        archive.zip.extract(archive.members[path], folder)


def _pairs(parts: list[Any], paths: list[str]) -> Iterator[tuple[Array, Any]]:
    """All pictures with their labels; DataError for the first that cannot be decoded."""
    import tensorflow as tf

    done = 0
    try:
        for part in parts:
            for pair in part.as_numpy_iterator():
                yield pair
                done += 1
    except tf.errors.OpError:
        raise _undecodable(paths[min(done, len(paths) - 1)], "cannot be decoded") from None


def _undecodable(path: str, why: str) -> DataError:
    return DataError(
        f"{os.path.basename(path)} {why}.",
        "Switch on 'clean', which leaves such pictures out.",
        "dataset.clean",
    )


def _no_room(error: OSError) -> DataError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DataError(
            "The disk is full, so the pictures cannot be decoded.",
            "Delete runs or files you no longer need, or make the pictures smaller.",
            "dataset.file",
        )
    return DataError(
        f"The pictures cannot be unpacked: {error.strerror or 'a name is too long'}.",
        "Give files and folders shorter, plain names.",
        "dataset.file",
    )
