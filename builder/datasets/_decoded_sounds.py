"""How sounds are decoded: with Keras's own loader, cleaned first where that is asked for."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from builder.datasets._decoded_examples import Decoder
from builder.errors import FileError
from builder.kinds.contract import Array
from builder.media.sound_headers import LEFT_OUT, ODD, SUFFIXES, SoundHeader, read_sound_header

CLEANING = ("_sound_program.even_sound", "_sound_program.clean_sounds")
"""The functions that clean sounds."""

STEPS = 2**15
"""Of a number of 16 bits, from silence to the loudest."""


def count_samples(settings: Mapping[str, Any]) -> int:
    """How many values every sound gets."""
    return max(1, round(float(settings["seconds"]) * float(settings["rate"])))


RECORDED = 30
"""Seconds of a recording that are searched."""


def read_sound(settings: Mapping[str, Any], data: bytes, recorded: bool = False) -> Array:
    """One more sound as the model is given those of the folder: float32 (samples,).

    Args:
        recorded: it may begin before somebody speaks: of a longer one its loudest stretch is taken.

    Raises:
        FileError: it cannot be opened, or holds no sound.
    """
    from builder.datasets._sound_program import even_sound

    odd = read_sound_header(io.BytesIO(data), "").odd
    if odd in LEFT_OUT:
        raise FileError(f"The sound {ODD[odd][0]}.", "Choose another one, or record it again.")
    samples = count_samples(settings)
    try:
        most = settings["rate"] * RECORDED if recorded else samples
        values = even_sound(io.BytesIO(data), settings["rate"], most)
    except Exception:  # libsndfile has a word for each way to be broken
        raise FileError("The sound cannot be decoded.", "Choose another one.") from None
    if len(values) > samples:
        loud = np.cumsum(np.square(values, dtype="float64"))
        start = int(np.argmax(loud[samples:] - loud[:-samples]))
        values = values[start + 1 :][:samples]
    whole: Array = values.astype("float32") / np.float32(STEPS)
    return np.pad(whole, (0, samples - len(whole)))


def _clean(settings: Mapping[str, Any], archive: str, folder: str) -> None:
    from builder.datasets._sound_program import clean_sounds

    clean_sounds(archive, folder, settings["rate"], count_samples(settings))


def _read(settings: Mapping[str, Any], folder: str) -> Any:
    from builder.datasets._sound_program import read_sounds

    return read_sounds(folder, list(settings["classes"]), count_samples(settings))


def _refuse(settings: Mapping[str, Any], header: SoundHeader) -> str:
    if header.odd:
        return ODD[header.odd][0]
    other = header.rate != settings["rate"]
    return f"has {header.rate:,} values a second, not {settings['rate']:,}" if other else ""


def _shape(settings: Mapping[str, Any]) -> tuple[int, ...]:
    return (count_samples(settings),)


def _first_channel(sound: Array) -> Array:
    return sound[:, 0]


SOUNDS = Decoder(
    "sound",
    SUFFIXES,
    read_sound_header,
    _refuse,
    ("rate", "seconds"),
    (*CLEANING, "_sound_program.read_sounds"),
    *(_clean, _read, _shape, _first_channel),
    dtype="float32",
)
