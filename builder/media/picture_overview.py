"""What a page shows of an archive of pictures: the verbs of the engine's child and the terminal."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from statistics import median
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from builder.errors import DataError
from builder.formatting import plural
from builder.media.example_archive import ExampleArchive, open_examples
from builder.media.media_records import PictureOverview
from builder.media.picture_headers import (
    DAMAGE,
    LEFT_OUT,
    ODD,
    SUFFIXES,
    PictureHeader,
    known_formats,
    read_header,
)
from builder.tables.reading.zip_members import is_hidden

ZIP = (b"PK\3\4", b"PK\5\6")
"""First bytes of a ZIP, and of an empty one."""

LOOKED_AT = 2000
"""Pictures whose first bytes are read; all are before they are decoded."""

SHOWN, SIDE = 8, 64
"""Pictures shown of a class, and their side in points."""

MOST_SHOWN = 240

NAMED = 3
"""Pictures that a sentence names."""


def overview_file(path: str) -> PictureOverview | None:
    """Classes, counts and some pictures of the ZIP at ``path``; None where it is no ZIP, or not
    about pictures.

    Raises:
        DataError: as ``open_examples``; no picture lies in the folder of a class, or none can be
            opened.
    """
    with open(path, "rb") as file:
        if file.read(4) not in ZIP:
            return None
    with open_examples(Path(path), SUFFIXES, read_header) as archive:
        return _overview(archive) if _is_about_pictures(archive) else None


def _is_about_pictures(archive: ExampleArchive) -> bool:
    """Whether most of its files are pictures."""
    names = [n for n in archive.zip.namelist() if not is_hidden(n)]
    pictures = [n for n in names if PurePosixPath(n).suffix.lower() in SUFFIXES]
    return 2 * len(pictures) > len(names)


def _overview(archive: ExampleArchive) -> PictureOverview:
    index = archive.index
    if not index.files:
        raise DataError(
            "No picture of the ZIP lies in the folder of a class.",
            "Give every class a folder with its pictures, and drop the folder that holds them.",
            "dataset.file",
        )
    paths = sorted(index.files)
    looked = paths[:: max(1, len(paths) // LOOKED_AT)]
    headers = {path: archive.header(path) for path in looked}
    there = {p: h for p, h in headers.items() if h.odd not in LEFT_OUT}
    if not there:
        _, words = ODD[next(iter(headers.values())).odd]
        raise DataError(f"The pictures {words}.", "Choose other pictures.", "dataset.file")
    again = archive.repeated()
    counts = Counter(name for _, name in index.files.values())
    part_counts = Counter(part for part, _ in index.files.values() if part)
    return PictureOverview(
        *(index.directory, index.parts, {name: counts[name] for name in index.classes}),
        dict(part_counts),
        height=int(median(h.height for h in there.values())),
        width=int(median(h.width for h in there.values())),
        is_grey=all(h.is_grey for h in there.values()),
        reasons=(*_reasons(headers), *_repeated(archive, again)),
        notes=index.notes,
        shown=_show(archive, [p for p in paths if p not in again]),
    )


def _reasons(headers: Mapping[str, PictureHeader]) -> Iterable[str]:
    """A sentence for each way in which pictures are odd."""
    for odd, (one, many) in ODD.items():
        paths = [p for p, h in headers.items() if h.odd == odd]
        if paths:
            said = one if len(paths) == 1 else many
            yield f"{plural(len(paths), 'picture')} {said}: {_named(paths)}."


def _repeated(archive: ExampleArchive, again: Mapping[str, str]) -> Iterable[str]:
    """Pictures that stand twice; in two classes they cannot be learned."""
    if not again:
        return
    classes = archive.index.files
    apart = [p for p, first in again.items() if classes[p][1] != classes[first][1]]
    torn = f", {len(apart)} of them in two classes" if apart else ""
    yield f"{plural(len(again), 'picture')} stand more than once{torn}: {_named(list(again))}."


def _named(paths: list[str]) -> str:
    return ", ".join(PurePosixPath(p).name for p in paths[:NAMED]) + (
        " …" if len(paths) > NAMED else ""
    )


def _show(archive: ExampleArchive, paths: list[str]) -> dict[str, Any]:
    """The first pictures of each class that can be opened."""
    each = max(1, min(SHOWN, MOST_SHOWN // len(archive.index.classes)))
    shown: dict[str, list[Any]] = {name: [] for name in archive.index.classes}
    for path in paths:
        name = archive.index.files[path][1]
        if len(shown[name]) < each and (picture := _thumbnail(archive, path)) is not None:
            shown[name].append(picture)
    return {name: np.stack(some) for name, some in shown.items() if some}


def _thumbnail(archive: ExampleArchive, path: str) -> Any:
    """uint8 (SIDE, SIDE, 3), cut to a square; None where it cannot be opened."""
    if archive.header(path).odd in LEFT_OUT:
        return None
    try:
        with Image.open(io.BytesIO(archive.zip.read(path)), formats=known_formats()) as picture:
            picture.thumbnail((4 * SIDE, 4 * SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
            page = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
            return np.asarray(ImageOps.fit(page.convert("RGB"), (SIDE, SIDE)))
    except DAMAGE:
        return None
