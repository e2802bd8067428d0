"""Passengers of a ship that sank: a table with missing values and categories.

In a script ``source`` defines the dicts ``x_train`` and ``x_test`` by column, and ``y_train`` and
``y_test`` with ``survived``.
"""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import Param
from builder.datasets import _program
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.kinds.category import MISSING
from builder.kinds.contract import Array, Column
from builder.spec import Config

TITLE = "A ship's passengers"
OFFLINE = True
ENTRY = entry(
    "Passengers",
    53,
    "Several columns",
    {"passengers": 1600, "labels": "integers"},
    params={
        "passengers": Param(
            "int", "How many to train on; a quarter as many are for the test.", 200, 20_000, 100
        )
    },
    summary=(
        "Who survives when a ship sinks: age, fare, family, sex, class and port of made-up"
        " passengers, some of it missing, as in the tables of real life. A small program makes"
        " them: women and children go first, the upper decks before the lower ones."
    ),
    analogy="A list that somebody kept by hand, with gaps.",
    url="https://keras.io/examples/structured_data/structured_data_classification_from_scratch/",
)

CONTENTS = Contents(
    inputs={
        **dict.fromkeys(("age", "fare", "family"), ("number", ())),
        **dict.fromkeys(("sex", "class", "port"), ("category", ())),
    },
    targets={"survived": ("category", 2)},
)
PROGRAM = Program(("_passengers.passengers",), settings={"count": "passengers"}, gives="part")


def load(config: Config) -> Raw:
    """age, fare, family float32 (n,), NaN where an age is missing; sex, class, port (n,) of
    strings, "?" where a port is missing; survived (n,) 0 or 1."""
    from builder.datasets import _passengers

    (x, y), (x_test, y_test) = _passengers.columns(_count(config))
    columns = [
        Column(name, kind, "input", x[name], x_test[name], _names(x[name]))
        for name, (kind, _) in CONTENTS.inputs.items()
    ]
    target = (y["survived"], y_test["survived"], ("no", "yes"))
    return Raw((*columns, Column("survived", "category", "target", *target)))


def _names(values: Array) -> tuple[str, ...]:
    return tuple(sorted({*values} - {MISSING})) if values.dtype == object else ()


def source(config: Config) -> str:
    """The same in a script standing alone."""
    count = _count(config)
    return (
        f"import numpy as np\n\n\n{_program.functions_source(*PROGRAM.functions)}\n\n"
        "rng = np.random.default_rng(0)\n"
        f"x_train, y_train = passengers({count}, rng)\n"
        f"x_test, y_test = passengers({count // 4}, rng)\n"
    )


def _count(config: Config) -> int:
    count: Any = resolve_settings(ENTRY, config)["passengers"]
    return int(count)
