"""Tag, archive, delete and back up runs; remove unused files and measure disk usage."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

from builder.errors import FileError, TrainingError
from builder.runs.disk import data_files, decoded_files, dedup, weight_files, workspace
from builder.runs.store import progress, run_copies, run_store
from builder.runs.store.database import database

NOTE_CHARACTERS = 10_000
TAGS = 20
TAG_CHARACTERS = 40

COUNTED_SECONDS = 15.0
"""How long a count of the workspace's bytes is good for."""

_counted: dict[Path, tuple[float, int]] = {}


def archive(run_id: str, archived: bool = True) -> None:
    """Puts the run out of sight, or back; TrainingError when there is none."""
    run_store.row(run_id)
    database().change("UPDATE runs SET archived = ? WHERE id = ?", int(archived), run_id)
    run_copies.write(run_id)


def set_tags(run_id: str, tags: tuple[str, ...]) -> None:
    """Sets the run's tags: trimmed, each once, in the order given.

    Raises:
        TrainingError: there is no such run, or the tags are too many or too long.
    """
    run_store.row(run_id)
    kept = list(dict.fromkeys(stripped for t in tags if (stripped := " ".join(t.split()))))
    long = next((t for t in kept if len(t) > TAG_CHARACTERS), None)
    if long or len(kept) > TAGS:
        raise TrainingError(
            f"A run may have {TAGS} tags of {TAG_CHARACTERS} characters, but"
            + (f" '{long[:50]}' has {len(long)}." if long else f" these are {len(kept)}."),
            "Keep tags few and short; a note may be longer.",
        )
    text = json.dumps(kept, ensure_ascii=False)
    database().change("UPDATE runs SET tags = ? WHERE id = ?", text, run_id)
    run_copies.write(run_id)


def set_note(run_id: str, text: str) -> None:
    """Sets the run's note; TrainingError when there is no such run or the text is too long."""
    run_store.row(run_id)
    if len(text) > NOTE_CHARACTERS:
        raise TrainingError(
            f"The note has {len(text):,} characters; {NOTE_CHARACTERS:,} are kept.",
            "Shorten it.",
        )
    database().change("UPDATE runs SET note = ? WHERE id = ?", text.strip(), run_id)
    run_copies.write(run_id)


def delete(run_id: str) -> None:
    """Removes a run that does not go, with its files; TrainingError while it goes."""
    if run_store.row(run_id)["status"] in progress.GOING:
        raise TrainingError("This run is still going.", "Stop it first, then delete it.", run_id)
    folder = workspace.folder("runs", run_id)
    with contextlib.suppress(OSError):
        (folder / run_copies.COPY).unlink()  # first: it would bring the run back
    # its row last: broken off between the two, it can be deleted again
    shutil.rmtree(folder, ignore_errors=True)
    run_store.remove(run_id)
    tidy()


def tidy() -> None:
    """Removes what nothing refers to any more: shared artefacts, weights of opened files, data
    files; and what can be decoded again."""
    dedup.remove_unused()
    weight_files.remove_unused(_in_a_run)
    data_files.remove_unused(_in_a_run)
    decoded_files.remove_unread()
    _counted.clear()


def _in_a_run(text: str) -> bool:
    """Whether the training of some run has that text."""
    return bool(database().all("SELECT 1 FROM runs WHERE instr(training, ?) LIMIT 1", text))


def workspace_bytes() -> int:
    """Bytes the workspace takes on disk, what is shared counted once; at most some seconds old."""
    home = workspace.home()
    when, size = _counted.get(home, (-COUNTED_SECONDS, 0))
    if monotonic() - when >= COUNTED_SECONDS:
        size = sum({(s.st_dev, s.st_ino): s.st_blocks * 512 for s in _files(home)}.values())
        _counted[home] = (monotonic(), size)
    return size


def _files(folder: Path) -> Iterator[os.stat_result]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            # a file may go while we look
            with contextlib.suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(Path(entry.path))
                else:
                    yield entry.stat(follow_symlinks=False)


def backup(path: Path) -> Path:
    """Copies the run store, as it is at this moment, into one file; runs may go on meanwhile.

    To restore, put the file in the workspace as ``runs.db`` while no server and no training runs,
    and remove ``runs.db-wal`` and ``runs.db-shm``: what a crash left in them is of the other file.

    Args:
        path: the file to make, or a folder to make ``runs.db`` in.

    Returns:
        The file.

    Raises:
        FileError: there is one already, or it cannot be written.
    """
    target = path / "runs.db" if path.is_dir() else path
    if os.path.lexists(target):  # a link that leads nowhere, too
        raise FileError(f"{target} is there already.", "Choose another name.")
    partial = target.with_name(f".{target.name}.part")
    try:
        partial.unlink(missing_ok=True)
        database().backup(partial)
        os.replace(partial, target)
    except OSError as error:
        raise FileError(
            f"The backup {target} cannot be written: {error.strerror}.", "Choose another folder."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return target
