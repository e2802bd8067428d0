"""Nine copies of a training picture beside the settings of an augmentation layer."""

from __future__ import annotations

from html import escape

import streamlit as st

from builder import binding, catalog
from builder.errors import LayerwiseError
from builder.facts import DataFacts
from builder.kinds.registry import find_kind
from builder.runs.engine_process import client
from builder.spec import ModelSpec, ObjectSpec
from pages.widgets.model import open_block
from pages.widgets.session import current_project, engine_facts
from pages.widgets.shared.markup import image_data_url
from pages.widgets.shared.page_frame import escape_md

MOST = 500
"""Examples one can go through."""


def changes_pictures(layer: ObjectSpec | ModelSpec | None) -> bool:
    """Whether it is an augmentation layer, or a block that holds one."""
    if isinstance(layer, ModelSpec):
        return any(changes_pictures(inner) for inner in layer.layers.values())
    entry = catalog.find("layers", layer.class_name) if layer else None
    return entry is not None and entry.traits.random and entry.ndim == (4,)


def show(node: str) -> None:
    """The picture as it is, and nine copies as they come in training."""
    model = open_block.model()
    data = current_project.data_facts()
    column = _column(data) if data else ""
    if not column or model.node(node).off:
        return
    st.markdown("**Nine copies of a training picture**")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        example = st.number_input(
            *("Picture", 1, MOST, 1), key=f"copies-picture-{node}", help="Which training example"
        )
        turn = st.number_input(
            *("Throw of the dice", 1, MOST, 1),
            key=f"copies-turn-{node}",
            help="Another number, other chances: as the next epoch would see it",
        )
    dataset = current_project.training().dataset
    asked = (model, node, dataset, column, int(example) - 1, int(turn))
    try:
        found = engine_facts.get_or_make(
            ("copies", *asked), lambda: client.call("augmented_copies.augment", *asked)
        )
    except LayerwiseError as error:
        st.caption(f"{escape_md(error.message)} {escape_md(error.hint)}")
        return
    figures = [("As it is", found["plain"])]
    figures += [(f"Copy {i + 1}", image) for i, image in enumerate(found["images"])]
    st.html(
        '<div class="lw-copies">'
        + "".join(
            f'<img src="{image_data_url(image)}" alt="{escape(name)}" title="{escape(name)}">'
            for name, image in figures
        )
        + "</div>"
    )
    st.caption("First as it is. When the model predicts, it sees pictures as they are.")


def _column(data: DataFacts) -> str:
    """The pictures that the open block, or the model's only Input of pictures, reads."""
    training = current_project.training()
    named = not binding.is_single_column(training) or data.is_named
    read = binding.read_columns(training) if named else (data.input.name,)
    pictures = [c for c in map(data.column, read) if c and find_kind(c.kind).has_pixels]
    return pictures[0].name if pictures else ""
