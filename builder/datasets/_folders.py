"""Where a person's files lie: the workspace, the datasets folder, and a file by its SHA-256."""

from __future__ import annotations

import os
import re
from pathlib import Path

from builder.errors import DataError

SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
"""What names a file by its content."""

FILES = "files"
"""The folder of data files in the workspace."""


def workspace() -> Path:
    """Where everything is kept: LAYERWISE_HOME, or ``layerwise`` in the user's data directory."""
    if home := os.environ.get("LAYERWISE_HOME"):
        return Path(home).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("layerwise"))


def datasets() -> Path:
    """Where a person puts dataset files: LAYERWISE_DATA, or ``datasets`` in the workspace."""
    folder = os.environ.get("LAYERWISE_DATA")
    return Path(folder).expanduser() if folder else workspace() / "datasets"


def find_file(file: object, folder: str = FILES, suffix: str = "") -> Path | None:
    """The file of that SHA-256 in that folder of the workspace; None when it is no such name or
    not there."""
    if not isinstance(file, str) or not SHA256.fullmatch(file):
        return None
    path = workspace() / folder / f"{file}{suffix}"
    return path if path.is_file() else None


def data_file(file: object, name: str) -> Path:
    """The data file of that SHA-256, which its owner called ``name``.

    Raises:
        DataError: it is not in this workspace: never dropped here, or deleted.
    """
    if path := find_file(file):
        return path
    raise DataError(
        f"The file {name or 'of this project'} is not in this workspace.",
        "Drop it on the Data page: the project takes the same file from any computer.",
        "dataset.file",
    )
