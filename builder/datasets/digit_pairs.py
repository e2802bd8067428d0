"""Two drawings: the same digit or two different ones? Two inputs, one target.

In a script ``source`` defines the dicts ``x_train`` and ``x_test`` with the columns ``first`` and
``second``, and ``y_train`` and ``y_test`` with ``same``.
"""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import Param
from builder.datasets._drawing import PARTS, drawing_source
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.kinds.contract import Column
from builder.spec import Config

TITLE = "Pairs of digits"
OFFLINE = True
ENTRY = entry(
    "DigitPairs",
    51,
    "Several columns",
    {"pairs": 12_000, "scale": "unit", "labels": "integers", "channel_axis": False},
    params={
        "pairs": Param(
            "int", "How many pairs to train on; there are 1,000 for the test.", 500, 20_000, 500
        )
    },
    summary=(
        "Two of the built-in digits side by side; half of the pairs show the same digit, each time"
        " in two drawings. The pairs of the test were mostly drawn by other people."
    ),
    analogy="Is this the same signature?",
    url="https://keras.io/examples/vision/siamese_contrastive/",
    extra={"upright": True},
)

CONTENTS = Contents(
    inputs={"first": ("image", (28, 28)), "second": ("image", (28, 28))},
    targets={"same": ("category", 2)},
)
PROGRAM = Program((*PARTS, "_pairs.paired"), settings={"count": "pairs"}, gives="part")

TESTED = 1000
"""Pairs of the test."""


def load(config: Config) -> Raw:
    """first, second uint8 (n, 28, 28); same (n,) 0 different or 1 same."""
    from builder.datasets import _pairs

    (x, y), (x_test, y_test) = _pairs.columns(_count(config), TESTED)
    return Raw(
        (
            Column("first", "image", "input", x["first"], x_test["first"]),
            Column("second", "image", "input", x["second"], x_test["second"]),
            Column("same", "category", "target", y["same"], y_test["same"], ("different", "same")),
        )
    )


def source(config: Config) -> str:
    """The same in a script standing alone."""
    return (
        f"{drawing_source(PROGRAM)}\n"
        "(drawn, digit), (drawn_test, digit_test) = digits(3, distortion=1.0)\n"
        "rng = np.random.default_rng(1)\n"
        f"x_train, y_train = paired(drawn, digit, {_count(config)}, rng)\n"
        f"x_test, y_test = paired(drawn_test, digit_test, {TESTED}, rng)\n"
    )


def _count(config: Config) -> int:
    pairs: Any = resolve_settings(ENTRY, config)["pairs"]
    return int(pairs)
