"""A data file that has arrived: taken by the project on screen, or shown with what it holds."""

from __future__ import annotations

import streamlit as st

from builder import formatting
from builder.datasets._folders import find_file
from builder.runs.disk import data_files
from pages.widgets.data import npz_upload, table_screen
from pages.widgets.session import current_project, engine_facts, tab_state
from pages.widgets.shared.page_frame import escape_md

HINT = "CSV, Excel, Parquet, JSON, text, ZIP or .npz"
"""Which files are data."""

SHOWN = 12
"""Arrived files that are shown, the newest first."""


def receive(file: str, name: str) -> None:
    """Take the data file of that SHA-256, which its owner calls ``name``.

    Raises:
        LayerwiseError: it cannot be used; says why.
    """
    training = current_project.training()
    if file in data_files.files_of(training):
        engine_facts.forget_data()
        tab_state.add_note(f"{name} is here: this project has its data.")
    elif name.lower().endswith(".npz"):
        npz_upload.use_dropped(file, name)
    else:
        table_screen.arrive(file, name)


def _arrived() -> list[tuple[str, str]]:
    """SHA-256 and name of what arrived in this tab, the newest first."""
    return tab_state.recall("arrived", [])  # type: ignore[no-any-return]


def show() -> None:
    """What has arrived and is not yet used."""
    for file, name in _arrived():
        path = find_file(file)
        if path is None:
            continue
        key = f"arrived-{file[:12]}"
        with st.container(key=key, border=True, horizontal=True, vertical_alignment="center"):
            size = formatting.size(path.stat().st_size)
            text = f":material/description: **{escape_md(name)}** :gray[{size}]"
            st.markdown(text, width="stretch")
            st.button(
                "Close",
                key=f"{key}-close",
                type="tertiary",
                icon=":material/close:",
                on_click=_close,
                args=(file,),
            )


def _close(file: str) -> None:
    tab_state.remember("arrived", [pair for pair in _arrived() if pair[0] != file])
