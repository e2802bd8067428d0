"""A person's own ``.npz`` file in Keras's layout: x_train, y_train, x_test, y_test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from builder.catalog.entry import Param
from builder.datasets import _folders, _npz
from builder.datasets.contract import Contents, Raw, entry, resolve_settings
from builder.errors import DataError
from builder.kinds.contract import Array
from builder.spec import Config

TITLE = "My file"
OFFLINE = True
LOADER = "numpy.load"
CONTENTS = Contents.of_x_and_y("image", classes=10, is_guess=True)
ENTRY = entry(
    "NpzFile",
    90,
    "My files",
    {"file": "", "name": "", "scale": "unit", "labels": "integers", "channel_axis": False},
    params={
        "file": Param("str", "SHA-256 of a dropped file, or a name in the datasets folder."),
        "name": Param("str", "What its owner calls the file."),
        "labels": Param(
            "choice",
            "integers or one_hot: the labels are classes numbered from 0. values: they are amounts,"
            " and the model predicts a number.",
            choices=("integers", "one_hot", "values"),
        ),
    },
    summary=(
        "Your own arrays, saved with np.savez under the names x_train, y_train, x_test and y_test,"
        " as Keras keeps its own datasets."
    ),
    analogy="Bring your own ingredients.",
    url="https://numpy.org/doc/stable/reference/generated/numpy.savez.html",
)


def load(config: Config) -> Raw:
    """x images (n, h, w[, 1|3]), a table (n, columns) or texts (n,); y (n,) classes from 0, or
    amounts.

    Raises:
        DataError: the file is missing, refused or damaged, or its arrays do not fit.
    """
    config_values = resolve_settings(ENTRY, config)
    file, name = config_values["file"], _name(config_values)
    dropped = _folders.SHA256.fullmatch(file)
    path = _folders.data_file(file, name) if dropped else _npz.path_of(file)
    arrays = _npz.read_arrays(path, name)
    x_train, x_test = arrays["x_train"], np.atleast_1d(arrays["x_test"])
    if x_train.dtype.kind == "U" and x_test.dtype.kind == "U":
        x_train, x_test = (_texts(x) for x in (x_train, x_test))
    kind, features = _kind(x_train, name)
    y_train, y_test = (_column(arrays[k], k) for k in ("y_train", "y_test"))
    if config_values["labels"] == "values":
        return Raw.of_x_and_y(kind, (x_train, y_train, x_test, y_test), (), features)
    y_train, y_test = (_classes(y, k) for y, k in ((y_train, "y_train"), (y_test, "y_test")))
    top = max(0, int(y_train.max())) if len(y_train) else 0
    classes = tuple(str(i) for i in range(top + 1))
    return Raw.of_x_and_y(kind, (x_train, y_train, x_test, y_test), classes, features)


def _name(config_values: Mapping[str, Any]) -> str:
    return str(config_values["name"] or config_values["file"])


BEYOND = 10_000
"""No number of a class is this large; what is larger counts as this, lest it overflow."""


def _texts(x: Array) -> Array:
    """Strings of one length, as NumPy keeps them, as Python's, which Keras takes."""
    return (x.ravel() if x.ndim == 2 and x.shape[1] == 1 else x).astype("object")


def _kind(x: Array, name: str) -> tuple[str, tuple[str, ...]]:
    """The kind of the examples, and the names of their numbers."""
    if x.dtype == object:
        return "text", ()
    match x.shape:
        case (_, columns) if columns:
            return "vector", tuple(f"x{i + 1}" for i in range(columns))
        case (_, h, w) | (_, h, w, 1 | 3) if h and w:
            return "image", ()
    raise DataError(
        f"x_train in {name} has the shape {x.shape}, which is neither a table nor pictures.",
        "Give (examples, columns), (examples, height, width) or (examples, height, width, 1 or 3).",
        "dataset.file",
    )


def _column(y: Array, key: str) -> Array:
    """Labels as Keras also keeps them, in a column, become a row."""
    if y.ndim == 2 and y.shape[1] > 1:
        raise DataError(
            f"{key} must hold one label an example but has the shape {y.shape}.",
            f"If it is one-hot, save np.argmax({key}, axis=1) instead.",
            "dataset.file",
        )
    return y.ravel()


def _classes(y: Array, key: str) -> Array:
    if y.dtype.kind not in "iufb":
        raise DataError(
            f"{key} must hold whole numbers but holds {y.dtype}.",
            "Number the classes from 0.",
            "dataset.file",
        )
    if y.dtype.kind == "f" and not (y == y.round()).all():
        raise DataError(
            f"{key} holds fractions or gaps, so they cannot be classes.",
            "Set labels to 'values' if they are amounts, or number the classes from 0.",
            "dataset.labels",
        )
    whole: Array = np.clip(y.astype("float64"), -BEYOND, BEYOND).astype("int64")
    return whole


def source(config: Config) -> str:
    """The same in a script standing alone, next to the file."""
    config_values = resolve_settings(ENTRY, config)
    whole = "" if config_values["labels"] == "values" else '.astype("int64")'
    return (
        "import numpy as np\n"
        "\n"
        f"with np.load({_name(config_values)!r}) as data:\n"
        '    x_train, x_test = data["x_train"], data["x_test"]\n'
        f'    y_train, y_test = (data[k].ravel(){whole} for k in ("y_train", "y_test"))\n'
    )
