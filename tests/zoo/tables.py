"""A table of guests as a person's own file, and the model that is suggested for it."""

from __future__ import annotations

import hashlib

import numpy as np

from builder.facts import ColumnFacts, DataFacts, Range
from builder.spec import Config, ObjectSpec, TrainingSpec
from builder.suggest.table_model import suggest

NAME = "guests.csv"
ROWS = 240


def text() -> str:
    """Guests of a restaurant; older ones of Ulm who smoke come again, mostly."""
    rng = np.random.default_rng(0)
    lines = ["age,paid,town,street,smokes,day,came"]
    for i in range(ROWS):
        age, town = int(rng.integers(18, 80)), str(rng.choice(["Bonn", "Köln", "Ulm"]))
        smokes, street = str(rng.choice(["yes", "no"])), f"Street {rng.integers(40)}"
        likes = (age > 50) + (town == "Ulm") + (smokes == "yes") + rng.normal(0, 0.4)
        shown = "" if i % 9 == 0 else str(age)
        day = np.datetime64("2022-01-01") + int(rng.integers(0, 700))
        home = "" if i % 11 == 0 else town
        lines.append(
            f"{shown},{rng.normal(20, 5):.2f},{home},{street},{smokes},{day},"
            f"{'again' if likes > 1.4 else 'never'}"
        )
    return "\n".join(lines) + "\n"


def _column(name: str, kind: str, spread: Range, classes: tuple[str, ...] = ()) -> ColumnFacts:
    dtype = "object" if kind == "category" else "float32"
    return ColumnFacts(name, "input", kind, (), dtype, classes=classes, ranges=(spread,))


FACTS = DataFacts(
    "My table",
    (
        _column("age", "number", Range(18, 49, 79, True, 48, 18, 20)),
        _column("paid", "number", Range(5, 20, 35, False, 20, 5)),
        _column("town", "category", Range(0, 0, 2, True, missing=20), ("Bonn", "Köln", "Ulm")),
        _column(
            "street", "category", Range(0, 0, 39, True), tuple(f"Street {i}" for i in range(40))
        ),
        _column("smokes", "yes_no", Range(0, 0, 1, True, 0.5, 0.5), ("no", "yes")),
        _column("day", "date", Range(18993, 19300, 19690, True, 19300, 200)),
        ColumnFacts(
            "came",
            "target",
            "category",
            (),
            "int64",
            task="classification",
            labels="integers",
            classes=("again", "never"),
        ),
    ),
    192,
    48,
)
"""What the engine says of it, roughly."""

DATASET = ObjectSpec(
    "TableFile",
    Config(
        file=hashlib.sha256(text().encode()).hexdigest(),
        name=NAME,
        inputs={c.name: c.kind for c in FACTS.inputs},
        targets={"came": "category"},
    ),
)

_READ = {k: v for k, v in DATASET.config["inputs"].items() if k != "paid"}
_LATER = {"file": hashlib.sha256(text().encode()).hexdigest(), "part": "test"}
WEIGHED: TrainingSpec = suggest(
    DataFacts("My table", tuple(c for c in FACTS.columns if c.name != "paid"), 192, 48),
    DATASET.with_(inputs=_READ, weight="paid", split="file", more={NAME: _LATER}),
).with_fit(epochs=2, callbacks=())
"""Each guest counts as much as was paid; the test is a second file."""

GUESTS: TrainingSpec = suggest(FACTS, DATASET).with_fit(epochs=2, callbacks=())
