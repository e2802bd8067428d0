"""Small pictures of coloured shapes, drawn by a program."""

from __future__ import annotations

from typing import Any

import numpy as np


def draw_shape(kind: Any, rng: Any) -> Any:
    """One picture (32, 32, 3): a disc, square, triangle or cross of any size, colour and turn."""
    rows, columns = np.mgrid[:32, :32]
    size, turn = rng.uniform(7, 11), rng.uniform(-0.4, 0.4)
    y, x = rows - rng.uniform(11, 21), columns - rng.uniform(11, 21)
    u, v = np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y
    if kind == 0:
        inside = u**2 + v**2 < (0.85 * size) ** 2
    elif kind == 1:
        inside = np.maximum(abs(u), abs(v)) < 0.75 * size
    elif kind == 2:
        sides = [np.cos(a) * u + np.sin(a) * v for a in 2 * np.pi * np.arange(3) / 3]
        inside = np.max(sides, axis=0) < 0.55 * size
    else:
        inside = (np.minimum(abs(u), abs(v)) < 0.25 * size) & (np.maximum(abs(u), abs(v)) < size)
    page, ink = rng.uniform(0, 120, 3), rng.uniform(130, 255, 3)
    picture = np.where(inside[..., None], ink, page) + rng.normal(0, 12, (32, 32, 3))
    return np.clip(picture, 0, 255).astype("uint8")


def shapes(pictures: Any) -> Any:
    """((x_train, y_train), (x_test, y_test)): as many of each kind, a fifth of all in the test."""
    rng = np.random.default_rng(0)
    y = np.arange(pictures) % 4
    x = np.stack([draw_shape(kind, rng) for kind in y])
    order = rng.permutation(pictures)
    train, test = order[pictures // 5 :], order[: pictures // 5]
    return (x[train], y[train]), (x[test], y[test])
