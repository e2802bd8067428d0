"""``predict MODEL_OR_RUN FILE…``: a trained model's answers for images, lines of text or the rows
of a table, or what follows a series."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from builder.cli import open_argument
from builder.cli.shared_options import OUT, Verb, join_sentence, whole_number, write_output
from builder.errors import DataError, FileError
from builder.media.sound_headers import SUFFIXES as SOUND_SUFFIXES
from builder.spec import TrainingSpec
from builder.suggest import table_dataset

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"})
"""What is taken for a picture in a folder; a file named on the command line is always tried."""

SOUNDS = frozenset(SOUND_SUFFIXES)
"""What is taken for a sound in a folder."""

TEXTS = frozenset({".txt"})
"""What holds sentences, one a line."""

SHOWN = 5
"""How many files that were skipped are named."""

LONGEST = 10_000_000
"""Letters of a text file that are read."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The model, then pictures or folders of them."""
    parser.add_argument("model", metavar="MODEL_OR_RUN", help="a .keras file or a run's id")
    kinds = "pictures, folders or a ZIP of them, .txt files of a sentence a line, a table, a series"
    parser.add_argument("images", metavar="FILE_OR_FOLDER", nargs="+", type=Path, help=kinds)
    parser.add_argument(
        "--steps", metavar="N", type=whole_number, help="of a series: how many steps to forecast"
    )
    parser.add_argument(
        "--group", metavar="NAME", default="", help="of several series: only that one"
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help=f"of a table, series or ZIP: {OUT}"
    )


def run(given: argparse.Namespace) -> int:
    """One JSON object a picture or sentence; a file that cannot be read is said, and the others
    are answered."""
    artefact, training = open_argument.open_trained(given.model)
    from builder.engine.forecasting import forecast

    if training is not None and forecast.is_series(training):
        sheet = forecast.forecast_file(
            artefact, training, given.images[0], given.steps, given.group
        )
        write_output(sheet.encode(), given.output)
        return 0
    if training is not None and training.dataset.class_name == table_dataset.CLASS_NAME:
        return _table(artefact, training, given.images, given.output)
    from builder.engine.inference import predict_image, predict_picture, predict_sound
    from builder.engine.inference import predict_text as sentence_engine

    reader: Any = predict_image.predict_file
    if training is not None and predict_picture.reads_pictures(training):
        reader = predict_picture.predict_file
        if [p.suffix.lower() for p in given.images] == [".zip"]:
            return _archive(artefact, training, given)
    status, texts = 0, sentence_engine.reads_text(artefact)
    wanted: Collection[str] = TEXTS if texts else IMAGES
    if training is not None and predict_sound.hears(training):
        reader, wanted = predict_sound.predict_file, SOUNDS
    for path in _files(given.images, wanted):
        if texts and path.suffix.lower() in TEXTS:
            status = max(status, _sentences(artefact, training, path))
            continue
        try:
            answer = reader(artefact, training, str(path))
        except FileError as error:
            print(f"{path}: {join_sentence(error.message, error.hint)}", file=sys.stderr)
            status = 2
            continue
        line = {"file": str(path), "class": answer["class"]}
        print(json.dumps(line | {"probabilities": answer["probabilities"], "sure": answer["sure"]}))
    return status


def _table(
    artefact: str, training: TrainingSpec, paths: Sequence[Path], output: Path | None
) -> int:
    """The same table with columns of answers at its end, as CSV.

    Raises:
        FileError: there are several tables for one output.
    """
    from builder.engine.inference import predict_file

    if len(paths) > 1:
        raise FileError("One table is answered at a time.", "Give each its own -o.")
    with tempfile.TemporaryDirectory() as folder:
        answered = Path(folder) / "answered.csv"
        predict_file.predict_file(artefact, training, paths[0], str(answered))
        write_output(answered.read_bytes(), output)
    return 0


def _archive(artefact: str, training: TrainingSpec, given: argparse.Namespace) -> int:
    """A table of answers for a ZIP of pictures; the exit status."""
    from builder.engine.inference import predict_picture

    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "answers.csv"
        archive = str(given.images[0])
        found = predict_picture.predict_archive(artefact, training, archive, str(out))
        write_output(out.read_bytes(), given.output)
    for name, why in found["failed"]:
        print(f"{name}: {why}", file=sys.stderr)
    return 2 if found["failed"] else 0


def _sentences(artefact: str, training: TrainingSpec | None, path: Path) -> int:
    """One JSON object for every line that is not empty; the exit status."""
    from builder.engine.inference import predict_text as engine

    try:
        with path.open(encoding="utf-8") as file:
            content = file.read(LONGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        print(f"{path} cannot be read as text: {error}.", file=sys.stderr)
        return 2
    if len(content) > LONGEST:
        print(f"{path}: only its first {LONGEST:,} letters are read.", file=sys.stderr)
    lines = [line for line in content[:LONGEST].splitlines() if line.strip()]
    if not lines:
        print(f"{path} holds no sentence.", file=sys.stderr)
    status = 0
    for text in lines:
        try:
            answer = engine.predict_text(artefact, training, text)
        except DataError as error:
            print(f"{path}: {join_sentence(error.message, error.hint)}", file=sys.stderr)
            status = 2
            continue
        known = ("class", "probabilities", "value", "sure", "why")
        print(json.dumps({"text": text} | {k: answer[k] for k in known if k in answer}))
    return status


def _files(places: Sequence[Path], wanted: Collection[str]) -> Iterator[Path]:
    """Every file named, and of folders those the model can read; the others are told."""
    nouns = {TEXTS: "texts (.txt)", SOUNDS: "sounds"}
    noun = nouns.get(frozenset(wanted), "pictures")
    for place in places:
        if not place.is_dir():
            yield place
            continue
        there = sorted(p for p in place.iterdir() if not p.name.startswith("."))
        chosen = [p for p in there if p.suffix.lower() in wanted and p.is_file()]
        rest = [p.name for p in there if p not in set(chosen)]
        if not chosen:
            print(f"{place} holds no {noun}.", file=sys.stderr)
        if rest:
            names = ", ".join(rest[:SHOWN]) + (" …" if len(rest) > SHOWN else "")
            print(f"{place}: skipped what is not among its {noun}: {names}.", file=sys.stderr)
        yield from chosen


VERB = Verb(
    "predict", "answer images or lines of text, the rows of a table, or a series", arguments, run
)
