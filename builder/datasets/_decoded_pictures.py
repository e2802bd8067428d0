"""How pictures are decoded: with Keras's own loader, cleaned first where that is asked for."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from builder.datasets._decoded_examples import Decoder
from builder.errors import FileError
from builder.kinds.contract import Array
from builder.media.picture_headers import (
    DAMAGE,
    LEFT_OUT,
    ODD,
    SUFFIXES,
    PictureHeader,
    known_formats,
    read_header,
)

CLEANING = ("_picture_program.seen_picture", "_picture_program.clean_pictures")
"""The functions that clean pictures."""

CAREFUL = 4
"""A cleaned picture keeps so many times the points of a side that a model gets."""

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
            with Image.open(io.BytesIO(data), formats=known_formats()) as picture:
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


def _clean(settings: Mapping[str, Any], archive: str, folder: str) -> None:
    from builder.datasets._picture_program import clean_pictures

    clean_pictures(archive, folder, clean_side(settings))


def _read(settings: Mapping[str, Any], folder: str) -> Any:
    from builder.datasets._picture_program import read_pictures

    return read_pictures(folder, list(settings["classes"]), *picture_form(settings))


def _refuse(settings: Mapping[str, Any], header: PictureHeader) -> str:
    return ODD[header.odd][0] if header.odd in LEFT_OUT else ""


def _shape(settings: Mapping[str, Any]) -> tuple[int, ...]:
    return settings["height"], settings["width"], CHANNELS[settings["color_mode"]]


PICTURES = Decoder(
    "picture",
    SUFFIXES,
    read_header,
    _refuse,
    ("height", "width", "aspect", "color_mode"),
    (*CLEANING, "_picture_program.read_pictures"),
    *(_clean, _read, _shape, np.rint),
    dtype="uint8",
)
