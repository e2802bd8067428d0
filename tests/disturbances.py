"""Photographs and scans of one digit as people take them: a rim, a box, ruled paper, a shadow …"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

Array = Any
SIDE = 300


def page(digit: Array, rng: Any, size: int = 140) -> Array:
    """A digit, uint8 (28, 28) white on black, in black ink on white paper: float (300, 300)."""
    ink = np.asarray(Image.fromarray(digit).resize((size, size), Image.Resampling.BICUBIC)) / 255
    paper = np.ones((SIDE, SIDE))
    top, left = rng.integers(50, SIDE - size - 50, 2)
    paper[top : top + size, left : left + size] -= ink
    return np.clip(paper, 0, 1)


def plain(paper: Array, rng: Any) -> Array:
    return paper


def light_on_dark(paper: Array, rng: Any) -> Array:
    return 1 - paper


def light_rim(paper: Array, rng: Any) -> Array:
    dark = 1 - paper
    wide = int(rng.integers(1, 8))
    dark[:, -wide:] = 1
    dark[-wide:] = 1
    return dark


def printed_box(paper: Array, rng: Any) -> Array:
    boxed = paper.copy()
    a, wide = int(rng.integers(3, 40)), int(rng.integers(2, 5))
    for line in (slice(a, a + wide), slice(SIDE - a - wide, SIDE - a)):
        boxed[line, a : SIDE - a] = 0
        boxed[a : SIDE - a, line] = 0
    return boxed


def underlined(paper: Array, rng: Any) -> Array:
    lined = paper.copy()
    rows, columns = np.nonzero(paper < 0.5)
    at = min(SIDE - 8, rows.max() + int(rng.integers(6, 20)))
    lined[at : at + 4, max(0, columns.min() - 15) : columns.max() + 15] = 0
    return lined


def ruled(paper: Array, rng: Any) -> Array:
    lines = paper.copy()
    ink = rng.uniform(0.25, 0.6)
    for y in range(int(rng.integers(8, 20)), SIDE, 28):
        lines[y : y + 2] = np.minimum(lines[y : y + 2], 1 - ink)
    return _lit(lines, rng)


def squared(paper: Array, rng: Any) -> Array:
    lines = paper.copy()
    ink = rng.uniform(0.15, 0.5)
    for at in range(int(rng.integers(4, 14)), SIDE, 20):
        lines[at : at + 1] = np.minimum(lines[at : at + 1], 1 - ink)
        lines[:, at : at + 1] = np.minimum(lines[:, at : at + 1], 1 - ink)
    return _lit(lines, rng)


def desk_edge(paper: Array, rng: Any) -> Array:
    desk = _lit(paper, rng)
    edge = rng.integers(10, 40) + np.arange(SIDE) * rng.uniform(-0.03, 0.03)
    away = [np.arange(SIDE), np.arange(SIDE)[::-1]][int(rng.integers(2))]
    outside = away[None, :] < edge[:, None]
    desk[outside if rng.random() < 0.5 else outside.T] = rng.uniform(0.1, 0.35)
    return desk


def shadow(paper: Array, rng: Any) -> Array:
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    across = np.cos(angle) * x + np.sin(angle) * y
    light = 0.25 + 0.65 * (across + 1.5) / 3
    if rng.random() < 0.5:  # with a border, as a hand or a telephone throws it
        light *= np.where(ndimage.gaussian_filter((across > 0.1).astype(float), 6) > 0.5, 1, 0.6)
        light = ndimage.gaussian_filter(light, 5)
    return light * (1 - 0.85 * (1 - paper)) + rng.normal(0, 0.012, paper.shape)


def _lit(paper: Array, rng: Any) -> Array:
    light = 0.8 + 0.15 * np.linspace(-1, 1, SIDE)[None] * rng.choice([-1, 1])
    return light * (1 - 0.85 * (1 - paper)) + rng.normal(0, 0.012, paper.shape)


KINDS: dict[str, Callable[[Array, Any], Array]] = {
    f.__name__: f
    for f in (plain, light_on_dark, light_rim, printed_box, underlined, ruled, squared, desk_edge,
              shadow)
}  # fmt: skip
"""What lies on the picture of one digit → the program that puts it there."""


def disturbed(kind: str, digit: Array, rng: Any) -> Array:
    """uint8 (300, 300): the digit as that kind of picture shows it."""
    made = KINDS[kind](page(digit, rng), rng)
    return np.round(255 * np.clip(made, 0, 1)).astype("uint8")


def several(digits: list[Array], rng: Any) -> Array:
    """uint8: so many digits beside each other."""
    rows = []
    for digit in digits:
        paper = np.zeros((SIDE, 130))
        ink = Image.fromarray(digit).resize((110, 110), Image.Resampling.BICUBIC)
        top = int(rng.integers(70, 120))
        paper[top : top + 110, 10:120] = np.asarray(ink) / 255
        rows.append(paper)
    page_ = np.pad(np.hstack(rows), ((0, 0), (20, 20)))
    return np.round(255 * (1 - page_)).astype("uint8")
