"""Dispatch queued runs to workers, and notice workers that died or ignore orders."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from time import monotonic

import psutil

from builder.errors import LayerwiseError
from builder.runs.disk import workspace
from builder.runs.engine_process import client
from builder.runs.scheduler import capacity, recovery, run_queue, worker_pool
from builder.runs.store import housekeeping, run_copies, run_store
from builder.runs.store.database import Row

OBEY_SECONDS = 30.0
"""A worker that has not stopped or paused so long after the order is ended."""

_lock = threading.RLock()
_sweeper: threading.Thread | None = None
_ordered: dict[tuple[str, str], float] = {}
"""When this process first saw an order that goes on; by its own clock, for others leap."""
_memory_kills = recovery.memory_kills()
_starved = float("-inf")
"""When the machine was last seen to have killed for want of memory, by this process's clock."""

_starting: set[int] = set()
"""Workers that were given a run and have not begun it yet."""
_rests = 0
"""How many workers died one after the other before they began."""
_rest_until = float("-inf")

REST_SECONDS = (0.0, 0.0, 5.0, 20.0, 60.0)
"""How long no worker is given a run after the first, second … one that died before it began: what
is wrong is the machine, which may be better in a while."""

DYING_SECONDS = 5.0
"""How long a process that is killed for its memory may take to be gone."""


def warm() -> None:
    """Keeps spare workers ready from now on; returns at once.

    The warm children come first: the first page needs them before anyone can press Train.
    """
    worker_pool.keep_spares()
    threading.Thread(target=_warm, name="layerwise-spare", daemon=True).start()
    watch()


def _warm() -> None:
    # before anything asks what no run refers to any more
    with contextlib.suppress(LayerwiseError, OSError):
        run_copies.mend()
    client.start()
    worker_pool.refill()
    # what is left over can wait until then
    with contextlib.suppress(LayerwiseError, OSError):
        housekeeping.tidy()


def advance() -> None:
    """Gives queued runs to workers, in fair order, while the machine carries more."""
    with _lock:
        while monotonic() >= _rest_until and (run_id := run_queue.choose_next()):
            if not capacity.fits(run_id) or not _hand(run_id):
                return


def _hand(run_id: str) -> bool:
    """Gives the run to a worker; False when it went to someone else."""
    threads = run_store.row(run_id)["threads"] or 0
    worker = worker_pool.take(threads)
    claimed = False
    try:
        born = psutil.Process(worker.pid).create_time()
        claimed = run_store.claim(run_id, worker.pid, born, run_queue.max_runs())
    finally:
        if not claimed:
            worker_pool.give_back(threads, worker)
    if not claimed:
        return False
    _starting.add(worker.pid)
    worker_pool.send_order(worker, run=run_id)
    assert worker.stdin
    worker.stdin.close()
    worker_pool.refill_later()
    return True


def sweep() -> None:
    """Notices workers that died or do not obey, and starts queued runs that now may go."""
    global _memory_kills, _starved
    workspace.reserve()  # after it was needed
    with _lock:
        codes, kills = worker_pool.reap(), recovery.memory_kills()
        if kills > _memory_kills:
            _memory_kills, _starved = kills, monotonic()
        starved = monotonic() - _starved < DYING_SECONDS
        going = run_store.by_status("running")
        seen = {(r["id"], r["orders"]) for r in going if r["orders"]}
        for key in _ordered.keys() - seen:
            del _ordered[key]
        for row in going:
            _inspect(row, codes.get(row["pid"]), starved)
            _count_starts(row)
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


def _count_starts(row: Row) -> None:
    """Rests after workers that died before they began, until one begins."""
    global _rests, _rest_until  # noqa: PLW0603
    if row["pid"] not in _starting:
        return
    if row["heartbeat"] is not None:
        _rests = 0
    elif run_store.row(row["id"])["pid"] != row["pid"]:  # it was taken from the dead one
        _rest_until = monotonic() + REST_SECONDS[min(_rests, len(REST_SECONDS) - 1)]
        _rests += 1
    else:
        return
    _starting.discard(row["pid"])


def _inspect(row: Row, code: int | None, starved: bool) -> None:
    with _process(row) as process:
        if process is None:
            recovery.recover(row, code, starved)
        elif row["orders"] and _ignores_order(row):
            process.kill()
            _end_by_force(row)


def _ignores_order(row: Row) -> bool:
    first = _ordered.setdefault((row["id"], row["orders"]), monotonic())
    return monotonic() - first > OBEY_SECONDS


def _end_by_force(row: Row) -> None:
    if row["orders"] == "stop":
        run_store.end(row["id"], row["pid"], "stopped", None)
    elif recovery.has_snapshot(row["id"]):
        run_store.end(row["id"], row["pid"], "paused", None)
    else:
        error = "The training did not pause when told to and was ended. Resume begins again."
        run_store.end(row["id"], row["pid"], "interrupted", error)


@contextlib.contextmanager
def _process(row: Row) -> Iterator[psutil.Process | None]:
    """The run's living worker; None when it is gone or its number belongs to another process."""
    process = None
    with contextlib.suppress(psutil.Error):
        candidate = psutil.Process(row["pid"])
        same = abs(candidate.create_time() - row["born"]) < recovery.CLOCK_SECONDS or _is_locked(
            row
        )
        process = candidate if same and candidate.status() != psutil.STATUS_ZOMBIE else None
    with contextlib.suppress(psutil.NoSuchProcess):
        yield process


def _is_locked(row: Row) -> bool:
    """Whether the run's worker lives, even if the clock was set and its birth seems another."""
    return workspace.is_locked(workspace.home() / "runs" / row["id"] / workspace.WORKER_LOCK)
