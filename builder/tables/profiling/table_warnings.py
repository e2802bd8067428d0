"""Honest warnings about predicting a column of a table, each with the code of its remedy."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.errors import DataError
from builder.formatting import number, plural
from builder.tables.profiling.profile_table import unknown_column
from builder.tables.reading.read_table import Table
from builder.tables.table_records import ColumnProfile, TableProfile, TableWarning, TaskGuess

FEWEST = 10
"""Rows a class should have."""

UNEVEN = 3.0
"""Commonest ÷ rarest class."""

GIVES_AWAY = 0.99
"""Share of what guessing gets wrong that one column alone gets right (for numbers: of the
variance it explains), from which it is the target in other words."""

GROUPS = 0.2
"""Values ÷ rows, at most, for a column to be looked up value by value."""

EXAMINED = 200_000
"""Rows the search for columns that give the target away looks at."""


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def find_warnings(table: Table, profile: TableProfile, task: TaskGuess) -> tuple[TableWarning, ...]:
    """Everything to know before training, what would spoil the result first.

    Raises:
        DataError: a target without a value in any row.
    """
    found = [w for name in task.targets for w in _of_target(table, profile, task, name)]
    found += _duplicates(table, task)
    for name in task.inputs:
        card = profile.column(name)
        if card is not None and card.suggestion == "category":
            found.append(TableWarning("code", (name,), card.reason, "as_category"))
        if card is not None and card.kind == "category" and _is_own(card, table.data.num_rows):
            message = f"'{name}' has a value of its own in almost every row."
            found.append(TableWarning("own_values", (name,), message, "leave_out", card.distinct))
    return tuple(found)


def _is_own(card: ColumnProfile, rows: int) -> bool:
    return card.distinct > 0.9 * (rows - card.missing) and rows - card.missing > FEWEST


def _of_target(
    table: Table, profile: TableProfile, task: TaskGuess, name: str
) -> list[TableWarning]:
    card = profile.column(name)
    if card is None:
        raise unknown_column(name, table.data.column_names)
    rows = table.data.num_rows
    if card.missing == rows:
        raise DataError(
            f"'{name}' has no value in any row, so nothing can be learned about it.",
            "Choose another column to predict.",
        )
    if card.distinct == 1:
        message = f"'{name}' never changes: there is nothing to learn."
        return [TableWarning("constant_target", (name,), message, "other_target")]
    found = []
    if card.missing:
        message = (
            f"'{name}' has no value in {plural(card.missing, 'row')} of {number(rows)}; they can "
            "teach nothing about it and are left out."
        )
        found.append(TableWarning("missing_target", (name,), message, "drop_rows", card.missing))
    is_number = task.task in ("regression", "forecasting", "recommendation") or (
        task.task == "several" and card.kind == "number"
    )
    if not is_number:
        found += _of_classes(name, table.data[name])
    if task.task != "recommendation":
        found += _leaks(table, task, name, is_number)
    return found


def _of_classes(name: str, column: Any) -> list[TableWarning]:
    import pyarrow.compute as pc

    pairs = pc.value_counts(column.drop_null())
    counts = {str(p["values"]): p["counts"].as_py() for p in pairs}
    found = []
    rare = {v: n for v, n in counts.items() if n < FEWEST}
    if rare:
        said = ", ".join(f"{v[:40]} ({n})" for v, n in sorted(rare.items(), key=lambda x: x[1])[:5])
        more = " …" if len(rare) > 5 else ""
        message = f"{plural(len(rare), 'class', 'classes')} of '{name}' with fewer than {FEWEST} "
        message += f"examples: {said}{more}."
        found.append(TableWarning("few_examples", (name,), message, "drop_rare", len(rare)))
    common, least = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
    if counts[common] > UNEVEN * counts[least]:
        share = counts[common] / sum(counts.values())
        message = (
            f"The classes of '{name}' are uneven: {common[:40]} stands {number(counts[common])} "
            f"times, {least[:40]} {number(counts[least])} times; always guessing {common[:40]} is "
            f"right in {share:.0%} of the rows."
        )
        found.append(TableWarning("imbalance", (name,), message, "class_weights"))
    return found


# --- columns that give the target away --------------------------------------------------------


def _leaks(table: Table, task: TaskGuess, name: str, is_number: bool) -> list[TableWarning]:
    target = table.data[name]
    rows = _examined(target)
    if len(rows) < FEWEST:
        return []
    goal = _values(target, rows) if is_number else _codes(target, rows)
    found = []
    for other in task.inputs:
        column = table.data[other]
        gives = _explains if is_number else _tells
        if gives(column, rows, goal) >= GIVES_AWAY:
            message = (
                f"'{other}' gives '{name}' away: it alone tells almost every row. If it is known "
                "only afterwards, the model will fail where it matters."
            )
            found.append(TableWarning("gives_away", (other, name), message, "leave_out"))
    return found


def _examined(target: Any) -> Any:
    import pyarrow.compute as pc

    rows = pc.indices_nonzero(pc.is_valid(target)).to_numpy()
    return rows[:: max(1, len(rows) // EXAMINED)]


def _values(column: Any, rows: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    return column.cast(pa.float64(), safe=False).to_numpy()[rows]


def _codes(column: Any, rows: Any = None) -> Any:
    """Every different value as a whole number from 0; missing is a value, too. None: all rows."""
    column = column if rows is None else column.take(rows)
    coded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return np.asarray(coded.indices).astype(np.int64)


def _is_number(column: Any) -> bool:
    import pyarrow as pa

    return any(test(column.type) for test in (pa.types.is_integer, pa.types.is_floating))


def _tells(column: Any, rows: Any, goal: Any) -> float:
    """Share of guessing's mistakes that one column avoids: value by value, or by one threshold."""
    guessing = np.bincount(goal).max() / len(goal)
    if guessing == 1:
        return 0.0
    best = 0.0
    codes = _codes(column, rows)
    if codes.max() + 1 <= GROUPS * len(rows):
        groups = codes * (goal.max() + 1) + goal
        pairs, counts = np.unique(groups, return_counts=True)
        most = np.zeros(codes.max() + 1)
        np.maximum.at(most, pairs // (goal.max() + 1), counts)
        best = most.sum() / len(goal)
    if _is_number(column):
        best = max(best, _threshold(_values(column, rows), goal))
    return float((best - guessing) / (1 - guessing))


def _threshold(values: Any, goal: Any) -> float:
    """The accuracy of a tree of one question: is the number greater than that?"""
    classes = int(goal.max()) + 1
    if classes > FEWEST:
        return 0.0
    order = np.argsort(np.nan_to_num(values, nan=-np.inf), kind="stable")
    ordered = values[order]
    ends = np.r_[ordered[1:] != ordered[:-1], True]
    below = np.zeros(len(goal), np.int64)
    total_above = np.zeros(len(goal), np.int64)
    for one in range(classes):
        running = np.cumsum(goal[order] == one)
        below = np.maximum(below, running)
        total_above = np.maximum(total_above, running[-1] - running)
    return float((below + total_above)[ends].max() / len(goal))


def _explains(column: Any, rows: Any, goal: Any) -> float:
    """Share of a number's variance that one column explains: value by value, or as a line."""
    variance = goal.var()
    if variance == 0:
        return 0.0
    best = 0.0
    codes = _codes(column, rows)
    if codes.max() + 1 <= GROUPS * len(rows):
        counts = np.bincount(codes)
        means = np.bincount(codes, goal) / np.maximum(counts, 1)
        best = 1 - ((goal - means[codes]) ** 2).mean() / variance
    if _is_number(column):
        values = _values(column, rows)
        known = ~np.isnan(values)
        if known.sum() >= FEWEST and values[known].std() > 0 and goal[known].std() > 0:
            line = np.corrcoef(values[known], goal[known])[0, 1] ** 2
            best = max(best, line * known.mean())
    return float(best)


# --- rows that stand twice --------------------------------------------------------------------


def _duplicates(table: Table, task: TaskGuess) -> list[TableWarning]:
    """Rows that are equal in all columns that are used: one may be trained on, its twin tested."""
    names = [*task.inputs, *task.targets]
    if not names or table.data.num_rows < 2:
        return []
    rows = table.data.num_rows
    mixed = np.zeros(rows, np.uint64)
    for name in names:
        codes = _codes(table.data[name]).astype(np.uint64)
        mixed = _mix(mixed * np.uint64(0x9E3779B97F4A7C15) + codes)
    twins = rows - len(np.unique(mixed))
    if not twins:
        return []
    message = (
        f"{plural(twins, 'row')} of {number(rows)} stand in the table already: a model that "
        "was trained on one and tested on the other looks better than it is."
    )
    return [TableWarning("duplicates", (), message, "drop_duplicates", twins)]


def _mix(numbers: Any) -> Any:
    """Every bit of the input moves every bit of the result (SplitMix64, Steele et al. 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
