"""Texts and numbers of a table as points in time, as a script reads them with pandas."""

from __future__ import annotations

from typing import Any

import pandas as pd


def date_forms(day_first: Any) -> Any:
    """The forms people write dates in; of those that read the same text, the wanted one first."""
    days, months = (
        [form.replace("/", mark) for form in forms for mark in "/.-"]
        for forms in (["%d/%m/%Y", "%d/%m/%y"], ["%m/%d/%Y", "%m/%d/%y"])
    )
    named = ["%d %b %Y", "%d. %b %Y", "%b %d, %Y", "%b %d %Y", "%d-%b-%Y", "%d-%b-%y"]
    named += ["%b-%Y", "%b %Y"]
    forms = ["%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m", "%Y/%m", "%m/%Y"]
    forms += [*named, *(form.replace("%b", "%B") for form in named)]
    forms += days + months if day_first else months + days
    clocks = ["", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "T%H:%M:%S", "T%H:%M"]
    return [form + clock for form in forms for clock in clocks]


def read_times(column: Any, day_first: Any) -> Any:
    """Points in time as datetime64[us]; NaT where there is none.

    Whole numbers are seconds or milliseconds since the beginning of 1970, or days such as 20240131.
    Texts are read in the form that reads most of them; whether the day or the month stands first in
    03/04/2021 counts only where both read as many.
    """
    if column.dtype.kind == "M":
        return pd.to_datetime(column, utc=True).dt.tz_localize(None).to_numpy("M8[us]")
    numbers = pd.to_numeric(column, errors="coerce").dropna()
    for unit, low, high in (("s", 1e8, 4.2e9), ("ms", 1e11, 4.2e12)):
        if len(numbers) and numbers.between(low, high).all():
            return pd.to_datetime(numbers.reindex(column.index), unit=unit).to_numpy("M8[us]")
    texts = column.astype("Int64").astype("str") if column.dtype.kind in "iuf" else column
    texts = texts.astype("object").where(column.notna()).str.strip()
    known = texts.dropna()
    sample = known.iloc[:: max(1, len(known) // 200)]
    best = pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True)
    for form in date_forms(day_first):
        if best.isna().sum() == column.isna().sum():
            break
        if pd.to_datetime(sample, errors="coerce", format=form).notna().any():
            times = pd.to_datetime(texts, errors="coerce", format=form, utc=True)
            best = times if times.isna().sum() < best.isna().sum() else best
    return best.dt.tz_localize(None).to_numpy("M8[us]")
