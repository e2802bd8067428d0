"""Made-up rows of the shapes that code asks for: the functions that a script carries."""

from __future__ import annotations

from typing import Any

import numpy as np


def made_up_values(random: Any, rows: Any, column: Any) -> Any:
    """Numbers between two others, whole ones, or texts of made-up words."""
    if "words" in column:
        numbers = random.integers(0, column["words"], (rows, 12))
        texts = [" ".join(f"word{number}" for number in row) for row in numbers]
        return np.array(texts, dtype=object)
    low, high = column.get("low", -2.0), column.get("high", 2.0)
    size, dtype = (rows, *column.get("shape", ())), column.get("dtype", "float32")
    if column.get("whole"):
        return random.integers(int(low), int(high) + 1, size).astype(dtype)
    return random.uniform(low, high, size).astype(dtype)


def made_up_answers(random: Any, hints: Any, column: Any) -> Any:
    """Answers that hang on the inputs a little, so that there is something to learn.

    Classes come equally often; hints is a number from 0 to 1 for each row.
    """
    if classes := column.get("classes"):
        return np.minimum(hints * classes, classes - 1).astype("int64")
    low, high, shape = column.get("low", -2.0), column.get("high", 2.0), column.get("shape", ())
    hints = hints.reshape(len(hints), *(1 for _ in shape))
    values = low + (high - low) * (hints + random.uniform(0, 1, (len(hints), *shape))) / 2
    return (np.round(values) if column.get("whole") else values).astype("float32")


def make_up(inputs: Any, targets: Any, rows: Any, seed: Any, said: Any = None) -> Any:
    """x and y for training, x and y for the test: made-up rows, a fifth of them for the test.

    Dicts by column where columns have names. Of large examples there are fewer rows. said is what
    is known of the real data, for whoever reads on.
    """
    random = np.random.default_rng(seed)
    columns = [*inputs.values(), *targets.values()]
    size = sum(int(np.prod(column.get("shape", ()))) for column in columns)
    rows = max(20, min(rows, 40_000_000 // size))
    x = {name: made_up_values(random, rows, column) for name, column in inputs.items()}
    hints = np.zeros(rows)
    for values in x.values():
        if values.dtype != object:
            numbers = values.reshape(rows, -1)[:, :100].astype("float64")
            weights = random.normal(size=numbers.shape[1])
            hints += ((numbers - numbers.mean(axis=0)) * weights).sum(axis=1)
    hints = np.argsort(np.argsort(hints, kind="stable"), kind="stable") / rows
    y = {name: made_up_answers(random, hints, column) for name, column in targets.items()}
    cut = rows - rows // 5
    parts = [
        tuple({name: values[part] for name, values in side.items()} for side in (x, y))
        for part in (slice(cut), slice(cut, rows))
    ]
    if list(x) == ["x"] and list(y) == ["y"]:
        return [(part["x"], answers["y"]) for part, answers in parts]
    return parts
