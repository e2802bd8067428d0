"""What a sound's first bytes say of it: rate, length, channels, and what is odd about it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")
"""What the names of sounds end with, in small letters."""

KERAS_READS = ("WAV", "PCM_16")
"""Form and numbers that ``keras.utils.audio_dataset_from_directory`` reads, of one channel."""

MOST_CHANNELS, MOST_RATE = 32, 384_000
"""More than these no sound has: its header lies."""

ODD: Mapping[str, tuple[str, str]] = {
    "other": ("is no WAV of 16 bits", "are no WAVs of 16 bits"),
    "channels": ("has several channels", "have several channels"),
    "empty": ("holds no sound", "hold no sound"),
    "broken": ("cannot be opened", "cannot be opened"),
}
"""What can be odd about a sound → how it is said of one, and of several."""

LEFT_OUT = ("empty", "broken")
"""Of these, those that cannot be learned from."""


@dataclass(frozen=True, slots=True)
class SoundHeader:
    """What the first bytes of a sound say.

    Args:
        rate: values a second.
        frames: values of a channel, as the header has it.
        channels: how many.
        odd: of ``ODD``; "" for nothing.
    """

    rate: int
    frames: int
    channels: int
    odd: str = ""


def read_sound_header(file: IO[bytes], suffix: str) -> SoundHeader:
    """Of the sound in that file; nothing of it is decoded.

    Args:
        suffix: what its name ends with; only its content counts.
    """
    import soundfile

    # libsndfile looks for the end first; an archive tells of its own damage on the way there
    whole = io.BytesIO(file.read())
    try:
        with soundfile.SoundFile(whole) as sound:
            rate, frames, channels = sound.samplerate, sound.frames, sound.channels
            form = (sound.format, sound.subtype)
    except (soundfile.SoundFileError, OSError, ValueError, TypeError, RuntimeError):
        return SoundHeader(0, 0, 0, "broken")
    if not (0 < channels <= MOST_CHANNELS and 0 < rate <= MOST_RATE):
        return SoundHeader(0, 0, 0, "broken")
    odd = ""
    if frames <= 0:
        odd = "empty"
    elif channels > 1:
        odd = "channels"
    elif form != KERAS_READS:
        odd = "other"
    return SoundHeader(rate, frames, channels, odd)
