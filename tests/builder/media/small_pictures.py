"""Small pictures for the tests, drawn by a program: discs and bars on a page of noise."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from builder.media.picture_headers import known_formats
from tests.builder.tables.small_files import zipped


def drawn(shape: str, seed: int, size: tuple[int, int] = (40, 32)) -> Image.Image:
    """A colour picture of a disc or a bar at some place; ``size`` is height and width."""
    rng = np.random.default_rng(seed)
    height, width = size
    page = rng.integers(0, 90, (height, width, 3))
    rows, columns = np.mgrid[:height, :width]
    y, x = rng.integers(10, height - 10), rng.integers(10, width - 10)
    inside = (rows - y) ** 2 + (columns - x) ** 2 < 50
    if shape == "bar":
        inside = (abs(rows - y) < 3) & (abs(columns - x) < 10)
    page[inside] += rng.integers(100, 160, 3)
    return Image.fromarray(page.astype("uint8"))


def saved(picture: Image.Image, form: str = "PNG", **how: Any) -> bytes:
    """The bytes of a picture's file."""
    file = io.BytesIO()
    picture.save(file, form, **how)
    return file.getvalue()


def turned(picture: Image.Image, orientation: int = 6) -> bytes:
    """A JPEG that says its camera was held on its side."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(picture, "JPEG", exif=exif)


def heic(picture: Image.Image) -> bytes:
    """A photo as phones keep it."""
    known_formats()
    return saved(picture, "HEIF")


def shapes(each: int = 12, top: str = "shapes/") -> dict[str, bytes]:
    """Discs and bars in their folders."""
    return {
        f"{top}{name}/{i:03d}.png": saved(drawn(name, 100 * i + len(name)))
        for name in ("bar", "disc")
        for i in range(each)
    }


def archive(members: dict[str, bytes] | None = None, **others: bytes) -> bytes:
    """A ZIP of these pictures, or of ``shapes``."""
    return zipped({**(shapes() if members is None else members), **others}, flat=True)
