"""A run on a disk that becomes really full: what is said, and that it goes on when there is room.

    python -m tests.benchmarks.full_disk [--moments 10] [--seed 0]

It takes root on Linux, for it mounts a small tmpfs. The disk becomes full at so many moments of
chance, in a run each: while it starts, trains, saves or ends. Prints what a person is told at each
moment; ends with an error when something is lost.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from builder.runs.disk import workspace
from builder.runs.engine_process import client
from builder.runs.scheduler import dispatch, jobs, worker_pool
from builder.runs.store import database, housekeeping
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


def rehearse(home: Path, moments: Sequence[float]) -> None:
    """Fill, look, make room, resume; AssertionError where a number is not the undisturbed run's."""
    dispatch.warm()
    whole = jobs.start(training(EPOCHS)).id
    wait(lambda: jobs.progress(whole).ended)
    took = jobs.get(whole).times["ended"] - jobs.get(whole).times["started"]
    for moment in moments:
        run = jobs.start(training(EPOCHS)).id
        time.sleep(moment * took)
        tell(f"after {moment * took:.1f} s", run)
        fill(home / "filler")
        # what had ended by then has its model and its numbers
        wait(lambda run=run: jobs.progress(run).ended)  # type: ignore[misc]
        fill(home / "filler")
        tell(f"{workspace.free_bytes()} bytes free", run)
        (home / "filler").unlink()
        assert database.database().all("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        if jobs.progress(run).status != "finished":
            assert "disk" in (jobs.progress(run).error or ""), jobs.progress(run)
            assert jobs.can_resume(run)
            jobs.resume(run)
            wait(lambda run=run: jobs.progress(run).ended)  # type: ignore[misc]
            tell("room again, resumed", run)
        same(numbers(whole), numbers(run))
        housekeeping.delete(run)
    print(f"{len(moments)} times full: every number equals the undisturbed run's")


def main() -> None:
    """Rehearses it at so many moments."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--moments", type=int, default=1)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    chance = random.Random(given.seed)
    moments = [chance.uniform(0, 1.1) for _ in range(given.moments)]
    with small_disk() as home:
        os.environ["LAYERWISE_HOME"] = str(home)
        try:
            rehearse(home, moments)
        finally:
            worker_pool.close()
            client.close()
            database.close()


if __name__ == "__main__":
    main()
