"""Add a layer: a searchable list, and a gallery that explains each."""

from __future__ import annotations

from typing import Any

import streamlit as st

from builder import catalog, edit
from builder.catalog import Entry
from builder.errors import LayerwiseError
from pages.widgets.model import open_block
from pages.widgets.model.palette_items import first_sentence, stackable_entries
from pages.widgets.session import current_project, tab_state, widget_sync
from pages.widgets.shared import explanation, page_frame
from pages.widgets.shared.page_frame import escape_md

PICK = "palette-pick"
SEARCH = "palette-search"


def show(after: str | None) -> None:
    """The list and the button of the gallery; what is chosen comes after the node ``after``."""
    where = f"Add a layer after {after}" if after else "Add a layer"
    with st.container(key="add", horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        st.selectbox(
            where,
            [e.class_name for e in stackable_entries()],
            index=None,
            key=PICK,
            placeholder="Type a name: Dense, Dropout, Conv2D …",
            format_func=_line,
            on_change=_add_picked,
            args=(after,),
        )
        if st.button(
            "Browse", key="palette-browse", icon=":material/apps:", help="All layers, explained"
        ):
            _gallery(after)


def _line(class_name: str) -> str:
    entry = catalog.find("layers", class_name)
    return f"{class_name}: {first_sentence(entry.summary)}" if entry else class_name


def add_layer(class_name: str, after: str | None) -> None:
    """Put a new layer of that class into the stack on screen and select it."""
    model = current_project.training().model
    before = {n.name for n in model.nodes}
    grown = edit.insert(model, catalog.new("layers", class_name), after)
    open_block.replace_model(grown)
    current_project.select(next(n.name for n in grown.nodes if n.name not in before))


@page_frame.safe
def _add_picked(after: str | None) -> None:
    class_name = widget_sync.widget_value(PICK)
    widget_sync.clear_widget(PICK)
    if class_name:
        add_layer(class_name, after)


@st.dialog("Add a layer", width="medium", icon=":material/layers:")
@page_frame.safe
def _gallery(after: str | None) -> None:
    """Every layer by group, with what it does; a click adds it."""
    wanted = st.text_input(
        "Search",
        key=SEARCH,
        icon=":material/search:",
        placeholder="Search by name or by what it does",
        label_visibility="collapsed",
    )
    matches = [e for e in stackable_entries() if _matches(e, wanted or "")]
    groups = list(dict.fromkeys(e.group for e in matches))
    if not matches:
        st.caption(f"No layer is called or does “{escape_md(wanted or '')}”.")
    with st.container(height=460, border=False, key="gallery"):
        for group in groups:
            st.markdown(f"##### {group}")
            for entry in matches:
                if entry.group == group:
                    _card(entry, after)


def _card(entry: Entry, after: str | None) -> None:
    name = entry.class_name
    with st.container(key=f"pick-{name}", horizontal=True, wrap=False, gap="xsmall"):
        label = f"**{name}**  \n:gray[{first_sentence(entry.summary)}]"
        if st.button(label, key=f"palette-{name}", width="stretch", wrap=True):
            try:
                add_layer(name, after)
            except LayerwiseError as error:
                tab_state.add_note(f"{error.message} {error.hint}".strip())
            st.rerun()
        explanation.show(entry, key=f"palette-{name}-why")


def _matches(entry: Entry, wanted: str) -> bool:
    text: list[Any] = [entry.class_name, entry.group, entry.summary, entry.analogy]
    return all(w in " ".join(text).lower() for w in wanted.lower().split())
