"""Deduplicate files: hard links to one copy, named by its SHA-256."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from pathlib import Path

from builder.runs.disk import workspace


def share(path: Path) -> None:
    """Makes ``path`` and every earlier file of its content one file on disk.

    Whoever writes such a file anew must replace it, never change it. Nothing happens when there
    is no file, or where the disk has no hard links.
    """
    with contextlib.suppress(OSError):
        name = digest(path)
        kept = workspace.folder("artefacts") / f"{name}{path.suffix}"
        try:
            os.link(path, kept)
        except FileExistsError:
            if digest(kept) != name:  # damaged since: it becomes whole under all its names
                shutil.copyfile(path, kept)
            _replace_by_link(kept, path)


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal; OSError when it cannot be read."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _replace_by_link(kept: Path, path: Path) -> None:
    if kept.samefile(path):
        return
    partial = path.with_name(f".{path.name}.link")
    with contextlib.suppress(FileNotFoundError):
        partial.unlink()
    os.link(kept, partial)
    os.replace(partial, path)


def copy_file(source: Path, target: Path) -> None:
    """A second name for the file, or a copy where that cannot be; OSError when neither can."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def remove_unused() -> None:
    """Removes the kept copies that nobody shares any more."""
    for kept in workspace.folder("artefacts").iterdir():
        with contextlib.suppress(OSError):
            if kept.stat().st_nlink == 1:
                kept.unlink()
