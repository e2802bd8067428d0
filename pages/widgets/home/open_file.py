"""Upload of a project or model file: project JSON, Keras JSON, .keras or .h5."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from builder import document
from builder.errors import FileError
from builder.facts import Note
from builder.runs.engine_process import open_model
from builder.spec import TrainingSpec
from pages.widgets.home import paste_code
from pages.widgets.session import current_project, tab_state
from pages.widgets.shared import page_frame

LIMIT_JSON = 8_000_000
"""Bytes of a JSON document we read; the largest Keras applications stay under one million."""

LIMIT_MODEL_MB = 200
"""Megabytes of a model file; the server's own limit is the same."""


CODE = (".py", ".ipynb")
"""Files that are read as Keras code."""


def show() -> None:
    """The upload box; a file that opens becomes a project of its own."""
    file = st.file_uploader(
        "Open a project (.json), a Keras model (.keras, .h5, .json) or code (.py, .ipynb)",
        type=["json", "keras", "h5", "py", "ipynb"],
        key="file-open",
        max_upload_size=LIMIT_MODEL_MB,
        help="Nothing in the file is executed. It is checked in a process of its own first.",
    )
    if file is None or tab_state.recall("opened") == file.file_id:
        return
    tab_state.remember("opened", file.file_id)
    if file.name.lower().endswith(CODE):
        paste_code.report_file(file.name, file.getvalue())
        return
    with st.spinner(f"Reading {file.name} …"):
        training, title, notes = read_file(file.name, file.getvalue())
    current_project.open_training(training, title)
    for note in notes:
        tab_state.add_note(f"{note.where}: {note.message}" if note.where else note.message)
    page_frame.go("model")


def read_file(name: str, data: bytes) -> tuple[TrainingSpec, str, Sequence[Note]]:
    """``(training, title, notes)`` of a file's bytes.

    Raises:
        LayerwiseError: it cannot be read or is refused; says why.
    """
    stem = Path(name).stem
    if name.lower().endswith(".json"):
        return _read_json(data, stem)
    with tempfile.TemporaryDirectory(prefix="layerwise-open-") as folder:
        path = Path(folder) / f"model{Path(name).suffix.lower()}"
        path.write_bytes(data)
        training, notes = open_model.open_as_project(path, name)
    return training, stem, notes


def _read_json(data: bytes, stem: str) -> tuple[TrainingSpec, str, Sequence[Note]]:
    if len(data) > LIMIT_JSON:
        raise FileError(
            f"The JSON has {len(data):,} bytes; {LIMIT_JSON:,} is the most a project can have.",
            "Open the .keras file instead: weights do not belong into JSON.",
        )
    try:
        document_ = json.loads(data)
    except (ValueError, RecursionError):
        raise FileError(
            "This is not a JSON document: it breaks off or holds something else.",
            "Save it again where it came from, or open the .keras file.",
        ) from None
    if not isinstance(document_, dict):
        raise FileError(
            "This JSON is neither a Layerwise project nor a Keras model.",
            "Save a project on the Export page, or a model with model.to_json().",
        )
    if "layerwise" in document_:
        title, training = document.read_document(data)
        return training, title or stem, ()
    with tempfile.TemporaryDirectory(prefix="layerwise-open-") as folder:
        path = Path(folder) / "model.json"
        path.write_bytes(data)
        training, notes = open_model.open_as_project(path, f"{stem}.json")
    return training, stem, notes
