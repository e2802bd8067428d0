"""Texts and numbers that are points in time, by the forms people write dates in."""

from __future__ import annotations

import re
from typing import Any

LOOKS = re.compile(r"[0-9A-Za-zäéûôÄ,.:/+\- ]{6,40}")
CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "T%H:%M:%S", "T%H:%M")
DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y")
MONTH_FIRST = ("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y", "%m/%d/%y", "%m.%d.%y", "%m-%d-%y")
PLAIN = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m", "%Y/%m", "%m/%Y"),
    *("%d %b %Y", "%d. %b %Y", "%b %d, %Y", "%b %d %Y", "%d-%b-%Y", "%d-%b-%y", "%b-%Y", "%b %Y"),
)
SAMPLE = 200
ENOUGH = 0.95
"""Share of the texts that have to be dates."""

WORDS = re.compile(r"(?i)date|time|datum|zeit|day|tag\b|created|updated|fecha|jour|\bts\b|_at$")
"""Names of columns whose whole numbers may be seconds since 1970 or days such as 20240131."""

SECONDS, MILLISECONDS = (100_000_000, 4_200_000_000), (100_000_000_000, 4_200_000_000_000)
DAYS = (19_000_101, 21_001_231)


def dates_of_text(
    column: Any, day_first: bool | None, forced: bool = False
) -> tuple[Any, bool | None, bool]:
    """A column of texts as timestamps, null where one is no date; None if too few are.

    Args:
        column: a ``pyarrow`` array of strings.
        day_first: whether 03/04/2021 is in April, where the values do not tell; None decides
            that by the separator.
        forced: a person says that these are dates, however few can be read.

    Returns:
        the timestamps; whether the day was taken to stand first (None where it is no question);
        and whether the values would have been dates the other way, too, and nobody said which.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    known = column.drop_null()
    step = max(1, len(known) // SAMPLE)
    sample = known.take(list(range(0, len(known), step))) if len(known) else known
    if not forced and not _may_be_dates(sample.to_pylist()):
        return None, None, False
    if (iso := _iso(column)) is not None:
        return iso, None, False
    read = [
        (_read(column, form), first)
        for first, forms in ((None, PLAIN), (True, DAY_FIRST), (False, MONTH_FIRST))
        for form in _fitting(sample, forms, forced)
    ]
    read = [(x, first) for x, first in read if forced or _is_enough(x, len(known))]
    if not read:
        return (pa.nulls(len(column), pa.timestamp("us")) if forced else None), None, False
    best = min(x.null_count for x, _ in read)
    read = [(x, first) for x, first in read if x.null_count == best]
    if len({first for _, first in read}) == 1:
        return *read[0], False
    slash = bool(pc.any(pc.match_substring(sample, "/")).as_py())
    wanted = not slash if day_first is None else day_first
    dates = next(x for x, first in read if first in (None, wanted))
    return dates, wanted, day_first is None


def _may_be_dates(sample: list[str]) -> bool:
    fit = [LOOKS.fullmatch(x) and sum(c.isdigit() for c in x) > 2 for x in sample]
    return bool(fit) and sum(map(bool, fit)) >= ENOUGH * len(fit)


def _is_enough(dates: Any, known: int) -> bool:
    return bool(len(dates) - dates.null_count >= ENOUGH * known)


def _iso(column: Any) -> Any:
    import pyarrow as pa

    for zone in (None, "UTC"):
        try:
            return column.cast(pa.timestamp("us", zone)).cast(pa.timestamp("us"))
        except pa.ArrowInvalid:
            continue
    return None


def _fitting(sample: Any, forms: tuple[str, ...], forced: bool) -> list[str]:
    """The forms, with or without a time of day, that read the sample."""
    found = []
    for form in forms:
        for clock in CLOCKS:
            dates = _read(sample, form + clock)
            if _is_enough(dates, len(sample)) or (forced and dates.null_count < len(dates)):
                found.append(form + clock)
                break
    return found


def _read(column: Any, form: str) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    dates = pc.strptime(column, format=form, unit="s", error_is_null=True)
    least = 1000 if "%Y" in form else 0
    year = pc.year(dates)
    good = pc.and_(pc.greater_equal(year, least), pc.less(year, 3000))
    return pc.if_else(good, dates, None).cast(pa.timestamp("us"))


def dates_of_numbers(name: str, column: Any) -> Any:
    """Whole numbers as timestamps, if the column's name and range say that they are; else None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not WORDS.search(name) or column.null_count == len(column):
        return None
    least, most = (x.as_py() for x in pc.min_max(column).values())
    for (low, high), unit in ((SECONDS, "s"), (MILLISECONDS, "ms")):
        if low <= least and most <= high:
            return column.cast(pa.timestamp(unit)).cast(pa.timestamp("us"))
    if DAYS[0] <= least and most <= DAYS[1]:
        dates = _read(column.cast(pa.string()), "%Y%m%d")
        return dates if dates.null_count == column.null_count else None
    return None
