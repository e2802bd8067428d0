"""The trained model as Keras saves it: ``keras.models.load_model`` reads it anywhere."""

from __future__ import annotations

from pathlib import Path

from builder.errors import FileError
from builder.exporters.contract import ExportRequest

NAME = "keras"
TITLE = "Keras model with its weights"
SUFFIX = ".keras"
KIND = "run"
ORDER = 1


def export(request: ExportRequest) -> bytes:
    """The bytes of the run's own file; FileError when it is gone."""
    return read_artefact(request)


def read_artefact(request: ExportRequest) -> bytes:
    """The run's ``.keras``; FileError when it is gone."""
    path = str(request.artefact)
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise FileError(
            f"The run's model cannot be read: {error.strerror}.", "Train again.", path
        ) from None
