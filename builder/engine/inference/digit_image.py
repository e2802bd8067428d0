"""Preprocess a drawing or photo as MNIST does: extract ink, crop, scale, centre."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from scipy import ndimage

from builder.engine.inference import ink_parts
from builder.errors import FileError
from builder.formatting import size
from builder.kinds.contract import Array

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
MAX_BYTES = 20 * 2**20
MAX_PIXELS = 50_000_000
"""Above this a picture is refused before it is unpacked: 50 million points are 200 MB in memory."""

WORKING_SIDE = 512
"""Larger files are first reduced to this; far above the 28 points that remain."""

FAINT = 0.01
"""Ink below this counts as paper."""

MNIST_SIDE = 28

SOFT = 0.25
"""Ink below this share of the darkest is the soft edge of a stroke, which a digit's box does not
count: MNIST's boxes were drawn around black and white."""


def centre(ink: Array, box: int = 20) -> Array | None:
    """The 28×28 picture, made as MNIST was: cropped, scaled to a box, centred by mass.

    Args:
        ink: float (h, w), 0 paper to 1 full ink.
        box: side of the square the ink is scaled to fill, keeping its proportions; MNIST's is 20.

    Returns:
        uint8 (28, 28), white ink on black; None when there is no ink.

    Source: LeCun, Cortes, Burges: "normalized to fit in a 20x20 pixel box while preserving their
    aspect ratio … centered in a 28x28 image by computing the center of mass of the pixels".
    """
    if not (ink > FAINT).any():
        return None
    soft = SOFT if max(ink.shape) > 2 * MNIST_SIDE else 0.0  # a small picture has no other edge
    inked = ink > max(FAINT, soft * float(ink.max()))
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype("float32")
    crop = _thick_enough(crop, box)
    height, width = crop.shape
    scale = box / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    small = crop if scale == 1 else np.asarray(Image.fromarray(crop).resize(size, how))
    small = np.clip(small / small.max(), 0, 1)
    return _centre_by_mass(small)


def _thick_enough(crop: Array, box: int) -> Array:
    """A hair line would fade to grey when reduced: thicken it to 1.5 points of the box."""
    want = 1.5 * max(crop.shape) / box
    width = 2 * ndimage.distance_transform_cdt(np.pad(crop > 0.5, 1)).max() - 1
    grow = round(want - width)
    if width < 1 or grow < 1:
        return crop
    return np.asarray(ndimage.grey_dilation(np.pad(crop, grow), size=(grow + 1, grow + 1)))


def _centre_by_mass(small: Array) -> Array:
    """``small`` in 28×28 with its centre of mass in the middle, as far as it fits."""
    page = np.zeros((28, 28), "float32")
    corner = []
    for axis, length in enumerate(small.shape):
        mass = small.sum(axis=1 - axis)
        middle = (mass @ np.arange(length)) / mass.sum()
        corner.append(int(np.clip(round(14 - middle), 0, 28 - length)))
    top, left = corner
    page[top : top + small.shape[0], left : left + small.shape[1]] = small
    return np.round(page * 255).astype("uint8")


def extract_ink(image: Array) -> Array:
    """How much each point differs from the paper: float32 (h, w), 0 to 1.

    Args:
        image: uint8 (h, w), (h, w, 3) or (h, w, 4); dark on light or light on dark. The paper is
            what the border shows; where the picture is transparent it is whatever contrasts.
    """
    return _contrast(_grey(image))


def _grey(image: Array) -> Array:
    page = Image.fromarray(image)
    if page.mode == "RGBA" and (cover := image[..., 3]).min() < 255:
        visible = np.average(image[..., :3].mean(axis=2), weights=np.maximum(cover, 1e-6))
        paper_colour = "white" if visible < 128 else "black"
        page = Image.alpha_composite(Image.new("RGBA", page.size, paper_colour), page)
    return np.asarray(page.convert("L"), "float32")


def _contrast(grey: Array) -> Array:
    paper = float(np.median(border(grey)))
    ink: Array = np.abs(grey - paper) / max(paper, 255 - paper)
    return ink


def extract_file_ink(image: Array) -> tuple[Array, str]:
    """The ink of a file, and why it may not be all of it, as a sentence ("").

    A rim of another brightness goes; then a scan or drawing is read as ``extract_ink`` does, and a
    photograph without its shadows, grain and ringing.
    """
    grey = _without_rim(_grey(image))
    ink = _contrast(grey)
    if np.percentile(border(ink), 95) < 0.04:
        # a scan or a drawing: only what is faint and far from any stroke goes
        near = ndimage.binary_dilation(ink > 0.3, iterations=2)
        return np.where(near | (ink > 0.1), ink, 0), ""
    return _photographed_ink(grey)


WIDEST_RIM = 0.08
"""Share of the picture that a rim, and again what is behind it, takes at each side, at most."""

RIM_STEP = 40
"""Difference of brightness between a rim and what it goes around, at least."""


def _without_rim(grey: Array) -> Array:
    """Without lines at the sides that are all of one brightness and unlike what follows: a rim, or
    a printed frame and the margin around it."""
    most = [max(1, int(WIDEST_RIM * side)) for side in grey.shape for _ in range(2)]
    for _ in range(3):  # a margin, a frame around it, and what is left of either
        cuts = [_rim(lines, m) for lines, m in zip(_sides(grey), most, strict=True)]
        if not any(cuts) or min(grey.shape) < 8:
            break
        top, bottom, left, right = cuts
        grey = grey[top : len(grey) - bottom, left : grey.shape[1] - right]
    return grey


def _sides(grey: Array) -> tuple[Array, Array, Array, Array]:
    return grey, grey[::-1], grey.T, grey.T[::-1]


def _rim(lines: Array, most: int) -> int:
    """How many of the first lines are a rim."""
    first = lines[0]
    for i, line in enumerate(lines[: most + 1]):
        if i and abs(np.median(line) - np.median(first)) > RIM_STEP:
            return i
        if np.percentile(np.abs(line - np.median(line)), 90) > RIM_STEP / 4:
            return 0
    return 0


FAINTEST = 0.12
"""Contrast of ink in a photograph, at least."""

STRONG_RULE = 0.3
"""Contrast of lines of the paper, as a share of the ink's, from which they disturb a digit."""

SHARE = 0.35, 0.75
"""Of the strongest ink: below the first is paper, above the second full ink."""


def _photographed_ink(grey: Array) -> tuple[Array, str]:
    """Ink in relation to the paper beside it, whatever falls on both."""
    side = max(grey.shape)
    if (np.float64(grey - ndimage.gaussian_filter(grey, side / 6)) ** 3).mean() > 0:
        grey = 255 - grey  # few points are brighter than around them: light on dark
    window = max(3, side // 4)
    # closing keeps what is as wide as paper, and shadows and desks are; strokes it fills
    paper = ndimage.minimum_filter(ndimage.maximum_filter(grey, window), window)
    paper = ndimage.gaussian_filter(paper, side / 40)
    ink = np.clip((paper - grey) / np.maximum(paper, 40), 0, 1)
    strongest = float(ndimage.gaussian_filter(ink, max(0.7, side / 300)).max())
    low, high = (share * strongest for share in SHARE)
    doubt = "There is hardly any contrast in this picture." if strongest < FAINTEST else ""
    if ink_parts.is_ruled(ink > STRONG_RULE * strongest):
        doubt = doubt or ink_parts.RULED
    ink = np.clip((ink - low) / max(high - low, 1e-6), 0, 1).astype("float32")
    near = ndimage.binary_dilation(ink > 0.5, iterations=2)
    return np.where(near, ink, 0), doubt


def border(picture: Array) -> Array:
    """The outermost points of a picture (h, w), as one row."""
    return np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])


def read_image(source: str | Path | bytes) -> Array:
    """An image file as uint8 (h, w, 4), turned upright, at most 512 points a side.

    Raises:
        FileError: missing, too large, no image, or damaged.
    """
    data, name = _bytes(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                return _upright(image, name)
    except FileError:
        raise
    except (MemoryError, Image.DecompressionBombError):
        raise _refusal(name, "would unpack to more than fits into memory") from None
    except Exception as error:  # Pillow's decoders fail in many ways on damaged files
        raise FileError(
            f"{name} cannot be read as a picture.",
            f"Give a whole image file: {', '.join(FORMATS)}.",
            name,
        ) from error


def _bytes(source: str | Path | bytes) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        data, name = source, "The file"
    else:
        path = Path(source)
        name = path.name
        try:
            if path.stat().st_size > MAX_BYTES:
                raise _refusal(name, f"has {size(path.stat().st_size, 1024)}")
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:  # a device or pipe does not say before how long it is
                raise _refusal(name, "is too large")
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise FileError(f"{name} cannot be read: {reason}.", "Check the path.", name) from error
    if len(data) > MAX_BYTES:
        raise _refusal(name, f"has {size(len(data), 1024)}")
    return data, name


def _refusal(name: str, why: str) -> FileError:
    limit = f"{size(MAX_BYTES, 1024)} and {MAX_PIXELS // 10**6} million points"
    return FileError(f"{name} {why}; at most {limit} are accepted.", "Reduce it first.", name)


def _upright(image: Image.Image, name: str) -> Array:
    if image.width * image.height > MAX_PIXELS:
        raise _refusal(name, f"has {image.width} × {image.height} points")
    image.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, "float64")
        top = 65535.0 if image.mode.startswith("I;16") else max(values.max(), 1)
        upright: Image.Image = Image.fromarray((values * (255 / top)).clip(0, 255).astype("uint8"))
    else:
        upright = image
    upright = ImageOps.exif_transpose(upright)
    if max(upright.size) > 4 * WORKING_SIDE:
        upright = upright.reduce(max(upright.size) // (2 * WORKING_SIDE))
    upright = upright.convert("RGBA")
    upright.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
    return np.asarray(upright)
