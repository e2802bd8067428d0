"""Digits of which a quarter is left, with numbers and words about the whole drawing.

Three inputs, two targets. In a script ``source`` defines the dicts ``x_train`` and ``x_test`` with
the columns ``image``, ``measures`` and ``note``, and ``y_train`` and ``y_test`` with ``digit`` and
``ink``.
"""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.datasets._drawing import PARTS, drawing_source
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.kinds.contract import Array, Column
from builder.spec import Config

TITLE = "Covered digits with a description"
OFFLINE = True
ENTRY = entry(
    "CoveredDigits",
    50,
    "Several columns",
    {"variants": 3, "scale": "unit", "labels": "integers", "channel_axis": False},
    params={
        "variants": Param(
            "int", "How many times each training digit is drawn, each time differently.", 1, 8, 1
        )
    },
    summary=(
        "The built-in digits, of which one quarter is left and the rest painted black. Beside each"
        " picture stand six numbers measured on the whole drawing and a note made from them by a"
        " small program, not by a person. Targets: the digit, and how much of the page was inked."
    ),
    analogy="A witness who saw a corner, and a file that knows the rest.",
    url="https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_digits.html",
    extra={"upright": True},
)

CONTENTS = Contents(
    inputs={
        "image": ("image", (28, 28)),
        "measures": ("vector", (6,)),
        "note": ("sequence", (14,)),
    },
    targets={"digit": ("category", 10), "ink": ("number", 0)},
)
PROGRAM = Program((*PARTS, "_covered.measures", "_covered.note", "_covered.covered"), gives="part")

MEASURES = ("width", "slant", "loops", "upper left", "upper right", "lower left")
"""What is measured: pixels across, columns to the right per row upwards, enclosed areas, and the
share of the ink in three quarters of the page."""

WORDS = (
    *("it", "is", "and", "has", "narrow", "wide", "regular", "upright", "leaning", "left"),
    *("right", "no", "one", "two", "loops", "loop", "heavy", "above", "below", "balanced"),
)
"""The words of a note; a word's number is its place, counted from 1. 0 fills up."""

LONGEST = 14
"""Words of the longest note."""


def load(config: Config) -> Raw:
    """image uint8 (n, 28, 28); measures (n, 6); note int32 (n, 14) of word numbers; digit (n,)
    0 to 9; ink (n,), the inked share of the page."""
    from builder.datasets import _covered

    (x, y), (x_test, y_test) = _covered.columns(
        resolve_settings(ENTRY, config)["variants"], WORDS, LONGEST
    )
    classes = tuple(str(n) for n in range(10))
    return Raw(
        (
            Column("image", "image", "input", x["image"], x_test["image"]),
            Column(
                *("measures", "vector", "input", x["measures"], x_test["measures"]),
                features=MEASURES,
            ),
            Column("note", "sequence", "input", x["note"], x_test["note"]),
            Column("digit", "category", "target", y["digit"], y_test["digit"], classes),
            Column("ink", "number", "target", y["ink"], y_test["ink"]),
        )
    )


def source(config: Config) -> str:
    """The same in a script standing alone."""
    variants = resolve_settings(ENTRY, config)["variants"]
    return (
        f"{drawing_source(PROGRAM)}\n"
        f"(drawn, digit), (drawn_test, digit_test) = digits({variants}, distortion=1.0)\n"
        f"words = {' '.join(WORDS)!r}.split()\n"
        "rng = np.random.default_rng(1)\n"
        f"x_train, y_train = covered(drawn, digit, words, {LONGEST}, rng)\n"
        f"x_test, y_test = covered(drawn_test, digit_test, words, {LONGEST}, rng)\n"
    )


def decode(config: Config, rows: Array) -> list[str]:
    """Rows of word numbers as text."""
    return [" ".join(WORDS[n - 1] for n in row if n) for row in rows.tolist()]
