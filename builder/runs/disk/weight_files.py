"""Store the weights of opened model files in the workspace, under their SHA-256."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from builder.datasets import _folders
from builder.errors import FileError
from builder.facts import START
from builder.runs.disk import dedup, hashed_files, workspace
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

    Where they are missing or damaged in this workspace they are missing there, too; whoever reads
    them says so. A run that goes on from a snapshot can do without.
    """
    target, source = folder / START, find(training.weights.get("file"))
    if source and not _is_whole(target, source.stem) and _is_whole(source, source.stem):
        target.unlink(missing_ok=True)
        dedup.copy_file(source, target)


def _is_whole(path: Path, name: str) -> bool:
    """Whether the file is there and is what its SHA-256 says."""
    return path.is_file() and dedup.digest(path) == name


def keep_a_day(training: TrainingSpec) -> None:
    """Keep a training's weights from ``remove_unused`` for a day: its change may be undone."""
    hashed_files.touch(find(training.weights.get("file")))


def remove_unused(in_a_run: Callable[[str], bool]) -> None:
    """Removes the weights no project and no run refers to; a run that goes has its own link."""
    hashed_files.remove_unused(workspace.folder(FOLDER), in_a_run)
