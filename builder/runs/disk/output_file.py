"""Write a file where a person wants it: through links, mode and owner kept, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path

from builder.errors import FileError
from builder.runs.disk.workspace import disk_error

ANYBODY = 0o666
"""The mode of a new file, of which the system takes away what this user does not share."""

KINDS = (
    (stat.S_ISDIR, "a folder", "Name a file in it."),
    (stat.S_ISFIFO, "a pipe", "Leave out -o to write to standard output."),
    (stat.S_ISSOCK, "a socket", "Name a file instead."),
    (lambda mode: not stat.S_ISREG(mode), "a device", "Name a file instead."),
)
"""What may stand where a file is to be written, and cannot be replaced by one."""


def write(path: Path, data: bytes) -> None:
    """Puts ``data`` into the file at ``path``; raises FileError as ``replacement`` does."""
    with replacement(path) as file:
        file.write(data)


@contextlib.contextmanager
def replacement(path: Path) -> Iterator[BufferedRandom]:
    """A new file beside the one at ``path``, which takes its place once it was written to its end.

    A link stays a link, and the file it leads to keeps mode, owner and other names.

    Raises:
        FileError: there is no regular file, no space, no permission …; what was there is untouched.
    """
    beside = None
    try:
        there = require_regular(path)
        target = path.resolve()
        beside = target.with_name(f".new-{secrets.token_hex(8)}")
        with open(beside, "x+b", opener=_open) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if there is None or _become(file.fileno(), there):
                os.replace(beside, target)
            else:
                _copy(file, target)
    except OSError as error:
        raise disk_error(path, error) from error
    finally:
        if beside:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


def _open(path: str, flags: int) -> int:
    return os.open(path, flags, ANYBODY)


def require_regular(path: Path) -> os.stat_result | None:
    """What is known of the regular file at ``path``; None where there is nothing yet.

    Raises:
        FileError: a folder, a device or a pipe is there.
        OSError: it cannot be looked at.
    """
    try:
        there = path.stat()
    except FileNotFoundError:
        return None
    for is_kind, name, hint in KINDS:
        if is_kind(there.st_mode):
            raise FileError(f"{path} is {name}, not a file: nothing was written.", hint)
    return there


def _become(file: int, there: os.stat_result) -> bool:
    """Takes over mode and owner; False where that is not possible, or the file has more names."""
    if there.st_nlink > 1:
        return False
    made = os.fstat(file)
    try:
        if (made.st_uid, made.st_gid) != (there.st_uid, there.st_gid):
            os.chown(file, there.st_uid, there.st_gid)
        os.chmod(file, stat.S_IMODE(there.st_mode))
    except PermissionError:
        return False
    return True


def _copy(source: BufferedRandom, target: Path) -> None:
    """The content into the file that is there: first what makes it longer, which may find no room.

    Until that is on the disk, no byte that was there changes.
    """
    length = source.seek(0, os.SEEK_END)
    with open(target, "r+b") as file:
        before = file.seek(0, os.SEEK_END)
        try:
            if length > before:
                source.seek(before)
                shutil.copyfileobj(source, file)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            file.truncate(before)
            raise
        source.seek(0)
        file.seek(0)
        shutil.copyfileobj(source, file)
        file.truncate(length)
