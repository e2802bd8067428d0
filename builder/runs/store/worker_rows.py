"""What a worker writes to its run's row (heartbeat, plan, message), and the order it reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from time import time

from builder.runs.store.database import database
from builder.runs.store.run_store import row, training_of
from builder.spec import TrainingSpec


def accept(run_id: str, versions: Mapping[str, str]) -> TrainingSpec:
    """The worker has begun; what it is to train."""
    text = json.dumps(dict(versions))
    database().change(
        "UPDATE runs SET heartbeat = ?, versions = ? WHERE id = ?", time(), text, run_id
    )
    return training_of(row(run_id)["training"])


def write_heartbeat(run_id: str, pid: int) -> None:
    """Says "I live"."""
    database().change("UPDATE runs SET heartbeat = ? WHERE id = ? AND pid = ?", time(), run_id, pid)


def read_order(run_id: str, pid: int | None = None) -> str | None:
    """The order for the worker ``pid``: ``stop``, ``pause`` or None."""
    # a run removed, or given to another worker, has no use for this one
    if pid is not None and not is_assigned(run_id, pid):
        return "stop"
    rows = database().all("SELECT orders FROM runs WHERE id = ?", run_id)
    return rows[0]["orders"] if rows else "stop"


def is_assigned(run_id: str, pid: int) -> bool:
    """Whether that process is to train the run."""
    sql = "SELECT 1 FROM runs WHERE id = ? AND pid = ? AND status = 'running'"
    return bool(database().all(sql, run_id, pid))


def write_plan(run_id: str, steps: int, epochs: int, path: str = "") -> None:
    """How many steps an epoch, how many epochs, and which loop the training takes."""
    sql = "UPDATE runs SET steps = ?, epochs = ?, path = ? WHERE id = ?"
    database().change(sql, steps, epochs, path, run_id)


def write_message(run_id: str, message: str) -> None:
    """What the run is doing, for people."""
    database().change("UPDATE runs SET message = ? WHERE id = ?", message, run_id)


def add_remark(run_id: str, remark: str) -> None:
    """What was damaged, and what was used instead; said once, and also when the run has ended."""
    sql = (
        "UPDATE runs SET remarks = ltrim(remarks || char(10) || ?1, char(10))"
        " WHERE id = ?2 AND instr(remarks, ?1) = 0"
    )
    database().change(sql, remark, run_id)


def write_snapshot_step(run_id: str, step: int) -> None:
    """A snapshot on disk holds everything before global step ``step``; that is progress."""
    sql = (
        "UPDATE runs SET tries = iif(?1 > coalesce(snapshot_step, -1), 0, tries),"
        " snapshot_step = ?1 WHERE id = ?2"
    )
    database().change(sql, step, run_id)
