"""The "Explain" popover of a catalogue entry: summary, analogy, formula, link."""

from __future__ import annotations

import streamlit as st

from builder.catalog.entry import Entry
from pages.widgets.shared.page_frame import escape_md


def show(entry: Entry, key: str, label: str = "Explain") -> None:
    """A popover that says what a thing does: plain words, a picture, the formula, Keras's page."""
    with st.popover(label, key=key, type="tertiary", icon=":material/help:"):
        _explain(entry)


def _explain(entry: Entry) -> None:
    st.markdown(f"**{escape_md(entry.class_name)}**  \n{entry.summary}")
    if entry.analogy:
        st.markdown(f"*{entry.analogy}*")
    if entry.formula:
        st.latex(entry.formula)
    if entry.url:
        site = "Keras's documentation" if "keras.io" in entry.url else "its own page"
        site = "a tutorial of Keras" if "/examples/" in entry.url else site
        st.markdown(f"[{escape_md(entry.class_name)} in {site}]({entry.url})")
