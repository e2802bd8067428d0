"""A run on a disk that becomes really full: what is said, and that it goes on when there is room.

    python -m tests.benchmarks.full_disk        (as root, on Linux: it mounts a small tmpfs)

Prints what a person is told at each moment; ends with an error when something is lost.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from builder.runs.disk import workspace
from builder.runs.engine_process import client
from builder.runs.scheduler import dispatch, jobs, worker_pool
from builder.runs.store import database
from tests.benchmarks.chaos import numbers, same, training
from tests.benchmarks.runs import wait

EPOCHS = 1500
"""Fifteen seconds or so."""


@contextlib.contextmanager
def small_disk() -> Iterator[Path]:
    """A disk of 230 MB."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=230m", "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def fill(path: Path) -> None:
    """Writes until there is no byte left, also of what a worker gives up meanwhile."""
    for size in (2**16, 2**9):
        with contextlib.suppress(OSError), open(path, "ab", 0) as file:
            while True:
                file.write(b"x" * size)


def tell(when: str, run: str) -> None:
    """One line: how the run is called at that moment."""
    now = jobs.progress(run)
    print(f"{when}: {now.status}, step {now.step}. {now.error or now.message}", flush=True)


def rehearse(home: Path) -> None:
    """Fill, look, make room, resume; AssertionError where a number is not the undisturbed run's."""
    dispatch.warm()
    whole = jobs.start(training(EPOCHS)).id
    wait(lambda: jobs.progress(whole).ended)
    run = jobs.start(training(EPOCHS)).id
    wait((jobs.folder(run) / "snapshot.npz").exists)
    tell("going", run)
    fill(home / "filler")
    wait(lambda: jobs.progress(run).status == "interrupted")
    fill(home / "filler")
    tell(f"{workspace.free_bytes()} bytes free", run)
    assert "disk is full" in (jobs.progress(run).error or "")
    assert jobs.can_resume(run)
    (home / "filler").unlink()
    assert database.database().all("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    jobs.resume(run)
    wait(lambda: jobs.progress(run).ended)
    tell("room again, resumed", run)
    same(numbers(whole), numbers(run))
    print("every number equals the undisturbed run")


def main() -> None:
    """Rehearses it once."""
    with small_disk() as home:
        os.environ["LAYERWISE_HOME"] = str(home)
        try:
            rehearse(home)
        finally:
            worker_pool.close()
            client.close()
            database.close()


if __name__ == "__main__":
    main()
