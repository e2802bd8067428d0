"""Read a table from JSON: a list of records, columns by name, or one record a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from builder.errors import DataError
from builder.formatting import number, plural, size
from builder.tables.reading.format_guess import MAX_COLUMNS
from builder.tables.reading.python_values import array_of, text_of
from builder.tables.reading.table_source import Reading
from builder.tables.reading.text_encoding import to_utf8
from builder.tables.reading.workbook import table_of
from builder.tables.table_records import TableWarning

MAX_DOCUMENT = 300_000_000
"""Bytes of JSON; as Python values it takes several times as much."""

ROWS = 'Save it as a list of records: [{"age": 22, "fare": 7.25}, …].'


def read_json(reading: Reading) -> Any:
    """A ``pyarrow.Table``, typed column by column.

    Raises:
        DataError: no valid JSON, nested too deeply, too large, or no table.
    """
    data = to_utf8(reading)
    reading.settle(sheet="", delimiter="", quote="", comment="", decimal=".", thousands="")
    if len(data) > MAX_DOCUMENT:
        raise DataError(
            f"The JSON has {size(len(data))}; {size(MAX_DOCUMENT)} is the most.",
            "Save it as CSV or Parquet.",
        )
    if reading.format.kind == "json_lines":
        return _records(reading, list(_lines(data)))
    try:
        value = json.loads(bytes(data))
    except (ValueError, RecursionError) as error:
        raise _invalid(error, getattr(error, "lineno", 0)) from None
    return _table(reading, value)


def _invalid(error: Exception, line: int) -> DataError:
    deep = isinstance(error, RecursionError)
    reason = "it is nested too deeply" if deep else str(error).partition(":")[0]
    where = f" in line {number(line)}" if line else ""
    return DataError(f"The file is no valid JSON{where}: {reason}.", "Save it again as JSON.")


def _lines(data: memoryview) -> Iterator[Any]:
    for at, line in enumerate(bytes(data).splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError) as error:
                raise _invalid(error, at) from None


def _table(reading: Reading, value: Any) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
            value = [value["columns"], *value["data"]]  # as pandas writes orient="split"
            reading.settle(header=True)
        else:
            lists = [v for v in value.values() if isinstance(v, list) and v]
            if len(lists) == 1 and isinstance(lists[0][0], dict):
                value = lists[0]  # {"data": [records]}
    if isinstance(value, dict):
        return _columns(reading, value)
    if isinstance(value, list) and value and all(isinstance(v, list) for v in value):
        reading.settle(header=all(isinstance(v, str) for v in value[0]))
        return table_of(reading, value, [text_of(v) for v in value[0]])
    if isinstance(value, list):
        return _records(reading, value)
    raise DataError("The JSON holds a single value, not a table.", ROWS)


def _records(reading: Reading, rows: list[Any]) -> Any:
    import pyarrow as pa

    records = [r for r in rows if isinstance(r, dict)]
    if not records:
        raise DataError("The JSON holds no records.", ROWS)
    if lost := len(rows) - len(records):
        message = f"{plural(lost, 'entry', 'entries')} that are no records were left out."
        reading.notes.append(TableWarning("ragged", (), message, count=lost))
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(record))
        _bound(len(names))
    reading.settle(header=True)
    columns = [array_of([r.get(name) for r in records]) for name in names]
    return pa.Table.from_arrays(columns, names=[text_of(n) for n in names])


def _columns(reading: Reading, value: dict[str, Any]) -> Any:
    import pyarrow as pa

    _bound(len(value))
    columns = [list(v.values()) if isinstance(v, dict) else v for v in value.values()]
    lengths = {len(c) if isinstance(c, list) else -1 for c in columns}
    if not columns or len(lengths) != 1 or lengths & {0, -1}:
        raise DataError(
            "The JSON is neither a list of records nor columns that are equally long.", ROWS
        )
    reading.settle(header=True)
    return pa.Table.from_arrays([array_of(c) for c in columns], names=[text_of(n) for n in value])


def _bound(columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise DataError(
            f"The records have more than {number(MAX_COLUMNS)} different keys.", "Leave some out."
        )
