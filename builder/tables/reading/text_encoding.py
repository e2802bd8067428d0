"""Decode a text of any encoding to UTF-8, and refuse what is no text."""

from __future__ import annotations

import codecs
import re

from builder.errors import DataError
from builder.tables.reading.table_source import SAVE, Reading
from builder.tables.table_records import TableWarning

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, the longer before those they begin with."""

PIECE = 1 << 24
WESTERN = frozenset("ÄÖÜäöüßÉÈÊËéèêëÀÂÁÃàâáãÇçÑñÍÎÏíîïìÓÔÕóôõòÚÛÙúûùÅåØøÆæŒœ€£§°«»–—‘’“”…©®\u00a0")
ENOUGH = 200_000
"""Bytes of lines beyond ASCII that the guess looks at."""


def to_utf8(reading: Reading) -> memoryview:
    """The text as UTF-8 without its mark; a text that is UTF-8 already is not copied.

    Raises:
        DataError: no such encoding, bytes it does not have, or NUL bytes: no text.
    """
    data = reading.data
    fixed = reading.format.encoding
    reading.settle(encoding=_guess(data))
    encoding = reading.format.encoding or "utf-8"
    if _is_utf8(encoding):
        if fixed is not None and (at := _first_wrong(data)) >= 0:
            raise _undecodable(data, at, encoding)
        data = data[3:] if bytes(data[:3]) == codecs.BOM_UTF8 else data
    else:
        data = memoryview(_recode(reading, encoding, strict=fixed is not None))
    _refuse_nul(data)
    return data


def _is_utf8(encoding: str) -> bool:
    try:
        b"a".decode(encoding, "replace")  # refuses codecs that are none of text, such as zlib
        return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    except (LookupError, ValueError):
        raise _unknown(encoding) from None


def _unknown(encoding: str) -> DataError:
    return DataError(
        f"There is no text encoding called '{encoding[:40]}'.",
        "Choose one such as utf-8, cp1252, utf-16 or shift_jis.",
        "encoding",
    )


def _undecodable(data: memoryview, at: int, encoding: str) -> DataError:
    line = bytes(data[:at]).count(b"\n") + 1
    return DataError(
        f"Line {line:,} holds a byte (0x{data[at]:02x}) that {encoding} does not have.",
        "Choose another encoding, or let it be guessed.",
        "encoding",
    )


def _guess(data: memoryview) -> str:
    head = bytes(data[:4])
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    sample = bytes(data[:4096])
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = sample[start::2].count(0)
        if zeros > 0.4 * len(sample) / 2 and sample[1 - start :: 2].count(0) < zeros / 8:
            return encoding
    return "utf-8" if _first_wrong(data) < 0 else _guess_eight_bits(data)


def _first_wrong(data: memoryview) -> int:
    """Where the text stops being UTF-8; -1 if it never does."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(piece, final=start + PIECE >= len(data))
        except UnicodeDecodeError as error:
            return start - kept + error.start
    return -1


def _guess_eight_bits(data: memoryview) -> str:
    """By the lines beyond ASCII alone: one umlaut in a megabyte of digits says too little."""
    from charset_normalizer import from_bytes

    sample = bytearray()
    for line in bytes(data[:PIECE]).splitlines():
        if not line.isascii():
            sample += line[:2000] + b"\n"
        if len(sample) > ENOUGH:
            break
    if _is_western(bytes(sample)):
        return "cp1252"
    best = from_bytes(bytes(sample)).best()
    return str(best.encoding) if best is not None else "cp1252"


def _is_western(sample: bytes) -> bool:
    """Whether all that is beyond ASCII are the letters and signs of Western Europe, three at
    most in a row: a few umlauts are too little for any statistics, and cp1252 is what is meant."""
    text = sample.decode("cp1252", "replace")
    runs = re.findall(r"[^\x00-\x7f]+", text)
    return all(set(run) <= WESTERN and len(run) < 4 for run in runs)


def _recode(reading: Reading, encoding: str, strict: bool) -> bytearray:
    """The text in UTF-8; what a guessed encoding does not have becomes a question mark."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)("strict" if strict else "replace")
        data, text = reading.data, bytearray()
        for start in range(0, len(data), PIECE):
            end = start + PIECE
            text += decoder.decode(bytes(data[start:end]), end >= len(data)).encode(
                "utf-8", "replace"
            )
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        raise _undecodable(reading.data, min(at, len(reading.data) - 1), encoding) from None
    except (LookupError, ValueError, TypeError, AttributeError, AssertionError):
        raise _unknown(encoding) from None
    if not strict and (lost := text.count("\ufffd".encode())):
        reading.notes.append(
            TableWarning(
                "undecodable",
                (),
                f"{lost:,} characters could not be read as {encoding}; choose the encoding.",
                count=lost,
            )
        )
    return text


def _refuse_nul(data: memoryview) -> None:
    for start in range(0, len(data), PIECE):
        piece = bytes(data[start : start + PIECE])
        if (at := piece.find(b"\0")) >= 0:
            line = bytes(data[: start + at]).count(b"\n") + 1
            raise DataError(
                f"Line {line:,} holds a NUL byte: this is no text, or it is damaged.", SAVE
            )
