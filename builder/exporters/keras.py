"""The trained model as Keras saves it: ``keras.models.load_model`` reads it anywhere."""

from __future__ import annotations

from pathlib import Path

from builder.errors import FileError
from builder.facts import ModelFacts
from builder.spec import TrainingSpec

NAME = "keras"
TITLE = "Keras model with its weights"
SUFFIX = ".keras"
NEEDS = "run"


def export(
    training: TrainingSpec,
    artefact: str | None = None,
    facts: ModelFacts | None = None,
    title: str = "",
) -> bytes:
    """The bytes of the run's own file.

    Raises:
        FileError: no run was given, or its file is gone.
    """
    return read(artefact)


def read(artefact: str | None) -> bytes:
    """The run's ``.keras``; FileError when there is none."""
    if not artefact:
        raise FileError(
            "Only a trained model has weights to save.", "Train it, then export the run."
        )
    try:
        return Path(artefact).read_bytes()
    except OSError as error:
        raise FileError(
            f"The run's model cannot be read: {error.strerror}.", "Train again.", artefact
        ) from None
