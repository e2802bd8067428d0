"""``backup FILE_OR_FOLDER``: all runs and their numbers in one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from builder.cli.shared_options import Verb
from builder.runs.store import housekeeping


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument(
        "file", metavar="FILE_OR_FOLDER", type=Path, help="a new file or its folder"
    )


def run(given: argparse.Namespace) -> int:
    """Copies the store, also while runs go."""

    made = housekeeping.backup(given.file)
    print(
        f"{made}: to restore it, while no server and no training runs, put it in the workspace as"
        " runs.db and remove runs.db-wal and runs.db-shm."
    )
    return 0


VERB = Verb(
    "backup",
    "copy all runs and their numbers into one file, also while they go; models are not in it",
    arguments,
    run,
)
