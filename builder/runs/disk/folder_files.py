"""Tables that somebody put into the datasets folder: which there are, and taking one in."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from builder.datasets import _folders
from builder.errors import FileError
from builder.runs.disk import data_files

ENDINGS = (
    *(".csv", ".tsv", ".xlsx", ".xls", ".xlsm", ".parquet", ".feather", ".arrow"),
    *(".jsonl", ".ndjson", ".csv.gz", ".tsv.gz", ".csv.bz2", ".csv.xz", ".csv.zip"),
)
"""What the names of tables end with; a ``.zip`` or ``.json`` there may be anything."""

SHOWN = 200
LOOKED_AT = 20_000
"""Tables that are listed, and files that are looked at for them, at most."""


def list_tables() -> list[str]:
    """The tables in the datasets folder and below, by their path from there."""
    return sorted(itertools.islice(_tables(), SHOWN))


def _tables() -> Iterator[str]:
    root, seen = _folders.datasets(), 0
    for folder, inner, names in os.walk(root):  # does not follow links to folders
        inner[:] = sorted(n for n in inner if not n.startswith("."))
        for name in sorted(names):
            seen += 1
            if seen > LOOKED_AT:
                return
            path = Path(folder) / name
            if name.lower().endswith(ENDINGS) and not name.startswith(".") and _is_inside(path):
                yield path.relative_to(root).as_posix()


def _is_inside(path: Path) -> bool:
    """Whether it is a file of the datasets folder, wherever links lead."""
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    return real.is_file() and real.is_relative_to(_folders.datasets().resolve())


def keep_table(name: str) -> str:
    """Takes the table of that path in the datasets folder into the workspace; its SHA-256.

    Raises:
        FileError: there is none, it lies elsewhere, or it cannot be kept.
    """
    path = _folders.datasets() / name
    if Path(name).is_absolute() or not _is_inside(path):
        raise FileError(
            f"There is no table {data_files.clean_name(name)} in the datasets folder.",
            "Choose one of the list.",
        )
    try:
        size = path.stat().st_size
        with path.open("rb") as source, data_files.Upload(path.name, size) as upload:
            shutil.copyfileobj(source, upload, 1 << 20)
            return upload.keep()
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror}.") from error
