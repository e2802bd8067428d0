"""Predict the class of sounds like those of a person's own folder."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from builder.datasets import sound_folder
from builder.datasets._decoded_sounds import read_sound
from builder.datasets.contract import resolve_settings
from builder.engine.inference import confidence, familiarity, predict_rows
from builder.engine.inference.confidence import find_rival, verdict
from builder.errors import FileError
from builder.kinds._spectrogram import draw_spectrogram
from builder.media.example_archive import MAX_FILE
from builder.spec import TrainingSpec

STRANGE = "Nothing like this is among the sounds it learned from."

SILENT = 0.003
"""A sound whose loudest value is less than this is silence."""


def hears(training: TrainingSpec) -> bool:
    """Whether it learned from a folder of sounds."""
    return training.dataset.class_name == sound_folder.ENTRY.class_name


def predict_bytes(
    artefact: str, training: TrainingSpec, data: bytes, recorded: bool = False
) -> dict[str, Any]:
    """What the model says of one sound, the bytes of its file.

    Args:
        recorded: of a longer one the loudest stretch is heard, not the beginning.

    Returns:
        As ``confidence.verdict``, with ``seen``, its spectrogram, uint8 (height, width), and
        ``heard``, a WAV of what it was given.

    Raises:
        FileError: the sound or the artefact cannot be read.
        DataError: model and data do not fit.
    """
    import soundfile

    settings = resolve_settings(sound_folder.ENTRY, training.dataset.config)
    sound = read_sound(settings, data, recorded)
    classes = list(training.dataset.config["classes"])
    said = predict_rows.predict_rows(artefact, sound[None])
    chances = confidence.to_probabilities(np.asarray(said), len(classes))[0]
    doubt = find_rival(chances, classes, int(chances.argmax()))[1]
    if abs(sound).max() < SILENT:
        doubt = "There is hardly anything to hear."
    elif familiarity.find_strangers(artefact, training, sound[None])[0]:
        doubt = STRANGE
    heard = io.BytesIO()
    soundfile.write(heard, sound, settings["rate"], "PCM_16", format="WAV")
    seen = draw_spectrogram(sound)
    return verdict(chances, classes, doubt) | {"seen": seen, "heard": heard.getvalue()}


def predict_file(artefact: str, training: TrainingSpec, path: str) -> dict[str, Any]:
    """``predict_bytes`` of the file at ``path``."""
    file = Path(path)
    try:
        if file.stat().st_size > MAX_FILE:
            raise FileError("The sound's file is too large.", "Cut it first.")
        data = file.read_bytes()
    except OSError:
        raise FileError("There is no such sound.", "Choose one that is there.") from None
    return predict_bytes(artefact, training, data)
