"""The workspace folder: where it is, atomic writes, locks, free disk space and memory."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from io import BufferedWriter
from pathlib import Path
from typing import Literal

import psutil

from builder.datasets import _folders
from builder.errors import FileError, LayerwiseError

NEEDED_BYTES = 200 * 2**20
"""Free disk space below which no training starts: a run's artefacts and metrics with room."""

FULL_BYTES = 10 * 2**20
"""Free disk space below which whatever failed failed for want of it."""

RESERVE_BYTES = 2**20
"""Kept aside in the workspace, so that on a full disk there is room to write how a run ended."""

WORKER_LOCK = "worker.lock"
"""In a run's folder: locked by the process that trains it for as long as that lives."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def home() -> Path:
    """The workspace: ``LAYERWISE_HOME``, or ``layerwise`` in the user's data directory.

    Raises:
        FileError: the folder cannot be made.
    """
    return _make(_folders.workspace())


def keras_home() -> Path:
    """Where Keras keeps what it downloads, by the rule of ``keras.src.backend.config``."""
    home = Path(os.path.expanduser("~"))
    base = home if os.access(home, os.W_OK) else Path("/tmp")
    return Path(os.environ.get("KERAS_HOME") or base / ".keras").expanduser()


def linked_folders() -> tuple[Path, ...]:
    """Folders of the workspace that lie elsewhere: links a person made to another disk."""
    return tuple(path for path in home().iterdir() if path.is_symlink())


def folder(*parts: str) -> Path:
    """A folder inside the workspace, made when missing."""
    return _make(home().joinpath(*parts))


def _make(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"The workspace folder cannot be used: {_reason(error)}.",
            "Set LAYERWISE_HOME to a folder you may write to.",
        ) from error
    return path


def token() -> str:
    """A fresh unguessable name of 22 letters, digits, ``-`` and ``_`` (128 random bits)."""
    while (made := secrets.token_urlsafe(16)).startswith("-"):
        pass  # a command line would take it for an option
    return made


def is_token(text: object) -> bool:
    """Whether ``text`` has a token's form; everything else must never become a path."""
    return isinstance(text, str) and _TOKEN.fullmatch(text) is not None


def free_bytes() -> int:
    """Bytes free on the workspace's disk."""
    return shutil.disk_usage(home()).free


def is_full() -> bool:
    """Whether the workspace's disk is."""
    return free_bytes() < FULL_BYTES


def reserve() -> None:
    """Keeps some room aside, where it is not and there is enough; ``release`` gives it back."""
    path = home() / ".reserve"
    if path.exists() or is_full():
        return
    with contextlib.suppress(LayerwiseError):
        write(path, os.urandom(RESERVE_BYTES))  # zeros would be stored as nothing on some disks


def release() -> bool:
    """Gives up the reserve where the disk is full; whether that made room."""
    try:
        if is_full():
            (home() / ".reserve").unlink()
            return True
    except OSError:
        pass
    return False


def memory_bytes() -> int:
    """Bytes of memory a new process may take: what is free here, within a container's limit."""
    available = int(psutil.virtual_memory().available)
    with contextlib.suppress(OSError, ValueError):
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
        used = int(Path("/sys/fs/cgroup/memory.current").read_text())
        available = min(available, max(0, limit - used))
    return available


def write(path: Path, data: bytes) -> None:
    """Replaces ``path`` by ``data`` at once: after a power cut the old or the new file is there.

    Raises:
        FileError: no space, no permission …; the old file is untouched.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False, prefix=".new-") as file:
            temporary = file.name
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise disk_error(path, error) from error


def disk_error(path: Path, error: OSError) -> FileError:
    """Why a file could not be written, with the remedy."""
    message = f"{path.name} could not be saved: {_reason(error)}."
    return FileError(message, _remedy(error))


def open_for_writing(path: Path, mode: Literal["ab", "wb"]) -> BufferedWriter:
    """The file, open for writing; FileError where nothing can be written."""
    try:
        return open(path, mode)
    except OSError as error:
        raise FileError(
            f"The workspace folder cannot be written to: {_reason(error)}.",
            "Set LAYERWISE_HOME to a folder you may write to.",
        ) from error


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Only one process and thread at a time is inside; the lock falls with its process.

    Raises:
        FileError: the lock's file cannot be made.
    """
    with open_for_writing(path, "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_locked(path: Path) -> bool:
    """Whether some process is inside ``locked(path)`` now; False when there is no such file."""
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True


def _remedy(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Free some disk space and try again."
    if error.errno == errno.ENOENT:
        return "Make that folder first, or choose another one."
    return "Check the folder's permissions."


def _reason(error: OSError) -> str:
    return "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error))
