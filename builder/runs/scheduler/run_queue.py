"""The queue of runs in the store: which is next, positions, waiting times, moving."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import time

from builder.runs.disk import workspace
from builder.runs.scheduler import fair_order
from builder.runs.scheduler.fair_order import QueueEntry
from builder.runs.store import progress as progress_
from builder.runs.store.database import Row, database
from builder.runs.store.progress import Progress

FULL = "The disk of the workspace is full. Free some space: nothing more can be saved until then."
"""What is said of a run that goes while there is no room for its numbers."""


def max_runs() -> int:
    """How many runs may go at once: ``LAYERWISE_MAX_RUNS``, or one for each processor."""
    return _whole("LAYERWISE_MAX_RUNS") or os.cpu_count() or 1


def per_project() -> int | None:
    """How many runs of one project may: ``LAYERWISE_MAX_RUNS_PER_PROJECT``, or all there is."""
    return _whole("LAYERWISE_MAX_RUNS_PER_PROJECT")


def _whole(name: str) -> int | None:
    given = os.environ.get(name, "")
    return max(1, int(given)) if given.isdecimal() else None


def choose_next() -> str | None:
    """The run that goes next; None when none waits or as many as may go are going."""
    waiting, running = _entries("queued"), _entries("running")
    if not waiting or len(running) >= max_runs():
        return None
    served = _last_served() if len(waiting) > 1 else {}
    return fair_order.choose(waiting, running, served, limit=max_runs(), per_project=per_project())


def queue_order() -> list[str]:
    """All queued runs, the next one first."""
    waiting = _entries("queued")
    served = _last_served() if len(waiting) > 1 else {}
    return fair_order.order_all(waiting, _entries("running"), served)


def move_first(run_id: str) -> None:
    """The queued run goes before all others of its project; nothing happens when it is not."""
    queued = _siblings(run_id)
    if queued and queued[0].id != run_id:
        move_before(run_id, queued[0].id)


def move_before(run_id: str, before: str | None) -> None:
    """Puts a queued run before another one of its project, or last.

    Args:
        before: None, or one that does not wait any more: last.
    """
    with database().transaction() as db:
        queued = [e.id for e in _siblings(run_id) if e.id != run_id]
        at = queued.index(before) if before in queued else len(queued)
        queued.insert(at, run_id)
        _rank(db, queued)


def move_by(run_id: str, by: int) -> None:
    """The queued run goes one place earlier (-1) or later (1) among its ``peers``; nothing happens
    at their ends, or when it does not wait."""
    with database().transaction() as db:
        near, queued = peers(run_id), [e.id for e in _siblings(run_id)]
        to = near.index(run_id) + by if run_id in near else -1
        if 0 <= to < len(near):
            here, there = queued.index(run_id), queued.index(near[to])
            queued[here], queued[there] = queued[there], queued[here]
            _rank(db, queued)


def peers(run_id: str) -> list[str]:
    """The queued runs of its project that it can change places with, and itself, the next one
    first; none when it does not wait. What goes first in any case is passed by no other."""
    queued = _siblings(run_id)
    urgent = {e.id: e.urgent for e in queued}
    return [e.id for e in queued if e.urgent == urgent[run_id]]


def _siblings(run_id: str) -> list[QueueEntry]:
    """The queued runs of that queued run's project, itself among them, by their places."""
    waiting = _entries("queued")
    project = next((e.project for e in waiting if e.id == run_id), None)
    return [e for e in sorted(waiting, key=lambda e: e.place) if e.project == project]


def _rank(db: sqlite3.Connection, queued: Sequence[str]) -> None:
    db.executemany(
        "UPDATE runs SET rank = ? WHERE id = ? AND status = 'queued'",
        [(float(i), run_id) for i, run_id in enumerate(queued)],
    )


def visible_progress(row: Row) -> Progress:
    """The row's progress, with what nobody can write into the row while the disk is full."""
    seen = progress_.progress_of(row)
    if seen.status != "running" or not workspace.is_full():
        return seen
    lock = workspace.home() / "runs" / row["id"] / workspace.WORKER_LOCK
    if lock.exists() and not workspace.is_locked(lock):
        return replace(seen, status="interrupted", error=FULL, message="", eta_seconds=None)
    return replace(seen, message=FULL)


def progress(row: Row) -> Progress:
    """The row's progress; of a queued run also its place and when it may start."""
    seen = visible_progress(row)
    if seen.status != "queued":
        return seen
    places = queue_order()
    if row["id"] not in places:  # it began just now
        return seen
    place = places.index(row["id"]) + 1
    going = database().all(
        "SELECT status, project, owner, error, message, orders, epochs, steps, step, first_step,"
        " first_time, last_time, remarks FROM runs WHERE status = 'running'"
    )
    ends = [progress_.progress_of(r) for r in going]
    start = fair_order.start_times(place, [e.eta_seconds for e in ends], max_runs(), _lasts(ends))[
        -1
    ]
    own = [e.eta_seconds for e, r in zip(ends, going, strict=True) if _project(r) == _project(row)]
    start = fair_order.delay_for_project(start, own, per_project())
    return replace(seen, position=place, starts_seconds=start)


def _lasts(going: list[Progress]) -> float | None:
    """The mean duration of the runs that go, from how far they are and what is left."""
    whole = [
        p.eta_seconds / (1 - p.fraction)
        for p in going
        if p.eta_seconds is not None and p.fraction < 1
    ]
    return sum(whole) / len(whole) if whole else None


def _entries(status: str) -> list[QueueEntry]:
    sql = (
        "SELECT id, project, owner, created, coalesce(rank, created) AS place, tries, orders"
        " FROM runs WHERE status = ? ORDER BY created, rowid"
    )
    # rows of one rank keep the order they came in
    return [_entry(r, i) for i, r in enumerate(database().all(sql, status))]


def _entry(row: Row, number: int) -> QueueEntry:
    urgent = row["tries"] > 0 or row["orders"] is not None
    since = min(row["created"], time())  # the clock may have been set back
    return QueueEntry(row["id"], _project(row), row["owner"], (row["place"], number), urgent, since)


def _project(row: Row) -> str:
    return row["project"] or f"none of {row['owner']}"


def _last_served() -> Mapping[str, float]:
    """Project and owner → when one of its runs last had a worker."""
    # after the clock was set back, times ahead of it say nothing
    sql = (
        "SELECT owner, project, max(max(iif(started <= ?1, started, 0),"
        " iif(ended <= ?1, ended, 0))) AS last FROM runs GROUP BY owner, project"
    )
    served: dict[str, float] = {}
    for r in database().all(sql, time()):
        for key in (_project(r), f"owner {r['owner']}"):
            served[key] = max(served.get(key, float("-inf")), r["last"] or float("-inf"))
    return served
