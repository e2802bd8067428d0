"""Restaurant reviews as plain sentences, liked or not."""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import Param
from builder.datasets import _program
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.spec import Config

TITLE = "Restaurant reviews as sentences"
OFFLINE = True
ENTRY = entry(
    "ReviewTexts",
    44,
    "Text",
    {"reviews": 2000, "labels": "integers"},
    params={
        "reviews": Param(
            "int", "How many to train on; a fifth as many are for the test.", 500, 20_000, 500
        )
    },
    summary=(
        "Short reviews as they are typed, such as 'Soup was not cold and waiter was friendly.', and"
        " whether the guest liked it. A small program writes them from 28 words. Begin with a"
        " TextVectorization layer, which turns words into numbers."
    ),
    analogy="A guest book, not yet translated into numbers.",
    url="https://keras.io/api/layers/preprocessing_layers/text/text_vectorization/",
)

CONTENTS = Contents.of_x_and_y("text", classes=2)
PROGRAM = Program(
    ("_reviews.written", "_review_texts.review_texts"), settings={"count": "reviews"}, gives="part"
)

CLASSES = ("negative", "positive")


def load(config: Config) -> Raw:
    """x texts (n,); y (n,) 0 negative or 1 positive."""
    from builder.datasets import _review_texts

    (x, y), (x_test, y_test) = _review_texts.examples(_count(config))
    return Raw.of_x_and_y("text", (x, y, x_test, y_test), CLASSES)


def source(config: Config) -> str:
    """The same in a script standing alone."""
    from builder.datasets import _reviews

    count = _count(config)
    return (
        f"import numpy as np\n\n\n{_program.functions_source(*PROGRAM.functions)}\n\n"
        f"things = {' '.join(_reviews.THINGS)!r}.split()\n"
        f"opinions = {_reviews.OPINIONS!r}\n"
        "rng = np.random.default_rng(0)\n"
        f"x_train, y_train = review_texts({count}, things, opinions, rng)\n"
        f"x_test, y_test = review_texts({count // 5}, things, opinions, rng)\n"
    )


def _count(config: Config) -> int:
    count: Any = resolve_settings(ENTRY, config)["reviews"]
    return int(count)
