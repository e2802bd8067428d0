"""A table by the settings of a dataset, which may be a stranger's: its format, its columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from builder.datasets import _folders
from builder.errors import DataError
from builder.tables.table_records import TableFormat

PAIRS = ("missing", "labels")
FLAGS = ("header", "day_first")
FILE_PART = "(file)"
"""The column that says of rows from several files whether they are for training or the test."""

PARTS = ("train", "test")

EMPTY: Mapping[str, str] = {}


def table_format(settings: Mapping[str, Any]) -> TableFormat:
    """The format that these settings say.

    Raises:
        DataError: a field that there is none of, or a value that it cannot have.
    """
    fields = [f.name for f in dataclasses.fields(TableFormat)]
    for name, value in settings.items():
        if name not in fields:
            raise DataError(
                f"A table's format has no '{name[:40]}'.",
                f"It has {', '.join(fields)}.",
                "dataset.format",
            )
        if value is not None and not _fits(name, value):
            raise DataError(
                f"'{name}' of a table's format cannot be {str(value)[:40]!r}.",
                "Leave it out to have it guessed.",
                "dataset.format",
            )
    return TableFormat(**settings)


def _fits(name: str, value: Any) -> bool:
    if name in PAIRS:
        return isinstance(value, tuple) and all(
            isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(x, str) for x in pair)
            for pair in value
        )
    if name in FLAGS:
        return isinstance(value, bool)
    return isinstance(value, str) and len(value) <= 200


def read_columns(
    settings: Mapping[str, Any],
    kinds: Mapping[str, str],
    others: Mapping[str, str] = EMPTY,
    path: Path | None = None,
) -> Any:
    """The used columns of the file, a ``pyarrow.Table``.

    Args:
        settings: ``file``, ``name`` and ``format``.
        kinds: column → kind as which it is read.
        others: further columns, read as they are → the setting that names them.
        path: another file, whose format is guessed; None: the dataset's own.

    Raises:
        DataError: the file is not here, cannot be read, or lacks a column.
    """
    from builder.tables.reading.read_table import read_table

    if path is None:
        own = _folders.data_file(settings["file"], settings["name"])
        table = read_table(own, table_format(settings["format"]), kinds)
    else:
        table = read_table(path, kinds=kinds)
    used = list(dict.fromkeys((*kinds, *others)))
    if missing := [n for n in used if n not in table.data.column_names]:
        raise DataError(
            f"{settings['name'] if path is None else path.name} has no column '{missing[0]}'.",
            f"It has {', '.join(table.data.column_names[:20])}.",
            f"dataset.{others.get(missing[0], 'inputs')}",
        )
    return table.data.select(used)


def read_files(
    settings: Mapping[str, Any], kinds: Mapping[str, str], others: Mapping[str, str] = EMPTY
) -> Any:
    """The used columns of the dataset's file with the rows of its further files behind, a
    ``pyarrow.Table``; where the files are the split, with the column ``FILE_PART``.

    Args:
        settings: those of ``read_columns``, ``more`` and ``split``.

    Raises:
        DataError: as ``read_columns``, of the file that is named; ``more`` is none.
    """
    import pyarrow as pa

    tables = []
    for name, more in ((settings["name"], EMPTY), *settings["more"].items()):
        one, named_by = settings, others
        if more is not EMPTY:
            one = {**settings, "name": name, **_further(name, more)}
            named_by = dict.fromkeys((*kinds, *others), "more")
        table = read_columns(one, kinds, named_by)
        if settings["split"] == "file":
            part = more.get("part", "train")
            table = table.append_column(FILE_PART, pa.array([part] * len(table), pa.string()))
        tables.append(table)
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowInvalid as error:
        raise DataError(
            f"The columns of the files are of different kinds: {str(error)[:120]}.",
            "Say on their cards what they are.",
            "dataset.more",
        ) from None


def _further(name: str, more: Any) -> dict[str, Any]:
    """``file`` and ``format`` of a further file; DataError where that is not what they are."""
    fits = isinstance(more, Mapping) and more.get("part", "train") in PARTS
    if not fits or not isinstance(more.get("format", EMPTY), Mapping):
        raise DataError(
            f"What is said of the further file {name[:80]} cannot be read.",
            "Take it away and add it again.",
            "dataset.more",
        )
    return {"file": more.get("file"), "format": more.get("format", EMPTY)}
