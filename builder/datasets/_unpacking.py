"""Examples in folders of classes: what is asked of them, and how a script brings them where Keras's
loaders find them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from builder.datasets._decoded_examples import DecodedExamples
from builder.errors import DataError

IMPORTS = ("import os", "import zipfile", "import keras", "import numpy as np")

FEWEST = 10
"""With fewer examples than this nothing can be learned and tested."""


def check_classes(settings: Mapping[str, Any], noun: str) -> None:
    """Raises DataError where there are not two classes, or a folder is none of the archive's."""
    classes = list(settings["classes"])
    if len(classes) < 2:
        only = f"only one class, '{classes[0]}'" if classes else "no class"
        raise DataError(
            f"The {noun}s have {only}; a model learns to tell two or more apart.",
            f"Put the {noun}s of each class into a folder of its own, and drop the folder above.",
            "dataset.classes",
        )
    for named in (settings["directory"], *settings["parts"].values(), *classes):
        place = PurePosixPath(str(named))
        if place.is_absolute() or ".." in place.parts or "\0" in str(named):
            raise DataError(
                f"'{named}' is no folder of the archive.", f"Drop the {noun}s again.", "dataset"
            )


def check_count(decoded: DecodedExamples, noun: str) -> None:
    """Raises DataError where there are too few."""
    if len(decoded.labels) < FEWEST:
        raise DataError(
            f"There are {len(decoded.labels)} {noun}s; {FEWEST} are the fewest to learn from.",
            f"Add more {noun}s of every class.",
            "dataset.file",
        )


# --- in a script -----------------------------------------------------------------------------


def top_place(settings: Mapping[str, Any]) -> str:
    """Below which folder the script finds the classes, or their parts."""
    return str(PurePosixPath(_unpacked(settings), settings["directory"]))


def _unpacked(settings: Mapping[str, Any]) -> str:
    stem = _stem(settings)
    if settings["clean"]:
        return f"{stem}-clean"
    return "" if settings["directory"] else stem


def _name(settings: Mapping[str, Any]) -> str:
    return str(settings["name"] or "examples.zip")


def _stem(settings: Mapping[str, Any]) -> str:
    return PurePosixPath(_name(settings)).stem


def unpack_lines(settings: Mapping[str, Any], clean: str) -> str:
    """The archive, or the folder that it was made of, lies beside the script.

    Args:
        clean: the call that cleans, with ``{}`` for the archive and the folder it fills.
    """
    name, stem, target = _name(settings), _stem(settings), _unpacked(settings)
    if settings["clean"]:
        return (
            f"if not os.path.isfile({name!r}):  # the folder itself lies here\n"
            f"    shutil.make_archive({stem!r}, 'zip', '.', {stem!r})\n"
            f"{clean.format(repr(name), repr(target))}\n"
        )
    there = str(settings["directory"]).partition("/")[0] or stem
    return (
        f"if not os.path.isdir({there!r}):\n"
        f"    with zipfile.ZipFile({name!r}) as archive:\n"
        f"        archive.extractall({target or '.'!r})\n"
    )
