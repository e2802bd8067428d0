"""Store the weights of opened model files in the workspace, under their SHA-256."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from builder.datasets import _folders
from builder.errors import FileError, TrainingError
from builder.facts import START
from builder.runs.disk import hashed_files, workspace
from builder.spec import TrainingSpec

FOLDER = "weights"
SUFFIX = ".npz"


def keep_file(file: Path) -> str:
    """Copies a weights file into the workspace; its SHA-256, by which ``find`` finds it again.

    Raises:
        FileError: it cannot be read or there is no room.
    """
    try:
        with (
            open(file, "rb") as source,
            hashed_files.NewFile(workspace.folder(FOLDER), SUFFIX) as new,
        ):
            while chunk := source.read(hashed_files.CHUNK):
                new.write(chunk)
            return new.keep()
    except OSError as error:
        raise FileError(
            f"The weights could not be kept: {error.strerror or error}.",
            "Free some disk space and open the file again.",
        ) from error


def find(file: object) -> Path | None:
    """The weights file of that hash, None when it is none or not in this workspace."""
    return _folders.find_file(file, FOLDER, SUFFIX)


def link_into_run(training: TrainingSpec, folder: Path) -> None:
    """Puts the weights a training begins with into its run's folder, without taking more room.

    Raises:
        TrainingError: they are not in this workspace.
    """
    if not training.weights:
        return
    source = find(training.weights.get("file"))
    if source is None:
        raise TrainingError(
            f"The weights of '{training.weights.get('name', 'the model')}' are not in this"
            " workspace.",
            "Open the model's file again, or train without its weights.",
            "weights",
        )
    target = folder / START
    if not target.exists():
        try:
            os.link(source, target)
        except OSError:  # another disk
            shutil.copyfile(source, target)


def keep_a_day(training: TrainingSpec) -> None:
    """Keep a training's weights from ``remove_unused`` for a day: its change may be undone."""
    hashed_files.touch(find(training.weights.get("file")))


def remove_unused(in_a_run: Callable[[str], bool]) -> None:
    """Removes the weights no project and no run refers to; a run that goes has its own link."""
    hashed_files.remove_unused(workspace.folder(FOLDER), in_a_run)
