"""``predict MODEL_OR_RUN IMAGE…``: what a trained model says of image files."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from builder.cli import opened
from builder.cli.words import Verb, sentence
from builder.errors import FileError

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"})
"""What is taken for a picture in a folder; a file named on the command line is always tried."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The model, then pictures or folders of them."""
    parser.add_argument("model", metavar="MODEL_OR_RUN", help="a .keras file or a run's id")
    parser.add_argument("images", metavar="IMAGE_OR_FOLDER", nargs="+", type=Path)


def run(given: argparse.Namespace) -> int:
    """One JSON object a picture; a file that is none is said, and the others are answered."""
    artefact, training = opened.trained(given.model)
    from builder.engine import predict

    status = 0
    for path in _pictures(given.images):
        try:
            answer = predict.image_file(artefact, training, str(path))
        except FileError as error:
            print(f"{path}: {sentence(error.message, error.hint)}", file=sys.stderr)
            status = 2
            continue
        line = {"file": str(path), "class": answer["class"]}
        print(json.dumps(line | {"probabilities": answer["probabilities"], "sure": answer["sure"]}))
    return status


def _pictures(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            found = [p for p in place.iterdir() if p.suffix.lower() in IMAGES and p.is_file()]
            if not found:
                print(f"{place} holds no pictures.", file=sys.stderr)
            yield from sorted(found)
        else:
            yield place


VERB = Verb("predict", "classify image files, one line of JSON each", arguments, run)
