"""Open an untrusted model file as a project, with its weights kept in the workspace."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from builder.engine.files import archive
from builder.engine.files.foreign import foreign_files
from builder.errors import FileError, LayerwiseError
from builder.facts import Note
from builder.runs.disk import weight_files
from builder.runs.engine_process import client
from builder.spec import Config, TrainingSpec
from builder.suggest import opened_model

SECONDS = 180
"""How long reading a model may take: the largest Keras applications need a minute."""


def open_as_project(path: Path, name: str) -> tuple[TrainingSpec, tuple[Note, ...]]:
    """The project around the model in a file of any Keras, or of TensorFlow.js.

    The file is read in a child of its own under a limit of memory and time; nothing of it is
    executed.

    Args:
        name: what people call the file.

    Returns:
        The project, and what was not taken over.

    Raises:
        LayerwiseError: it cannot be read or is refused; says why.
    """
    with tempfile.TemporaryDirectory(prefix="layerwise-open-") as folder:
        keep = Path(folder) / "weights.npz"
        try:
            opened = read_guarded(path, keep)
        except LayerwiseError as error:
            error.message = error.message.replace(path.name, name[:80])
            raise
        training = opened_model.project_for_opened(
            opened["model"], opened.get("compile"), opened.get("facts")
        )
        if opened["weights"]:
            kept = Config(file=weight_files.keep_file(keep), name=name[:80])
            training = replace(training, weights=kept)
    return training, tuple(opened["notes"])


def keep_weights(path: Path, name: str) -> Config:
    """What ``TrainingSpec.weights`` says of a model file, its weights kept in the workspace.

    Args:
        name: what people call the file.

    Raises:
        LayerwiseError: it cannot be read or has no weights.
    """
    with tempfile.TemporaryDirectory(prefix="layerwise-open-") as folder:
        keep = Path(folder) / "weights.npz"
        if not read_guarded(path, keep)["weights"]:
            raise FileError(f"{name} holds no weights.", "Train it first.")
        return Config(file=weight_files.keep_file(keep), name=name[:80])


SUFFIXES = (".keras", ".h5", ".hdf5", *foreign_files.SUFFIXES)
"""Endings of names of files that are models, or are taken for some."""


def is_model(path: Path, name: str) -> bool:
    """Whether a file is a model by its name, or a ZIP with one in it."""
    if not name.lower().endswith(".zip"):
        return name.lower().endswith(SUFFIXES)
    try:
        with zipfile.ZipFile(path) as file:
            return foreign_files.archive_kind(file.namelist(), name)[1] != ""
    except FileError:
        return True  # a model of another sort: whoever opens it says which
    except Exception:  # damaged: the reader of data says how
        return False


def read_guarded(path: Path, keep: Path | None = None) -> dict[str, Any]:
    """``model_files.open_model`` in a child of its own: a damaged ``.h5`` can make its reader go
    round in a circle for ever, or end the process.

    Raises:
        LayerwiseError: as there; or it took too long or too much.
    """
    archive.kind(path)  # what is plainly no model need not wait for a process to start
    opened: dict[str, Any] = client.call_guarded(
        "model_files.open_model",
        path,
        keep,
        reads=(path,),
        writes=(keep.parent,) if keep else (),
        timeout=SECONDS,
    )
    return opened
