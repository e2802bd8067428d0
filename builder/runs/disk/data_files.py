"""Store a person's data files in the workspace, under their SHA-256, within a limit of size."""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from types import TracebackType

from builder import formatting
from builder.datasets._folders import FILES, SHA256, find_file
from builder.errors import FileError
from builder.runs.disk import hashed_files, workspace
from builder.spec import TrainingSpec

LIMIT_VARIABLE = "LAYERWISE_MAX_UPLOAD"

DEFAULT_LIMIT = 2_000_000_000
"""Bytes of the largest file that is taken, where ``LAYERWISE_MAX_UPLOAD`` says nothing."""

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}

LOOK_BYTES = 2**24
"""Bytes written between two looks at the free disk space: others write, too."""

NAME_CHARACTERS = 120

TOO_LARGE = "size"
"""``where`` of the error of a file that is over the limit."""


class Upload:
    """A data file on its way into the workspace; without ``keep`` nothing of it stays.

    Used in a ``with``.

    Args:
        name: what its owner calls it, for the sentences.
        length: its bytes, when they are known before.

    Raises:
        FileError: it is over the limit, or the disk has no room for it; so does ``write``.
    """

    def __init__(self, name: str, length: int = 0) -> None:
        self._name, self._limit = name, limit()
        self._check_limit(length)
        self._check_room(length)
        with self._say_what_fails():
            self._file = hashed_files.NewFile(workspace.folder(FILES))

    def __enter__(self) -> Upload:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.__exit__(kind, error, trace)

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._file.size

    def write(self, data: bytes) -> None:
        """Adds ``data`` at the end."""
        size = self.size + len(data)
        self._check_limit(size)
        if size // LOOK_BYTES > self.size // LOOK_BYTES:
            self._check_room(0)
        with self._say_what_fails():
            self._file.write(data)

    def keep(self) -> str:
        """Puts the file in its place; its SHA-256, by which it is found again."""
        with self._say_what_fails():
            return self._file.keep()

    def _check_limit(self, size: int) -> None:
        if size > self._limit:
            raise FileError(
                f"{self._name} is larger than {formatting.size(self._limit)}, the most that is"
                " taken here.",
                f"Drop a smaller file; who runs the server can raise {LIMIT_VARIABLE}.",
                TOO_LARGE,
            )

    def _check_room(self, needed: int) -> None:
        room = max(0, workspace.free_bytes() - workspace.NEEDED_BYTES)
        if room < max(needed, 1):
            raise FileError(
                f"The server's disk has no room for {self._name}: {formatting.size(room)} are left"
                f" beside the {formatting.size(workspace.NEEDED_BYTES)} that trainings need.",
                "Free some disk space, then drop the file again.",
            )

    @contextlib.contextmanager
    def _say_what_fails(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = "the disk is full" if workspace.is_full() else error.strerror or str(error)
            raise FileError(
                f"{self._name} could not be kept: {reason}.",
                "Free some disk space, then drop the file again.",
            ) from error


def limit() -> int:
    """Bytes of the largest file that is taken: ``LAYERWISE_MAX_UPLOAD``, ``500 MB`` or ``2e9``.

    Raises:
        FileError: the variable says no size.
    """
    text = os.environ.get(LIMIT_VARIABLE, "").strip()
    if not text:
        return DEFAULT_LIMIT
    found = re.fullmatch(r"(\d+(?:\.\d+)?(?:e\d+)?)\s*([kmgt]?)i?b?(?:ytes)?", text.lower())
    if not found:
        raise FileError(
            f"{LIMIT_VARIABLE} must be a size such as '500 MB' but is '{text[:40]}'.",
            "Who runs the server can correct it.",
        )
    return int(float(found[1]) * UNITS[found[2]])


def keep(name: str, data: bytes) -> str:
    """Stores ``data`` as a file that is called ``name``; its SHA-256.

    Raises:
        FileError: as ``Upload``.
    """
    with Upload(name, len(data)) as upload:
        upload.write(data)
        return upload.keep()


def clean_name(text: str) -> str:
    """A file's name as its owner gave it, made one line: a label, never a path."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    seen = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    stem, dot, suffix = seen.rpartition(".")
    if len(seen) > NAME_CHARACTERS and stem and len(suffix) < 12:
        seen = stem[: NAME_CHARACTERS - len(suffix) - 1] + dot + suffix
    return seen[:NAME_CHARACTERS] or "file"


def files_of(training: TrainingSpec) -> frozenset[str]:
    """The data files a training reads, by their SHA-256."""
    return frozenset(SHA256.findall(repr(training.dataset.config)))


def keep_a_day(training: TrainingSpec) -> None:
    """Keep a training's data files from ``remove_unused`` for a day: its change may be undone."""
    for file in files_of(training):
        hashed_files.touch(find_file(file))


def remove_unused(in_a_run: Callable[[str], bool]) -> None:
    """Removes the data files no project and no run refers to."""
    hashed_files.remove_unused(workspace.folder(FILES), in_a_run)
