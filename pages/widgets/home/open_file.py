"""Files dropped on Home: projects, Keras models, code and data, each opened as what it is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from builder import document, formatting
from builder.datasets._folders import find_file
from builder.errors import FileError, LayerwiseError
from builder.facts import Note
from builder.runs.engine_process import open_model
from builder.runs.scheduler import jobs
from builder.spec import TrainingSpec
from pages.widgets.data import arrived_file
from pages.widgets.home import paste_code
from pages.widgets.session import browser, current_project, tab_state
from pages.widgets.shared import drop_zone, page_frame
from pages.widgets.shared.drop_zone import DroppedFile

LIMIT_JSON = 8_000_000
"""Bytes of a JSON document we read; the largest Keras applications stay under one million."""

CODE = (".py", ".ipynb")
"""Files that are read as Keras code."""

MODEL_KEYS = frozenset({"layerwise", "class_name", "modelTopology"})
"""One of these stands in the JSON of a project or a model; other JSON is data."""

FIRST_KEY = re.compile(rb'\s*\{\s*"(\w+)"')

HINT = (
    f"Data: {arrived_file.HINT}. A model or project: .keras, .h5, .hdf5, .json, or a ZIP with a"
    " model of TensorFlow or TensorFlow.js. Code: .py, .ipynb."
)


def show() -> None:
    """The place to drop files: a model becomes a project, code is read, data go to the project."""
    steps: set[str] = set()
    drop_zone.show("home-files", HINT, lambda dropped: steps.add(_use(dropped)))
    for step in ("data", "model"):
        if step in steps:
            page_frame.go(step)


def _use(dropped: DroppedFile) -> str:
    """The step on which it is shown what came of the file; "" for this one."""
    path, name = find_file(dropped.file), dropped.name
    if path is None:
        raise FileError(f"{name} is no longer here.", "Drop it again.")
    with st.spinner(f"Reading {name} …"):
        if name.lower().endswith(CODE):
            paste_code.report_file(name, _read_text(path, name))
            return ""
        if not is_model(path, name):
            arrived_file.receive(dropped.file, name)
            return "data"
        training, title, notes = read_file(name, path)
    current_project.open_training(training, title)
    _use_as_it_is(training)
    for note in notes:
        tab_state.add_note(f"{note.where}: {note.message}" if note.where else note.message)
    return "model"


def _use_as_it_is(training: TrainingSpec) -> None:
    """A model with its weights can predict at once: it stands among the trained models."""
    if not training.weights:
        return
    current_project.ensure_saved()
    try:
        jobs.keep_opened(training, current_project.token(), browser.owner())
    except LayerwiseError as error:
        tab_state.add_note(f"It cannot be used before it is trained: {error.message}")
    else:
        tab_state.add_note("It can predict as it is: see the pages Predict, Draw and Evaluate.")


def is_model(path: Path, name: str) -> bool:
    """Whether a file is a project or a model, or a broken one; everything else is data."""
    if not name.lower().endswith(".json"):
        return open_model.is_model(path, name)
    if path.stat().st_size > LIMIT_JSON:
        return False
    data = path.read_bytes()
    try:
        known = json.loads(data)
    except (ValueError, RecursionError):
        first = FIRST_KEY.match(data)
        return first is not None and first[1].decode() in MODEL_KEYS
    if not isinstance(known, dict):
        return False
    first = isinstance(known.get("layers"), list) and "name" in known  # before Keras 1.0
    return first or not MODEL_KEYS.isdisjoint(known)


def _read_text(path: Path, name: str) -> bytes:
    if path.stat().st_size > LIMIT_JSON:
        raise FileError(
            f"{name} has more than {formatting.size(LIMIT_JSON)}; no code is that long.",
            "Drop the script or notebook alone.",
        )
    return path.read_bytes()


def read_file(name: str, path: Path) -> tuple[TrainingSpec, str, Sequence[Note]]:
    """``(training, title, notes)`` of a project or a model.

    Args:
        name: what people call the file.
        path: where it lies.

    Raises:
        LayerwiseError: it cannot be read or is refused; says why.
    """
    stem = Path(name).stem
    if name.lower().endswith(".json"):
        document_ = _read_json(path)
        if "layerwise" in document_:
            title, training = document.read_document(path.read_bytes())
            return training, title or stem, ()
    training, notes = open_model.open_as_project(path, name)
    return training, stem, notes


def _read_json(path: Path) -> dict[str, Any]:
    if (size := path.stat().st_size) > LIMIT_JSON:
        raise FileError(
            f"The JSON has {size:,} bytes; {LIMIT_JSON:,} is the most a project can have.",
            "Open the .keras file instead: weights do not belong into JSON.",
        )
    try:
        document_ = json.loads(path.read_bytes())
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
    return document_
