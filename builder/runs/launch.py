"""Worker processes: one warm spare, who gets a run next, and noticing those that died."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from time import time
from typing import Any

import psutil

from builder import document
from builder.errors import LayerwiseError
from builder.runs import child, progress, store, workspace
from builder.runs.database import Row
from builder.spec import ObjectSpec

SPARE_BYTES = 1.5 * 2**30
"""Free memory below which no spare worker waits: it takes about 0.6 GB for comfort only."""

OBEY_SECONDS = 30.0
"""A worker that has not stopped so long after the order is ended."""

REFILL_SECONDS = 4.0
"""How long a run has the processors to itself before the next spare starts."""

TRIES = 3
"""How often a run is given to a worker that dies before it begins."""

CLOCK_SECONDS = 5.0
"""By how much two readings of one process's start time may differ (the clock may be set)."""

_lock = threading.RLock()
_spare: subprocess.Popen[bytes] | None = None
_keep_spare = False
_workers: list[subprocess.Popen[bytes]] = []
_datasets: deque[ObjectSpec] = deque(maxlen=3)
_sweeper: threading.Thread | None = None


def max_runs() -> int:
    """How many runs may go at once: ``LAYERWISE_MAX_RUNS``, or one for each processor."""
    given = os.environ.get("LAYERWISE_MAX_RUNS", "")
    return max(1, int(given) if given.isdecimal() else os.cpu_count() or 1)


def warm() -> None:
    """Keeps a spare worker ready from now on; returns at once.

    The warm children come first: the first page needs them before anyone can press Train.
    """
    global _keep_spare  # noqa: PLW0603
    _keep_spare = True
    threading.Thread(target=_warm, name="layerwise-spare", daemon=True).start()
    watch()


def _warm() -> None:
    child.start()
    refill()


def refill() -> None:
    """Starts the spare worker when one is wanted, missing and affordable."""
    global _spare  # noqa: PLW0603
    with _lock:
        if _spare is not None and _spare.poll() is None:
            return
        if _keep_spare and workspace.memory_bytes() > SPARE_BYTES:
            with contextlib.suppress(OSError, LayerwiseError):
                _spare = _launch()
                for dataset in _datasets:
                    _tell(_spare, dataset=document.encode(dataset))


@atexit.register
def close() -> None:
    """Ends the spare worker; runs go on."""
    global _spare, _keep_spare  # noqa: PLW0603
    with _lock:
        _keep_spare = False
        if _spare is not None:
            _end(_spare)
        _spare = None


def _launch() -> subprocess.Popen[bytes]:
    with open(workspace.folder("logs") / "worker.log", "ab") as log:
        process = subprocess.Popen(
            child.command("worker"),
            stdin=subprocess.PIPE,
            bufsize=0,
            stdout=log,
            stderr=log,
            cwd=workspace.home(),
            env=child.environment(),
            # its own session: Ctrl-C and the end of the server are not the end of the run
            start_new_session=True,
        )
    _workers.append(process)
    return process


def _tell(worker: subprocess.Popen[bytes], **line: Any) -> None:
    """A line of JSON to a waiting worker; one that just died is found by the next sweep."""
    assert worker.stdin
    with contextlib.suppress(BrokenPipeError):
        worker.stdin.write(json.dumps(line).encode() + b"\n")


def prepare(dataset: ObjectSpec) -> None:
    """The spare worker loads this dataset, because someone may press Train soon.

    Args:
        dataset: one that is there: nothing must be downloaded for it.
    """
    with _lock:
        if dataset in _datasets:
            return
        _datasets.append(dataset)
        if _spare is not None:
            _tell(_spare, dataset=document.encode(dataset))


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        with contextlib.suppress(OSError):
            process.stdin.close()
    process.kill()
    process.wait()


def advance() -> None:
    """Gives queued runs, oldest first, to workers while more may go."""
    with _lock:
        while (queued := store.by_status("queued")) and _room():
            if not _hand(queued[0]["id"]):
                return


def _room() -> bool:
    return len(store.by_status("running")) < max_runs()


def _hand(run_id: str) -> bool:
    """Gives the run to the spare, or to a new worker; False when it went to someone else."""
    global _spare  # noqa: PLW0603
    worker, _spare = _spare, None
    if worker is None or worker.poll() is not None:
        worker = _launch()
    claimed = False
    try:
        born = psutil.Process(worker.pid).create_time()
        claimed = store.claim(run_id, worker.pid, born, max_runs())
    finally:
        if not claimed:
            _spare = worker
    if not claimed:
        return False
    _tell(worker, run=run_id)
    assert worker.stdin
    worker.stdin.close()
    if _keep_spare:
        timer = threading.Timer(REFILL_SECONDS, refill)
        timer.daemon = True
        timer.start()
    return True


def sweep() -> None:
    """Notices workers that died or do not obey, and starts queued runs that now may go."""
    with _lock:
        _workers[:] = [w for w in _workers if w.poll() is None]  # reaps the dead
        for row in store.by_status("running"):
            _inspect(row)
        advance()


def watch() -> None:
    """Sweeps every second in the background, from now on."""
    global _sweeper  # noqa: PLW0603
    with _lock:
        if _sweeper is None:
            _sweeper = threading.Thread(target=_watch, name="layerwise-sweep", daemon=True)
            _sweeper.start()


def _watch() -> None:
    pause = threading.Event()
    while not pause.wait(1.0):
        # a full disk or a locked store passes; the next sweep tries again
        with contextlib.suppress(LayerwiseError, OSError):
            sweep()


def _inspect(row: Row) -> None:
    with _process(row) as process:
        if process is not None:
            if row["orders"] and time() - row["ordered"] > OBEY_SECONDS:
                process.kill()
                store.end(row["id"], row["pid"], "stopped", None)
            return
    if row["heartbeat"] is None and row["tries"] < TRIES and store.requeue(row["id"], row["pid"]):
        return
    store.end(row["id"], row["pid"], "failed", _obituary(row))


@contextlib.contextmanager
def _process(row: Row) -> Iterator[psutil.Process | None]:
    """The run's living worker; None when it is gone or its number belongs to another process."""
    process = None
    with contextlib.suppress(psutil.Error):
        found = psutil.Process(row["pid"])
        same = abs(found.create_time() - row["born"]) < CLOCK_SECONDS
        process = found if same and found.status() != psutil.STATUS_ZOMBIE else None
    with contextlib.suppress(psutil.NoSuchProcess):
        yield process


def _obituary(row: Row) -> str:
    done = progress.of(row)
    at = f"at epoch {done.epoch} of {done.epochs}" if done.epochs else "before its first epoch"
    if workspace.free_bytes() < 10 * 2**20:
        return f"The training process ended {at}: the disk is full. Free some space and try again."
    return (
        "The training process was ended from outside (killed, perhaps out of memory)"
        f" {at}. Train again, with a smaller batch or model if memory was short."
    )
