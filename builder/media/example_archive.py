"""Open an archive of examples of unknown origin: which files they are, what each begins with."""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from builder.errors import DataError
from builder.formatting import size
from builder.media.folder_index import index_folder
from builder.media.media_records import FolderIndex
from builder.tables.reading import zip_members

MAX_FILE = 100_000_000
"""Bytes of one example; a member's own header bounds what is unpacked of it."""

MAX_BYTES = 20_000_000_000
"""Bytes of all of them."""

TAIL = 66_000
"""Bytes at the end of a ZIP, in which its list of members is announced."""


@dataclass(frozen=True, slots=True, eq=False)
class ExampleArchive:
    """A ZIP of pictures or sounds that is open.

    Args:
        zip: the archive, its directory read within bounds.
        index: which of its files are examples.
        members: path → what the archive says of that example.
        reader: what tells of one from its first bytes, given the end of its name.
    """

    zip: zipfile.ZipFile
    index: FolderIndex
    members: dict[str, zipfile.ZipInfo]
    reader: Callable[[IO[bytes], str], Any]

    def header(self, path: str) -> Any:
        """What the first bytes of that example say; those of nothing where the archive is broken or
        it is too large."""
        member, suffix = self.members[path], PurePosixPath(path).suffix.lower()
        if member.file_size <= MAX_FILE:
            try:
                with self.zip.open(member) as file:
                    return self.reader(file, suffix)
            except zip_members.DAMAGE:
                pass
        return self.reader(io.BytesIO(), suffix)

    def repeated(self) -> dict[str, str]:
        """Path of an example → an earlier one of the same bytes, by their checksum."""
        first: dict[tuple[int, int], str] = {}
        again = {}
        for path in sorted(self.members):
            member = self.members[path]
            key = (member.CRC, member.file_size)
            if key in first:
                again[path] = first[key]
            else:
                first[key] = path
        return again


@contextlib.contextmanager
def open_examples(
    path: Path, suffixes: Collection[str], reader: Callable[[IO[bytes], str], Any]
) -> Iterator[ExampleArchive]:
    """The examples in the ZIP at ``path``.

    Args:
        suffixes: what their names end with.
        reader: as of ``ExampleArchive``.

    Raises:
        DataError: it is no ZIP or damaged, too large, protected by a password, or a member is a
            link or climbs.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise DataError("The archive cannot be read.", "Drop it again.") from error
    with file:
        yield _open(zip_members.open_zip(read_end(file), file), suffixes, reader)


def read_end(file: IO[bytes]) -> memoryview:
    """The end of an archive, as ``zip_members.open_zip`` wants it."""
    file.seek(-min(TAIL, file.seek(0, os.SEEK_END)), os.SEEK_END)
    return memoryview(file.read())


def _open(
    archive: zipfile.ZipFile, suffixes: Collection[str], reader: Callable[[IO[bytes], str], Any]
) -> ExampleArchive:
    index = index_folder(archive.namelist(), suffixes)
    known = {m.filename: m for m in archive.infolist()}
    members = {p: known[p] for p in index.files}
    if any(m.flag_bits & 1 for m in members.values()):
        raise DataError(
            "The ZIP is protected by a password.", "Unpack it and drop the folder itself."
        )
    total = sum(m.file_size for m in members.values())
    if total > MAX_BYTES:
        raise DataError(
            f"The files unpack to {size(total)}; {size(MAX_BYTES)} is the most.",
            "Make them smaller, or leave some out.",
        )
    return ExampleArchive(archive, index, members, reader)
