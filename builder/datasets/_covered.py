"""Digits of which one quarter is left, and what was measured before; to stand in a script too."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from builder.datasets import _digits

Array = Any
Columns = Any


def measures(drawings: Array) -> Array:
    """float32 (n, 6): width, slant, loops and the share of the ink in three quarters."""
    inked = drawings > 127
    wide = inked.any(axis=1).sum(axis=1)
    ink = drawings / np.maximum(drawings.sum(axis=(1, 2), keepdims=True), 1)
    across = np.arange(28) - (ink.sum(axis=1) @ np.arange(28))[:, None]
    down = np.arange(28) - (ink.sum(axis=2) @ np.arange(28))[:, None]
    lean = -(ink * down[:, :, None] * across[:, None, :]).sum(axis=(1, 2))
    slant = lean / np.maximum((ink * down[:, :, None] ** 2).sum(axis=(1, 2)), 1e-6)
    loops = [max(0, ndimage.label(np.pad(~one, 1))[1] - 1) for one in inked]
    parts = (ink[:, :14, :14], ink[:, :14, 14:], ink[:, 14:, :14])
    shares = [part.sum(axis=(1, 2)) for part in parts]
    return np.stack([wide, slant, np.minimum(loops, 2), *shares], axis=1).astype("float32")


def note(row: Array, rng: Any) -> str:
    """One drawing's measures in the words of somebody who does not count."""
    wide, slant, loops, left, right, _ = row
    upper = left + right
    size = "narrow" if wide < 12 else "wide" if wide > 16 else "regular"
    lean = "leaning left" if slant < 0 else "leaning right" if slant > 0.25 else "upright"
    loop = ("has no loop", "has one loop", "has two loops")[int(loops)]
    top = "heavy above" if upper > 0.53 else "heavy below" if upper < 0.47 else "balanced"
    parts = [f"is {size}", f"is {lean}", loop, f"is {top}"]
    chosen = [parts[i] for i in rng.permutation(4)]
    return "it " + " ".join(chosen[:2]) + " and " + " ".join(chosen[2:])


def covered(drawings: Array, digit: Array, words: Any, longest: int, rng: Any) -> Columns:
    """The inputs and the targets: two dicts of columns, by row.

    Of each drawing one quarter, chosen at random, is left and the rest painted black; measures,
    note and ink speak of the whole drawing.
    """
    measured = measures(drawings)
    shown, quarter = np.zeros((4, 28, 28), "uint8"), rng.integers(0, 4, len(drawings))
    shown[0, :14, :14] = shown[1, :14, 14:] = shown[2, 14:, :14] = shown[3, 14:, 14:] = 1
    image = drawings * shown[quarter]
    numbers = np.zeros((len(drawings), longest), "int32")
    for row, values in zip(numbers, measured, strict=True):
        said = [words.index(word) + 1 for word in note(values, rng).split()]
        row[: len(said)] = said[:longest]
    ink = drawings.mean(axis=(1, 2)) / 255
    inputs = {"image": image, "measures": measured, "note": numbers}
    return inputs, {"digit": digit, "ink": ink.astype("float32")}


def columns(variants: int, words: tuple[str, ...], longest: int) -> Columns:
    """``(x_train, y_train), (x_test, y_test)`` as dicts of columns."""
    (drawn, digit), (drawn_test, digit_test) = _digits.digits(variants, 1.0)
    rng = np.random.default_rng(1)
    train = covered(drawn, digit, words, longest, rng)
    return train, covered(drawn_test, digit_test, words, longest, rng)
