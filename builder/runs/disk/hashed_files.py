"""Keep files under the SHA-256 of what they hold: written once, removed when nothing needs them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import time
from types import TracebackType

from builder.datasets._folders import SHA256
from builder.runs.disk import dedup, workspace

UNSAVED_SECONDS = 86_400.0
"""How long a file is kept that nothing saved refers to."""

CHUNK = 2**20
"""Bytes that are read from a file at once."""

PARTIAL = ".new-"
"""How the names of files begin that are still being written."""


class NewFile:
    """A file that is written into a folder and hashed meanwhile; without ``keep`` nothing stays.

    Used in a ``with``. Every method raises OSError where the disk is full or fails.

    Args:
        folder: of files of one kind.
        suffix: what their names end with after the hash.
    """

    def __init__(self, folder: Path, suffix: str = "") -> None:
        handle, name = tempfile.mkstemp(dir=folder, prefix=PARTIAL)
        self._file, self._partial = os.fdopen(handle, "wb"), Path(name)
        self._folder, self._suffix, self._hash = folder, suffix, hashlib.sha256()
        self.size = 0
        """Bytes written so far."""

    def __enter__(self) -> NewFile:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # what a full disk did not take
            self._file.close()
        self._partial.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """Adds ``data`` at the end."""
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def keep(self) -> str:
        """Puts the file in its place, safe from a power cut; its SHA-256."""
        self._file.flush()
        name = self._hash.hexdigest()
        target = self._folder / f"{name}{self._suffix}"
        if target.is_file() and dedup.digest(target) == name:  # else it was damaged since
            os.utime(target)  # whoever clears up sees that it is wanted
        else:
            os.fsync(self._file.fileno())
            os.replace(self._partial, target)
        return name


def touch(path: Path | None) -> None:
    """Keep that file from ``remove_unused`` for a day: what referred to it may be undone."""
    if path is not None:
        with contextlib.suppress(OSError):
            os.utime(path)


def remove_unused(folder: Path, in_a_run: Callable[[str], bool]) -> None:
    """Removes the files no project and no run refers to, and those a crash left half written.

    Args:
        in_a_run: whether some run speaks of the file of that hash.

    Those written or spared in the last day stay: somebody may have them open and nothing saved
    yet.
    """
    old = time() - UNSAVED_SECONDS
    for kept in folder.iterdir():
        # one of them may go, or be asked for, while we look
        with contextlib.suppress(OSError):
            if kept.stat().st_mtime >= old:
                continue
            name, partial = kept.stem, kept.name.startswith(PARTIAL)
            if partial or (SHA256.fullmatch(name) and not (_in_a_project(name) or in_a_run(name))):
                kept.unlink()


def _in_a_project(name: str) -> bool:
    # also what is damaged: a person may repair it
    files = workspace.folder("projects").iterdir()
    return any(name.encode() in file.read_bytes() for file in files if file.is_file())
