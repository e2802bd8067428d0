"""``predict MODEL_OR_RUN FILE…``: a trained model's predictions for images or lines of text."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from builder.cli import open_argument
from builder.cli.shared_options import Verb, join_sentence
from builder.errors import FileError
from builder.spec import TrainingSpec

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"})
"""What is taken for a picture in a folder; a file named on the command line is always tried."""

LONGEST = 10_000_000
"""Letters of a text file that are read."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The model, then pictures or folders of them."""
    parser.add_argument("model", metavar="MODEL_OR_RUN", help="a .keras file or a run's id")
    kinds = "pictures, folders of them, or .txt files of one sentence a line"
    parser.add_argument("images", metavar="FILE_OR_FOLDER", nargs="+", type=Path, help=kinds)


def run(given: argparse.Namespace) -> int:
    """One JSON object a picture or sentence; a file that cannot be read is said, and the others
    are answered."""
    artefact, training = open_argument.open_trained(given.model)
    from builder.engine.inference import predict_image
    from builder.engine.inference import predict_text as sentence_engine

    status = 0
    for path in _pictures(given.images):
        if path.suffix.lower() == ".txt" and sentence_engine.reads_text(artefact):
            status = max(status, _sentences(artefact, training, path))
            continue
        try:
            answer = predict_image.predict_file(artefact, training, str(path))
        except FileError as error:
            print(f"{path}: {join_sentence(error.message, error.hint)}", file=sys.stderr)
            status = 2
            continue
        line = {"file": str(path), "class": answer["class"]}
        print(json.dumps(line | {"probabilities": answer["probabilities"], "sure": answer["sure"]}))
    return status


def _sentences(artefact: str, training: TrainingSpec | None, path: Path) -> int:
    """One JSON object for every line that is not empty; the exit status."""
    from builder.engine.inference import predict_text as engine

    try:
        with path.open(encoding="utf-8") as file:
            lines = file.read(LONGEST).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        print(f"{path} cannot be read as text: {error}.", file=sys.stderr)
        return 2
    for text in filter(str.strip, lines):
        answer = engine.predict_text(artefact, training, text)
        known = ("class", "probabilities", "value", "sure", "why")
        print(json.dumps({"text": text} | {k: answer[k] for k in known if k in answer}))
    return 0


def _pictures(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            images = [p for p in place.iterdir() if p.suffix.lower() in IMAGES and p.is_file()]
            if not images:
                print(f"{place} holds no pictures.", file=sys.stderr)
            yield from sorted(images)
        else:
            yield place


VERB = Verb("predict", "classify images or lines of text, one line of JSON each", arguments, run)
