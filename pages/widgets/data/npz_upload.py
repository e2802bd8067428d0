"""Data of one's own: an .npz file given here, or one lying in the datasets folder."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import streamlit as st

from builder.datasets.registry import all_datasets
from builder.errors import DataError
from builder.facts import Problem
from builder.runs.disk import workspace
from builder.spec import Config, ObjectSpec, TrainingSpec
from pages.widgets.session import current_project
from pages.widgets.shared.page_frame import plain

MARK = re.compile(r"\.([0-9a-f]{10})\.npz$")
"""What an upload's name ends with: whose it is, so that nobody sees another's file by accident."""

PLUGIN = "NpzFile"
"""The dataset plugin that reads such files."""

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
        _existing()
        _upload()


def files() -> list[str]:
    """Names of the .npz files this browser may choose: those put into the folder, and its own."""
    folder = workspace.datasets_folder()
    names = sorted(p.name for p in folder.glob("*.npz")) if folder.is_dir() else []
    return [n for n in names if not (mark := MARK.search(n)) or mark[1] == _mine()]


def _mine() -> str:
    return hashlib.sha256(current_project.owner().encode()).hexdigest()[:10]


def title(name: str) -> str:
    """A file's name as its owner gave it."""
    return MARK.sub(".npz", name)


def as_given(source: str, dataset: ObjectSpec) -> str:
    """A script's lines with the file's name as its owner has it at home."""
    name = str(dataset.config.get("file", "")) if dataset.class_name == PLUGIN else ""
    return source.replace(repr(name), repr(title(name))) if name else source


def as_kept(training: TrainingSpec) -> TrainingSpec:
    """``as_given`` undone: the file of that name that is in use, else one of this browser's."""
    given = training.dataset.config.get("file")
    if training.dataset.class_name != PLUGIN or not given:
        return training
    names = (str(current_project.training().dataset.config.get("file", "")), *files())
    kept = next((n for n in names if given in (n, title(n))), given)
    return replace(training, dataset=training.dataset.with_(file=kept))


def called(dataset: ObjectSpec) -> str:
    """What people call a dataset: a file of one's own by its name, others as their plugin says."""
    file = dataset.config.get("file") if dataset.class_name == PLUGIN else None
    if file:
        return title(str(file))
    plugin = all_datasets().get(dataset.class_name)
    return plugin.TITLE if plugin else dataset.class_name


def _existing() -> None:
    names = files()
    if not names:
        return
    current = current_project.training().dataset.config.get("file")
    stands = current_project.hold("own-file", current if current in names else None, current)
    st.selectbox(
        "Files in the datasets folder",
        names,
        current_project.place(names, stands),
        key="own-file",
        format_func=title,
        placeholder="Choose a file",
        on_change=_use_existing,
        help=f"{plain(str(workspace.datasets_folder()))}; put large files there yourself",
    )


def _use_existing() -> None:
    name = current_project.typed("own-file")
    if name:
        use(str(name))


def use(name: str, **settings: str) -> None:
    """Make that file of the datasets folder the dataset on screen."""
    dataset = ObjectSpec(PLUGIN, Config(settings, file=name))
    current_project.fix(replace(current_project.training(), dataset=dataset))


def _upload() -> None:
    file = st.file_uploader("Add a file", type="npz", key="own-upload", max_upload_size=LIMIT_MB)
    if file is None or current_project.recall("uploaded") == file.file_id:
        return
    current_project.remember("uploaded", file.file_id)
    with st.spinner(f"Checking {file.name} …"):
        keep(file.name, file.getvalue())
    st.rerun()


def keep(name: str, data: bytes) -> None:
    """Check the file, keep it in the datasets folder and make it the dataset on screen.

    Raises:
        DataError: it is no such file; nothing is kept.
    """
    path = free_path(name, data)
    new = not path.exists()
    if new:
        workspace.write(path, data)
    labels, wrong = {}, _wrong(path.name)
    if wrong and wrong.where == "dataset.labels" and not _wrong(path.name, labels="values"):
        labels = {"labels": "values"}
        current_project.note(
            f"{wrong.message} They are taken for amounts: the model predicts a number."
        )
    elif wrong:
        if new:
            path.unlink(missing_ok=True)
        message = wrong.message.replace(path.name, title(path.name))
        raise DataError(message, wrong.hint, "dataset")
    use(path.name, **labels)


def _wrong(name: str, **settings: str) -> Problem | None:
    """Why that file cannot be the dataset on screen."""
    trial = replace(
        current_project.training(), dataset=ObjectSpec(PLUGIN, Config(settings, file=name))
    )
    found = current_project.facts_of(trial).errors
    return next((p for p in found if p.where.startswith("dataset")), None)


def free_path(name: str, data: bytes) -> Path:
    """Where the file goes: its own name, made harmless; another file of that name stays."""
    folder = workspace.datasets_folder()
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(name).stem).strip("-")[:60] or "data"
    path = folder / f"{stem}.{_mine()}.npz"
    if path.exists() and path.read_bytes() != data:
        path = folder / f"{stem}-{hashlib.sha256(data).hexdigest()[:8]}.{_mine()}.npz"
    return path
