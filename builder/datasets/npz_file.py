"""A person's own ``.npz`` file in Keras's layout: x_train, y_train, x_test, y_test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from builder.binding import X, Y
from builder.catalog.entry import Param
from builder.datasets import _folders, _npz
from builder.datasets.contract import Contents, Raw, entry, resolve_settings
from builder.errors import DataError
from builder.kinds.contract import Array, Column
from builder.spec import Config

TITLE = "My file"
OFFLINE = True
LOADER = "numpy.load"
CONTENTS = Contents.of_x_and_y("image", classes=10, is_guess=True)
ENTRY = entry(
    "NpzFile",
    90,
    "My files",
    {
        "file": "",
        "name": "",
        "scale": "unit",
        "labels": "integers",
        "channel_axis": False,
        "classes": Config(),
    },
    params={
        "file": Param("str", "SHA-256 of a dropped file, or a name in the datasets folder."),
        "name": Param("str", "What its owner calls the file."),
        "labels": Param(
            "choice",
            "integers or one_hot: the labels are classes numbered from 0. values: they are amounts,"
            " and the model predicts a number.",
            choices=("integers", "one_hot", "values"),
        ),
        "classes": Param("json", "What the file calls its classes, and the number of each."),
    },
    summary=(
        "Your own arrays, saved with np.savez under the names x_train, y_train, x_test and y_test,"
        " as Keras keeps its own datasets."
    ),
    analogy="Bring your own ingredients.",
    url="https://numpy.org/doc/stable/reference/generated/numpy.savez.html",
)


def load(config: Config) -> Raw:
    """x images (n, h, w[, 1|3]), series (n, steps, columns), a table (n, columns) or texts (n,); y
    (n,) classes, or amounts in any shape.

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
    x = Column(X, kind, "input", x_train, x_test, features=features)
    y = _amounts(arrays) if config_values["labels"] == "values" else _classes(arrays)
    return Raw((x, y))


def _name(config_values: Mapping[str, Any]) -> str:
    return str(config_values["name"] or config_values["file"])


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
        case (_, steps, width) if steps and width and _is_series(x):
            return "steps", ()
        case (_, h, w) | (_, h, w, 1 | 3) if h and w:
            return "image", ()
    raise DataError(
        f"x_train in {name} has the shape {x.shape}, which is neither a table nor pictures.",
        "Give (examples, columns), (examples, steps, columns), (examples, height, width) or"
        " (examples, height, width, 1 or 3).",
        "dataset.file",
    )


MOST_COLUMNS = 4
"""A grey picture is wider than this; what is not, has steps with so many numbers each."""

BRIGHTEST = 255.0


def _is_series(x: Array) -> bool:
    """Whether rows of rows are steps of a series rather than the lines of a picture."""
    some = x[:1000]
    if x.shape[2] <= MOST_COLUMNS or x.shape[1] <= MOST_COLUMNS:
        return True
    if some.dtype.kind not in "iuf" or not some.size:
        return False
    return bool(some.min() < 0 or some.max() > BRIGHTEST)  # no brightness of a picture


def _amounts(arrays: Mapping[str, Array]) -> Column:
    """The answers as they are: one number an example, or several in any shape."""
    parts = {key: _squeeze(arrays[key]) for key in ("y_train", "y_test")}
    kind = "number" if parts["y_train"].ndim == 1 else "array"
    return Column(Y, kind, "target", parts["y_train"], parts["y_test"])


def _squeeze(y: Array) -> Array:
    """Without axes of one, in which Keras also keeps labels."""
    return np.atleast_1d(np.squeeze(y))


MOST_CLASSES = 1000
"""More values than this are no classes."""


def _classes(arrays: Mapping[str, Array]) -> Column:
    """The answers as classes numbered from 0, whatever the file calls them."""
    train, test = (_labels(_squeeze(arrays[key]), key) for key in ("y_train", "y_test"))
    if train.dtype.kind != test.dtype.kind:
        raise DataError(
            f"y_train holds {_words(train)} but y_test {_words(test)}.",
            "Save both alike.",
            "dataset.file",
        )
    names = np.unique(train)
    if len(names) > MOST_CLASSES:
        raise _fractions("y_train", f"{len(names):,} different values")
    strange = np.setdiff1d(test, names) if len(names) else names
    if len(strange):
        some = ", ".join(str(n)[:20] for n in strange[:3])
        raise DataError(
            f"y_test has the label {some}, of which y_train has no example.",
            "Put examples of every class into both, or leave that class out.",
            "dataset.file",
        )
    first, later = (np.searchsorted(names, part).astype("int64") for part in (train, test))
    return Column(Y, "category", "target", first, later, tuple(str(n)[:60] for n in names))


def _labels(y: Array, key: str) -> Array:
    """One whole number or word for each example; DataError where it is none."""
    if y.ndim > 1:
        if y.ndim == 2 and np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all():
            raise DataError(
                f"{key} is one-hot: it has the shape {y.shape}, and a 1 in the place of the class.",
                f"Save np.argmax({key}, axis=1) instead.",
                "dataset.file",
            )
        pictures = "pictures or masks" if y.ndim > 2 else f"{y.shape[1]} numbers"
        raise DataError(
            f"{key} has the shape {y.shape}: {pictures} for each example, no class.",
            "Set labels to 'values': then the model predicts them all.",
            "dataset.labels",
        )
    if y.dtype.kind == "f":
        if not (y == y.round()).all():
            raise _fractions(key, "fractions or gaps")
        y = np.clip(y, -LARGEST, LARGEST).astype("int64")
    if y.dtype.kind not in "iubU":
        raise DataError(
            f"{key} must hold whole numbers or words but holds {y.dtype}.",
            "Number the classes.",
            "dataset.file",
        )
    return y if y.dtype.kind == "U" else y.astype("int64")


LARGEST = 2.0**62


def _words(y: Array) -> str:
    return "words" if y.dtype.kind == "U" else "numbers"


def _fractions(key: str, what: str) -> DataError:
    return DataError(
        f"{key} holds {what}, so they cannot be classes.",
        "Set labels to 'values' if they are amounts, or number the classes.",
        "dataset.labels",
    )


def source(config: Config) -> str:
    """The same in a script standing alone, next to the file."""
    config_values = resolve_settings(ENTRY, config)
    lines = [
        "import numpy as np",
        "",
        f"with np.load({_name(config_values)!r}) as data:",
        '    x_train, x_test = data["x_train"], data["x_test"]',
    ]
    both = 'for k in ("y_train", "y_test"))'
    if config_values["labels"] == "values":
        lines.append(f"    y_train, y_test = (np.squeeze(data[k]) {both}")
    elif names := tuple(config_values["classes"]):
        called = ", ".join(n if _is_number(n) else repr(n) for n in names)
        lines += [
            f"    names = np.array([{called}])",
            f"    y_train, y_test = (np.searchsorted(names, data[k].ravel()) {both}",
        ]
    else:
        lines.append(f'    y_train, y_test = (data[k].ravel().astype("int64") {both}')
    return "\n".join(lines) + "\n"


def _is_number(name: str) -> bool:
    return name.removeprefix("-").isdigit()
