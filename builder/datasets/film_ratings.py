"""Stars that people give to films: who would like what?

In a script ``source`` defines the dicts ``x_train`` and ``x_test`` with ``person`` and ``film``,
and ``y_train`` and ``y_test`` with ``stars``.
"""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import Param
from builder.datasets import _program
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.kinds.contract import Column
from builder.spec import Config

TITLE = "Films and stars"
OFFLINE = True
ENTRY = entry(
    "FilmRatings",
    54,
    "Several columns",
    {"ratings": 8000},
    params={
        "ratings": Param(
            "int", "How many to train on; a fifth as many are for the test.", 1000, 10_000, 500
        )
    },
    summary=(
        "200 made-up people have given half a star to five stars to some of 64 made-up films. A"
        " small program makes them: some like comedies, some thrillers, some are mild with all."
    ),
    analogy="What a friend with your taste would tell you to see.",
    url="https://keras.io/examples/structured_data/collaborative_filtering_movielens/",
)

CONTENTS = Contents(
    inputs={"person": ("category", ()), "film": ("category", ())}, targets={"stars": ("number", 0)}
)
PROGRAM = Program(("_film_ratings.film_ratings",), settings={"count": "ratings"}, gives="split")


def load(config: Config) -> Raw:
    """person, film (n,) of strings; stars float32 (n,) from 0.5 to 5."""
    from builder.datasets import _film_ratings

    (x, y), (x_test, y_test) = _film_ratings.columns(_count(config))
    columns = [
        Column(name, "category", "input", x[name], x_test[name], tuple(sorted({*x[name]})))
        for name in CONTENTS.inputs
    ]
    return Raw((*columns, Column("stars", "number", "target", y["stars"], y_test["stars"])))


def source(config: Config) -> str:
    """The same in a script standing alone."""
    count = _count(config)
    return (
        f"import numpy as np\n\n\n{_program.functions_source(*PROGRAM.functions)}\n\n"
        "rng = np.random.default_rng(0)\n"
        f"parts = film_ratings({count}, {count // 5}, rng)\n"
        "(x_train, y_train), (x_test, y_test) = parts\n"
    )


def _count(config: Config) -> int:
    count: Any = resolve_settings(ENTRY, config)["ratings"]
    return int(count)
