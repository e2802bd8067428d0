"""Download of a Keras dataset: asked first, with progress and cancel, or a built-in one instead."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from builder import formatting
from builder.datasets.registry import all_datasets, find_dataset
from builder.runs.engine_process import downloads
from builder.runs.engine_process.downloads import DownloadProgress
from builder.spec import ObjectSpec
from pages.widgets.session import current_project, engine_facts
from pages.widgets.shared import page_frame
from pages.widgets.shared.page_frame import escape_md

INSTEAD = {"Images": "Digits", "Tables": "Diabetes", "Text": "ReviewTexts"}
"""Palette group of a downloaded dataset → the built-in one offered in its place."""


def show(dataset: ObjectSpec) -> None:
    """Offer the download of a dataset that is not there, or watch it."""
    plugin = all_datasets().get(dataset.class_name)
    if plugin is None or plugin.OFFLINE:
        return
    going = downloads.download_progress(dataset.class_name)
    if going and going.status == "running":
        _watch(dataset.class_name)
        return
    if going and going.error:
        st.warning(escape_md(going.error), icon=":material/cloud_off:")
    st.markdown(
        f"**{escape_md(plugin.TITLE)}** comes from the internet, once; Keras keeps it on this"
        " machine."
    )
    with st.container(horizontal=True, key="download"):
        st.button(
            "Try again" if going else "Download it",
            key="download-start",
            type="primary",
            icon=":material/download:",
            on_click=_start,
            args=(dataset,),
        )
        other = INSTEAD.get(plugin.ENTRY.group, "Digits")
        st.button(
            f"Use {escape_md(find_dataset(other).TITLE)} instead",
            key="download-instead",
            on_click=_use,
            args=(other,),
        )


@page_frame.safe
def _start(dataset: ObjectSpec) -> None:
    downloads.start_download(dataset)


@page_frame.safe
def _use(class_name: str) -> None:
    current_project.apply_fix(replace(current_project.training(), dataset=ObjectSpec(class_name)))


@st.fragment(run_every=0.5)
@page_frame.safe
def _watch(name: str) -> None:
    going = downloads.download_progress(name)
    if going is None or going.status != "running":
        engine_facts.forget_data()
        st.rerun()
    st.progress(going.fraction or 0.0, text=progress_text(going))
    st.button(
        "Cancel",
        key="download-cancel",
        icon=":material/close:",
        on_click=downloads.cancel_download,
        args=(name,),
    )


def progress_text(going: DownloadProgress) -> str:
    """``"Downloading mnist.npz: 3.2 MB of 11.5 MB"``."""
    if not going.file:
        return "Waiting for the server …"
    of = f" of {formatting.size(going.total)}" if going.total else ""
    return f"Downloading {escape_md(going.file)}: {formatting.size(going.done)}{of}"
