"""How often a starter is wrong, and wrong though sure, about digits in disturbed pictures.

    python -m tests.benchmarks.disturbed_digits [STARTER] [--mnist FILE] [--limit N]

Trains the starter as it is, then shows it MNIST's first test digits and the last of scikit-learn's
in pictures of each kind in ``tests/disturbances.py``. Prints a Markdown table. MNIST is only for
measuring.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from builder import starters
from builder.datasets import _digits
from builder.engine.inference import predict_image
from builder.engine.training import train_run
from builder.engine.training.reporting import NullSink
from builder.spec import TrainingSpec
from tests import disturbances

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("LAYERWISE_DATA") or ROOT.parent / "shared" / "data")


def png(picture: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def measure(kind: str, artefact: str, training: TrainingSpec, pictures: Any, labels: Any) -> str:
    """One row of the table."""
    rng = np.random.default_rng(0)
    right, sure = [], []
    for digit, label in zip(pictures, labels, strict=True):
        if kind == "several":
            other = pictures[int(rng.integers(len(pictures)))]
            picture = disturbances.several([digit, other], rng)
        else:
            picture = disturbances.disturbed(kind, digit, rng)
        said = predict_image.predict_file(artefact, training, png(picture))
        right.append(said["class"] == str(label))
        sure.append(said["sure"])
    hit, certain = np.array(right), np.array(sure)
    both = (~hit & certain).mean()
    return f"| {kind} | {hit.mean():.3f} | {certain.mean():.3f} | {both:.3f} |"


def main() -> None:
    """Prints a row as soon as it is measured."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("starter", nargs="?", default="digits_cnn")
    options.add_argument("--mnist", type=Path, default=FOLDER / "mnist.npz")
    options.add_argument("--limit", type=int, default=200, help="digits of each kind")
    given = options.parse_args()
    with np.load(given.mnist, allow_pickle=False) as mnist:
        half = given.limit // 2
        (_, _), (own, names) = _digits.digits(1, 0.0)
        pictures = np.concatenate([mnist["x_test"][:half], own[:half]])
        labels = np.concatenate([mnist["y_test"][:half], names[:half]])
    training = starters.find_starter(given.starter).training
    print("| picture | right | sure | wrong and sure |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        run = train_run.train(training, Path(folder), NullSink(), lambda: None)
        for kind in (*disturbances.KINDS, "several"):
            print(measure(kind, run["artefact"], training, pictures, labels), flush=True)


if __name__ == "__main__":
    main()
