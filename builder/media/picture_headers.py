"""What a picture's first bytes say of it, without unpacking it: its size, and whether it is odd."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from PIL import Image

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif")
"""What the names of pictures end with, in small letters."""

KERAS_READS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
"""Those that ``keras.utils.image_dataset_from_directory`` reads."""

PLAIN = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
"""What Pillow itself may try; it knows more, with readers nobody needs here."""

MAX_POINTS = 50_000_000
"""A picture of more points is refused before it is unpacked: 200 MB of memory."""

DAMAGE = (OSError, ValueError, SyntaxError, EOFError, RuntimeError, TypeError, KeyError)
"""What Pillow raises over a file that is not what it says; ``struct.error`` is a ValueError's kin,
and every one of a ZIP's own is among these or in ``zip_members.DAMAGE``."""

ORIENTATION = 0x0112
"""The EXIF tag that says how a camera was held; 1 is upright."""

ODD: Mapping[str, tuple[str, str]] = {
    "turned": ("is turned by its camera", "are turned by their camera"),
    "transparent": ("has transparent places", "have transparent places"),
    "deep": ("has 16 bits a colour", "have 16 bits a colour"),
    "ink": ("is made for printing (CMYK)", "are made for printing (CMYK)"),
    "moving": ("moves; its first picture counts", "move; their first picture counts"),
    "other": (
        "is of a form that Keras's loader does not read",
        "are of forms that Keras's loader does not read",
    ),
    "large": ("is much larger than a model needs", "are much larger than a model needs"),
    "heic": (
        "is HEIC, for which pillow-heif is missing here: save it as JPEG",
        "are HEIC, for which pillow-heif is missing here: save them as JPEG",
    ),
    "huge": ("has more than 50 million points", "have more than 50 million points"),
    "broken": ("cannot be opened", "cannot be opened"),
}
"""What can be odd about a picture → how it is said of one, and of several."""

LEFT_OUT = ("heic", "huge", "broken")
"""Of these, those that cannot be learned from."""

LARGE = 1_000_000
"""Points from which a picture is reduced with care first: Keras's loader skips between points."""


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """What the first bytes of a picture say.

    Args:
        height, width: in points, as they are stored; 0 where it cannot be opened.
        odd: of ``ODD``: what keeps Keras's loader from seeing it as a person does; "" for nothing.
        is_grey: it has no colours.
    """

    height: int
    width: int
    odd: str = ""
    is_grey: bool = False


@functools.cache
def known_formats() -> tuple[str, ...]:
    """What may be tried: with HEIF, in which phones keep photos, where its library is there."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return PLAIN
    register_heif_opener()
    return (*PLAIN, "HEIF")


def read_header(file: IO[bytes], suffix: str) -> PictureHeader:
    """Of the picture in that file; nothing of it is unpacked.

    Args:
        suffix: what its name ends with, in small letters with the dot.
    """
    if suffix in (".heic", ".heif") and known_formats() == PLAIN:
        return PictureHeader(0, 0, "heic")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it may be a bomb, which is asked below
            picture = Image.open(file, formats=known_formats())
            width, height = picture.size
            if width * height > MAX_POINTS:
                return PictureHeader(height, width, "huge")
            is_grey = picture.mode in ("1", "L", "LA", "I", "I;16", "I;16B", "F")
            return PictureHeader(height, width, _oddity(picture, suffix), is_grey)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return PictureHeader(0, 0, "huge")
    except DAMAGE:
        return PictureHeader(0, 0, "broken")


def _oddity(picture: Image.Image, suffix: str) -> str:
    form = picture.format
    usual = form in ("JPEG", "PNG", "GIF") or (form == "BMP" and picture.mode == "RGB")
    if not usual or suffix not in KERAS_READS:
        return "other"
    if picture.mode == "CMYK":
        return "ink"
    if picture.mode.startswith(("I", "F")):
        return "deep"
    if getattr(picture, "is_animated", False):
        return "moving"
    if picture.has_transparency_data:
        return "transparent"
    # a PNG would be unpacked to look for it
    if form == "JPEG" and picture.getexif().get(ORIENTATION, 1) != 1:
        return "turned"
    width, height = picture.size
    return "large" if width * height > LARGE else ""
