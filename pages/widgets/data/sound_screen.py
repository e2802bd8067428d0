"""A person's own sounds: pictures of them by class, one of each to hear, the model for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from builder import formatting
from builder.datasets.sound_folder import ENTRY
from builder.errors import DataError
from builder.media.media_records import SoundOverview
from builder.runs.engine_process import client
from builder.spec import ObjectSpec
from builder.suggest import table_model
from builder.suggest.media import sound_dataset
from pages.widgets.data import data_preview, open_table
from pages.widgets.session import current_project, engine_facts
from pages.widgets.shared import asset_files
from pages.widgets.shared.page_frame import escape_md

ASKED = ("file", "name", "directory", "parts", "classes", "validation")
"""Settings of the dataset that are no question of preparation."""


def show(dataset: ObjectSpec) -> Any:
    """The screen of these sounds; the container in which the choice of a model belongs.

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
    _show_speakers(dataset, seen)
    data_preview.show_gallery(list(seen.counts.items()), _gallery(seen))
    _play(seen)
    return model_place


def _size_sentence(seen: SoundOverview, config: Mapping[str, Any]) -> str:
    many = formatting.plural(sum(seen.counts.values()), "sound")
    classes = formatting.plural(len(seen.counts), "class", "classes")
    return (
        f"{many} of {classes}, nearly all shorter than {seen.seconds:.2g} s, most of"
        f" {formatting.number(seen.rate)} values a second. The model hears {config['seconds']:g} s"
        f" of {formatting.number(config['rate'])} values a second."
    )


def _show_reasons(dataset: ObjectSpec, seen: SoundOverview) -> None:
    """What is odd, and whether it is taken care of."""
    if not seen.reasons:
        return
    is_clean = bool(dataset.config.get("clean"))
    with st.container(key="problem-advice-sounds", gap="xsmall"):
        care = " They are made alike first." if is_clean else ""
        said = " ".join(map(escape_md, seen.reasons))
        st.markdown(f":material/lightbulb: {said}{care}")
        if not is_clean and st.button("Make them alike", key="sounds-clean"):
            open_table.use(dataset.with_(clean=True))


def _show_speakers(dataset: ObjectSpec, seen: SoundOverview) -> None:
    """Whether whoever speaks in the test may be heard in training."""
    many = sum(seen.counts.values())
    if not 1 < seen.speakers <= many // 5 or seen.parts:
        return
    apart = dataset.config.get("split") == "name"
    told = (
        f"The files' names have {seen.speakers} beginnings, perhaps as many speakers."
        f" {'Those of the test are never heard' if apart else 'All of them are heard'} in training."
    )
    with st.container(key="problem-advice-speakers", gap="xsmall"):
        st.markdown(f":material/lightbulb: {told}")
        label = "Set sounds aside by chance" if apart else "Keep speakers of the test apart"
        if st.button(label, key="sounds-apart", icon=":material/build:"):
            open_table.use(dataset.with_(split="random" if apart else "name"))


def _gallery(seen: SoundOverview) -> Any:
    """uint8 (classes, some, height, width), black where a class has fewer."""
    blocks = list(seen.shown.values())
    some, form = max(map(len, blocks)), blocks[0].shape[1:]
    page = np.zeros((len(seen.counts), some, *form), np.uint8)
    for row, name in enumerate(seen.counts):
        if name in seen.shown:
            page[row, : len(seen.shown[name])] = seen.shown[name]
    return page


def _play(seen: SoundOverview) -> None:
    if not seen.heard:
        return
    name = st.selectbox("Hear one of", list(seen.heard), key="sounds-heard")
    st.audio(seen.heard[name or next(iter(seen.heard))], format="audio/wav")


def look(file: str, name: str) -> SoundOverview:
    """What is in that archive, remembered; DataError where it is not here or holds no sounds."""
    seen = engine_facts.get_or_make(("sounds", file), lambda: _read(file, name))
    if seen is None:
        raise DataError(
            f"{name} holds no sounds in folders of classes.", "Drop other sounds.", "dataset"
        )
    return seen


def _read(file: str, name: str) -> SoundOverview | None:
    """The overview, made where it can do no harm; None for what is not about sounds."""
    path = open_table.find_path({"file": file, "name": name})
    seen: SoundOverview | None = client.call_guarded(
        "sound_overview.overview_file", str(path.resolve()), reads=(path,), light=True
    )
    return seen


def arrive(file: str, name: str) -> bool:
    """Put a project on screen that learns from these sounds; False where they are none.

    Raises:
        LayerwiseError: they cannot be learned from.
    """
    if not name.lower().endswith(".zip"):
        return False
    if (seen := engine_facts.get_or_make(("sounds", file), lambda: _read(file, name))) is None:
        return False
    dataset = sound_dataset.sound_dataset(file, name, seen)
    facts = sound_dataset.expected_facts(dataset)
    title = name.rpartition(".")[0] or name
    current_project.open_training(table_model.suggest(facts, dataset), title)
    return True
