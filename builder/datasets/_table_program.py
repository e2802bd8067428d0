"""Columns of a table to learn from, as a script makes them: a function for each kind of data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupShuffleSplit, train_test_split

Array = Any


def number(column: Any) -> Any:
    """Numbers; NaN where there is none."""
    return pd.to_numeric(column, errors="coerce").to_numpy("float32")


def category(column: Any) -> Any:
    """Names as they stand; "?" where there is none."""
    return column.map(str, na_action="ignore").fillna("?").to_numpy(dtype=object)


def text(column: Any) -> Any:
    """Texts as they stand; "" where there is none."""
    return column.map(str, na_action="ignore").fillna("").to_numpy(dtype=object)


def yes_no(column: Any) -> Any:
    """1 for the last of two values, 0 for the other; NaN where there is none."""
    names = sorted(column.dropna().unique(), key=class_order)
    return column.map({name: float(i) for i, name in enumerate(names)}).to_numpy("float32")


def date(column: Any) -> Any:
    """Days since the beginning of 1970; NaN where there is none."""
    since = pd.to_datetime(column, errors="coerce") - pd.Timestamp("1970-01-01")
    return (since / pd.Timedelta(days=1)).to_numpy("float32")


def class_order(name: Any) -> Any:
    """Numbers by their size, then words by the alphabet."""
    try:
        return 0, float(name), str(name)
    except ValueError:
        return 1, 0.0, str(name)


def split_rows(rows: Any, classes: Any, test_split: Any, seed: Any, split: Any, by: Any) -> Any:
    """Which rows are for training and which for the test.

    At random (each class with the same share in both where there are enough of it), the last ones
    by time, whole groups, or the rows a column calls test. But for time, the rows for training are
    mixed, so that their last ones, by which a training is watched, are like the others.
    """
    mix = np.random.default_rng(seed).permutation
    if split == "time":
        order = rows[np.argsort(by, kind="stable")]
        tested = max(1, round(len(rows) * test_split))
        return order[:-tested], order[-tested:]
    if split == "group":
        parts = GroupShuffleSplit(1, test_size=test_split, random_state=seed)
        train, test = next(parts.split(rows, groups=by))
        return mix(rows[train]), rows[test]
    if split == "column":
        words = [str(value).lower() for value in by]
        is_test = np.isin(words, ["test", "testing", "1", "true", "yes"])
        if not is_test.any():
            is_test = np.isin(words, ["validation", "valid", "val", "dev"])
        return mix(rows[~is_test]), rows[is_test]
    counts = pd.Series(classes).value_counts()
    tested = int(np.ceil(len(rows) * test_split))
    enough = len(counts) and counts.min() > 1 and len(counts) <= min(tested, len(rows) - tested)
    stratify = classes if enough else None
    return train_test_split(rows, test_size=test_split, random_state=seed, stratify=stratify)


def used_rows(table: Any, targets: Any, columns: Any, unique: Any, fewest: Any) -> Any:
    """Which rows are learned from and tested: those whose answers are known; when they are to be
    unique, each only where it stands first; of classes that have at least so many rows."""
    y = {name: values(table[name]) for name, values in targets.items()}
    known = [pd.notna(values) & table[name].notna() for name, values in y.items()]
    used = np.all(known, axis=0)
    if unique:
        used &= ~table[list(columns)].duplicated().to_numpy()
    rows = np.flatnonzero(used)
    for values in y.values():
        if values.dtype == object and fewest > 1:
            counts = pd.Series(values[rows]).value_counts()
            rows = rows[np.isin(values[rows], counts.index[counts >= fewest])]
    return rows


def split_table(
    table: Any,
    inputs: Any,
    targets: Any,
    test_split: Any,
    seed: Any,
    split: Any,
    by: Any,
    unique: Any = False,
    fewest: Any = 0,
) -> Any:
    """((x_train, y_train), (x_test, y_test)), dicts by column, of the rows that are used.

    Classes are numbered in their order.
    """
    x = {name: values(table[name]) for name, values in inputs.items()}
    y = {name: values(table[name]) for name, values in targets.items()}
    rows = used_rows(table, targets, [*inputs, *targets], unique, fewest)
    classes: Any = []
    for name, values in y.items():
        if values.dtype == object:
            names = sorted(set(values[rows]), key=class_order)
            numbers = pd.Series(values).map({n: i for i, n in enumerate(names)})
            y[name] = numbers.fillna(-1).to_numpy("int64")
            classes = y[name][rows] if len(y) == 1 else []
    keys = table[by].to_numpy()[rows] if by else None
    if split == "time":
        keys = date(table[by])[rows]
    parts = split_rows(rows, classes, test_split, seed, split, keys)
    return [
        tuple({name: values[part] for name, values in side.items()} for side in (x, y))
        for part in parts
    ]
