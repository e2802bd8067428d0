"""Fashion-MNIST's four files as Keras keeps them, small and of noise: nothing is downloaded."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np


def write(home: Path, train: int, test: int) -> None:
    """The files in the folder that ``KERAS_HOME`` names, with so many examples each."""
    folder = home / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name, n in (("train", train), ("t10k", test)):
        labels, pixels = np.arange(n, dtype="uint8") % 10, rng.integers(0, 256, (n, 28, 28))
        with gzip.open(folder / f"{name}-labels-idx1-ubyte.gz", "wb") as file:
            file.write(struct.pack(">II", 2049, n) + labels.tobytes())
        with gzip.open(folder / f"{name}-images-idx3-ubyte.gz", "wb") as file:
            file.write(struct.pack(">IIII", 2051, n, 28, 28) + pixels.astype("uint8").tobytes())
