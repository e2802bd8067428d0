"""IMDB: 50,000 film reviews, liked or not, as Keras keeps them."""

from __future__ import annotations

from builder.datasets import _texts
from builder.datasets.contract import Contents, Raw, entry
from builder.kinds.contract import Array
from builder.spec import Config

TITLE = "IMDB film reviews"
OFFLINE = False
LOADER = "keras.datasets.imdb.load_data"
CONTENTS = Contents.of_x_and_y("sequence", classes=2, rows=25_000)
ENTRY = entry(
    "Imdb",
    45,
    "Text",
    {"num_words": 10_000, "maxlen": 200, "labels": "integers"},
    params=_texts.PARAMS,
    summary=(
        "50,000 film reviews as rows of word numbers; the model says whether the writer liked the"
        " film. Begin with an Embedding layer."
    ),
    analogy="Reading the room.",
    url="https://keras.io/api/datasets/imdb/",
    extra={"megabytes": 17.5},
)

CLASSES = ("negative", "positive")


def load(config: Config) -> Raw:
    """x int32 (n, maxlen) of word numbers, 0 is padding; y (n,) 0 negative or 1 positive.

    Raises:
        DataError: it is not here and cannot be downloaded.
    """
    return _texts.load(ENTRY, LOADER, TITLE, CLASSES, config)


def source(config: Config) -> str:
    """The tutorial's own lines."""
    return _texts.source(ENTRY, LOADER, config)


def decode(config: Config, rows: Array) -> list[str]:
    """Rows of word numbers as text."""
    return _texts.decode(LOADER, rows)
