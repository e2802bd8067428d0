"""The architecture as a picture of pixels: the SVG drawn with Pillow, for slides and documents."""

from __future__ import annotations

import contextlib
import io
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from builder.errors import FileError
from builder.exporters import svg
from builder.exporters.contract import ExportRequest

if TYPE_CHECKING:
    from PIL import ImageDraw

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


def export(request: ExportRequest) -> bytes:
    """A PNG; raises FileError when the model is too large for one."""
    return drawn(svg.export(request))


def drawn(picture: bytes) -> bytes:
    """An SVG of ours, which has rectangles, lines and words only, as PNG."""
    from PIL import Image, ImageDraw

    root = ET.fromstring(picture)
    width, height = (int(float(root.get(k, "0"))) * SCALE for k in ("width", "height"))
    if width * height > MAX_PIXELS:
        raise FileError(
            f"The picture would have {width:,} × {height:,} pixels, which is too much for a PNG.",
            "Take the SVG instead.",
        )
    image = Image.new("RGB", (max(width, 1), max(height, 1)), "white")
    pen = ImageDraw.Draw(image)
    for element, style, place in _walk(root, {}, (0.0, 0.0)):
        _draw(pen, element, style, place)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _walk(
    parent: ET.Element, style: dict[str, str], place: tuple[float, float]
) -> Iterator[tuple[ET.Element, dict[str, str], tuple[float, float]]]:
    """Every shape with what it inherits, and how far its group was moved."""
    for child in parent:
        given = style | dict(child.attrib)
        moved = re.fullmatch(r"translate\(([-\d.]+) ([-\d.]+)\)", child.get("transform", ""))
        at = (place[0] + float(moved[1]), place[1] + float(moved[2])) if moved else place
        if child.tag.endswith("}g"):
            yield from _walk(child, given, at)
        else:
            yield child, given, at


def _draw(
    pen: ImageDraw.ImageDraw, element: ET.Element, style: dict[str, str], at: tuple[float, float]
) -> None:
    def number(name: str) -> float:
        return float(style.get(name, "0")) * SCALE

    left, top = at[0] * SCALE, at[1] * SCALE
    if element.tag.endswith("}rect"):
        x, y = left + number("x"), top + number("y")
        box = (x, y, x + number("width") - 1, y + number("height") - 1)
        pen.rounded_rectangle(
            box, number("rx"), style.get("fill"), _none(style.get("stroke")), width=SCALE
        )
    elif element.tag.endswith("}path"):
        width = max(1, round(number("stroke-width")))
        for line in _lines(style.get("d", "")):
            pen.line([(left + x * SCALE, top + y * SCALE) for x, y in line], style["stroke"], width)
    elif element.tag.endswith("}text"):
        anchor = "rs" if style.get("text-anchor") == "end" else "ls"
        bold = 1 if style.get("font-weight") == "600" else 0
        spot = (left + number("x"), top + number("y"))
        fill = style.get("fill", "#000000")
        text, font = _lettered(element.text or "", round(number("font-size")))
        pen.text(spot, text, fill, font, anchor, stroke_width=bold * 0.35, stroke_fill=fill)


LETTERS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "Arial Unicode.ttf", "Arial.ttf")
"""Fonts a computer may have for the letters that Pillow's own has not; the first one is taken."""


def _lettered(text: str, size: int) -> tuple[str, Any]:
    """The text and a font that has its letters; without such a font accents are left out, and
    ``?`` stands for other alphabets."""
    from PIL import ImageFont

    own, text = ImageFont.load_default(size), text.replace("×", "x").replace("…", "...")
    if all(c.isascii() or _has(own, c) for c in text):
        return text, own
    for name in LETTERS:
        with contextlib.suppress(OSError):
            return text, ImageFont.truetype(name, round(size * 0.95))
    parts = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in parts if not unicodedata.combining(c))
    return plain.encode("ascii", "replace").decode(), own


def _has(font: Any, letter: str) -> bool:
    """Whether it draws something else than its box for letters it lacks."""
    return bytes(font.getmask(letter)) != bytes(font.getmask("\U0010ffff"))


def _none(color: str | None) -> str | None:
    return None if color in (None, "none") else color


def _lines(path: str) -> Iterator[list[tuple[float, float]]]:
    """``M0 0 C0 9 9 9 9 18`` as the points of a line; a curve as sixteen of them."""
    for part in re.split(r"(?=M)", path):
        found = re.findall(r"([MCL])([^MCL]*)", part)
        points: list[tuple[float, float]] = []
        for sign, text in found:
            numbers = [float(n) for n in re.findall(r"-?[\d.]+", text)]
            pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
            # a curve is written before its points: "C" with one pair belongs to the next ones
            points += _curve(points[-1], *pairs) if sign == "C" and len(pairs) == 3 else pairs
        if len(points) > 1:
            yield points


def _curve(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> list[tuple[float, float]]:
    points = []
    for step in range(1, 17):
        t = step / 16
        weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
        places = (a, b, c, d)
        points.append(
            (
                sum(w * p[0] for w, p in zip(weights, places, strict=True)),
                sum(w * p[1] for w, p in zip(weights, places, strict=True)),
            )
        )
    return points
