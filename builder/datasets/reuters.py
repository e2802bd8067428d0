"""Reuters: 11,228 newswires in 46 topics, as Keras keeps them."""

from __future__ import annotations

from builder.datasets import _texts
from builder.datasets.contract import Contents, Raw, entry
from builder.kinds.contract import Array
from builder.spec import Config

TITLE = "Reuters newswires"
OFFLINE = False
LOADER = "keras.datasets.reuters.load_data"
CONTENTS = Contents.of_x_and_y("sequence", classes=46, rows=8_982)
ENTRY = entry(
    "Reuters",
    46,
    "Text",
    {"num_words": 10_000, "maxlen": 200, "labels": "integers"},
    params=_texts.PARAMS,
    summary=(
        "11,228 short newswires as rows of word numbers, in 46 topics, some of them rare. Begin"
        " with an Embedding layer."
    ),
    analogy="The mail room of a newspaper.",
    url="https://keras.io/api/datasets/reuters/",
    extra={"megabytes": 2.1},
)

_NAMES = """
cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves
ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin
strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange
pet-chem dlr gas silver wpi hog lead
"""
CLASSES = tuple(_NAMES.split())


def load(config: Config) -> Raw:
    """x int32 (n, maxlen) of word numbers, 0 is padding; y (n,) 0 to 45.

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
