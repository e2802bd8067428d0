"""Numbers that pasted code writes down itself: a few examples, all of them for training."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np

from builder.catalog.entry import Param
from builder.datasets.contract import Contents, Raw, entry, resolve_settings
from builder.datasets.data_to_come import columns as columns_of
from builder.errors import DataError
from builder.facts import ColumnFacts
from builder.kinds.contract import Array, Column
from builder.spec import Config

TITLE = "Numbers in the code"
OFFLINE = True
WRITTEN = True
ENTRY = entry(
    "NumbersInCode",
    93,
    "My files",
    {
        "numbers": Config(x=((0.0,), (1.0,)), y=(0.0, 1.0)),
        "inputs": Config(x=Config(kind="vector", shape=(1,))),
        "targets": Config(y=Config(kind="number")),
        "labels": "integers",
        "names": Config(),
    },
    params={
        "numbers": Param("json", "The numbers, one row for each example."),
        "inputs": Param("json", "What the model reads: its kind and shape."),
        "targets": Param("json", "What the model answers: its kind, shape or classes."),
        "names": Param("json", "What the code calls its arrays."),
    },
    summary=(
        "A few numbers that a script writes down itself. All of them are for training, and as there"
        " are no others they are the exam, too."
    ),
    analogy="An example on the blackboard.",
    url="https://numpy.org/doc/stable/reference/generated/numpy.array.html",
)
CONTENTS = Contents({}, {}, is_guess=True)

WARNING = "The code has no other numbers, so the exam asks for the very ones that were learned."


def columns(config: Mapping[str, Any]) -> tuple[ColumnFacts, ...]:
    """The columns, known without their numbers; raises as ``load``."""
    asked = {key: config[key] for key in ("inputs", "targets", "labels") if key in config}
    return columns_of({**{k: ENTRY.args[k] for k in ("inputs", "targets")}, **asked})


def load(config: Config) -> Raw:
    """x and y as the model reads and answers them.

    Raises:
        DataError: they are no numbers, or do not fit that shape.
    """
    found = []
    for column in columns(config):
        rows = _rows(config, column)
        found.append(Column(column.name, column.kind, column.role, rows, rows, column.classes))
    return Raw(tuple(found), WARNING)


def _rows(config: Config, column: ColumnFacts) -> Array:
    settings = resolve_settings(ENTRY, config)
    side = "inputs" if column.role == "input" else "targets"
    shape = settings[side][column.name].get("shape", ())
    try:
        rows = np.array(settings["numbers"].get(column.name), "float64")
        if column.classes and rows.ndim == 2 and rows.shape[1] == len(column.classes):
            rows = rows.argmax(axis=1)
        rows = rows.reshape(len(rows), *shape)
    except (TypeError, ValueError):
        raise DataError(
            f"The numbers '{column.name}' of the code do not fit the shape {shape}.",
            "Paste the code again.",
            "dataset.numbers",
        ) from None
    return rows.astype(_dtype(column))


def _dtype(column: ColumnFacts) -> str:
    if column.role == "target":
        return "int64" if column.classes else "float32"
    return column.dtype


def source(config: Config) -> str:
    """The numbers as a script writes them."""
    numbers = resolve_settings(ENTRY, config)["numbers"]
    lines = ["import numpy as np\n"]
    for column, name in zip(columns(config), "xy", strict=True):
        dtype = _rows(config, column).dtype
        text = f'{name}_train = np.array({_listed(numbers[column.name])}, "{dtype}")'
        lines += textwrap.wrap(text, 88, subsequent_indent="    ", break_long_words=False)
    lines += ["", "# There are no others: they are the exam, too"]
    lines.append("x_test, y_test = x_train, y_train")
    return "\n".join(lines) + "\n"


def _listed(values: Any) -> Any:
    return [_listed(v) for v in values] if isinstance(values, tuple) else values


def shaped(numbers: Any, column: Mapping[str, Any]) -> Any:
    """So many numbers as rows of such a column; None where they cannot be that."""
    shape, classes = column.get("shape", ()), column.get("classes", 0)
    try:
        rows = np.array(numbers, "float64")
        if classes and rows.ndim == 2 and rows.shape[1] == classes:
            rows = rows.argmax(axis=1)
        rows = rows.reshape(len(rows), *shape)
    except (TypeError, ValueError):
        return None
    if classes:
        if not ((rows >= 0) & (rows < classes) & (rows == rows.round())).all():
            return None
        rows = rows.astype("int64")
    return rows.tolist()
