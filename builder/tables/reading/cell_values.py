"""Columns of texts into numbers, dates and missing values; what does not fit is kept and told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.tables.reading import date_values
from builder.tables.reading.format_guess import NUMBER, UNITS
from builder.tables.table_records import TableFormat

TEXTS = ("category", "yes_no", "text", "free_text", "id")
"""Kinds whose values stay as they stand in the file: 007, 1.50."""

MISSING = ("", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NULL", "null", "Null", "?")
"""What counts as no value where it is not quoted, in a column of any kind."""

NO_NUMBER = (
    *("-", "--", "---", ".", "..", "*", "none", "nil", "unknown", "missing", "empty", "blank"),
    *("na", "n.a.", "n/a", "nan", "null", "?", "#n/a", "#value!", "#ref!", "#div/0!", "k.a."),
)
"""What stands for no value among numbers, quoted or not, in small letters."""

FEW = 0.05
"""Share of texts that a column of numbers may hold: they are told and count as missing."""

SAMPLE = 2_000
LONG = 15
"""Digits: a longer whole number is a code, which no floating point number can hold."""

KEPT = 1_000
"""Texts among numbers that are kept by their row."""

Strays = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """A column after its texts were read.

    Args:
        data: a ``pyarrow`` array of int64, float64, bool, timestamp or string; null is missing.
        strays: texts among its numbers or dates, by row counted from 1; they count as missing.
        day_first: whether the day stands first in its dates; None where that is no question.
        doubtful: they could be read the other way, too, and nobody said which.
    """

    data: Any
    strays: Strays = ()
    day_first: bool | None = None
    doubtful: bool = False


def type_column(
    name: str, column: Any, table_format: TableFormat, kind: str = "", others: tuple[str, ...] = ()
) -> Typed:
    """The values of a column of strings.

    Args:
        kind: what the person says it is; "" is to be guessed.
        others: texts that count as missing in this column.
    """
    import pyarrow as pa

    column = without_blanks(column, others)
    if column.null_count == len(column) or kind in TEXTS:
        return Typed(column)
    if kind != "date":
        numbers = _numbers(column, table_format, forced=kind == "number")
        if numbers is not None:
            dates = None
            if not kind and pa.types.is_integer(numbers.data.type):
                dates = date_values.dates_of_numbers(name, numbers.data)
            return numbers if dates is None else Typed(dates, numbers.strays)
    if kind in ("", "date"):
        return _dates(name, column, table_format, kind)
    return Typed(column)


def without_blanks(column: Any, others: tuple[str, ...] = ()) -> Any:
    """Outer white space taken away; empty texts and those that count as missing are null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(column)
    empty = pc.is_in(trimmed, pa.array(["", *others]))
    if pc.any(pc.not_equal(trimmed, column)).as_py():
        # the parser knows a missing value only where no space stands before it
        bare = pc.is_in(trimmed, pa.array(MISSING))
        empty = pc.or_(empty, pc.and_(bare, pc.not_equal(trimmed, column)))
    return pc.if_else(empty, None, trimmed) if pc.any(empty).as_py() else trimmed


def _dates(name: str, column: Any, table_format: TableFormat, kind: str) -> Typed:
    import pyarrow as pa

    if kind == "date":
        numbers = _numbers(column, table_format, forced=False)
        if numbers is not None and pa.types.is_integer(numbers.data.type):
            dates = date_values.dates_of_numbers("date", numbers.data)
            if dates is not None:
                return Typed(dates, numbers.strays)
    dates, day_first, doubtful = date_values.dates_of_text(
        column, table_format.day_first, forced=kind == "date"
    )
    if dates is None:
        return Typed(column)
    return Typed(dates, _strays(column, dates), day_first, doubtful)


def _numbers(column: Any, table_format: TableFormat, forced: bool) -> Typed | None:
    """The column as numbers; None if it holds too many texts, or codes."""
    import pyarrow as pa

    marks = (table_format.decimal or ".", table_format.thousands or "")
    pattern = "|".join(dict.fromkeys(NUMBER[m].pattern for m in ((marks[0], ""), marks)))
    sample = _spread(column)
    if not forced and not _are_numbers(sample, re.compile(pattern)):
        return None
    if marks == (".", ""):
        try:
            return Typed(_fast(column, sample))
        except pa.ArrowInvalid:
            pass
    typed = _slowly(column, pattern, marks)
    known = len(column) - column.null_count
    allowed = known if forced else max(int(known >= 5), FEW * known)
    return typed if len(typed.strays) <= min(allowed, KEPT) or forced else None


def _spread(column: Any) -> list[str]:
    """Texts from everywhere in the column."""
    step = max(1, len(column) // SAMPLE)
    return [x for x in column.take(list(range(0, len(column), step))).to_pylist() if x is not None]


def _are_numbers(sample: list[str], pattern: re.Pattern[str]) -> bool:
    texts = [re.sub(UNITS, "", x) for x in sample if x.lower() not in NO_NUMBER]
    whole = [x.lstrip("+-") for x in texts if x.lstrip("+-").isdigit()]
    if any(len(x) > LONG or (len(x) > 1 and x.startswith("0")) for x in whole):
        return False
    others = [x for x in texts if not pattern.fullmatch(x)]
    return len(texts) - len(others) >= 1 and len(others) <= max(
        int(len(texts) >= 5), 2 * FEW * len(texts)
    )


def _fast(column: Any, sample: list[str]) -> Any:
    """Numbers as almost all files write them.

    Raises:
        pyarrow.ArrowInvalid: one of the texts is none, or no finite one.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if all(x.lstrip("-").isdigit() for x in sample):
        try:
            if not pc.any(pc.match_substring_regex(column, "[xX]|[0-9]{16}")).as_py():
                return column.cast(pa.int64())
        except pa.ArrowInvalid:
            pass
    numbers = column.cast(pa.float64())
    if not pc.all(pc.is_finite(numbers), min_count=0).as_py():
        raise pa.ArrowInvalid("infinite")
    return numbers


def _slowly(column: Any, pattern: str, marks: tuple[str, str]) -> Typed:
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.replace_substring_regex(column, UNITS, "")
    fits = pc.match_substring_regex(texts, f"^(?:{pattern})$")
    texts = pc.replace_substring_regex(pc.if_else(fits, texts, None), r"^\+", "")
    if marks[1]:
        every = {" ": "[ \u00a0\u202f]", "'": "['’]"}.get(marks[1], re.escape(marks[1]))
        texts = pc.replace_substring_regex(texts, every, "")
    if marks[0] == ",":
        texts = pc.replace_substring(texts, ",", ".")
    whole = pc.all(pc.match_substring_regex(texts, r"^-?[0-9]{1,15}$"), min_count=1).as_py()
    numbers = texts.cast(pa.int64() if whole else pa.float64())
    if not whole:
        numbers = pc.if_else(pc.is_finite(numbers), numbers, None)
    words = pa.array(NO_NUMBER)
    kept = pc.if_else(pc.is_in(pc.utf8_lower(column), words), None, column)
    return Typed(numbers, _strays(kept, numbers))


def _strays(column: Any, read: Any) -> Strays:
    """Texts that were not read, with their rows."""
    import pyarrow.compute as pc

    lost = pc.and_(pc.is_null(read), pc.is_valid(column))
    rows = pc.indices_nonzero(lost)[: KEPT + 1]
    texts = column.take(rows).to_pylist()
    return tuple((int(r) + 1, x) for r, x in zip(rows.to_pylist(), texts, strict=True))


def missing_texts(table_format: TableFormat) -> Mapping[str, tuple[str, ...]]:
    """The texts that count as missing, by column; those of every column under ""."""
    found: dict[str, tuple[str, ...]] = {}
    for column, text in table_format.missing:
        found[column] = (*found.get(column, ()), text)
    return found
