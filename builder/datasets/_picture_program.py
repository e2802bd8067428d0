"""Pictures in the folders of their classes, as a script reads them: with Keras's own loader."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from typing import Any

import numpy as np
from PIL import Image, ImageOps
from sklearn.model_selection import train_test_split


def seen_picture(picture: Any, side: Any) -> Any:
    """A picture as a person sees it: upright, on white, 8 bits a colour, at most so many points."""
    if picture.mode.startswith(("I", "F")):
        values = np.clip(np.asarray(picture, "float64"), 0, 65535)
        picture = Image.fromarray((values / (257 if values.max() > 255 else 1)).astype("uint8"))
    elif picture.mode == "P" or picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    picture.thumbnail((side, side))
    return ImageOps.exif_transpose(picture).convert("RGB")


def clean_pictures(file: Any, folder: Any, side: Any) -> Any:
    """The pictures of a ZIP in a folder, each once and as it is seen; broken ones are left out."""
    endings = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif")
    formats = ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"]
    try:
        from pillow_heif import register_heif_opener  # phones keep photos as HEIC

        register_heif_opener()
        formats.append("HEIF")
    except ImportError:
        pass
    known = set()
    with zipfile.ZipFile(file) as archive:
        for member in sorted(archive.infolist(), key=lambda m: m.filename):
            name = member.filename
            if not name.lower().endswith(endings) or member.file_size > 100_000_000:
                continue
            try:
                data = archive.read(member)
                picture = Image.open(io.BytesIO(data), formats=formats)
                if picture.width * picture.height > 50_000_000:
                    continue
                picture = seen_picture(picture, side)
            except Exception:
                continue
            mark = hashlib.sha256(data).digest()
            if mark not in known:
                known.add(mark)
                place = os.path.join(folder, name + ".png")
                os.makedirs(os.path.dirname(place), exist_ok=True)
                picture.save(place, compress_level=1)


def read_pictures(
    folder: Any, classes: Any, height: Any, width: Any, aspect: Any, color_mode: Any
) -> Any:
    """Pairs of a picture and the number of its class, in the order of the files."""
    import keras

    for name in classes:  # Keras asks for a folder of every class
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    return keras.utils.image_dataset_from_directory(
        folder,
        class_names=classes,
        color_mode=color_mode,
        batch_size=None,
        image_size=(height, width),
        shuffle=False,
        crop_to_aspect_ratio=aspect == "crop",
        pad_to_aspect_ratio=aspect == "pad",
        verbose=False,
    )


def split_pictures(y: Any, sizes: Any, test_split: Any, seed: Any) -> Any:
    """Which pictures are for training and which for the test.

    At random, each class with the same share in both; or, of several folders, the last one is for
    the test, the first is mixed, and what stands between is at the end of the training.
    """
    if len(sizes) > 1:
        first, tested = sizes[0], len(y) - sizes[-1]
        mixed = np.random.default_rng(seed).permutation(first)
        return np.concatenate([mixed, np.arange(first, tested)]), np.arange(tested, len(y))
    counts = np.bincount(y)
    tested = int(np.ceil(len(y) * test_split))
    enough = counts[counts > 0].min() > 1 and len(counts) <= min(tested, len(y) - tested)
    stratify = y if enough else None
    rows = np.arange(len(y))
    return train_test_split(rows, test_size=test_split, random_state=seed, stratify=stratify)


def load_pictures(
    folder: Any,
    parts: Any,
    classes: Any,
    height: Any,
    width: Any,
    aspect: Any,
    color_mode: Any,
    test_split: Any,
    seed: Any,
) -> Any:
    """((x_train, y_train), (x_test, y_test)): colours from 0 to 255, and numbers of classes."""
    x: Any = []
    y: Any = []
    sizes = []
    for part in parts or [""]:
        place = os.path.join(folder, part)
        pictures = read_pictures(place, classes, height, width, aspect, color_mode)
        sizes.append(len(pictures))
        for picture, label in pictures.as_numpy_iterator():
            x.append(np.rint(picture).astype("uint8"))
            y.append(label)
    x, y = np.stack(x), np.array(y, "int64")
    train, test = split_pictures(y, sizes, test_split, seed)
    return (x[train], y[train]), (x[test], y[test])
