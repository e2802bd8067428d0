"""The data files of this browser's projects: how large, who needs them, and deleting them."""

from __future__ import annotations

import streamlit as st

from builder import formatting
from builder.datasets._folders import find_file
from builder.runs.disk import file_users
from builder.runs.engine_process import client
from pages.widgets.session import browser, engine_facts
from pages.widgets.shared import own_files, page_frame
from pages.widgets.shared.own_files import OwnFile
from pages.widgets.shared.page_frame import escape_md


def show() -> None:
    """A line a file; nothing where there is none."""
    if not (kept := own_files.list_own()):
        return
    with st.expander("Your data files", icon=":material/folder_open:", key="kept-files"):
        for own in kept:
            _line(own)


def _line(own: OwnFile) -> None:
    path = find_file(own.file)
    titles = ", ".join(f"“{escape_md(p.title)}”" for p in own.projects)
    size = formatting.size(path.stat().st_size) if path else "not in this workspace"
    key = f"{own.file[:12]}-{own.projects[0].token}"
    with st.container(key=f"kept-{key}", horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{escape_md(own.name)}**  \n:gray[:small[{size} · for {titles}]]", width="stretch"
        )
        if path is None:
            return
        with st.popover(
            "Delete", key=f"kept-more-{key}", type="tertiary", icon=":material/delete:"
        ):
            need = "needs" if len(own.projects) == 1 else "need"
            st.markdown(
                f"{titles} {need} this file. Without it nothing there can be trained or tested,"
                " until the same file is dropped again."
            )
            st.button("Delete it", key=f"kept-delete-{key}", on_click=_delete, args=(own.file,))


@page_frame.safe
def _delete(file: str) -> None:
    file_users.delete(file, browser.owner())
    client.call("loading.forget")
    engine_facts.forget_data()
