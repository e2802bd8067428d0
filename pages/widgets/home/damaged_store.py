"""The warning that the run database was found damaged and put aside."""

from __future__ import annotations

import streamlit as st

from builder.runs.store import database
from pages.widgets.shared.page_frame import escape_md

RESTORE = (
    "Runs whose folders are whole are in it again, without the numbers of their single batches. A"
    " copy made earlier with `python -m builder backup` brings those back, too: stop Layerwise and"
    " its trainings, remove `runs.db-wal` and `runs.db-shm`, and put the copy in the place of"
    " `runs.db`. It then replaces the new list."
)


def show() -> None:
    """One warning for all such files, until somebody moves them away."""
    damaged = database.damaged_files()
    if not damaged:
        return
    names = ", ".join(escape_md(path.name) for path in damaged)
    st.warning(
        f"**The list of runs was damaged.** It was put aside as {names} in Layerwise's folder"
        f" (`LAYERWISE_HOME`), and a new list began. {RESTORE} This is said until nothing damaged"
        " is left in that folder.",
        icon=":material/error:",
    )
