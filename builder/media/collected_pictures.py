"""Pictures taken one by one, class by class, as an archive with a folder for each class."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

from builder.errors import DataError

FEWEST = 5
"""Pictures a class needs before anything can be learned of it."""

DATE = (1980, 1, 1, 0, 0, 0)
"""Of every file, so that the same pictures are the same archive."""


def clean_class(name: str) -> str:
    """A class's name as a folder can have it; "" where nothing is left of it."""
    seen = "".join(c for c in name if c.isprintable() and c not in '/\\:*?"<>|')
    return " ".join(seen.split()).strip(". ")[:80]


def require_enough(counts: Mapping[str, int]) -> None:
    """Raises DataError where there are too few classes, or too few pictures of one."""
    if len(counts) < 2:
        raise DataError(
            "A model learns to tell two or more classes apart.", "Name another class.", "classes"
        )
    few = [name for name, count in counts.items() if count < FEWEST]
    if few:
        raise DataError(
            f"'{few[0]}' has {counts[few[0]]} pictures; {FEWEST} are the fewest to learn from.",
            "Take more of it, from other sides and before other things.",
            "classes",
        )


def write_archive(target: IO[bytes], classes: Mapping[str, Iterable[tuple[str, Path]]]) -> None:
    """Puts the pictures into a ZIP, unpacked, one at a time.

    Args:
        target: an empty file, open for writing.
        classes: class → the name and the place of each picture.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for label, pictures in classes.items():
            for number, (name, place) in enumerate(pictures, 1):
                suffix = PurePosixPath(name).suffix.lower() or ".jpg"
                about = zipfile.ZipInfo(f"collected/{label}/{number:04d}{suffix}", DATE)
                archive.writestr(about, place.read_bytes())
