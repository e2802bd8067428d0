"""A person's own pictures: a gallery by class, what is odd about them, the model for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from builder import formatting
from builder.datasets import _decoded_examples, _decoded_pictures
from builder.datasets.picture_folder import ENTRY
from builder.errors import DataError
from builder.facts import Problem
from builder.media.media_records import PictureOverview
from builder.runs.disk import workspace
from builder.runs.engine_process import client
from builder.spec import ObjectSpec
from builder.suggest import table_model
from builder.suggest.bind.bind_pictures import awaits_pictures, bind_pictures
from builder.suggest.media import picture_dataset
from pages.widgets.data import data_preview, open_table
from pages.widgets.session import current_project, engine_facts, tab_state
from pages.widgets.shared import asset_files
from pages.widgets.shared.page_frame import escape_md

ASKED = ("file", "name", "directory", "parts", "classes", "validation")
"""Settings of the dataset that are no question of preparation."""

MANY = 3000
"""From so many pictures on they are decoded in a child of their own, lest others wait."""

MEMORY, TIMEOUT = 6 * 2**30, 1800.0
"""Bytes and seconds that decoding may take there."""

RARE = 0.25
"""A class of fewer pictures than this share of the largest is told."""


def show(dataset: ObjectSpec) -> Any:
    """The screen of these pictures; the container in which the choice of a model belongs.

    Raises:
        DataError: the file is not here or cannot be read.
    """
    st.html(asset_files.ROOT / "assets" / "table.css")
    config = {**ENTRY.args, **dataset.config}
    seen = look(str(config["file"]), str(config["name"]))
    st.subheader(escape_md(str(config["name"])), anchor=False)
    st.markdown(_size_sentence(seen, config))
    model_place = st.container()
    _show_reasons(dataset, seen)
    for note in seen.notes:
        st.caption(escape_md(note.message))
    if rare := _rare(seen.counts):
        st.caption(escape_md(rare))
    data_preview.show_gallery(list(seen.counts.items()), _gallery(seen))
    _decode(dataset)
    return model_place


def _size_sentence(seen: PictureOverview, config: Mapping[str, Any]) -> str:
    many = formatting.plural(sum(seen.counts.values()), "picture")
    classes = formatting.plural(len(seen.counts), "class", "classes")
    parts = ""
    if seen.parts:
        said = (f"{formatting.number(n)} for {part}" for part, n in seen.part_counts.items())
        parts = f" They come in folders: {', '.join(said)}."
    return (
        f"{many} of {classes}, most of about {seen.height} × {seen.width} points. The model sees"
        f" each as {config['height']} × {config['width']}.{parts}"
    )


def _show_reasons(dataset: ObjectSpec, seen: PictureOverview) -> None:
    """What is odd, and whether it is taken care of."""
    if not seen.reasons:
        return
    is_clean = bool(dataset.config.get("clean"))
    with st.container(key="problem-advice-pictures", gap="xsmall"):
        said = " ".join(map(escape_md, seen.reasons))
        care = (
            " They are read as a person sees them, each once; what cannot be opened is left out."
            if is_clean
            else " Keras's own loader reads them as they are stored."
        )
        st.markdown(f":material/lightbulb: {said}{care}")
        label = "Read them as they are stored" if is_clean else "Read them as a person sees them"
        if st.button(label, key="pictures-clean", icon=":material/build:"):
            open_table.use(dataset.with_(clean=not is_clean))


def _rare(counts: Mapping[str, int]) -> str:
    """A sentence about classes with few pictures; "" for none."""
    most = max(counts.values())
    rare = [f"{name} ({n})" for name, n in counts.items() if n < RARE * most]
    if not rare:
        return ""
    return (
        f"Few pictures, beside the {formatting.number(most)} of the largest class:"
        f" {', '.join(rare[:5])}{' …' if len(rare) > 5 else ''}. Take more, or weigh classes on"
        " Train."
    )


def _gallery(seen: PictureOverview) -> Any:
    """uint8 (classes, some, side, side, 3), white where a class has fewer."""
    blocks = list(seen.shown.values())
    some, form = max(map(len, blocks)), blocks[0].shape[1:]
    page = np.full((len(seen.counts), some, *form), 255, np.uint8)
    for row, name in enumerate(seen.counts):
        if name in seen.shown:
            page[row, : len(seen.shown[name])] = seen.shown[name]
    return page


def look(file: str, name: str) -> PictureOverview:
    """What is in that archive, remembered; DataError where it is not here or holds no pictures."""
    seen = engine_facts.get_or_make(("pictures", file), lambda: _read(file, name))
    if seen is None:
        raise DataError(
            f"{name} holds no pictures in folders of classes.", "Drop other pictures.", "dataset"
        )
    return seen


def _read(file: str, name: str) -> PictureOverview | None:
    """The overview, made where it can do no harm; None for what is not about pictures."""
    path = open_table.find_path({"file": file, "name": name})
    seen: PictureOverview | None = client.call_guarded(
        "picture_overview.overview_file", str(path.resolve()), reads=(path,), light=True
    )
    return seen


def arrive(file: str, name: str) -> bool:
    """Put a project on screen that learns from these pictures; False where they are none.

    Raises:
        LayerwiseError: they cannot be learned from.
    """
    if not name.lower().endswith(".zip"):
        return False
    if (seen := engine_facts.get_or_make(("pictures", file), lambda: _read(file, name))) is None:
        return False
    dataset = picture_dataset.picture_dataset(file, name, seen)
    if awaits_pictures(current_project.training()):
        bound = bind_pictures(current_project.training(), dataset)
        _decode(bound.training.dataset)
        current_project.push(bound.training)
        for remark in (f"{name} is here: this project has its data.", *bound.remarks):
            tab_state.add_note(remark)
        return True
    _decode(dataset)
    title = name.rpartition(".")[0] or name
    # of what is known already, so that the gallery waits for nothing
    facts = picture_dataset.expected_facts(dataset)
    current_project.open_training(table_model.suggest(facts, dataset), title)
    return True


def offer_cleaning(dataset: ObjectSpec, problems: Sequence[Problem]) -> None:
    """The remedy where a picture turned out to be one that Keras's loader cannot decode."""
    if any(p.where == "dataset.clean" for p in problems) and not dataset.config.get("clean"):
        label = "Clean them first"
        if st.button(label, key="pictures-leave-out", icon=":material/build:"):
            open_table.use(dataset.with_(clean=True))


def _decode(dataset: ObjectSpec) -> None:
    """Many pictures are decoded where nobody else waits for it."""
    count = sum(dataset.config["classes"].values())
    settings = {**ENTRY.args, **dataset.config}
    if count < MANY or _decoded_examples.is_decoded(_decoded_pictures.PICTURES, settings):
        return
    folders = (workspace.home(), *workspace.linked_folders())
    with st.spinner(f"Decoding {formatting.plural(count, 'picture')}, once …"):
        client.call_guarded(
            *("loading.describe", dataset),
            reads=folders,
            writes=(workspace.folder("decoded"),),
            memory_bytes=MEMORY,
            timeout=TIMEOUT,
        )
