"""The table of the project on screen: what is in it, and how it becomes another dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from builder.datasets._folders import find_file
from builder.datasets._table_format import table_format
from builder.datasets.table_file import ENTRY
from builder.errors import DataError
from builder.runs.engine_process import client
from builder.spec import ObjectSpec
from builder.suggest import table_model
from builder.tables.table_records import TableFormat, TableOverview, TableProfile
from pages.widgets.session import current_project, engine_facts


def look(dataset: ObjectSpec) -> TableOverview:
    """Profile, task and warnings of the table, from the engine's process, remembered.

    Raises:
        DataError: the file is not here or cannot be read.
    """
    config = {**ENTRY.args, **dataset.config}
    path = find_path(config)
    kinds = {**config["inputs"], **config["targets"]}
    asked = (
        table_format(config["format"]),
        kinds,
        list(config["targets"]),
        list(config["inputs"]),
    )
    overview: TableOverview = engine_facts.get_or_make(
        ("table", dataset),
        lambda: read(path, *asked),
    )
    return overview


def find_path(config: Mapping[str, Any]) -> Path:
    """The file of a dataset; DataError where it is not here."""
    path = find_file(config.get("file"))
    if path is None:
        raise DataError(
            f"The file {config.get('name') or 'of this project'} is not in this workspace.",
            "Drop it here again: the project takes it from any computer.",
            "dataset.file",
        )
    return path


def read(path: Path, *asked: Any) -> TableOverview:
    """The overview of a file nobody vouches for, made where it can do no harm."""
    overview: TableOverview = client.call_guarded(
        "table_overview.overview_file", str(path.resolve()), *asked, reads=(path,), light=True
    )
    return overview


def read_profile(
    file: str,
    name: str,
    form: TableFormat = TableFormat(),  # noqa: B008 - frozen
) -> TableProfile:
    """What is in a file; raises DataError as ``look``."""
    return read(find_path({"file": file, "name": name}), form).profile


def use(dataset: ObjectSpec) -> None:
    """Make it the dataset on screen; a suggested model follows it."""
    follow(dataset)
    st.rerun()


def follow(dataset: ObjectSpec) -> None:
    """As ``use``, in a callback."""
    training = current_project.training()
    new = engine_facts.find_facts(replace(training, dataset=dataset))
    old = current_project.data_facts()
    if new.data is None or old is None:
        current_project.push(replace(training, dataset=dataset))
    else:
        current_project.push(table_model.follow(training, old, new.data, dataset))
