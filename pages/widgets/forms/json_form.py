"""A layer's settings as plain JSON: for classes without a form, and for settings no form asks."""

from __future__ import annotations

import json

import streamlit as st

from builder import document
from builder.errors import SpecError
from builder.spec import ObjectSpec
from pages.widgets.session import widget_sync
from pages.widgets.shared.page_frame import escape_md

LONGEST = 100_000
"""Characters of settings that are read."""

HELP = (
    "Keras's own names and values; what is left out has its default. Here is also trainable,"
    " which every layer has."
)


def edit(layer: ObjectSpec, key: str, open: bool) -> ObjectSpec:
    """Draw the settings and return what they say now; what cannot be read is said and not taken.

    Args:
        key: unique on the page, the same for the same layer.
        open: whether it is seen at once.
    """
    now = _to_json(layer)
    if len(now) > LONGEST:  # a vocabulary, say
        st.caption(f"Its settings take {len(now):,} characters: too many to be shown as JSON.")
        return layer
    with st.expander("Settings as JSON", key=f"{key}-json", expanded=open):
        current = widget_sync.sync_widget(f"{key}-text", now, now)
        text = st.text_area(
            "Settings", current, key=f"{key}-text", max_chars=LONGEST, height="content", help=HELP
        )
        try:
            new = _read(layer, str(text or "{}"))
        except SpecError as error:
            st.caption(f":material/edit_off: {escape_md(error.message)} {escape_md(error.hint)}")
            new = layer
        widget_sync.record_value(f"{key}-text", _to_json(new))
        return new


def _to_json(layer: ObjectSpec) -> str:
    return json.dumps(document.encode(layer)["config"], indent=2, ensure_ascii=False)


def _read(layer: ObjectSpec, text: str) -> ObjectSpec:
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise SpecError(
            f"This is no JSON{place}, so the settings stay as they were.",
            'Names and texts stand in "double quotes", and no comma comes last.',
        ) from None
    row = {"class_name": layer.class_name, "config": config}
    return document.decode_object(row, layer.class_name)
