"""A person's own pictures, in a folder for each class."""

from __future__ import annotations

import numpy as np

from builder.catalog.entry import Param
from builder.datasets import (
    _decoded_examples,
    _decoded_pictures,
    _folders,
    _program,
    _unpacking,
)
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.spec import Config

TITLE = "My pictures"
OFFLINE = True
ENTRY = entry(
    "PictureFolder",
    89,
    "My files",
    {
        **{"file": "", "name": "", "directory": "", "parts": Config(), "classes": Config()},
        **{"height": 64, "width": 64, "aspect": "crop", "color_mode": "rgb", "clean": False},
        **{"validation": 0.0},
        **{"labels": "integers", "test_split": 0.2, "seed": 0},
    },
    params={
        "file": Param("str", "SHA-256 of the archive's content."),
        "name": Param("str", "What the archive is called."),
        "directory": Param("str", "The folder in the archive below which the pictures lie."),
        "parts": Param("json", "Which folders are for training, validation and test."),
        "classes": Param("json", "The folders of the classes, each with its number of pictures."),
        "height": Param("int", "Points from top to bottom that every picture gets.", 8, 1024, 8),
        "width": Param("int", "Points from left to right that every picture gets.", 8, 1024, 8),
        "aspect": Param(
            "choice",
            "What is done to a picture of other proportions. crop: its edges are cut off. pad:"
            " black is put around it. stretch: it is squeezed.",
            choices=("crop", "pad", "stretch"),
        ),
        "color_mode": Param(
            "choice",
            "rgb: red, green and blue. grayscale: one number a point.",
            choices=("rgb", "grayscale"),
        ),
        "clean": Param(
            "bool",
            "Read each picture as a person sees it: photographs upright, transparent places white,"
            " large ones reduced with care; broken and repeated ones left out.",
        ),
        "validation": Param(
            "float",
            "The share of the validation folder, the last of the pictures for training; 0: none.",
            0.0,
            0.9,
            0.01,
        ),
        "seed": Param("int", "The same number sets the same pictures aside.", 0, 2**31 - 1, 1),
    },
    summary=(
        "Pictures of your own, in a folder for each class: a ZIP of them, or the folder itself. The"
        " folder's name is what the model learns to answer."
    ),
    analogy="Photos sorted into shoe boxes, with a word on each box.",
    url="https://keras.io/examples/vision/image_classification_from_scratch/",
)
CONTENTS = Contents.of_x_and_y("image", classes=10, is_guess=True, is_split=False)
PROGRAM = Program(
    tuple(
        f"_picture_program.{name}" for name in ("read_pictures", "split_pictures", "load_pictures")
    )
)

WAYS = ("test_split", "seed")

CLEANING = ("import hashlib", "import io", "import shutil", "from PIL import Image, ImageOps")
"""What a script that cleans needs beside."""


def load(config: Config) -> Raw:
    """x uint8 (n, height, width, 1 or 3); y int64 (n,) numbers of classes.

    Raises:
        DataError: the file is missing, cannot be read, or holds too few pictures or classes.
    """
    settings = resolve_settings(ENTRY, config)
    _unpacking.check_classes(settings, "picture")
    path = _folders.data_file(settings["file"], settings["name"])
    decoded = _decoded_examples.read_decoded(_decoded_pictures.PICTURES, settings, path)
    _unpacking.check_count(decoded, "picture")
    from builder.datasets import _picture_program as program

    ways = (settings[key] for key in WAYS)
    train, test = program.split_pictures(decoded.labels, decoded.sizes, *ways)
    x, y = decoded.examples, decoded.labels
    arrays = np.asarray(x[train]), y[train], np.asarray(x[test]), y[test]
    return Raw.of_x_and_y("image", arrays, tuple(settings["classes"]))


def source(config: Config) -> str:
    """The same in a script standing alone, next to the archive or the folder it was made of."""
    settings = resolve_settings(ENTRY, config)
    cleaning = settings["clean"]
    imports = (
        *_unpacking.IMPORTS,
        "from sklearn.model_selection import train_test_split",
        *(CLEANING if cleaning else ()),
    )
    functions = (*(_decoded_pictures.CLEANING if cleaning else ()), *PROGRAM.functions)
    given = (
        _unpacking.top_place(settings),
        list(settings["parts"].values()),
        list(settings["classes"]),
        *_decoded_pictures.picture_form(settings),
        *(settings[key] for key in WAYS),
    )
    lines = "\n".join(imports)
    clean = f"clean_pictures({{}}, {{}}, {_decoded_pictures.clean_side(settings)})"
    return (
        f"{lines}\n\n\n"
        f"{_program.functions_source(*functions)}\n\n"
        f"{_unpacking.unpack_lines(settings, clean)}"
        f"data = load_pictures({', '.join(map(repr, given))})\n"
        "(x_train, y_train), (x_test, y_test) = data\n"
    )
