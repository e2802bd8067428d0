"""A file of a table while it is read: its bytes, unpacked, and what they are by their content."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import mmap
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil

from builder.errors import DataError
from builder.formatting import plural, size
from builder.tables.reading import zip_members
from builder.tables.table_records import TableFormat, TableWarning

Source = Path | bytes | str
"""A file, its bytes, or cells pasted from a spreadsheet."""

MAX_BYTES = 2**31
"""Of a table, unpacked; also at most half of the memory that is free."""

PREVIEW = 8_000_000
"""Bytes of text that are enough for the first rows and cards."""

ZIP = (b"PK\3\4", b"PK\5\6")
PACKED: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}

KNOWN = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"RIFF", "a sound or video file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"SQLite format 3", "a database"),
    *((bytes([0x80, n]), "a Python pickle, which is never opened") for n in range(2, 6)),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
"""First bytes of files that are no tables, and what they are."""

SAVE = "Save it as CSV, Excel (.xlsx), Parquet or JSON and choose that file."


@dataclass(slots=True)
class Reading:
    """What is known of a file while it is read.

    Args:
        data: its bytes, unpacked.
        format: what a person fixed; readers fill in what they guess.
        preview: whether the first rows are enough.
        notes: what was found; readers add to it.
        members, sheets: what else could be chosen.
        share: how much of the file was read, from 0 to 1.
    """

    data: memoryview
    format: TableFormat
    preview: bool = False
    notes: list[TableWarning] = field(default_factory=list)
    members: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    share: float = 1.0

    def settle(self, **guesses: object) -> None:
        """Takes over guesses for the fields a person left open."""
        open_ = {k: v for k, v in guesses.items() if getattr(self.format, k) is None}
        self.format = replace(self.format, **open_)  # type: ignore[arg-type]


def open_source(source: Source, fixed: TableFormat, preview: bool) -> Reading:
    """The bytes of a table, out of its archive, with its kind decided by content.

    Raises:
        DataError: no file, empty, too large, no table, or an archive that is refused.
    """
    reading = Reading(_bytes(source), fixed, preview)
    _unpack(reading)
    if not len(reading.data):
        raise DataError("The file is empty.", "Choose a file with a header and rows.")
    if reading.format.kind != "texts":
        reading.settle(kind=_kind(reading.data), member="")
    return reading


def free_bytes() -> int:
    """The most that a table may take."""
    return min(MAX_BYTES, int(psutil.virtual_memory().available) // 2)


def _bytes(source: Source) -> memoryview:
    if isinstance(source, str):
        source = source.encode("utf-8", "surrogateescape")
    if isinstance(source, bytes):
        return _affordable(memoryview(source))
    try:
        if not source.is_file():
            raise DataError("There is no such file.", "Choose a file that is there.")
        with source.open("rb") as file:
            if not source.stat().st_size:
                return memoryview(b"")
            return _affordable(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no plain file"
        raise DataError(f"The file cannot be read: {reason}.", "Choose another file.") from None


def _affordable(data: memoryview) -> memoryview:
    if len(data) > (most := free_bytes()):
        raise DataError(
            f"The file has {size(len(data))}; {size(most)} is the most that can be read here.",
            "Choose a file with fewer rows, or close other programs.",
        )
    return data


def _unpack(reading: Reading) -> None:
    """Takes the table out of one archive; an archive in an archive is refused."""
    data = reading.data
    packed = next((c for start, c in PACKED.items() if bytes(data[: len(start)]) == start), None)
    if packed is not None:
        try:
            with packed(io.BytesIO(data)) as file:
                inner = memoryview(zip_members.unpack(file, len(data), free_bytes()))
        except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError):
            raise DataError(
                "The compressed file is damaged or incomplete.", "Copy or download it again."
            ) from None
    elif bytes(data[:4]) in ZIP and not _is_workbook(data):
        if _holds_texts(reading):
            reading.settle(kind="texts", member="")
            return
        inner = _from_zip(reading)
    else:
        return
    is_zip = bytes(inner[:4]) in ZIP and not _is_workbook(inner)
    if is_zip or any(bytes(inner[: len(start)]) == start for start in PACKED):
        raise DataError(
            "The archive holds another archive.", "Unpack it and choose the table inside."
        )
    reading.data = inner


def _is_workbook(data: memoryview) -> bool:
    """Whether a ZIP is a spreadsheet; decided by its list of members at the end."""
    return b"xl/workbook." in bytes(data[-1_000_000:])


def _holds_texts(reading: Reading) -> bool:
    if reading.format.member or reading.format.kind not in (None, "texts"):
        return False
    with zip_members.open_zip(reading.data) as archive:
        return bool(zip_members.find_texts(archive))


def _from_zip(reading: Reading) -> memoryview:
    with zip_members.open_zip(reading.data) as archive:
        if "content.xml" in archive.namelist():
            raise DataError("The file is an OpenDocument, which cannot be read here.", SAVE)
        reading.members = zip_members.table_members(archive)
        reading.settle(member=reading.members[0])
        member = reading.format.member or reading.members[0]
        inner = zip_members.read_member(archive, member, free_bytes())
    if len(reading.members) > 1:
        reading.notes.append(
            TableWarning(
                "several_members",
                (),
                f"The ZIP holds {plural(len(reading.members), 'table')}; this is '{member}'.",
                "choose_member",
                len(reading.members),
            )
        )
    return memoryview(inner)


def _kind(data: memoryview) -> str:
    """What the content, not the name, says it is."""
    head = bytes(data[:4096])
    if head.startswith((*ZIP, b"\xd0\xcf\x11\xe0")):
        return "excel"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"ARROW1", b"FEA1", b"\xff\xff\xff\xff")):
        return "arrow"
    for start, what in KNOWN:
        if head.startswith(start):
            raise DataError(f"The file is {what}, not a table.", SAVE)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    inside = text[1:].lstrip()[:1]
    if text.startswith(b"[") and inside in (b"{", b"[", b"]"):
        return "json"
    if text.startswith(b"{") and inside in (b'"', b"}"):
        return "json_lines" if _has_second_object(data) else "json"
    return "text"


def _has_second_object(data: memoryview) -> bool:
    """Whether a line ends one object and the next begins another."""
    head = bytes(data[: 1 << 20])
    first, newline, rest = head.removeprefix(b"\xef\xbb\xbf").strip().partition(b"\n")
    return bool(newline) and first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")
