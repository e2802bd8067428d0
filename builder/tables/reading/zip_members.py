"""Take one table out of a ZIP of unknown origin: few members, no links, nothing unbounded."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO

from builder.errors import DataError
from builder.formatting import number, size

MAX_MEMBERS = 65_000
MAX_DIRECTORY = 10_000_000
"""Bytes of the list of members, which is read as a whole before anything can be counted."""

MAX_RATIO = 200
"""Unpacked ÷ packed bytes, beyond ``FREELY``: tables shrink to a fifth, rarely to a fiftieth."""

FREELY = 20_000_000
"""Bytes that may be unpacked whatever their ratio."""

TABLES = (
    *(".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".xlsx", ".xlsm", ".xls"),
    *(".json", ".jsonl", ".ndjson", ".parquet", ".feather", ".arrow"),
)
ARCHIVES = (".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz")
DAMAGE = (
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError),
    *(zlib.error, struct.error),
)
"""What Python's reader raises over an archive that is not what it says."""

BOMB = "Do not trust this file, or unpack it yourself and choose the table in it."


def open_zip(data: memoryview, file: IO[bytes] | None = None) -> zipfile.ZipFile:
    """The archive, its directory read within bounds.

    Args:
        data: all of it, or its end of 66,000 bytes where ``file`` is the whole.

    Raises:
        DataError: it is damaged, has too many members, or a member is a link or climbs.
    """
    _bound_directory(data)
    try:
        archive = zipfile.ZipFile(file or io.BytesIO(data))
    except DAMAGE:
        raise _damaged() from None
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise _crowded(number(len(members)))
    for member in members:
        _refuse_member(member)
    return archive


def _bound_directory(data: memoryview) -> None:
    """The list's length as the end of the archive states it, in every place it may stand."""
    tail = bytes(data[-66_000:])
    at = tail.find(b"PK\5\6")
    while at >= 0:
        if len(tail) - at >= 22:
            count, length = struct.unpack("<HL", tail[at + 10 : at + 16])
            many = count > MAX_MEMBERS or length > MAX_DIRECTORY
            if tail[at - 20 : at - 16] == b"PK\6\7" or many:
                raise _crowded("65,535 or more" if count == 0xFFFF else number(count))
        at = tail.find(b"PK\5\6", at + 1)


def _crowded(count: str) -> DataError:
    return DataError(
        f"The ZIP lists {count} files; {number(MAX_MEMBERS)} is the most.",
        "Make a ZIP of the table, or of fewer files.",
    )


def _damaged() -> DataError:
    return DataError("The ZIP is damaged or incomplete.", "Make it again, or copy the file again.")


def _refuse_member(member: zipfile.ZipInfo) -> None:
    path = member.filename.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":":
        raise DataError(
            f"The ZIP holds '{path[:80]}', a path that leads out of it.",
            "Do not trust this file.",
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise DataError(
            f"'{path[:80]}' in the ZIP is a link to another file, and links are not followed.",
            "Make a ZIP of the file itself.",
        )


def table_members(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """The members that can be tables, the largest first.

    Raises:
        DataError: there is none.
    """
    files = [m for m in archive.infolist() if not is_hidden(m.filename)]
    known = [m for m in files if PurePosixPath(m.filename).suffix.lower() in TABLES]
    if not known and files:
        suffixes = {PurePosixPath(m.filename).suffix.lower() or "no ending" for m in files}
        nested = sorted(s for s in suffixes if s in ARCHIVES)
        if nested:
            raise DataError(
                f"The ZIP holds another archive ({nested[0]}) and no table.",
                "Unpack it and choose the table inside.",
            )
        raise DataError(
            f"The ZIP holds no table but files with {', '.join(sorted(suffixes)[:3])}.",
            f"Put a table into it: {', '.join(TABLES[:3])} and the like.",
        )
    if not known:
        raise DataError("The ZIP is empty.", "Put a table into it.")
    return tuple(m.filename for m in sorted(known, key=lambda m: -m.file_size))


def find_texts(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """The texts of a ZIP where they are what it is about: most of its files, in two folders or
    more; else ()."""
    files = [n for n in archive.namelist() if not is_hidden(n)]
    texts = [n for n in files if PurePosixPath(n).suffix.lower() == ".txt"]
    folders = {str(PurePosixPath(n).parent) for n in texts} - {"."}
    return tuple(texts) if len(folders) > 1 and 2 * len(texts) > len(files) else ()


def is_hidden(path: str) -> bool:
    """Whether it is no file of a person: a folder, no name at all, or what systems add."""
    hidden = path.startswith("__MACOSX/") or PurePosixPath(path).name.startswith(".")
    return hidden or not path or path.endswith("/")


def read_member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One member, unpacked.

    Raises:
        DataError: no such member, a password, damaged, or more than ``most`` bytes.
    """
    try:
        member = archive.getinfo(name)
    except KeyError:
        raise DataError(
            f"The ZIP holds no '{name}'.", "Choose one of its tables.", "member"
        ) from None
    if member.flag_bits & 1:
        raise DataError(
            "The ZIP is protected by a password.", "Unpack it and choose the table inside."
        )
    try:
        with archive.open(member) as packed:
            return bytes(unpack(packed, member.compress_size, most))
    except DAMAGE:
        raise _damaged() from None


def unpack(packed: IO[bytes], packed_size: int, most: int) -> bytearray:
    """All a compressed stream holds, unless it swells.

    Raises:
        DataError: more than ``most`` bytes, or more than tables ever shrink by.
    """
    unpacked = bytearray()
    while piece := packed.read(1 << 20):
        unpacked += piece
        if len(unpacked) > most:
            raise DataError(
                f"The file unpacks to more than {size(most)}, the most that can be read here.", BOMB
            )
        if len(unpacked) > max(FREELY, MAX_RATIO * packed_size):
            raise DataError(
                f"{size(packed_size)} unpack to more than {MAX_RATIO} times as much, as no table "
                "does.",
                BOMB,
            )
    return unpacked
