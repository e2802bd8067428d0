"""Read a table of any kind, a file or pasted cells, into named columns of one type each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from builder.errors import DataError
from builder.formatting import plural
from builder.tables.reading import cell_values, date_values
from builder.tables.reading.arrow_files import read_arrow
from builder.tables.reading.cell_values import Strays
from builder.tables.reading.delimited_text import read_text
from builder.tables.reading.json_rows import read_json
from builder.tables.reading.label_columns import with_labels
from builder.tables.reading.table_source import Reading, Source, open_source
from builder.tables.reading.text_folders import read_texts
from builder.tables.reading.workbook import read_workbook
from builder.tables.table_records import TableFormat, TableWarning

READERS = {
    "text": read_text,
    "excel": read_workbook,
    "parquet": read_arrow,
    "arrow": read_arrow,
    "json": read_json,
    "json_lines": read_json,
    "texts": read_texts,
}
SAYS_ITS_TYPES = ("parquet", "arrow", "texts")
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Table:
    """A table in memory; it stays in the process that read it.

    Args:
        format: how it was read, every guess filled in.
        data: a ``pyarrow.Table``; columns are int64, float64, bool, string or timestamp[us], and
            null is a missing value.
        rows: in the whole file; about, where ``complete`` is False.
        complete: whether every row was read.
        notes: what was found while reading.
        strays: texts among the numbers or dates of a column, by row counted from 1.
        unasked: columns whose kind was set by hand, as they would be read without it.
        members, sheets: what else could be chosen in the file.
    """

    format: TableFormat
    data: Any
    rows: int
    complete: bool = True
    notes: tuple[TableWarning, ...] = ()
    strays: Mapping[str, Strays] = field(default_factory=dict)
    unasked: Mapping[str, Any] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


def read_table(
    source: Source,
    fixed: TableFormat = TableFormat(),  # noqa: B008 - frozen
    kinds: Mapping[str, str] | None = None,
    preview: bool = False,
) -> Table:
    """The columns of a table of unknown origin.

    Args:
        source: a file, its bytes, or cells pasted from a spreadsheet.
        fixed: what a person set by hand; None in a field guesses it.
        kinds: column → kind a person set; texts of categories then stay as they are written.
        preview: the first rows are enough.

    Raises:
        DataError: what is wrong with it in one or two sentences, and what to do; ``where`` is the
            field of ``TableFormat`` it is about, or "".
    """
    reading = open_source(source, fixed, preview)
    if (reader := READERS.get(reading.format.kind or "")) is None:
        raise DataError(
            f"'{reading.format.kind}' is no kind of table.",
            f"Choose one of {', '.join(READERS)}.",
            "kind",
        )
    texts = _with_names(reading, reader(reading))
    reading.settle(sheet="", encoding="", delimiter="", quote="", comment="", thousands="")
    reading.settle(decimal=".", header=True)
    data, strays = _type(reading, texts, kinds or {})
    data = with_labels(data, reading.format.labels)
    asked = texts.select([n for n in kinds or () if n in texts.column_names])
    unasked, _ = _type(replace(reading, notes=[]), asked, {})
    if not any(len(c) > c.null_count for c in data.columns):
        raise DataError("No cell of the table holds a value.", "Choose a file with values.")
    if data.num_columns == 1 and reading.format.kind == "text":
        message = "The table has one column. If there should be more, choose another delimiter."
        reading.notes.append(TableWarning("one_column", tuple(data.column_names), message))
    complete = reading.share >= 1
    rows = data.num_rows if complete else round(data.num_rows / reading.share)
    return Table(
        *(reading.format, data, rows, complete, tuple(reading.notes), strays),
        dict(zip(unasked.column_names, unasked.columns, strict=True)),
        *(reading.members, reading.sheets),
    )


def _with_names(reading: Reading, data: Any) -> Any:
    """Unique, non-empty names; what was changed is said."""
    names, empty, twice, taken = [], 0, [], set[str]()
    for at, name in enumerate(data.column_names, 1):
        name = " ".join(str(name).split())[:LONGEST_NAME]
        empty += not name
        base = name = name or f"column_{at}"
        number = 2
        while name in taken:
            name = f"{base}_{number}"
            number += 1
        if name != base:
            twice.append(base)
        taken.add(name)
        names.append(name)
    if reading.format.header and empty:
        message = f"{plural(empty, 'column')} without a name got one."
        unnamed = tuple(n for n, o in zip(names, data.column_names, strict=True) if not o.strip())
        reading.notes.append(TableWarning("empty_names", unnamed, message, count=empty))
    if twice:
        said = ", ".join(dict.fromkeys(twice[:5]))
        message = f"Names that stand twice were numbered: {said}."
        reading.notes.append(TableWarning("same_names", tuple(twice), message, count=len(twice)))
    return data.rename_columns(names)


def _type(
    reading: Reading, data: Any, kinds: Mapping[str, str]
) -> tuple[Any, dict[str, cell_values.Strays]]:
    """Every column of strings read as numbers or dates where it is; the others as they are."""
    import pyarrow as pa

    explicit = reading.format.kind in SAYS_ITS_TYPES
    missing = cell_values.missing_texts(reading.format)
    columns, strays, day_first = [], {}, set()
    for name in data.column_names:
        column, kind = data[name], kinds.get(name, "")
        others = (*missing.get("", ()), *missing.get(name, ()))
        if not pa.types.is_string(column.type):
            column = _retype(name, column, kind, others)
        if pa.types.is_string(column.type) and explicit and not kind:
            columns.append(cell_values.without_blanks(column, others))
        elif pa.types.is_string(column.type):
            typed = cell_values.type_column(name, column, reading.format, kind, others)
            columns.append(typed.data)
            if typed.strays:
                strays[name] = typed.strays
            if typed.day_first is not None:
                day_first.add(typed.day_first)
            if typed.day_first is not None and typed.doubtful:
                _tell_day_first(reading, name, typed.day_first)
        else:
            columns.append(column)
    reading.settle(day_first=any(day_first))
    return pa.Table.from_arrays(columns, names=data.column_names), strays


def _retype(name: str, column: Any, kind: str, others: tuple[str, ...]) -> Any:
    """A column whose file says its type: other texts count as missing, other kinds are taken."""
    import pyarrow as pa

    timed = pa.types.is_timestamp(column.type)
    if others and not timed:
        column = cell_values.type_column(
            name, column.cast(pa.string()), TableFormat(), kind or "number", others
        ).data
    if kind in cell_values.TEXTS and not pa.types.is_boolean(column.type):
        return column.cast(pa.string())
    if kind == "number" and not timed:
        return column.cast(pa.float64()) if pa.types.is_boolean(column.type) else column
    if pa.types.is_integer(column.type) and kind in ("", "date"):
        dates = date_values.dates_of_numbers(kind or name, column)
        return column if dates is None else dates
    return column


def _tell_day_first(reading: Reading, name: str, day_first: bool) -> None:
    first, other = ("day", "month") if day_first else ("month", "day")
    message = f"'{name}' was read with the {first} first; it could be the {other} as well."
    reading.notes.append(TableWarning("day_first", (name,), message))
