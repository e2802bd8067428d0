"""A table's format from the settings of a dataset, which may be a stranger's."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from builder.errors import DataError
from builder.tables.table_records import TableFormat

FLAGS = ("header", "day_first")


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
    if name == "missing":
        return isinstance(value, tuple) and all(
            isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(x, str) for x in pair)
            for pair in value
        )
    if name in FLAGS:
        return isinstance(value, bool)
    return isinstance(value, str) and len(value) <= 200
