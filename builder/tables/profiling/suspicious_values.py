"""Values that may not be what they seem: stand-ins for missing ones, outliers, stray texts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from builder.formatting import plural
from builder.tables.table_records import SuspiciousValue

STAND_INS = (-1, 0, 9, 99, 999, 9999, 99999, 999999, -9, -99, -999, -9999, -99999, 8888, -8888)
"""Numbers that people write where they have none."""

VARIED = 10
"""Different values from which a single number can stand out."""

FAR = 3.0
"""Interquartile ranges beyond the quartiles: Tukey's far outliers."""

MOST = 5
"""Suspicious values that are told of a column."""


def suspicious_numbers(numbers: Any, quartiles: tuple[float, float]) -> tuple[SuspiciousValue, ...]:
    """Stand-ins such as 999 and -1, and the farthest outliers.

    Args:
        numbers: a NumPy array of the column's values, NaN where missing.
        quartiles: the first and the third.
    """
    found = _stand_ins(numbers)
    taken = {float(s.value) for s in found}
    low, high = quartiles
    reach = FAR * (high - low)
    if reach > 0:
        far = (numbers < low - reach) | (numbers > high + reach)
        for value in taken:
            far &= numbers != value
        if 0 < (count := int(far.sum())) <= 0.01 * len(numbers):
            found.append(_outlier(numbers, far, count, low, high))
    return tuple(found[:MOST])


def _stand_ins(numbers: Any) -> list[SuspiciousValue]:
    """Only the least and the greatest can lie apart; behind one there may be another."""
    found: list[SuspiciousValue] = []
    rest = numbers
    while len(found) < MOST:
        ends = {float(np.nanmin(rest)), float(np.nanmax(rest))} & set(STAND_INS)
        new = [s for v in sorted(ends) if (s := _stand_in(rest, v))]
        if not new:
            break
        found += new
        rest = np.where(np.isin(rest, [float(s.value) for s in new]), np.nan, rest)
    return found


def _stand_in(numbers: Any, value: float) -> SuspiciousValue | None:
    here = numbers == value
    if not (count := int(here.sum())):
        return None
    others = numbers[~here & ~np.isnan(numbers)]
    if len(others) < VARIED or count >= 0.5 * len(numbers) or not _is_varied(others):
        return None
    least, most = float(others.min()), float(others.max())
    gap = max(least - value, value - most)
    low, high = np.quantile(others, (0.25, 0.75))
    alone = value == -1 and least >= 0 and count > 1
    zeros = value == 0 and least > np.median(others) / 3
    if not (alone or zeros or gap > max(1.5 * (high - low), 0.5 * (most - least), 1)):
        return None
    return SuspiciousValue(
        f"{value:g}",
        count,
        int(np.argmax(here)) + 1,
        f"{value:g} stands in {plural(count, 'row')}, far from the others ({least:g} to {most:g}): "
        "it may stand for a missing value.",
        "missing",
    )


def _is_varied(numbers: Any) -> bool:
    return len(np.unique(numbers[:10_000])) >= VARIED


def _outlier(numbers: Any, far: Any, count: int, low: float, high: float) -> SuspiciousValue:
    distance = np.where(far, np.maximum(low - numbers, numbers - high), -np.inf)
    row = int(np.argmax(distance))
    value = f"{numbers[row]:g}"
    more = f" {plural(count, 'value')} lie that far out." if count > 1 else ""
    middle = f"half of the values lie between {low:g} and {high:g}"
    message = f"{value} in row {row + 1:,} is far from the others: {middle}.{more}"
    return SuspiciousValue(value, count, row + 1, message)


def stray_texts(strays: tuple[tuple[int, str], ...], what: str) -> tuple[SuspiciousValue, ...]:
    """Texts among numbers or dates, the commonest first.

    Args:
        strays: row counted from 1, and text.
        what: ``numbers`` or ``dates``.
    """
    counts = Counter(text for _, text in strays)
    first = {text: row for row, text in reversed(strays)}
    return tuple(
        SuspiciousValue(
            text[:80],
            count,
            first[text],
            f"'{text[:80]}' in row {first[text]:,} stands among {what} and counts as missing.",
            "missing",
        )
        for text, count in counts.most_common(MOST)
    )
