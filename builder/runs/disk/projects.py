"""Saved projects: one JSON file each, written atomically, with a revision against lost updates, and
a copy beside it for when that is damaged."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from time import time
from typing import Any

from builder import document
from builder.errors import FileError, LayerwiseError, SpecError, StaleError
from builder.runs.disk import data_files, weight_files, workspace
from builder.spec import TrainingSpec

COPY = ".copy"
"""What the name of a project's second file ends with."""

UNREADABLE = (SpecError, ValueError, TypeError, KeyError, RecursionError)
"""What reading a damaged project raises."""


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
        remark: what was wrong with its file, and what was opened instead; "" when all was well.
    """

    token: str
    owner: str
    title: str
    rev: int
    training: TrainingSpec
    saved: float
    remark: str = ""


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
    """The project of that token; its copy where its file is missing or damaged.

    Raises:
        FileError: there is none, or both files are damaged (the newer is kept as ``.damaged``).
        SpecError: it was written by a newer Layerwise; the file is left as it is.
    """
    path = _path(token)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return _load_copy(token, "it was found damaged earlier")
    except OSError as error:
        raise FileError(f"The project cannot be read: {error.strerror}.") from error
    try:
        return _read_project(token, data)
    except UNREADABLE as error:
        if _newer(data):
            raise
        os.replace(path, path.with_suffix(".damaged"))
        return _load_copy(token, str(error))


def _load_copy(token: str, why: str) -> Project:
    """The copy takes the place of the file that is missing or was put aside."""
    path = _path(token)
    aside = path.with_suffix(".damaged")
    try:
        copy = _read_project(token, path.with_suffix(COPY).read_bytes())
    except (OSError, *UNREADABLE):
        if aside.exists():
            raise _damage(aside, why) from None
        raise FileError(
            "There is no project at this address.", "Check the link, or open one of yours."
        ) from None
    gone = "damaged" if aside.exists() else "missing"
    remark = f"The file of the project '{copy.title}' was {gone}; its copy took its place."
    return replace(_write(copy), remark=remark)


def save(token: str, rev: int, title: str, training: TrainingSpec) -> Project:
    """Saves what began as ``rev``; the answer has the next rev.

    Raises:
        StaleError: someone (perhaps another tab) saved since; nothing was written.
        FileError: no such project, no space …
    """
    with _lock():
        old = load(token)
        if old.rev > rev:  # less it is where the copy was of the version before
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
    for name in {path.stem for path in _folder().iterdir() if path.suffix in (".json", COPY)}:
        if not workspace.is_token(name):
            continue
        # one broken file must not hide the others; load() has set it aside
        with contextlib.suppress(LayerwiseError):
            project = load(name)
            if owner in (project.owner, None):
                projects.append(project)
    return sorted(projects, key=lambda p: p.saved, reverse=True)


def list_damaged() -> list[DamagedProject]:
    """Project files that could not be read and were kept aside."""
    damaged = sorted(_folder().glob("*.damaged"))
    return [
        DamagedProject(path.stem, path, _damage(path, _place(path)).message) for path in damaged
    ]


def _place(aside: Path) -> str:
    """What stands in the place of a file put aside."""
    if aside.with_suffix(".json").exists():
        return "its copy took its place."
    return "it could not be read."


def delete(token: str) -> None:
    """Removes the project; nothing happens when there is none."""
    with _lock():
        with contextlib.suppress(LayerwiseError):
            _keep_files_a_day(load(token).training)
        for suffix in (COPY, ".json"):  # else the copy would take the file's place
            _path(token).with_suffix(suffix).unlink(missing_ok=True)


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
    doc["checksum"] = _checksum(doc)
    data = json.dumps(doc, indent=2, ensure_ascii=False).encode()
    path = _path(project.token)
    workspace.write(path, data)
    with contextlib.suppress(OSError):  # not synchronised, for nobody should wait for it
        partial = path.with_name(f".{path.stem}.part")
        partial.write_bytes(data)
        os.replace(partial, path.with_suffix(COPY))
    return project


def _read_project(token: str, data: bytes) -> Project:
    title, training = document.read_document(data)
    doc = json.loads(data)
    if doc.pop("checksum", None) not in (None, _checksum(doc)):
        raise SpecError("A letter in it is not as it was written.")
    rev, owner, saved = doc["rev"], doc["owner"], float(doc["saved"])
    if not isinstance(rev, int) or not isinstance(owner, str):
        raise SpecError("The project's 'rev' must be a whole number and 'owner' a text.")
    return Project(token, owner, title, rev, training, saved)


def _checksum(doc: Any) -> str:
    """The SHA-256 of what a document says, however it is laid out."""
    return hashlib.sha256(json.dumps(doc, sort_keys=True).encode()).hexdigest()


def _newer(data: bytes) -> bool:
    try:
        doc: Any = json.loads(data)
    except (ValueError, RecursionError):
        return False
    version = doc.get("layerwise") if isinstance(doc, dict) else None
    return isinstance(version, int) and version > document.VERSION


def _damage(path: Path, why: str) -> FileError:
    return FileError(
        f"This project's file is damaged and was kept aside as {path.name}: {why}",
        "Open another project; the file can be repaired by hand, then without its checksum.",
    )
