"""Restaurant reviews with the price of the meal: two inputs, two targets.

In a script ``source`` defines the dicts ``x_train`` and ``x_test`` with the columns ``text`` and
``price``, and ``y_train`` and ``y_test`` with ``sentiment`` and ``stars``.
"""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import Param
from builder.datasets import _program
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.kinds.contract import Array, Column
from builder.spec import Config

TITLE = "Restaurant reviews with a price"
OFFLINE = True
ENTRY = entry(
    "Reviews",
    52,
    "Several columns",
    {"reviews": 4000, "scale": "unit", "labels": "integers"},
    params={
        "reviews": Param(
            "int", "How many to train on; a fifth as many are for the test.", 500, 20_000, 500
        )
    },
    summary=(
        "Short reviews such as 'soup was not cold and waiter was friendly', as rows of word"
        " numbers, with the price of the meal. A small program writes them from 28 words. Targets:"
        " whether the guest liked it, and the stars, of which a dear meal costs some."
    ),
    analogy="The same words, and the bill.",
    url="https://keras.io/guides/functional_api/#models-with-multiple-inputs-and-outputs",
)

CONTENTS = Contents(
    inputs={"text": ("sequence", (14,)), "price": ("vector", (1,))},
    targets={"sentiment": ("category", 2), "stars": ("number", 0)},
)
PROGRAM = Program(
    ("_reviews.written", "_reviews.reviews"), settings={"count": "reviews"}, gives="part"
)


def load(config: Config) -> Raw:
    """text int32 (n, 14) of word numbers, 0 is padding; price (n, 1); sentiment (n,) 0 negative or
    1 positive; stars (n,) from 1 to 5."""
    from builder.datasets import _reviews

    (x, y), (x_test, y_test) = _reviews.columns(_count(config))
    moods = ("negative", "positive")
    return Raw(
        (
            Column("text", "sequence", "input", x["text"], x_test["text"]),
            Column("price", "vector", "input", x["price"], x_test["price"], features=("price",)),
            Column("sentiment", "category", "target", y["sentiment"], y_test["sentiment"], moods),
            Column("stars", "number", "target", y["stars"], y_test["stars"]),
        )
    )


def source(config: Config) -> str:
    """The same in a script standing alone."""
    from builder.datasets import _reviews

    count, longest = _count(config), _reviews.LONGEST
    return (
        f"import numpy as np\n\n\n{_program.functions_source(*PROGRAM.functions)}\n\n"
        f"things = {' '.join(_reviews.THINGS)!r}.split()\n"
        f"opinions = {_reviews.OPINIONS!r}\n"
        'words = ["was", "not", "and", "but", *things, *opinions]\n'
        "rng = np.random.default_rng(0)\n"
        f"x_train, y_train = reviews({count}, things, opinions, words, {longest}, rng)\n"
        f"x_test, y_test = reviews({count // 5}, things, opinions, words, {longest}, rng)\n"
    )


def decode(config: Config, rows: Array) -> list[str]:
    """Rows of word numbers as text."""
    from builder.datasets import _reviews

    return [" ".join(_reviews.WORDS[n - 1] for n in row if n) for row in rows.tolist()]


def _count(config: Config) -> int:
    count: Any = resolve_settings(ENTRY, config)["reviews"]
    return int(count)
