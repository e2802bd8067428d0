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
from builder.suggest import bind_table
from pages.widgets.data import npz_upload, picture_screen, sound_screen, table_screen
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
    ):
        table_screen.arrive(file, name)


def _bind(training: TrainingSpec, file: str, name: str) -> bool:
    """Give the project on screen the table that its code awaits; whether it was that.

    Raises:
        LayerwiseError: the file has the awaited name, but it cannot be used.
    """
    awaited = _said_of_data.file_name(training.dataset.config.get("said", Config()))
    if not bind_table.awaits_table(training):
        if hasattr(find_dataset(training.dataset.class_name), "awaits"):
            tab_state.add_note(
                f"The code awaits {awaited or 'other data'}, which cannot be dropped as a table"
                f" yet: {name} became a project of its own."
            )
        return False
    try:
        _bind_table(training, file, name)
    except LayerwiseError:
        if name == awaited:
            raise
        tab_state.add_note(f"The code awaits {awaited}: {name} became a project of its own.")
        return False
    return True


def _bind_table(training: TrainingSpec, file: str, name: str) -> None:
    profile = table_screen.read_profile(file, name)
    dataset = bind_table.awaited_table(training, file, name, profile)
    facts = engine_facts.find_facts(replace(training, dataset=dataset))
    if facts.data is None:
        raise DataError(facts.errors[0].message, facts.errors[0].hint, "dataset")
    bound = bind_table.bind_table(training, dataset, facts.data)
    current_project.push(bound.training)
    for remark in (f"{name} is here: this project has its data.", *bound.remarks):
        tab_state.add_note(remark)
