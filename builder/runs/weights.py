"""Weights that came with models, kept in the workspace under the hash of their content."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

from builder.errors import FileError, TrainingError
from builder.facts import START
from builder.runs import workspace
from builder.spec import TrainingSpec

_HASH = re.compile(r"[0-9a-f]{64}")


def keep(file: Path) -> str:
    """Copies a weights file into the workspace; its SHA-256, by which ``where`` finds it again.

    Raises:
        FileError: it cannot be read or there is no room.
    """
    try:
        with open(file, "rb") as source:
            name = hashlib.file_digest(source, "sha256").hexdigest()
        target = _place(name)
        if not target.exists():
            partial = target.with_name(f".{name}.{os.getpid()}")
            shutil.copyfile(file, partial)
            os.replace(partial, target)
    except OSError as error:
        raise FileError(
            f"The weights could not be kept: {error.strerror or error}.",
            "Free some disk space and open the file again.",
        ) from error
    return name


def where(file: object) -> Path | None:
    """The weights file of that hash, None when it is none or not in this workspace."""
    if not isinstance(file, str) or not _HASH.fullmatch(file):
        return None
    found = _place(file)
    return found if found.is_file() else None


def lend(training: TrainingSpec, folder: Path) -> None:
    """Puts the weights a training begins with into its run's folder, without taking more room.

    Raises:
        TrainingError: they are not in this workspace.
    """
    if not training.weights:
        return
    found = where(training.weights.get("file"))
    if found is None:
        raise TrainingError(
            f"The weights of '{training.weights.get('name', 'the model')}' are not in this"
            " workspace.",
            "Open the model's file again, or train without its weights.",
            "weights",
        )
    target = folder / START
    if not target.exists():
        try:
            os.link(found, target)
        except OSError:  # another disk
            shutil.copyfile(found, target)


def _place(name: str) -> Path:
    return workspace.folder("weights") / f"{name}.npz"
