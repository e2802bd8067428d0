"""A data file that has arrived: taken by the project on screen, or made a project of its own."""

from __future__ import annotations

from builder.runs.disk import data_files
from pages.widgets.data import npz_upload, table_screen
from pages.widgets.session import current_project, engine_facts, tab_state

HINT = "CSV, Excel, Parquet, JSON, text, ZIP or .npz"
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
    elif name.lower().endswith(".npz"):
        npz_upload.use_dropped(file, name)
    else:
        table_screen.arrive(file, name)
