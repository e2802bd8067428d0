"""Read a delimited text into columns of strings: everything else about a value comes later."""

from __future__ import annotations

import re
from typing import Any

from builder.errors import DataError
from builder.formatting import number, plural, size
from builder.tables.reading.cell_values import MISSING
from builder.tables.reading.format_guess import LONGEST_LINE, guess_format, head_lines, is_spaced
from builder.tables.reading.table_source import PREVIEW, Reading
from builder.tables.reading.text_encoding import to_utf8
from builder.tables.table_records import TableWarning

RAGGED = 0.1
"""Share of rows of another length that may be left out and told; with more the file is refused."""


def read_text(reading: Reading) -> Any:
    """A ``pyarrow.Table`` of strings, null where a value is missing; names as in the file.

    Raises:
        DataError: as ``to_utf8`` and ``guess_format``; a header alone; rows of many lengths.
    """
    data = _without_separator_line(reading, to_utf8(reading))
    rows = guess_format(reading, data)
    names = rows[0] if reading.format.header else [""] * len(rows[0])
    if reading.preview and len(data) > PREVIEW:
        end = bytes(data[:PREVIEW]).rfind(b"\n") + 1 or PREVIEW
        reading.share, data = end / len(data), data[:end]
    data = _normalize(reading, data)
    above = sum(note.count for note in reading.notes if note.code == "title")
    for _ in range(above + bool(reading.format.header)):
        data = data[_line_bytes(reading, data) :]
    if not bytes(data[:LONGEST_LINE]).strip():
        raise DataError(
            "The file holds a header and no rows.", "Choose a file with rows, or say 'no header'."
        )
    return _parse(reading, data, names)


def _without_separator_line(reading: Reading, data: memoryview) -> memoryview:
    """Excel's first line ``sep=;`` says the delimiter and is no row."""
    if line := re.match(rb"sep=(.)\r?\n", bytes(data[:16])):
        reading.settle(delimiter=line[1].decode("latin-1"))
        return data[line.end() :]
    return data


def _normalize(reading: Reading, data: memoryview) -> memoryview:
    """What the parser does not know: comments, runs of white space, spaces before quotes."""
    text_format, text = reading.format, data
    lines = head_lines(data)
    if text_format.comment:
        mark = re.escape(text_format.comment.encode())
        text = memoryview(re.sub(rb"(?m)^" + mark + rb"[^\r\n]*(\r\n|\r|\n|\Z)", b"", bytes(text)))
    quote = (text_format.quote or "").encode()
    if text_format.delimiter == " ":
        text = memoryview(re.sub(rb"(?m)^[ \t]+|[ \t]+$", b"", bytes(text)))
        if quote and quote in bytes(text):
            pattern = re.compile(quote + rb"[^" + quote + rb"\r\n]*" + quote + rb"|[ \t]+")
            keep = lambda m: m[0] if m[0][:1] == quote else b"\x1f"  # noqa: E731
            return memoryview(pattern.sub(keep, bytes(text)))
        return memoryview(re.sub(rb"[ \t]+", b"\x1f", bytes(text)))
    delimiter = (text_format.delimiter or ",").encode()
    if quote and is_spaced(lines, delimiter.decode()):
        text = memoryview(
            re.sub(re.escape(delimiter) + rb" +" + quote, delimiter + quote, bytes(text))
        )
    return text


def _line_bytes(reading: Reading, data: memoryview) -> int:
    """Where the first row ends; a quoted name may hold a line break."""
    head = bytes(data[: LONGEST_LINE + 1])
    quote = (reading.format.quote or "").encode()
    at = len(head) - len(head.lstrip(b"\r\n"))
    while line := re.compile(rb"[^\r\n]*(\r\n|\r|\n|\Z)").match(head, at):
        at = line.end()
        if not quote or head[:at].count(quote) % 2 == 0 or at >= len(head):
            break
    return at


def _parse(reading: Reading, data: memoryview, names: list[str]) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    text_format, odd = reading.format, []
    keys = [str(i) for i in range(len(names))]

    def skip(row: Any) -> str:
        odd.append(row)
        return "skip"

    delimiter = "\x1f" if text_format.delimiter == " " else text_format.delimiter
    quote = text_format.quote or False
    missing = [*MISSING, *(text for column, text in text_format.missing if not column)]
    try:
        table = csv.read_csv(
            pa.BufferReader(pa.py_buffer(data)),
            csv.ReadOptions(column_names=keys, block_size=_block_size(len(data))),
            csv.ParseOptions(
                delimiter=delimiter,
                quote_char=quote,
                newlines_in_values=bool(quote) and _holds(data, str(quote)),
                invalid_row_handler=skip,
                # an empty line in a file of one column is a row without a value
                ignore_empty_lines=len(names) > 1,
            ),
            csv.ConvertOptions(
                column_types=dict.fromkeys(keys, pa.string()),
                null_values=missing,
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise _explain(str(error)) from None
    except (pa.ArrowMemoryError, MemoryError):
        raise DataError(
            "The table needs more memory than is free.", "Choose a file with fewer rows."
        ) from None
    _refuse_open_quote(reading, data, table)
    _judge_ragged(reading, data, odd, table.num_rows, len(names))
    return table.rename_columns(names)


def _block_size(length: int) -> int:
    """Large enough for the longest line, small enough that two cores share the work."""
    return min(LONGEST_LINE, max(length, 1_000_000))


def _holds(data: memoryview, quote: str) -> bool:
    step = 1 << 24
    return any(quote.encode() in bytes(data[i : i + step]) for i in range(0, len(data), step))


def _explain(message: str) -> DataError:
    if "straddling" in message:
        return DataError(
            f"A line or a quoted value has no end within {size(LONGEST_LINE)}.",
            "Close the quotes, choose another quote character, or save one row a line.",
            "quote",
        )
    if "UTF8" in message:
        return DataError("The text holds bytes that are no UTF-8.", "Choose its encoding.")
    reason = message.partition("\n")[0][:160]
    return DataError(
        f"The file cannot be read as a table: {reason}.", "Choose another delimiter.", "delimiter"
    )


def _judge_ragged(
    reading: Reading, data: memoryview, odd: list[Any], rows: int, width: int
) -> None:
    if not odd:
        return
    text = bytes(data)
    at, values = min((_place(text, r.text), r.actual_columns) for r in odd[:20])
    line = text[:at].count(b"\n") + 1 + bool(reading.format.header)
    where = f"the first is line {number(line)} with {plural(values, 'value')}"
    if len(odd) > max(1, RAGGED * (rows + len(odd))):
        raise DataError(
            f"{number(len(odd))} of {number(rows + len(odd))} rows do not have the "
            f"{plural(width, 'value')} of the others: {where}.",
            "Choose another delimiter, or mend the file so that every row has as many values.",
            "delimiter",
        )
    many = f"{number(len(odd))} rows have another number of values and were left out; {where}."
    one = f"Line {number(line)} has {plural(values, 'value')} instead of "
    one += f"{number(width)} and was left out."
    message = one if len(odd) == 1 else many
    reading.notes.append(TableWarning("ragged", (), message, count=len(odd)))


def _place(text: bytes, row: str) -> int:
    """Where a line stands; the end where a line break inside it hides it."""
    found = re.search(rb"(?m)^" + re.escape(row.encode()) + rb"\r?$", text)
    return found.start() if found else len(text)


def _refuse_open_quote(reading: Reading, data: memoryview, table: Any) -> None:
    """A quote that is never closed takes in all the rows below it, and no parser objects."""
    quote = (reading.format.quote or "").encode()
    if not quote or not table.num_rows or reading.share < 1:
        return
    last = table.slice(table.num_rows - 1).to_pylist()[0].values()
    if any(v and "\n" in v for v in last) and (text := bytes(data)).count(quote) % 2:
        line = text[: text.rfind(quote)].count(b"\n") + 1 + bool(reading.format.header)
        raise DataError(
            f"The quote in line {number(line)} is never closed, so that all lines below are one "
            "value.",
            "Close it, or choose another quote character, or none.",
            "quote",
        )
