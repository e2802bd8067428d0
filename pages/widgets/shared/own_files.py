"""Data files of one's own: which a browser may choose, and their names as their owner gave them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from builder.datasets import _folders
from builder.datasets.registry import all_datasets
from builder.runs.disk import data_files, projects
from builder.runs.disk.projects import Project
from builder.spec import ObjectSpec, TrainingSpec
from pages.widgets.session import browser, current_project

MARK = re.compile(r"\.([0-9a-f]{10})\.npz$")
"""What the names of uploads ended with when they lay in the datasets folder: whose they are."""

PLUGIN = "NpzFile"
"""The dataset plugin that reads such files."""


@dataclass(frozen=True)
class OwnFile:
    """A data file that this browser's projects speak of.

    Args:
        file: its SHA-256.
        name: as its owner calls it.
        projects: those that need it.
    """

    file: str
    name: str
    projects: tuple[Project, ...]


def list_own() -> list[OwnFile]:
    """The data files of this browser's projects, whether they are here or not; newest first."""
    users: dict[tuple[str, str], list[Project]] = {}
    for project in projects.list_projects(browser.owner()):
        for file in data_files.files_of(project.training):
            name = _name_of(project.training.dataset, file)
            users.setdefault((file, name), []).append(project)
    return [OwnFile(file, name or file[:8], tuple(p)) for (file, name), p in users.items()]


def _name_of(dataset: ObjectSpec, file: str) -> str:
    """What the owner of a dataset calls one of its files."""
    further = dataset.config.get("more")
    for name, one in further.items() if isinstance(further, Mapping) else ():
        if isinstance(one, Mapping) and one.get("file") == file:
            return str(name)
    return str(dataset.config.get("name", ""))


def list_folder() -> list[str]:
    """The .npz files of the datasets folder: those somebody put there, and this browser's own."""
    folder = _folders.datasets()
    names = sorted(p.name for p in folder.glob("*.npz")) if folder.is_dir() else []
    return [n for n in names if not (mark := MARK.search(n)) or mark[1] == browser_mark()]


def browser_mark() -> str:
    """What the names of this browser's uploads carried: ten digits made of its token."""
    return hashlib.sha256(browser.owner().encode()).hexdigest()[:10]


def file_title(name: str) -> str:
    """The name of a file in the datasets folder as its owner gave it."""
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
    now = current_project.training().dataset
    known = [now.config] if now.class_name == PLUGIN else []
    known += [{"file": own.file, "name": own.name} for own in list_own()]
    known += [{"file": file} for file in list_folder()]
    kept = next((k for k in known if name in (k.get("name"), k["file"], file_title(k["file"]))), {})
    found = {key: kept[key] for key in ("file", "name") if key in kept}
    return replace(training, dataset=training.dataset.with_(**found))


def dataset_title(dataset: ObjectSpec) -> str:
    """What people call a dataset: a file of one's own by its name, others as their plugin says."""
    name = dataset.config.get("name") or dataset.config.get("file")
    plugin = all_datasets().get(dataset.class_name)
    if plugin and plugin.CONTENTS.is_guess and name:
        return file_title(str(name))
    return plugin.TITLE if plugin else dataset.class_name
