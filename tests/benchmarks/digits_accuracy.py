"""How well the digit starters, trained on the built-in digits alone, read MNIST's test digits.

    python -m tests.benchmarks.digits_accuracy [STARTER…] [--mnist FILE] [--limit N]

Trains each starter as it is (no network, no MNIST), then draws MNIST's 10,000 test digits on the
canvas, 280×280 points in black on white, and asks as the Draw page asks. Prints a Markdown table.
MNIST is only for measuring: nothing here trains or chooses by it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from builder import starters
from builder.engine.data import loading
from builder.engine.inference import predict_image
from builder.engine.training import train_run
from builder.engine.training.reporting import NullSink

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("LAYERWISE_DATA") or ROOT.parent / "shared" / "data")
STARTERS = ("digits_cnn", "digits_dense")


def canvas(digit: np.ndarray) -> np.ndarray:
    """An MNIST digit as if it had been drawn: 280×280 RGBA, black ink on white paper."""
    large = Image.fromarray(255 - digit).resize((280, 280), Image.Resampling.BICUBIC)
    return np.asarray(large.convert("RGBA"))


def measure(name: str, pictures: np.ndarray, labels: np.ndarray) -> str:
    """One row of the table."""
    training = starters.find_starter(name).training
    loading.load(training.dataset)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        run = train_run.train(training, Path(folder), NullSink(), lambda: None)
        seconds = time.perf_counter() - began
        right, sure, took = [], [], []
        for picture, label in zip(pictures, labels, strict=True):
            image = canvas(picture)
            began = time.perf_counter()
            said = predict_image.predict_drawing(run["artefact"], training, image)
            took.append(1000 * (time.perf_counter() - began))
            right.append(said["class"] == str(label))
            sure.append(said["sure"])
    hits, certain = np.array(right), np.array(sure)
    own = run["test"]["accuracy"]
    return (
        f"| {name} | {seconds:.0f} s | {own:.4f} | **{hits.mean():.4f}** | {certain.mean():.0%}"
        f" | {hits[certain].mean():.4f} | {statistics.median(took):.1f} ms |"
    )


def main() -> None:
    """Prints a row as soon as it is measured."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("starters", nargs="*", default=STARTERS, help="names, as `starters` lists")
    options.add_argument("--mnist", type=Path, default=FOLDER / "mnist.npz")
    options.add_argument("--limit", type=int, default=10_000, help="digits to draw")
    given = options.parse_args()
    with np.load(given.mnist, allow_pickle=False) as mnist:
        pictures, labels = mnist["x_test"][: given.limit], mnist["y_test"][: given.limit]
    print("| starter | training | own test | MNIST drawn | sure | right when sure | an answer |")
    print("|---|---|---|---|---|---|---|")
    for name in given.starters:
        print(measure(name, pictures, labels), flush=True)


if __name__ == "__main__":
    main()
