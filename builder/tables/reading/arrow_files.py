"""Read Parquet and Arrow files, whose columns say their types themselves."""

from __future__ import annotations

from typing import Any

from builder.errors import DataError
from builder.formatting import number, size
from builder.tables.reading.format_guess import MAX_COLUMNS
from builder.tables.reading.python_values import array_of
from builder.tables.reading.table_source import PREVIEW, Reading, free_bytes
from builder.tables.table_records import TableWarning

PREVIEW_ROWS = 20_000

CALENDAR = (-62_135_596_800_000_000, 253_402_300_800_000_000)
"""The years 1 to 9999 in microseconds since 1970."""


def read_arrow(reading: Reading) -> Any:
    """A ``pyarrow.Table`` of numbers, truth values, timestamps and strings.

    Raises:
        DataError: damaged, or larger in memory than what is free.
    """
    import pyarrow as pa

    reading.settle(
        *(), encoding="utf-8", delimiter="", quote="", comment="", header=True, decimal=".",
        thousands="", sheet="",
    )  # fmt: skip
    try:
        whole = _parquet(reading) if reading.format.kind == "parquet" else _ipc(reading)
        # Arrow trusts what a file says of its own offsets: a wrong one would end the process
        whole.validate(full=True)
        _bound(whole.num_rows, whole.num_columns, whole.nbytes)
        return _plain(reading, whole)
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        reason = str(error).partition("\n")[0][:100].rstrip(".")
        raise DataError(
            f"The {reading.format.kind} file cannot be read: {reason}.",
            "Write it again, or save it as CSV.",
        ) from None


def _bound(rows: int, columns: int, byte_count: int) -> None:
    if columns > MAX_COLUMNS:
        raise DataError(
            f"The table has {number(columns)} columns; {number(MAX_COLUMNS)} is the most.",
            "Leave columns out.",
        )
    need = max(byte_count, rows * columns)
    if need > free_bytes():
        raise DataError(
            f"The table takes {size(need)} of memory, more than the {size(free_bytes())} that can "
            "be used.",
            "Choose a file with fewer rows or columns.",
        )


def _parquet(reading: Reading) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    with parquet.ParquetFile(pa.BufferReader(pa.py_buffer(reading.data))) as file:
        about = file.metadata
        groups = [about.row_group(i) for i in range(about.num_row_groups)]
        _bound(about.num_rows, about.num_columns, sum(max(0, g.total_byte_size) for g in groups))
        # repeated texts stay numbers of a list until it is known how much they come to
        texts = [f.name for f in file.schema_arrow if pa.types.is_string(f.type)]
        file = parquet.ParquetFile(
            pa.BufferReader(pa.py_buffer(reading.data)), read_dictionary=texts
        )
        if reading.preview and len(reading.data) > PREVIEW and about.num_rows > PREVIEW_ROWS:
            first = next(file.iter_batches(PREVIEW_ROWS))
            reading.share = len(first) / about.num_rows
            return pa.Table.from_batches([first])
        return file.read()


def _ipc(reading: Reading) -> Any:
    import pyarrow as pa

    source = pa.BufferReader(pa.py_buffer(reading.data))
    head = bytes(reading.data[:6])
    if head.startswith(b"FEA1"):
        raise DataError("The file is of the first Feather version.", "Write it again as Parquet.")
    reader = pa.ipc.open_file(source) if head == b"ARROW1" else pa.ipc.open_stream(source)
    with reader:
        return reader.read_all()


def _plain(reading: Reading, table: Any) -> Any:
    """Every column as one of the few types that the rest of the house knows."""
    import pyarrow as pa

    columns, names, lost = [], [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        plain = _column(column)
        if plain is None:
            lost.append(name)
        else:
            columns.append(plain)
            names.append(name)
    if lost:
        message = f"{', '.join(lost[:5])} hold bytes or lists that are no table's, and were left "
        reading.notes.append(TableWarning("left_out", tuple(lost), message + "out.", "", len(lost)))
    return pa.Table.from_arrays(columns, names=names)


def _column(column: Any) -> Any:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        _bound(1, 1, _spelled_out(column))
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_boolean(kind):
        return column
    if pa.types.is_integer(kind):
        return column.cast(pa.float64() if kind == pa.uint64() else pa.int64(), safe=False)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _finite(column.cast(pa.float64(), safe=False))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _in_calendar(column.cast(pa.timestamp("us"), safe=False))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_string_view(kind) or pa.types.is_time(kind):
        return column.cast(pa.string())
    if pa.types.is_list(kind) or pa.types.is_struct(kind):
        return pa.chunked_array([array_of(column.to_pylist())])
    return None


def _in_calendar(times: Any) -> Any:
    """Without the years that Python's dates do not have."""
    import pyarrow as pa
    import pyarrow.compute as pc

    stamps = times.cast(pa.int64())
    good = pc.and_(pc.greater_equal(stamps, CALENDAR[0]), pc.less(stamps, CALENDAR[1]))
    return pc.if_else(good, times, None)


def _finite(numbers: Any) -> Any:
    import pyarrow.compute as pc

    return pc.if_else(pc.is_finite(numbers), numbers, None)


def _spelled_out(column: Any) -> int:
    """Bytes of a column whose values are numbers of a list, once every value is written out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    total = 0
    for chunk in column.chunks:
        texts = chunk.dictionary
        if not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
            total += 8 * len(chunk)
            continue
        lengths = pc.binary_length(texts).cast(pa.int64())
        total += pc.sum(lengths.take(chunk.indices)).as_py() or 0
    return int(total)
