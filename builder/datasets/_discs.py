"""Discs among squares, and where the discs are, by a program that may stand in a script."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any
Columns = Any


def discs(count: int, rng: Any) -> Columns:
    """``{"picture"}, {"mask"}``, each uint8 (count, 32, 32): two discs and two squares on an
    uneven ground with noise; the mask is 255 where a disc can be seen."""
    down, across = np.mgrid[:32, :32]
    slope = rng.uniform(-2, 2, (2, count, 1, 1))
    picture = 110 + slope[0] * (down - 16) + slope[1] * (across - 16)
    mask = np.zeros((count, 32, 32), "uint8")
    for is_disc in (True, False, True, False):
        y, x = rng.uniform(5, 27, (2, count, 1, 1))
        size = rng.uniform(3, 6, (count, 1, 1))
        away = np.abs(down - y), np.abs(across - x)
        far = np.hypot(*away) if is_disc else np.maximum(*away)
        shade = rng.uniform(60, 100, (count, 1, 1))
        picture = np.where(far < size, 110 + shade, picture)
        mask[far < size] = 255 * is_disc
    picture = picture + rng.normal(0, 8, picture.shape)
    return {"picture": np.clip(picture, 0, 255).astype("uint8")}, {"mask": mask}
