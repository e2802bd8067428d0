"""Cells copied from a spreadsheet and pasted: a data file of its own."""

from __future__ import annotations

import streamlit as st

from builder.errors import FileError, LayerwiseError
from builder.runs.disk import data_files
from pages.widgets.data import arrived_file
from pages.widgets.session import tab_state, widget_sync
from pages.widgets.shared import page_frame

CHARACTERS = 2_000_000
"""The most that can be pasted; a larger table is dropped as a file."""

NAME = "pasted-cells.tsv"

KEY = "pasted-cells"


def show() -> None:
    """The field and its button."""
    with st.expander(
        "Paste cells from a spreadsheet", icon=":material/content_paste:", key="cells"
    ):
        st.text_area(
            "Cells, the names of the columns in the first row",
            key=KEY,
            height=140,
            max_chars=CHARACTERS,
            placeholder="age\tfare\tsurvived\n22\t7.25\tno\n38\t71.28\tyes",
        )
        st.button("Use these cells", key="cells-use", on_click=_use)
        if refused := tab_state.recall("cells-refused"):
            st.error(refused, icon=":material/error:")


def _use() -> None:
    text, refused = str(widget_sync.widget_value(KEY) or ""), ""
    try:
        store(text)
        widget_sync.clear_widget(KEY)
    except LayerwiseError as error:
        refused = page_frame.error_sentence(error)
    tab_state.remember("cells-refused", refused)


def store(text: str) -> None:
    """Keep the cells as a data file and receive it.

    Raises:
        FileError: there are none, or no room for them.
    """
    if not text.strip():
        raise FileError("There are no cells.", "Copy some in the spreadsheet and paste them here.")
    arrived_file.receive(data_files.keep(NAME, text.encode()), NAME)
