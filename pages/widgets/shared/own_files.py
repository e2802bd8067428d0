"""Uploaded data files: which a browser may choose, and their names as their owner gave them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from builder.datasets.registry import all_datasets
from builder.runs.disk import workspace
from builder.spec import ObjectSpec, TrainingSpec
from pages.widgets.session import browser, current_project

MARK = re.compile(r"\.([0-9a-f]{10})\.npz$")
"""What an upload's name ends with: whose it is, so that nobody sees another's file by accident."""

PLUGIN = "NpzFile"
"""The dataset plugin that reads such files."""


def list_files() -> list[str]:
    """Names of the .npz files this browser may choose: those put into the folder, and its own."""
    folder = workspace.datasets_folder()
    names = sorted(p.name for p in folder.glob("*.npz")) if folder.is_dir() else []
    return [n for n in names if not (mark := MARK.search(n)) or mark[1] == browser_mark()]


def browser_mark() -> str:
    """What the names of this browser's uploads carry: ten digits made of its token."""
    return hashlib.sha256(browser.owner().encode()).hexdigest()[:10]


def file_title(name: str) -> str:
    """A file's name as its owner gave it."""
    return MARK.sub(".npz", name)


def with_owner_names(source: str, dataset: ObjectSpec) -> str:
    """A script's lines with the file's name as its owner has it at home."""
    name = str(dataset.config.get("file", "")) if dataset.class_name == PLUGIN else ""
    return source.replace(repr(name), repr(file_title(name))) if name else source


def with_stored_names(training: TrainingSpec) -> TrainingSpec:
    """The reverse: the file of that name that is in use, else one of this browser's."""
    name = training.dataset.config.get("file")
    if training.dataset.class_name != PLUGIN or not name:
        return training
    names = (str(current_project.training().dataset.config.get("file", "")), *list_files())
    kept = next((n for n in names if name in (n, file_title(n))), name)
    return replace(training, dataset=training.dataset.with_(file=kept))


def dataset_title(dataset: ObjectSpec) -> str:
    """What people call a dataset: a file of one's own by its name, others as their plugin says."""
    file = dataset.config.get("file") if dataset.class_name == PLUGIN else None
    if file:
        return file_title(str(file))
    plugin = all_datasets().get(dataset.class_name)
    return plugin.TITLE if plugin else dataset.class_name
