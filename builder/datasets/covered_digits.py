"""Digits of which a quarter is left, with numbers and words about the whole drawing.

Three inputs, two targets. In a script ``source`` defines the dicts ``x_train`` and ``x_test`` with
the columns ``image``, ``measures`` and ``note``, and ``y_train`` and ``y_test`` with ``digit`` and
``ink``.
"""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.datasets.contract import Array, Column, Raw, entry, of_columns, settings
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
)


def load(config: Config) -> Raw:
    """image uint8 (n, 28, 28); measures (n, 6); note int32 (n, 14) of word numbers; digit (n,)
    0 to 9; ink (n,), the inked share of the page."""
    from builder.datasets import _covered

    (x, y), (x_test, y_test) = _covered.columns(settings(ENTRY, config)["variants"])
    classes = tuple(str(n) for n in range(10))
    return of_columns(
        Column("image", "images", x["image"], x_test["image"]),
        Column(
            *("measures", "table", x["measures"], x_test["measures"]), features=_covered.MEASURES
        ),
        Column("note", "sequences", x["note"], x_test["note"]),
        Column("digit", "classes", y["digit"], y_test["digit"], classes),
        Column("ink", "values", y["ink"], y_test["ink"]),
    )


def source(config: Config) -> str:
    """The same in a script standing alone."""
    from builder.datasets import _covered

    return _covered.source(settings(ENTRY, config)["variants"])


def decode(config: Config, rows: Array) -> list[str]:
    """Rows of word numbers as text."""
    from builder.datasets import _covered

    return [" ".join(_covered.WORDS[n - 1] for n in row if n) for row in rows.tolist()]
