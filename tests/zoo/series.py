"""Sales as a person's own series with what is known in advance, and the models suggested for it."""

from __future__ import annotations

import datetime
import hashlib

import numpy as np

from builder.facts import ColumnFacts, DataFacts, Range
from builder.spec import Config, ObjectSpec
from builder.suggest.series_model import SERIES_SIZES
from builder.suggest.table_model import suggest

STEPS, WINDOW, HORIZON = 400, 16, 4
NAME = "sales.csv"


def text() -> str:
    """What a shop sold each day, whether it was open, and the rain; a week is missing."""
    rng = np.random.default_rng(0)
    lines = ["day,sold,open,rain"]
    for i in range(STEPS):
        day = datetime.date(2023, 1, 1) + datetime.timedelta(days=i + 7 * (i > 100))
        sold = 50 + 20 * np.sin(i / 7) + rng.normal(0, 5)
        lines.append(f"{day:%d/%m/%Y},{sold:.2f},{int(i % 7 > 0)},{rng.exponential(1):.2f}")
    return "\n".join(lines) + "\n"


_SOLD, _RAIN = Range(10, 50, 90, False, 50, 20), Range(0, 1, 5, False, 1, 1)
_OPEN = Range(0, 1, 1, True, 0.7, 0.46)


def _column(name: str, role: str, shape: tuple[int, ...], *spreads: Range) -> ColumnFacts:
    features = ("sold", "open", "rain")[: len(spreads)] if role == "input" else ()
    task = {"task": "regression", "labels": "values"} if role == "target" else {}
    return ColumnFacts(
        *(name, role, "series", shape, "float32", 0.0, 90.0),
        features=features, ranges=spreads, steps=STEPS, **task,
    )  # fmt: skip


FACTS = DataFacts(
    "My series",
    (
        _column("past", "input", (WINDOW, 3), _SOLD, _OPEN, _RAIN),
        _column("ahead", "input", (HORIZON, 1), _OPEN),
        _column("sold", "target", (HORIZON,), _SOLD),
    ),
    *(301, 77),
    bytes=STEPS * 3 * 4,
)
"""What the engine says of it, roughly."""

DATASET = ObjectSpec(
    "SeriesFile",
    Config(
        file=hashlib.sha256(text().encode()).hexdigest(),
        name=NAME,
        format={"day_first": True},
        time="day",
        values={"sold": "number"},
        known={"open": "number"},
        others={"rain": "number"},
        window=WINDOW,
        horizon=HORIZON,
    ),
)

SALES = {size: suggest(FACTS, DATASET, size).with_fit(epochs=2) for size in SERIES_SIZES}
"""Size → the suggested training."""
