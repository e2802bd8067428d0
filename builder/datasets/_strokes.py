"""Digits that a program writes with a pen of its own; plain enough to stand in a script."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

Array = Any


def hands() -> dict[int, str]:
    """How people write each digit: ways apart by commas, strokes by slashes, then the places the
    pen goes through, across and down, 0 to a; a place twice is a corner."""
    return {
        0: "50 12 05 18 5a 98 a5 92 50, 60 21 05 29 5a 98 a4 81 40, 41 13 17 4a 79 96 72 40,"
        "72 40 12 06 29 5a 88 95 72 50",
        1: "50 53 57 5a, 42 50 55 5a, 32 51 51 5a/1a 9a, 60 55 4a, 70 53 3a, 23 51 51 5a",
        2: "12 40 71 73 55 38 1a 09 07 26 58 7a a9, 13 21 50 72 64 46 29 0a 08 17 37 69 a8,"
        "02 31 61 73 46 29 1a 08 27 48 7a a9, 12 40 81 74 57 3a 1a 08 17 47 79 a8,"
        "01 30 61 63 46 29 0a 07 26 48 8a a9, 13 30 70 83 66 38 0a 0a 4a 9a,"
        "02 50 82 74 19 19 5a 9a, 00 70 82 55 0a 0a 5a a9, 11 50 81 74 09 09 49 a9,"
        "01 40 71 54 0a 0a 5a aa",
        3: "11 40 71 73 45 45 75 88 5a 19, 00 80 80 44 44 85 88 5a 19, 12 40 81 74 55 86 89 5a 1a,"
        "11 50 82 64 35 35 76 79 4a 08, 01 30 72 54 25 25 66 78 49 08",
        4: "20 13 06 06 46 96/80 75 7a, 60 33 07 07 57 a7/60 65 6a, 20 13 15 45 74 80 80 75 7a,"
        "20 15 15 55 85/91 75 6a, 30 14 16 46 86/81 75 5a, 70 44 16 06 06 57 97/71 65 6a,"
        "40 24 06 06 46 85/83 66 5a, 70 34 06 06 56 95 70 70 65 6a",
        5: "80 30 30 24 24 64 86 79 4a 19, 21 24 24 64 87 69 3a 09/21 50 90,"
        "90 40 24 24 75 78 4a 19, a0 50 33 33 75 78 4a 08, 30 24 24 63 86 79 3a 09/30 60 90,"
        "a0 41 34 34 75 88 5a 19",
        6: "70 32 16 29 5a 98 76 45 17, 50 24 18 3a 7a 97 66 36 18, 80 42 16 29 5a 89 86 55 26,"
        "40 13 17 4a 79 87 65 26, 60 33 17 39 69 77 56 27, 81 34 17 29 59 88 76 46 18",
        7: "00 40 90 90 65 4a, 02 01 51 90 90 64 4a, 10 90 90 65 3a/35 85, 01 50 81 75 6a,"
        "01 50 80 80 73 46 2a, 00 50 a0 a0 74 5a",
        8: "82 50 22 34 66 88 5a 28 46 74 81 60, 50 21 24 55 74 71 50/55 26 29 5a 89 86 55,"
        "81 40 22 55 77 6a 3a 27 55 91, 80 50 22 34 67 78 5a 29 37 65 82 70,"
        "71 40 22 44 67 69 4a 28 45 73 81, 91 50 22 45 67 68 4a 28 47 74 90,"
        "50 22 24 45 74 72 50/45 27 29 5a 79 77 45",
        9: "82 50 22 24 46 74 81 81 76 7a, 81 50 12 25 55 72 72 77 5a 29,"
        "71 40 12 35 64 71 71 66 4a, 62 40 22 34 54 71 71 65 5a, 83 60 32 34 65 82 82 68 5a,"
        "82 61 30 13 25 55 82 82 76 6a, 71 50 22 24 45 63 71 71 67 59 3a",
    }


def written(labels: Array, rng: Any) -> Array:
    """Distance to the pen's edge, positive in the ink, on a 48×48 grid: one digit for each label.

    Each is written in one of its ways, in a hand that misses every place a little, narrow or wide,
    with a pen that is thin or thick.
    """
    n = len(labels)
    across = np.arange(24, dtype="float32") * 2 + 0.5
    page = np.stack(np.meshgrid(across, across, indexing="ij"), axis=-1).reshape(-1, 2)
    away = np.full((n, len(page)), 99, "float32")
    size = np.stack([np.full(n, 32), 32 * rng.uniform(0.5, 1.1, n)], axis=1).astype("float32")
    t = np.arange(5, dtype="float32")[:, None] / 5
    for label, text in hands().items():
        rows = np.flatnonzero(labels == label)
        ways = text.split(",")
        way = rng.integers(len(ways), size=len(rows))
        for number, strokes in enumerate(ways):
            here = rows[way == number]
            for stroke in strokes.split("/"):
                marks = stroke.split()
                places = np.array([[int(m[1], 16), int(m[0], 16)] for m in marks], "float32") / 10
                corner = [i for i in range(1, len(marks)) if marks[i] == marks[i - 1]]
                hand = places - 0.5 + rng.normal(0, 0.025, (len(here), *places.shape))
                for i in corner:
                    hand[:, i] = hand[:, i - 1]
                ends = [2 * hand[:, :1] - hand[:, 1:2], hand, 2 * hand[:, -1:] - hand[:, -2:-1]]
                a, b, c, d = (np.concatenate(ends, axis=1)[:, i : i + len(marks) - 1, None]
                              for i in range(4))  # fmt: skip
                # the curve of Catmull and Rom goes through every place
                curve = b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d
                                                  + t * (3 * b - a - 3 * c + d)))  # fmt: skip
                line = np.concatenate([curve.reshape(len(here), -1, 2), hand[:, -1:]], axis=1)
                line = (line * size[here, None] + 23.5).astype("float32")
                near = (page**2).sum(axis=1)[:, None] - 2 * page @ line.swapaxes(1, 2)
                near = (near + (line**2).sum(axis=2)[:, None]).min(axis=2)
                away[here] = np.minimum(away[here], np.sqrt(np.maximum(near, 0)))
    pen = rng.uniform(1.5, 3.2, (n, 1))
    edges = np.clip(pen - away, -8, 8).reshape(n, 24, 24).astype("float32")
    return ndimage.zoom(edges, (1, 2, 2), order=1, mode="nearest", grid_mode=True)
