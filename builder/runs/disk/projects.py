"""Saved projects: one JSON file each, written atomically, with a revision against lost updates."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

from builder import document
from builder.errors import FileError, LayerwiseError, SpecError, StaleError
from builder.runs.disk import data_files, weight_files, workspace
from builder.spec import TrainingSpec


@dataclass(frozen=True, slots=True)
class Project:
    """A person's saved experiment.

    Args:
        token: its unguessable name; who knows it may open it.
        owner: the browser or person it belongs to; "" for nobody.
        title: for people.
        rev: counts the saves; a save must name the rev it started from.
        training: the experiment.
        saved: seconds since the epoch.
    """

    token: str
    owner: str
    title: str
    rev: int
    training: TrainingSpec
    saved: float


@dataclass(frozen=True, slots=True)
class DamagedProject:
    """A project file that could not be read, kept aside under ``path``; ``message`` says why."""

    token: str
    path: Path
    message: str


def create(owner: str, title: str, training: TrainingSpec) -> Project:
    """A new project, saved; raises FileError when it cannot be written."""
    return _write(Project(workspace.token(), owner, title, 1, training, time()))


def load(token: str) -> Project:
    """The project of that token.

    Raises:
        FileError: there is none, or its file is damaged (it is then kept aside as ``.damaged``).
        SpecError: it was written by a newer Layerwise; the file is left as it is.
    """
    path = _path(token)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        aside = path.with_suffix(".damaged")
        if aside.exists():
            raise _damage(aside, "it was found damaged earlier") from None
        raise FileError(
            "There is no project at this address.", "Check the link, or open one of yours."
        ) from None
    except OSError as error:
        raise FileError(f"The project cannot be read: {error.strerror}.") from error
    try:
        return _read_project(token, data)
    except (SpecError, ValueError, TypeError, KeyError, RecursionError) as error:
        if _newer(data):
            raise
        aside = path.with_suffix(".damaged")
        os.replace(path, aside)
        raise _damage(aside, str(error)) from error


def save(token: str, rev: int, title: str, training: TrainingSpec) -> Project:
    """Saves what began as ``rev``; the answer has the next rev.

    Raises:
        StaleError: someone (perhaps another tab) saved since; nothing was written.
        FileError: no such project, no space …
    """
    with _lock():
        old = load(token)
        if old.rev != rev:
            raise StaleError(
                f"This project was changed elsewhere: you have version {rev}, version {old.rev} is"
                " saved.",
                "Reload to see the saved version, or save yours as a copy.",
            )
        _keep_files_a_day(old.training)
        return _write(Project(token, old.owner, title, rev + 1, training, time()))


def list_projects(owner: str | None) -> list[Project]:
    """The owner's projects, or everybody's, last saved first; unreadable ones are in
    ``list_damaged()``."""
    projects = []
    for path in _folder().glob("*.json"):
        if not workspace.is_token(path.stem):
            continue
        # one broken file must not hide the others; load() has set it aside
        with contextlib.suppress(LayerwiseError):
            project = load(path.stem)
            if owner in (project.owner, None):
                projects.append(project)
    return sorted(projects, key=lambda p: p.saved, reverse=True)


def list_damaged() -> list[DamagedProject]:
    """Project files that could not be read and were kept aside."""
    return [
        DamagedProject(path.stem, path, _damage(path, "it could not be read").message)
        for path in sorted(_folder().glob("*.damaged"))
    ]


def delete(token: str) -> None:
    """Removes the project; nothing happens when there is none."""
    with _lock():
        with contextlib.suppress(LayerwiseError):
            _keep_files_a_day(load(token).training)
        _path(token).unlink(missing_ok=True)


def _keep_files_a_day(training: TrainingSpec) -> None:
    weight_files.keep_a_day(training)
    data_files.keep_a_day(training)


def _folder() -> Path:
    return workspace.folder("projects")


def _path(token: str) -> Path:
    if not workspace.is_token(token):
        raise FileError("This is not a project address.", "Check the link for missing letters.")
    return _folder() / f"{token}.json"


def _lock() -> contextlib.AbstractContextManager[None]:
    return workspace.lock(_folder() / ".lock")


def _write(project: Project) -> Project:
    doc = json.loads(document.to_json(project.training, title=project.title))
    doc |= {"owner": project.owner, "rev": project.rev, "saved": project.saved}
    data = json.dumps(doc, indent=2, ensure_ascii=False).encode()
    workspace.write(_path(project.token), data)
    return project


def _read_project(token: str, data: bytes) -> Project:
    title, training = document.read_document(data)
    doc = json.loads(data)
    rev, owner, saved = doc["rev"], doc["owner"], float(doc["saved"])
    if not isinstance(rev, int) or not isinstance(owner, str):
        raise SpecError("The project's 'rev' must be a whole number and 'owner' a text.")
    return Project(token, owner, title, rev, training, saved)


def _newer(data: bytes) -> bool:
    try:
        doc: Any = json.loads(data)
    except (ValueError, RecursionError):
        return False
    version = doc.get("layerwise") if isinstance(doc, dict) else None
    return isinstance(version, int) and version > document.VERSION


def _damage(path: Path, why: str) -> FileError:
    return FileError(
        f"This project's file is damaged and was kept aside as {path}: {why}",
        "Open another project; the file can be repaired by hand.",
    )
