"""Read one sheet of an Excel file: saved values alone; no formula is computed, no link followed."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from typing import Any

from builder.errors import DataError
from builder.formatting import number, plural, size
from builder.tables.reading import zip_members
from builder.tables.reading.format_guess import MAX_COLUMNS, has_header
from builder.tables.reading.python_values import array_of, text_of
from builder.tables.reading.table_source import Reading, free_bytes
from builder.tables.table_records import TableWarning

MAX_CELLS = 20_000_000
"""Of the rectangle that holds a sheet's cells: the reader keeps room for every one of them."""

CELL = re.compile(rb"""(?<![\w:])r\s*=\s*["']\s*([A-Za-z]*)([0-9]*)""")
OVERLAP = 4_096
"""Bytes of one piece that are looked at with the next, for an address cut in two."""

PASSWORD = "EncryptedPackage".encode("utf-16-le")
GUESSED_BY = 100


def read_workbook(reading: Reading) -> Any:
    """A ``pyarrow.Table`` of the sheet, typed column by column; names as in the sheet.

    Raises:
        DataError: a password, damaged, a bomb, too many cells, no such sheet, no rows.
    """
    _refuse_hostile(reading)
    rows = _rows(reading)
    if not rows:
        raise DataError(f"The sheet '{reading.format.sheet}' is empty.", "Choose another sheet.")
    width = max(map(len, rows))
    if width > MAX_COLUMNS:
        raise DataError(
            f"The sheet has {number(width)} columns; {number(MAX_COLUMNS)} is the most.",
            "Leave columns out.",
        )
    texts = [["" if c is None else text_of(c) for c in row] for row in rows[:GUESSED_BY]]
    reading.settle(header=has_header(texts))
    return table_of(reading, rows, texts[0])


def table_of(reading: Reading, rows: list[list[Any]], names: list[str]) -> Any:
    """Rows of values as columns; the first row is left out where it is the header.

    Raises:
        DataError: a header alone.
    """
    import pyarrow as pa

    if reading.format.header:
        rows = rows[1:]
    else:
        names = []
    if not rows:
        raise DataError("The table holds a header and no rows.", "Choose a table with rows.")
    columns = [array_of(column) for column in itertools.zip_longest(*rows)]
    # a row may be longer than the header, and a header longer than every row
    columns += [pa.nulls(len(rows), pa.string())] * (len(names) - len(columns))
    names = names + [""] * (len(columns) - len(names))
    return pa.Table.from_arrays(columns, names=names)


def _rows(reading: Reading) -> list[list[Any]]:
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(reading.data)) as book:
            reading.sheets = tuple(book.sheet_names)
            sheet = _choose_sheet(reading, book)
            return [row for row in sheet.to_python() if any(c != "" for c in row)]
    except calamine.PasswordError:
        raise _locked() from None
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise _damaged(error) from None
    except BaseException as error:
        # what the reader, written in Rust, calls a panic is no Exception in Python
        if type(error).__name__ == "PanicException":
            raise _damaged(error) from None
        raise


def _choose_sheet(reading: Reading, book: Any) -> Any:
    fixed = reading.format.sheet
    if fixed and fixed not in reading.sheets:
        raise DataError(
            f"There is no sheet '{fixed[:60]}'; there are {', '.join(reading.sheets[:5])}.",
            "Choose one of them.",
            "sheet",
        )
    if fixed:
        return book.get_sheet_by_name(fixed)
    if not reading.sheets:
        raise DataError("The workbook has no sheet.", "Choose another file.")
    for name in reading.sheets[:20]:
        sheet = book.get_sheet_by_name(name)
        if sheet.height > 1 or len(reading.sheets) == 1:
            break
    else:
        sheet = book.get_sheet_by_name(reading.sheets[0])
    reading.settle(sheet=sheet.name)
    if len(reading.sheets) > 1:
        count = len(reading.sheets)
        message = f"The workbook has {plural(count, 'sheet')}; this is '{sheet.name}'."
        reading.notes.append(TableWarning("several_sheets", (), message, "choose_member", count))
    return sheet


def _locked() -> DataError:
    return DataError(
        "The workbook is protected by a password.", "Save it without one and choose the new file."
    )


def _damaged(error: BaseException) -> DataError:
    reason = str(error).partition("\n")[0][:100].rstrip(".")
    return DataError(
        f"The workbook cannot be read: {reason}.", "Open it, save it as .xlsx, and choose that."
    )


def _refuse_hostile(reading: Reading) -> None:
    """Sizes first: the reader takes room for every cell between the first and the last."""
    data = reading.data
    if bytes(data[:4]) == b"\xd0\xcf\x11\xe0":
        if PASSWORD in bytes(data):
            raise _locked()
        return
    with zip_members.open_zip(data) as archive:
        if "xl/workbook.bin" in archive.namelist():
            raise DataError(
                "The workbook is a binary one (.xlsb), which cannot be read here.",
                "Save it as .xlsx and choose that.",
            )
        formulas, left = 0, free_bytes()
        for member in archive.infolist():
            read, found = _look_through(archive, member, left)
            formulas, left = formulas + found, left - read
        if formulas:
            reading.notes.append(
                TableWarning(
                    "formulas",
                    (),
                    f"{plural(formulas, 'cell')} hold formulas: the values that were saved with "
                    "them were read, and nothing was computed.",
                    count=formulas,
                )
            )
        if any(name.startswith("xl/externalLinks/") for name in archive.namelist()):
            message = "Links to other workbooks were not followed; the saved values were read."
            reading.notes.append(TableWarning("external_links", (), message))


def _look_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> tuple[int, int]:
    """Unpacks a member piece by piece and keeps nothing: its bytes, and how many formulas."""
    is_sheet = member.filename.startswith("xl/worksheets/")
    read, rest, formulas, row, column = 0, b"", 0, 1, 1
    try:
        with archive.open(member) as packed:
            while piece := packed.read(1 << 20):
                read += len(piece)
                if read > most or read > max(
                    zip_members.FREELY, zip_members.MAX_RATIO * member.compress_size
                ):
                    raise DataError(
                        f"The workbook unpacks to more than {size(read)}, as no table does.",
                        zip_members.BOMB,
                    )
                if is_sheet:
                    formulas += piece.count(b"<f>") + piece.count(b"<f ")
                # a sheet may lie anywhere in the file: its name proves nothing
                row, column = _farthest(rest + piece, row, column)
                rest = piece[-OVERLAP:]
    except zip_members.DAMAGE:
        raise _damaged(ValueError("it is damaged or incomplete")) from None
    return read, formulas


def _farthest(text: bytes, row: int, column: int) -> tuple[int, int]:
    found = CELL.findall(text)
    for digits in {digits for _, digits in found}:
        row = max(row, int(digits[:9] or b"1"))
    for letters in {letters for letters, _ in found}:
        at = 0
        for letter in letters[:6].upper():
            at = at * 26 + letter - 64
        column = max(column, at)
    if row * column > MAX_CELLS or column > MAX_COLUMNS:
        raise DataError(
            f"The sheet reaches to row {number(row)} and column {number(column)}; it may have "
            f"{number(MAX_CELLS)} cells and {number(MAX_COLUMNS)} columns.",
            "Delete what stands far outside the table, or save it as CSV.",
        )
    return row, column
