"""Sales as a person's own series with what is known in advance, and the models suggested for it."""

from __future__ import annotations

from builder.facts import ColumnFacts, DataFacts, Range
from builder.spec import Config, ObjectSpec
from builder.suggest.series_model import SERIES_SIZES
from builder.suggest.table_model import suggest

STEPS, WINDOW, HORIZON = 400, 16, 4

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
        file="0" * 64,
        name="sales.csv",
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
