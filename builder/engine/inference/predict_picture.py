"""Predict the class of pictures like those of a person's own folder: photos, or a whole ZIP."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from builder.datasets import picture_folder
from builder.datasets._decoded_pictures import read_picture
from builder.datasets.contract import resolve_settings
from builder.engine.inference import confidence, familiarity, predict_rows
from builder.engine.inference.confidence import find_rival, verdict
from builder.errors import DataError, FileError
from builder.kinds.contract import Array
from builder.media.example_archive import MAX_FILE, read_end
from builder.media.picture_headers import SUFFIXES
from builder.spec import TrainingSpec
from builder.tables.reading import zip_members

STRANGE = "Nothing like this is among the pictures it learned from."

TOGETHER = 256
"""Pictures of an archive that are answered at once."""

SHOWN = 12
"""Of an archive's answers, so many are shown at once."""


def reads_pictures(training: TrainingSpec) -> bool:
    """Whether it learned from a folder of pictures."""
    return training.dataset.class_name == picture_folder.ENTRY.class_name


def predict_bytes(artefact: str, training: TrainingSpec, data: bytes) -> dict[str, Any]:
    """What the model says of one picture, the bytes of its file.

    Returns:
        As ``confidence.verdict``, with ``seen``, uint8 (height, width[, 3]): what it was given.

    Raises:
        FileError: the picture or the artefact cannot be read.
        DataError: model and data do not fit.
    """
    seen = read_picture(resolve_settings(picture_folder.ENTRY, training.dataset.config), data)
    return _answer(artefact, training, seen[None])[0]


def predict_file(artefact: str, training: TrainingSpec, path: str) -> dict[str, Any]:
    """``predict_bytes`` of the file at ``path``."""
    file = Path(path)
    try:
        if file.stat().st_size > MAX_FILE:
            raise FileError("The picture's file is too large.", "Save it smaller.")
        data = file.read_bytes()
    except OSError:
        raise FileError("There is no such picture.", "Choose one that is there.") from None
    return predict_bytes(artefact, training, data)


def predict_archive(artefact: str, training: TrainingSpec, path: str, out: str) -> dict[str, Any]:
    """Writes a table of what the model says of every picture in the ZIP at ``path``.

    Args:
        out: path of the CSV: file, answer, sure, why, and the probability of each class.

    Returns:
        ``rows``, how many are answered; ``failed``, those that cannot be read: pairs of a name and
        a sentence; ``names`` and ``first``, the first answers as ``predict_bytes`` gives them.

    Raises:
        DataError: the archive cannot be read or holds no picture.
        FileError: the artefact cannot be read.
    """
    classes = list(training.dataset.config["classes"])
    failed: list[tuple[str, str]] = []
    names: list[str] = []
    first: list[dict[str, Any]] = []
    rows = 0
    with open(out, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["file", "answer", "sure", "why", *classes])
        for paths, pictures in _batches(training, path, failed):
            answers = _answer(artefact, training, pictures)
            for name, said in zip(paths, answers, strict=True):
                chances = (f"{p:.6f}" for p in said["probabilities"])
                sure = "yes" if said["sure"] else "no"
                table.writerow([_text(name), said["class"], sure, said["why"], *chances])
            rows += len(paths)
            names += paths[: SHOWN - len(names)]
            first += answers[: SHOWN - len(first)]
    return {"rows": rows, "failed": failed, "names": names, "first": first}


def _text(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@")) else name


def _batches(
    training: TrainingSpec, path: str, failed: list[tuple[str, str]]
) -> Iterator[tuple[list[str], Array]]:
    """Names and pictures of an archive, some at a time; those that cannot be read go to
    ``failed``."""
    settings = resolve_settings(picture_folder.ENTRY, training.dataset.config)
    with open(path, "rb") as file:
        archive = zip_members.open_zip(read_end(file), file)
        found = [
            m
            for m in archive.infolist()
            if PurePosixPath(m.filename).suffix.lower() in SUFFIXES
            and not zip_members.is_hidden(m.filename)
        ]
        if not found:
            raise DataError("The ZIP holds no picture.", "Put PNG or JPEG pictures into it.")
        names: list[str] = []
        pictures: list[Array] = []
        for member in found:
            try:
                data = zip_members.read_member(archive, member.filename, MAX_FILE)
                pictures.append(read_picture(settings, data))
                names.append(member.filename)
            except (FileError, DataError) as error:
                failed.append((member.filename, error.message))
            if len(names) == TOGETHER:
                yield names, np.stack(pictures)
                names, pictures = [], []
        if names:
            yield names, np.stack(pictures)


def _answer(artefact: str, training: TrainingSpec, pictures: Array) -> list[dict[str, Any]]:
    """Of uint8 pictures (n, height, width, channels)."""
    classes: Sequence[str] = list(training.dataset.config["classes"])
    said = predict_rows.predict_rows(artefact, pictures)
    chances = confidence.to_probabilities(np.asarray(said), len(classes))
    strange = familiarity.find_strangers(artefact, training, pictures)
    answers = []
    for row, picture, is_strange in zip(chances, pictures, strange, strict=True):
        doubt = STRANGE if is_strange else find_rival(row, classes, int(row.argmax()))[1]
        shown = picture[..., 0] if picture.shape[-1] == 1 else picture
        answers.append(verdict(row, classes, doubt) | {"seen": shown})
    return answers
