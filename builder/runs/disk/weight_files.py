"""Store the weights of opened model files in the workspace, under their SHA-256."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from time import time

from builder.errors import FileError
from builder.facts import START
from builder.runs.disk import dedup, workspace
from builder.spec import TrainingSpec

UNSAVED_SECONDS = 86_400.0
"""How long weights are kept that nothing saved refers to."""

_HASH = re.compile(r"[0-9a-f]{64}")


def keep_file(file: Path) -> str:
    """Copies a weights file into the workspace; its SHA-256, by which ``find`` finds it again.

    Raises:
        FileError: it cannot be read or there is no room.
    """
    try:
        name = dedup.digest(file)
        target = _place(name)
        if _is_whole(target, name):
            os.utime(target)  # whoever clears up sees that it is wanted
        else:
            partial = target.with_name(f".{name}.{os.getpid()}")
            shutil.copyfile(file, partial)
            os.replace(partial, target)
    except OSError as error:
        raise FileError(
            f"The weights could not be kept: {error.strerror or error}.",
            "Free some disk space and open the file again.",
        ) from error
    return name


def find(file: object) -> Path | None:
    """The weights file of that hash, None when it is none or not in this workspace."""
    if not isinstance(file, str) or not _HASH.fullmatch(file):
        return None
    path = _place(file)
    return path if path.is_file() else None


def link_into_run(training: TrainingSpec, folder: Path) -> None:
    """Puts the weights a training begins with into its run's folder, without taking more room.

    Where they are missing or damaged in this workspace they are missing there, too; whoever reads
    them says so. A run that goes on from a snapshot can do without.
    """
    target, source = folder / START, find(training.weights.get("file"))
    if source and not _is_whole(target, source.stem) and _is_whole(source, source.stem):
        target.unlink(missing_ok=True)
        dedup.copy_file(source, target)


def keep_a_day(training: TrainingSpec) -> None:
    """Keep a training's weights from ``remove_unused`` for a day: its change may be undone."""
    if path := find(training.weights.get("file")):
        with contextlib.suppress(OSError):
            os.utime(path)


def remove_unused(in_a_run: Callable[[str], bool]) -> None:
    """Removes the weights no project and no run refers to.

    Args:
        in_a_run: whether some run speaks of the weights of that hash.

    Those kept or spared in the last day stay: somebody may have them open and nothing saved yet.
    A run that goes has its own link to them.
    """
    old = time() - UNSAVED_SECONDS
    for kept in workspace.folder("weights").glob("*.npz"):
        with contextlib.suppress(OSError):
            if kept.stat().st_mtime < old and not (in_a_run(kept.stem) or _in_a_project(kept.stem)):
                kept.unlink()


def _in_a_project(name: str) -> bool:
    # also what is damaged: a person may repair it
    files = workspace.folder("projects").iterdir()
    return any(name.encode() in file.read_bytes() for file in files if file.is_file())


def _is_whole(path: Path, name: str) -> bool:
    """Whether the file is there and is what its SHA-256 says."""
    return path.is_file() and dedup.digest(path) == name


def _place(name: str) -> Path:
    return workspace.folder("weights") / f"{name}.npz"
