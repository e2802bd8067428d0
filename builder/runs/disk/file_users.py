"""Which projects need a data file, and deleting it."""

from __future__ import annotations

from builder.datasets._folders import find_file
from builder.errors import FileError
from builder.runs.disk import data_files, projects
from builder.runs.disk.projects import Project


def list_users(file: str, owner: str | None) -> list[Project]:
    """The projects of that owner, or everybody's, whose data are in that file."""
    found = projects.list_projects(owner)
    return [p for p in found if file in data_files.files_of(p.training)]


def delete(file: str, owner: str) -> None:
    """Removes a data file; the owner's projects that need it say so until it is dropped again.

    Raises:
        FileError: somebody else's project needs it, too, or it cannot be removed.
    """
    if len(list_users(file, None)) > len(list_users(file, owner)):
        raise FileError(
            "A project of somebody else on this server needs the same file, so it stays.",
            "Nothing is to be done: it goes when nobody needs it any more.",
        )
    try:
        if path := find_file(file):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(f"The file cannot be deleted: {error.strerror}.") from error
