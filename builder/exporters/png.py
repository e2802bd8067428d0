"""The architecture as a picture of pixels: the SVG drawn by resvg, for slides and documents."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from builder.errors import FileError
from builder.exporters import svg
from builder.exporters.contract import ExportRequest

NAME = "png"
TITLE = "Picture of the architecture (PNG)"
SUFFIX = ".png"
KIND = "project"
MIME = "image/png"
ORDER = 4

SCALE = 2
"""Pixels for each of the SVG's, so that letters are sharp on a slide."""

MAX_PIXELS = 60_000_000
"""A larger picture is refused; about four hundred layers below each other."""

FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts"
"""DejaVu for the alphabets of Europe and the Near East, Droid for Chinese, Japanese and Korean."""

STYLE = "text { font-family: 'DejaVu Sans'; font-stretch: condensed }"


def export(request: ExportRequest) -> bytes:
    """A PNG; raises FileError when the model is too large for one."""
    return rasterize(svg.export(request))


def rasterize(picture: bytes, system_fonts: bool = True) -> bytes:
    """An SVG as PNG.

    Args:
        system_fonts: whether letters that our fonts lack are looked for in those of the computer.

    Raises:
        FileError: it would have more than ``MAX_PIXELS``.
    """
    import resvg_py

    root = ET.fromstring(picture)
    width, height = (int(float(root.get(k, "0"))) * SCALE for k in ("width", "height"))
    if width * height > MAX_PIXELS:
        raise FileError(
            f"The picture would have {width:,} × {height:,} pixels, which is too much for a PNG.",
            "Take the SVG instead.",
        )
    return resvg_py.svg_to_bytes(
        svg_string=picture.decode(),
        zoom=SCALE,
        background="white",
        style_sheet=STYLE,
        font_files=[str(path) for path in sorted(FONTS.glob("*.ttf"))],
        skip_system_fonts=not system_fonts,
    )
