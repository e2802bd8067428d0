"""A data file that has arrived: taken by the project on screen, or made a project of its own."""

from __future__ import annotations

from dataclasses import replace

from builder.datasets import _said_of_data
from builder.datasets.registry import find_dataset
from builder.errors import DataError, LayerwiseError
from builder.media.picture_headers import SUFFIXES as PICTURES
from builder.media.sound_headers import SUFFIXES as SOUNDS
from builder.runs.disk import data_files
from builder.spec import Config, TrainingSpec
from builder.suggest import table_dataset
from builder.suggest.bind import bind_data
from pages.widgets.data import (
    further_file,
    npz_upload,
    open_table,
    picture_screen,
    sound_screen,
    table_screen,
)
from pages.widgets.session import current_project, engine_facts, tab_state

HINT = "CSV, Excel, Parquet, JSON, text, .npz; pictures or sounds in folders, as a ZIP or dropped"
"""Which files are data."""


def receive(file: str, name: str) -> None:
    """Take the data file of that SHA-256, which its owner calls ``name``.

    Raises:
        LayerwiseError: it cannot be used; says why.
    """
    training = current_project.training()
    if file in data_files.files_of(training):
        engine_facts.forget_data()
        tab_state.add_note(f"{name} is here: this project has its data.")
    elif name.lower().endswith((*PICTURES, *SOUNDS)):
        raise DataError(
            f"{name} alone has no class to learn.",
            "Drop the folder that holds a folder for each class, or collect pictures class by class"
            " on the Data page.",
        )
    elif name.lower().endswith(".npz"):
        npz_upload.use_dropped(file, name)
    elif not (
        picture_screen.arrive(file, name)
        or sound_screen.arrive(file, name)
        or _bind(training, file, name)
        or _take_further(training, file, name)
    ):
        table_screen.arrive(file, name)
        further_file.take_back(training.dataset)


def _take_further(training: TrainingSpec, file: str, name: str) -> bool:
    """Whether the file belongs to the table on screen."""
    if training.dataset.class_name != table_dataset.CLASS_NAME:
        return False
    return further_file.take(file, name, open_table.read_profile(file, name))


def _bind(training: TrainingSpec, file: str, name: str) -> bool:
    """Give the project on screen the table that its code awaits; whether it was that.

    Raises:
        LayerwiseError: the file has the awaited name, but it cannot be used.
    """
    awaited = _said_of_data.file_name(training.dataset.config.get("said", Config()))
    if not bind_data.awaits_file(training):
        if hasattr(find_dataset(training.dataset.class_name), "awaits"):
            tab_state.add_note(
                f"The code awaits {awaited or 'other data'}, which cannot be dropped yet: {name}"
                " became a project of its own."
            )
        return False
    try:
        _bind_file(training, file, name)
    except LayerwiseError as error:
        if name == awaited:
            raise
        tab_state.add_note(
            f"The code awaits {awaited or 'other data'}: {name} became a project of its own."
            f" {error.message}"
        )
        return False
    return True


def _bind_file(training: TrainingSpec, file: str, name: str) -> None:
    profile = open_table.read_profile(file, name)
    datasets = bind_data.awaited_datasets(training, file, name, profile)
    found = [engine_facts.find_facts(replace(training, dataset=d)) for d in datasets]
    best = bind_data.choose([f.data for f in found])
    if best is None:
        raise DataError(found[-1].errors[0].message, found[-1].errors[0].hint, "dataset")
    data = found[best].data
    assert data is not None
    bound = bind_data.bind(training, datasets[best], data)
    current_project.push(bound.training)
    for remark in (f"{name} is here: this project has its data.", *bound.remarks):
        tab_state.add_note(remark)
