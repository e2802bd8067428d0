"""Two-dimensional toy datasets: shared settings, loading and lines for scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from builder.catalog.entry import Entry, Param
from builder.datasets import _program
from builder.datasets.contract import Contents, Program, Raw, resolve_settings
from builder.datasets.contract import entry as new_entry
from builder.kinds.contract import Array

Points = Callable[[int, float, Any], tuple[Array, Array]]
"""``(samples, noise, rng) -> (x (n, 2), y (n,) of 0 and 1)``, points within about ±6."""

PARAMS = {
    "samples": Param("int", "How many points to draw, train and test together.", 50, 10_000, 50),
    "noise": Param("float", "How far points stray from their pattern.", 0.0, 1.0, 0.05),
}


def contents() -> Contents:
    """What every toy holds."""
    return Contents.of_x_and_y(
        "vector", (2,), 2, rows=lambda values: int(values["samples"]), is_split=False
    )


def program(function: str) -> Program:
    """The Program of a toy: one function ``"file.function"`` draws all the points."""
    return Program((function,), gives="whole")


def entry(class_name: str, order: int, summary: str, analogy: str, noise: float = 0.1) -> Entry:
    """The Entry of a toy."""
    args = {"samples": 1000, "noise": noise, "scale": "none", "labels": "integers"}
    return new_entry(
        class_name,
        order,
        "Points",
        args | {"test_split": 0.2},
        params=PARAMS,
        summary=summary,
        analogy=analogy,
        url="https://playground.tensorflow.org",
    )


def load(entry: Entry, points: Points, config: Mapping[str, Any]) -> Raw:
    """The toy's points, always the same ones for the same settings; the last rows are the test."""
    values = resolve_settings(entry, config)
    x, y = points(values["samples"], values["noise"], np.random.default_rng(0))
    cut = _cut(values)
    return Raw.of_x_and_y(
        *("vector", (x[:cut], y[:cut], x[cut:], y[cut:])),
        classes=("teal", "orange"),
        features=("x1", "x2"),
    )


def source(entry: Entry, program: Program, config: Mapping[str, Any]) -> str:
    """The Python lines that give the same arrays."""
    values, cut = resolve_settings(entry, config), _cut(resolve_settings(entry, config))
    name = program.functions[0].partition(".")[2]
    return (
        f"import numpy as np\n\n\n{_program.functions_source(*program.functions)}\n\n"
        f"x, y = {name}({values['samples']}, {values['noise']!r}, np.random.default_rng(0))\n"
        f"x_train, y_train = x[:{cut}], y[:{cut}]\n"
        f"x_test, y_test = x[{cut}:], y[{cut}:]\n"
    )


def _cut(values: Mapping[str, Any]) -> int:
    samples: int = values["samples"]
    return round(samples * (1 - float(values["test_split"])))
