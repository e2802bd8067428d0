"""scikit-learn's 8×8 digits redrawn as MNIST was made; plain enough to stand in a script."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage
from sklearn.datasets import load_digits

from builder.datasets._strokes import written

Array = Any
Split = tuple[tuple[Array, Array], tuple[Array, Array]]


def outlines(scans: Array) -> Array:
    """Distance to the pen's edge, positive in the ink, on a 48×48 grid for each 8×8 digit.

    Each of the 8×8 numbers counts the ink in a 4×4 cell of a 32×32 scan. A smooth picture is
    bent until its ink fills every cell just so; then the distance to its edge is measured.
    """
    ink = np.pad(scans.reshape(-1, 8, 8).astype("float32") / 16, ((0, 0), (2, 2), (2, 2)))
    finer = ndimage.zoom(
        np.eye(12, dtype="float32"), (4, 1), order=3, mode="nearest", grid_mode=True
    )
    smooth = finer @ ink @ finer.T
    for _ in range(6):
        drawn = 1 / (1 + np.exp(12 * (0.5 - np.clip(smooth, -4, 5))))
        missing = ink - drawn.reshape(-1, 12, 4, 12, 4).mean(axis=(2, 4))
        smooth += finer @ missing @ finer.T
    tall = ndimage.gaussian_filter(smooth, (0, 0.7, 0.7)).reshape(-1, 48) > 0.5
    inside = ndimage.distance_transform_edt(tall) - ndimage.distance_transform_edt(~tall)
    inside = np.clip(inside - 0.5 * np.sign(inside), -8, 8).reshape(-1, 48, 48)
    return ndimage.gaussian_filter(inside.astype("float32"), (0, 0.6, 0.6))


def redraw(edges: Array, strength: Any, rng: Any) -> Array:
    """uint8 (n, 28, 28) from ``outlines``: in a 20×20 box, centred by mass, white on black.

    ``strength``, one for all or one each: 0 draws a digit as it is; 1 turns, slants, stretches,
    bends and thickens it at random.
    """
    n = len(edges)

    def vary(spread: float, *shape: int) -> Array:
        return (strength * rng.uniform(-spread, spread, (n, *shape)).T).T.astype("float32")

    turn, slant, stretch = vary(0.35), 0.1 + vary(0.4), np.exp(0.25 + vary(0.4))
    cos, sin = np.cos(turn), np.sin(turn)
    rows = np.stack([cos, sin], axis=1)
    columns = np.stack([slant * cos - sin, slant * sin + cos], axis=1) / stretch[:, None]
    bend, edge = vary(1.8, 2, 4, 4), -0.4 + vary(0.8)

    def trace(row: Array, column: Array) -> Array:
        """Where in the outline each point of the page (n, k) × (n, k) lies: (n, 2, k, k)."""
        waves = [np.cos(np.pi / 48 * (p[:, :, None] + 24) * np.arange(4)) for p in (row, column)]
        bent = waves[0][:, None] @ bend @ waves[1][:, None].swapaxes(2, 3)
        straight = rows[:, :, None, None] * row[:, None, :, None]
        return straight + columns[:, :, None, None] * column[:, None, None, :] + bent + 23.5

    # a first sketch finds the digit's box and its centre of mass on the page
    page = np.linspace(-30, 30, 41, dtype="float32")[None].repeat(n, axis=0)
    at = np.clip(np.round(trace(page, page)), 0, 47).astype("int32")
    sketch = edges[np.arange(n)[:, None, None], at[:, 0], at[:, 1]] + edge[:, None, None] > 0
    middle, size = [], []
    for axis in (2, 1):
        touched, mass = sketch.any(axis=axis), sketch.sum(axis=axis)
        middle.append(mass @ page[0] / np.maximum(mass.sum(axis=1), 1))
        size.append(1.5 * (41 - touched.argmax(axis=1) - touched[:, ::-1].argmax(axis=1)))
    scale = (np.maximum(*size)[:, None].astype("float32") - 0.75) / 20
    pixels = np.arange(28, dtype="float32") - 14
    row, column = (scale * pixels + m[:, None].astype("float32") for m in middle)

    # then each pixel is as bright as the ink within half a pixel of it
    at = np.clip(trace(row, column), 0, 46.99)
    low = at.astype("int32")
    down, right = np.moveaxis(at - low, 1, 0)
    flat, first = edges.ravel(), np.arange(n)[:, None, None] * 2304 + low[:, 0] * 48 + low[:, 1]
    a, b, c, d = (flat[first + step] for step in (0, 1, 48, 49))
    above, below = a + (b - a) * right, c + (d - c) * right
    depth = (above + (below - above) * down + edge[:, None, None]) / scale[:, :, None]
    return np.round(255 * np.clip(0.5 + depth, 0, 1)).astype("uint8")


def digits(variants: int, distortion: float, drawn: int = 0) -> Split:
    """``(x_train, y_train), (x_test, y_test)``: every training digit in several variants.

    For each of them ``drawn`` more are drawn that a program has written.

    The last 357 digits, most of them by other writers, are the test, drawn once and as they are.
    Training rows stay in blocks of 36 digits with all their variants, shuffled inside a block, so
    that a validation split of the last rows, in steps of 2.5 %, sees no digit trained on. The last
    fifth, the usual validation split, varies half as much: what is measured there while training
    is then about what the test, where nothing varies but the writers are others, will say.
    """
    scans, labels = load_digits(return_X_y=True)
    edges = outlines(scans)
    rng = np.random.default_rng(0)
    order = rng.permuted(np.arange(1440).repeat(variants).reshape(40, -1), axis=1).ravel()
    strengths = distortion * np.where(order < 1152, 1.0, 0.5)
    named = labels[:1440]
    if drawn:  # sixty for each block of 36, so that none is drawn in two blocks
        made = written(np.arange(2400) % 10, rng)
        edges = np.concatenate([edges[:1440], made, edges[1440:]])
        named = np.concatenate([named, np.arange(2400) % 10])
        more = 1440 + np.arange(2400).reshape(40, 60)[:, np.resize(np.arange(60), 36 * drawn)]
        blocks = np.concatenate([order.reshape(40, -1), more], axis=1)
        half = np.where(np.arange(40) < 32, 1.0, 0.5)[:, None]
        bent = np.where(blocks < 1440, 1.0, 0.8) * half * distortion
        mixed = rng.permuted(np.arange(blocks.size).reshape(blocks.shape), axis=1).ravel()
        order, strengths = blocks.ravel()[mixed], bent.ravel()[mixed]
    x_train = np.concatenate(
        [
            redraw(edges[order[part]], strengths[part], rng)
            for part in np.array_split(np.arange(len(order)), 4 * (variants + drawn))
        ]
    )
    x_test = redraw(edges[-357:], 0.0, rng)
    return (x_train, named[order]), (x_test, labels[1440:])
