"""A form with a field for everything a model reads of one example."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from builder.catalog.entry import Param
from builder.facts import ColumnFacts
from builder.kinds.registry import find_kind
from pages.widgets.shared.page_frame import escape_md

PLACES = 2
"""Fields beside each other."""

NOTHING: Mapping[str, Sequence[Any]] = {}

USUAL = "(usual)"
"""Stands for a field that begins as its kind says."""


def ask(
    columns: Sequence[ColumnFacts], key: str, begin: Mapping[str, Sequence[Any]] = NOTHING
) -> dict[str, list[Any]]:
    """Fields for these columns; column → its values in the order of ``Kind.fields``.

    Args:
        key: unique on the page and for the run, so that another run begins with its own values.
        begin: what the fields of a column begin with.
    """
    values: dict[str, list[Any]] = {}
    places: list[Any] = []
    for column in columns:
        values[column.name] = []
        fields = find_kind(column.kind).fields(column)
        first = list(begin.get(column.name, ()))
        for place, (label, param) in enumerate(fields.items()):
            start = first[place] if len(first) == len(fields) else USUAL
            places = places or st.columns(PLACES, gap="small")  # row by row, also on a phone
            with places.pop(0):
                field = f"{key}-{column.name}-{label}"
                values[column.name].append(_field(label, param, field, start))
    return values


def _field(label: str, param: Param, key: str, begin: Any) -> Any:
    """One field; None where it is left empty."""
    name, words = escape_md(label), param.help
    if param.type == "choice":
        options = list(param.choices)
        start = 0 if not param.optional else None
        if begin != USUAL:
            start = options.index(str(begin)) if str(begin) in options else None
        return st.selectbox(name, options, start, key=key, help=words, placeholder="Missing")
    if param.type == "str":
        text = param.start if begin == USUAL else begin
        return st.text_input(name, str(text or ""), key=key, help=words)
    low, high = float(param.min or 0.0), float(param.max or 0.0)
    step, start = float(param.step or 0.0) or None, param.start
    if begin != USUAL:
        start = _number(begin)
        low, high = (low, high) if start is None else (min(low, start), max(high, start))
    if param.optional or low >= high or start is None:
        return st.number_input(
            name, value=start, step=step, key=key, help=words, placeholder="Missing"
        )
    return st.slider(name, low, high, float(start), step, key=key, help=words, format="%.4g")


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
