"""The lines of a script that bring the pictures of an archive where Keras's loader finds them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from builder.datasets import _decoded_pictures

IMPORTS = (
    *("import os", "import zipfile", "import keras", "import numpy as np"),
    "from sklearn.model_selection import train_test_split",
)
CLEANING = ("import hashlib", "import io", "import shutil", "from PIL import Image, ImageOps")
"""What cleaning needs beside."""


def top_place(settings: Mapping[str, Any]) -> str:
    """Below which folder the script finds the classes, or their parts."""
    return str(PurePosixPath(_unpacked(settings), settings["directory"]))


def _unpacked(settings: Mapping[str, Any]) -> str:
    stem = _stem(settings)
    if settings["clean"]:
        return f"{stem}-clean"
    return "" if settings["directory"] else stem


def _name(settings: Mapping[str, Any]) -> str:
    return str(settings["name"] or "pictures.zip")


def _stem(settings: Mapping[str, Any]) -> str:
    return PurePosixPath(_name(settings)).stem


def unpack_lines(settings: Mapping[str, Any]) -> str:
    """The archive, or the folder that it was made of, lies beside the script."""
    name, stem, target = _name(settings), _stem(settings), _unpacked(settings)
    if settings["clean"]:
        return (
            f"if not os.path.isfile({name!r}):  # the folder itself lies here\n"
            f"    shutil.make_archive({stem!r}, 'zip', '.', {stem!r})\n"
            f"clean_pictures({name!r}, {target!r}, {_decoded_pictures.clean_side(settings)})\n"
        )
    there = str(settings["directory"]).partition("/")[0] or stem
    return (
        f"if not os.path.isdir({there!r}):\n"
        f"    with zipfile.ZipFile({name!r}) as archive:\n"
        f"        archive.extractall({target or '.'!r})\n"
    )
