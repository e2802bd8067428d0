"""Recover or end a run whose worker died."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from builder.facts import SNAPSHOTS
from builder.runs.disk import workspace
from builder.runs.store import progress, run_store
from builder.runs.store.database import Row

TRIES = 3
"""How many workers a run gets one after the other without any of them coming further."""

FULL_DISK = "ended because the disk is full"

CLOCK_SECONDS = 5.0
"""By how much two readings of one moment may differ (the clock may be set)."""


def recover(row: Row, code: int | None = None, starved: bool = False) -> None:
    """The run waits for another worker and goes on from its snapshot, or begins again; after too
    many deaths it is interrupted. What was ordered is done. A worker that died before it began
    says nothing about the run.

    Args:
        row: the run's, whose process is gone.
        code: what that process ended with, where this process is its parent.
        starved: whether the machine has just killed a process for want of memory.
    """
    kept = has_snapshot(row["id"])
    why = death_reason(row, code, starved)
    at = max(row["started"] or 0, row["heartbeat"] or 0) or None
    ends = {"pause": "paused", "stop": "stopped"}
    if row["orders"] in ends and (row["orders"] == "pause" or not kept):
        run_store.end(row["id"], row["pid"], ends[row["orders"]], None, at=at)
    elif (row["tries"] < TRIES or row["heartbeat"] is None) and not workspace.is_full():
        run_store.requeue(row["id"], row["pid"], _goes_on(row, why, kept))
    elif row["orders"]:
        run_store.end(row["id"], row["pid"], "stopped", None, at=at)
    else:
        run_store.end(row["id"], row["pid"], "interrupted", _obituary(row, why, kept), at=at)


def has_snapshot(run_id: str) -> bool:
    """Whether there is a snapshot from which the run may go on."""
    return any((workspace.home() / "runs" / run_id / name).exists() for name in SNAPSHOTS)


def death_reason(row: Row, code: int | None, starved: bool) -> str:
    """Why the process is gone, as far as can be told; a clause that goes on "The training …"."""
    if row["born"] is not None and row["born"] < psutil.boot_time() - CLOCK_SECONDS:
        return "ended when the computer was restarted"
    if workspace.is_full():
        return FULL_DISK
    if starved and code in (None, -9):
        return "was ended by the system because the memory was full"
    if code is not None and code not in (-9, -15, -2, -1):
        return f"crashed (code {code})"
    return "was ended from outside"


def _where(row: Row) -> str:
    done = progress.progress_of(row)
    return f"at epoch {done.epoch}" if done.epochs else "before its first epoch"


def _goes_on(row: Row, why: str, kept: bool) -> str:
    if row["heartbeat"] is None:
        return f"A training process {why} before it began; the run waits for another one."
    seeded = run_store.training_of(row["training"]).seed is not None
    again = "begins again, with the same numbers" if seeded else "begins again"
    goes = "goes on from where it was" if kept else again
    return f"The training process {why} {_where(row)}; it {goes}."


def _obituary(row: Row, why: str, kept: bool) -> str:
    epochs = f" of {row['epochs']}" if row["epochs"] else ""
    return f"The training process {why} {_where(row)}{epochs}. {_remedy(why, kept)}"


def on_full_disk(row: Row) -> str:
    """What a worker says of its run that could not write any more."""
    return _obituary(row, FULL_DISK, has_snapshot(row["id"]))


def _remedy(why: str, kept: bool) -> str:
    go_on = "Resume goes on from where it was" if kept else "Resume begins again"
    if "memory" in why:
        return f"{go_on}; or train with a smaller batch or model."
    if "disk" in why:
        return f"Free some space; {go_on[0].lower()}{go_on[1:]}."
    return f"{go_on}."


def memory_kills() -> int:
    """How many processes this machine or container has killed for want of memory; 0: unknown."""
    counts: list[int] = []
    for path, name in (("/proc/vmstat", "oom_kill"), ("/sys/fs/cgroup/memory.events", "oom_kill")):
        with contextlib.suppress(OSError, ValueError):
            counts.append(_counter(Path(path), name))
    return sum(counts)


def _counter(path: Path, name: str) -> int:
    lines: Mapping[str, Any] = dict(line.split() for line in path.read_text().splitlines())
    return int(lines.get(name, 0))
