"""What a page shows of an archive of sounds: the verbs of the engine's child and the terminal."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from builder.errors import DataError
from builder.formatting import plural
from builder.kinds._spectrogram import draw_spectrogram
from builder.media.example_archive import ExampleArchive, open_examples
from builder.media.media_records import SoundOverview
from builder.media.sound_headers import LEFT_OUT, ODD, SUFFIXES, SoundHeader, read_sound_header
from builder.tables.reading.zip_members import is_hidden

LOOKED_AT = 2000
"""Sounds whose first bytes are read."""

SHOWN = 6
MOST_SHOWN = 120
"""Sounds drawn of a class, and of all."""

HEARD = 20
"""Classes of which a sound can be played."""

SECONDS = 3.0
"""Of a sound, what is drawn and played."""

SHARE = 0.95
"""So many sounds are no longer than the length that is suggested."""

NAMED = 3


def overview_file(path: str) -> SoundOverview | None:
    """Classes, counts and some sounds of the ZIP at ``path``; None where it is no ZIP, or not about
    sounds.

    Raises:
        DataError: as ``open_examples``; no sound lies in the folder of a class, or none can be
            opened.
    """
    with open(path, "rb") as file:
        if file.read(4) not in (b"PK\3\4", b"PK\5\6"):
            return None
    with open_examples(Path(path), SUFFIXES, read_sound_header) as archive:
        names = [n for n in archive.zip.namelist() if not is_hidden(n)]
        sounds = [n for n in names if PurePosixPath(n).suffix.lower() in SUFFIXES]
        return _overview(archive) if 2 * len(sounds) > len(names) else None


def _overview(archive: ExampleArchive) -> SoundOverview:
    index = archive.index
    if not index.files:
        raise DataError(
            "No sound of the ZIP lies in the folder of a class.",
            "Give every class a folder with its sounds, and drop the folder that holds them.",
            "dataset.file",
        )
    paths = sorted(index.files)
    headers = {p: archive.header(p) for p in paths[:: max(1, len(paths) // LOOKED_AT)]}
    there = {p: h for p, h in headers.items() if h.odd not in LEFT_OUT}
    if not there:
        raise DataError("The sounds cannot be opened.", "Choose other sounds.", "dataset.file")
    rates = Counter(h.rate for h in there.values())
    counts = Counter(name for _, name in index.files.values())
    parts = Counter(part for part, _ in index.files.values() if part)
    shown, heard = _show(archive, [p for p in paths if p not in archive.repeated()])
    return SoundOverview(
        *(index.directory, index.parts, {name: counts[name] for name in index.classes}),
        *(dict(parts), rates.most_common(1)[0][0]),
        seconds=float(np.quantile([h.frames / h.rate for h in there.values()], SHARE)),
        speakers=len({speaker(p) for p in paths}),
        reasons=tuple(_reasons(headers, rates, len(archive.repeated()))),
        notes=index.notes,
        shown=shown,
        heard=heard,
    )


def speaker(path: str) -> str:
    """What a file's name begins with, up to the first _ or -: often who speaks."""
    name = PurePosixPath(path).name
    return name.replace("-", "_").partition("_")[0]


def _reasons(
    headers: Mapping[str, SoundHeader], rates: Counter[int], repeated: int
) -> Iterable[str]:
    """A sentence for each way in which sounds are odd."""
    for odd, (one, many) in ODD.items():
        paths = [p for p, h in headers.items() if h.odd == odd]
        if paths:
            names = ", ".join(PurePosixPath(p).name for p in paths[:NAMED])
            more = " …" if len(paths) > NAMED else ""
            said = one if len(paths) == 1 else many
            yield f"{plural(len(paths), 'sound')} {said}: {names}{more}."
    if len(rates) > 1:
        yield f"The sounds have {len(rates)} different rates."
    if repeated:
        yield f"{plural(repeated, 'sound')} stand more than once."


def _show(archive: ExampleArchive, paths: list[str]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Spectrograms of the first sounds of each class, and one of them to be played."""
    import soundfile

    each = max(1, min(SHOWN, MOST_SHOWN // len(archive.index.classes)))
    shown: dict[str, list[Any]] = {name: [] for name in archive.index.classes}
    heard: dict[str, bytes] = {}
    for path in paths:
        name = archive.index.files[path][1]
        header = archive.header(path)
        if len(shown[name]) >= each or header.odd in LEFT_OUT:
            continue
        try:
            with soundfile.SoundFile(io.BytesIO(archive.zip.read(path))) as file:
                sound = file.read(int(SECONDS * header.rate), "float32", always_2d=True)
        except (soundfile.SoundFileError, RuntimeError, ValueError):
            continue
        mono = sound.mean(axis=1)
        shown[name].append(draw_spectrogram(mono))
        if name not in heard and len(heard) < HEARD:
            played = io.BytesIO()
            soundfile.write(played, mono, header.rate, "PCM_16", format="WAV")
            heard[name] = played.getvalue()
    return {name: np.stack(some) for name, some in shown.items() if some}, heard
