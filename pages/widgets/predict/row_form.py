"""A form with a field for everything a model reads of one example."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from builder.catalog.entry import Param
from builder.facts import ColumnFacts
from builder.kinds.registry import find_kind
from pages.widgets.shared.page_frame import escape_md

PLACES = 2
"""Fields beside each other."""


def ask(columns: Sequence[ColumnFacts], key: str) -> dict[str, list[Any]]:
    """Fields for these columns; column → its values in the order of ``Kind.fields``.

    Args:
        key: unique on the page and for the run, so that another run begins with its own values.
    """
    values: dict[str, list[Any]] = {}
    places: list[Any] = []
    for column in columns:
        values[column.name] = []
        for label, param in find_kind(column.kind).fields(column).items():
            places = places or st.columns(PLACES, gap="small")  # row by row, also on a phone
            with places.pop(0):
                values[column.name].append(_field(label, param, f"{key}-{column.name}-{label}"))
    return values


def _field(label: str, param: Param, key: str) -> Any:
    """One field; None where it is left empty."""
    name, words = escape_md(label), param.help
    if param.type == "choice":
        start = 0 if not param.optional else None
        options = list(param.choices)
        return st.selectbox(name, options, start, key=key, help=words, placeholder="Missing")
    if param.type == "str":
        return st.text_input(name, param.start or "", key=key, help=words)
    low, high = float(param.min or 0.0), float(param.max or 0.0)
    step, start = float(param.step or 0.0) or None, param.start
    if param.optional or low >= high:
        return st.number_input(
            name, value=start, step=step, key=key, help=words, placeholder="Missing"
        )
    return st.slider(name, low, high, float(start), step, key=key, help=words, format="%.4g")
