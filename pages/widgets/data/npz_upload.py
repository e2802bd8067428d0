"""Upload of an .npz dataset, and the choice among those in the datasets folder."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import streamlit as st

from builder.errors import DataError
from builder.facts import Problem
from builder.runs.disk import workspace
from builder.spec import Config, ObjectSpec
from pages.widgets.session import current_project, engine_facts, tab_state, widget_sync
from pages.widgets.shared import own_files
from pages.widgets.shared.page_frame import escape_md

LIMIT_MB = 200
"""Megabytes of an upload; larger files go into the datasets folder directly."""


def show() -> None:
    """Offer the files there are and take a new one."""
    with st.expander("Data of your own", icon=":material/upload_file:", key="own-data"):
        st.caption(
            "A NumPy .npz file as Keras keeps them, with the arrays x_train, y_train, x_test and"
            " y_test: numbers, or in x one text a row. Files with Python objects in them are"
            " refused."
        )
        _choose_existing()
        _upload()


def _choose_existing() -> None:
    names = own_files.list_files()
    if not names:
        return
    current = current_project.training().dataset.config.get("file")
    stands = widget_sync.sync_widget("own-file", current if current in names else None, current)
    st.selectbox(
        "Files in the datasets folder",
        names,
        widget_sync.option_index(names, stands),
        key="own-file",
        format_func=own_files.file_title,
        placeholder="Choose a file",
        on_change=_use_existing,
        help=f"{escape_md(str(workspace.datasets_folder()))}; put large files there yourself",
    )


def _use_existing() -> None:
    name = widget_sync.widget_value("own-file")
    if name:
        use_file(str(name))


def use_file(name: str, **settings: str) -> None:
    """Make that file of the datasets folder the dataset on screen."""
    dataset = ObjectSpec(own_files.PLUGIN, Config(settings, file=name))
    current_project.apply_fix(replace(current_project.training(), dataset=dataset))


def _upload() -> None:
    file = st.file_uploader("Add a file", type="npz", key="own-upload", max_upload_size=LIMIT_MB)
    if file is None or tab_state.recall("uploaded") == file.file_id:
        return
    tab_state.remember("uploaded", file.file_id)
    with st.spinner(f"Checking {file.name} …"):
        store_upload(file.name, file.getvalue())
    st.rerun()


def store_upload(name: str, data: bytes) -> None:
    """Check the file, keep it in the datasets folder and make it the dataset on screen.

    Raises:
        DataError: it is no such file; nothing is kept.
    """
    path = free_path(name, data)
    new = not path.exists()
    if new:
        workspace.write(path, data)
    labels, wrong = {}, _find_problem(path.name)
    if wrong and wrong.where == "dataset.labels" and not _find_problem(path.name, labels="values"):
        labels = {"labels": "values"}
        tab_state.add_note(
            f"{wrong.message} They are taken for amounts: the model predicts a number."
        )
    elif wrong:
        if new:
            path.unlink(missing_ok=True)
        message = wrong.message.replace(path.name, own_files.file_title(path.name))
        raise DataError(message, wrong.hint, "dataset")
    use_file(path.name, **labels)


def _find_problem(name: str, **settings: str) -> Problem | None:
    """Why that file cannot be the dataset on screen."""
    trial = replace(
        current_project.training(),
        dataset=ObjectSpec(own_files.PLUGIN, Config(settings, file=name)),
    )
    errors = engine_facts.find_facts(trial).errors
    return next((p for p in errors if p.where.startswith("dataset")), None)


def free_path(name: str, data: bytes) -> Path:
    """Where the file goes: its own name, made harmless; another file of that name stays."""
    folder = workspace.datasets_folder()
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(name).stem).strip("-")[:60] or "data"
    path = folder / f"{stem}.{own_files.browser_mark()}.npz"
    if path.exists() and path.read_bytes() != data:
        path = (
            folder / f"{stem}-{hashlib.sha256(data).hexdigest()[:8]}.{own_files.browser_mark()}.npz"
        )
    return path
