"""Forget decoded pictures that nobody has read for a while: they can be made again."""

from __future__ import annotations

import contextlib
import shutil
from time import time

from builder.datasets._decoded_examples import FOLDER
from builder.runs.disk import workspace

UNREAD_SECONDS = 7 * 86_400.0
"""How long they are kept after they were read last."""


def remove_unread() -> None:
    """Removes what was read last before that, and what a crash left half made."""
    old = time() - UNREAD_SECONDS
    for kept in workspace.folder(FOLDER).iterdir():
        with contextlib.suppress(OSError):  # it may go, or be asked for, while we look
            if kept.stat().st_mtime >= old:
                continue
            if kept.is_dir():
                shutil.rmtree(kept, ignore_errors=True)
            else:
                kept.unlink()
