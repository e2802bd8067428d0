"""Columns of a table as arrays, and which rows are for training and which for the test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from builder.errors import DataError

Array = Any
Columns = dict[str, Array]

FEWEST_ROWS = 10
"""With fewer rows than this nothing can be learned and tested."""

SECONDS_A_DAY = 86_400.0


def split_rows(
    columns: Columns, targets: tuple[str, ...], stratify: tuple[str, ...], settings: Mapping[str, Any]
) -> tuple[Array, Array]:
    """Row numbers for training and for the test, as scikit-learn's ``train_test_split`` gives them.

    Args:
        columns: every column that is used, by name, of equal length.
        targets: what is predicted.
        stratify: the targets that are classes.
        settings: ``split``, ``split_column``, ``split_value``, ``test_split`` and ``seed``.

    Raises:
        DataError: too few rows, or a split that leaves one side empty.
    """
    count = len(next(iter(columns.values())))
    if count < FEWEST_ROWS:
        raise DataError(
            f"{count} rows with a value to predict are too few to learn from and to test.",
            f"Give a table of at least {FEWEST_ROWS} such rows.",
            "dataset.file",
        )
    rows = np.arange(count)
    way, share, seed = settings["split"], settings["test_split"], settings["seed"]
    given = columns.get(settings["split_column"])
    if way in ("time", "group", "column") and given is None:
        raise DataError(
            f"To split by {way}, say which column tells it.", "Choose it.", "dataset.split_column"
        )
    match way:
        case "time":
            order = np.argsort(given, kind="stable")
            tested = max(1, round(count * share))
            train, test = order[:-tested], order[-tested:]
        case "group":
            from sklearn.model_selection import GroupShuffleSplit

            parts = GroupShuffleSplit(1, test_size=share, random_state=seed)
            train, test = next(parts.split(rows, groups=given))
        case "column":
            test = rows[given == settings["split_value"]]
            train = rows[given != settings["split_value"]]
        case _:
            train, test = _at_random(rows, columns, stratify, share, seed)
    if not len(train) or not len(test):
        raise DataError(
            f"Split like this, {'no rows are left to learn from' if not len(train) else 'no row is left for the test'}.",
            "Choose another way to split, or another value.",
            "dataset.split",
        )
    return train, test


def _at_random(
    rows: Array, columns: Columns, stratify: tuple[str, ...], share: float, seed: int
) -> tuple[Array, Array]:
    """At random, with each class's share the same on both sides where there are enough of each."""
    from sklearn.model_selection import train_test_split

    classes = columns[stratify[0]] if len(stratify) == 1 else None
    if classes is not None:
        counts = np.unique(classes, return_counts=True)[1]
        tested = round(len(rows) * share)
        if counts.min() < 2 or len(counts) > min(tested, len(rows) - tested):
            classes = None
    train, test = train_test_split(rows, test_size=share, random_state=seed, stratify=classes)
    return train, test
