"""Runs and the orders given to them, in one SQLite file that survives crashes and is read by many.

A run is ``queued``, then ``running`` in the worker process that claimed it, then ``finished``,
``stopped`` or ``failed``; ``paused`` by a person, ``interrupted`` when its worker died. Each change
names the status it starts from, so that of two processes one makes it. The columns are documented
in ``database.SCHEMA``; the numbers are in ``metric_rows``. Every function raises FileError when the
file cannot be read or written (locked for long, disk full).
"""

from __future__ import annotations

import contextlib
import functools
import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from time import time
from typing import Any

from builder import document
from builder.check.training import performance
from builder.errors import SpecError, TrainingError
from builder.runs.disk import workspace
from builder.runs.store.database import Row, database, write_at_last
from builder.spec import Config, Run, TrainingSpec

_INSERT = """
INSERT INTO runs (id, click, project, owner, parent, training, name, threads, status, created, rank)
VALUES (:id, :click, :project, :owner, :parent, :training, :name, :threads, 'queued', :now, max(
    :now, 1 + coalesce((SELECT max(rank) FROM runs WHERE status = 'queued'), 0)
)) ON CONFLICT (click) DO NOTHING
"""


def add(
    training: TrainingSpec, project: str | None, owner: str, parent: str | None, click: str | None
) -> str:
    """A new queued run's id; the earlier run's id when that click made one already."""
    run_id = workspace.token()
    with database().transaction() as db:
        made = _insert(db, run_id, training, project, owner, parent, click)
    secure()
    return run_id if made else find_by_click(click) or run_id


def _insert(
    db: sqlite3.Connection,
    run_id: str,
    training: TrainingSpec,
    project: str | None,
    owner: str,
    parent: str | None,
    click: str | None,
) -> bool:
    values = {
        "id": run_id, "click": click, "project": project, "owner": owner, "parent": parent,
        "training": document.to_json(training, indent=None), "name": training.model.name,
        "threads": performance.threads(training), "now": time(),
    }  # fmt: skip
    return db.execute(_INSERT, values).rowcount == 1


def fork(run_id: str, training: TrainingSpec, parent: Row, owner: str, click: str | None) -> bool:
    """A new queued run that has the parent's numbers so far; False when the click made one.

    Args:
        run_id: of the new run; its folder has the parent's snapshot already.
        training: differs from the parent's in its number of epochs.
    """
    with database().transaction() as db:
        if not _insert(db, run_id, training, parent["project"], owner, parent["id"], click):
            return False
        db.execute(
            "UPDATE runs SET (threads, steps, step, snapshot_step, best) ="
            " (SELECT threads, steps, step, coalesce(snapshot_step, step), best FROM runs"
            " WHERE id = ?), epochs = ? WHERE id = ?",
            (parent["id"], training.fit.get("epochs", 1), run_id),
        )
        for table, columns in (("chunks", "step0, n, names, data"), ("epochs", "epoch, metrics")):
            db.execute(
                f"INSERT INTO {table} SELECT ?, seq, {columns} FROM {table} WHERE run = ?",
                (run_id, parent["id"]),
            )
    secure()
    return True


def add_finished(
    run_id: str, training: TrainingSpec, project: str | None, owner: str, result: Mapping[str, Any]
) -> None:
    """A run that has finished before it began: nobody is ever given it to train."""
    text = json.dumps(strict_json(result), allow_nan=False)
    with database().transaction() as db:
        _insert(db, run_id, training, project, owner, None, None)
        db.execute(
            "UPDATE runs SET status = 'finished', started = created, ended = created, epochs = 0,"
            " result = ? WHERE id = ?",
            (text, run_id),
        )
    secure()


def secure() -> None:
    """What was written so far survives a power cut, too."""
    database().secure()


def find_by_click(click: str | None) -> str | None:
    """The id of the run that click made, if it made one."""
    rows = database().all("SELECT id FROM runs WHERE click = ?", click) if click else []
    return rows[0]["id"] if rows else None


def by_status(*statuses: str) -> list[Row]:
    """Rows of these statuses, oldest first."""
    marks = ", ".join("?" * len(statuses))
    sql = f"SELECT * FROM runs WHERE status IN ({marks}) ORDER BY created, rowid"
    return database().all(sql, *statuses)


def list_runs(project: str | None = None, owner: str | None = None, limit: int = 200) -> list[Run]:
    """Runs of that project and owner (None: of all), newest first."""
    sql = (
        "SELECT * FROM runs WHERE (?1 IS NULL OR project = ?1) AND (?2 IS NULL OR owner = ?2)"
        " ORDER BY rowid DESC LIMIT ?3"  # not by time: after the clock was set back, it misleads
    )
    return list(_readable(database().all(sql, project, owner, limit)))


def _readable(rows: Iterable[Row]) -> Iterator[Run]:
    """The runs whose training can be read; one that is damaged must not hide the others."""
    for found in rows:
        with contextlib.suppress(SpecError):
            yield run(found)


def row(run_id: str) -> Row:
    """The run's line of table ``runs``; TrainingError when there is none."""
    rows = database().all("SELECT * FROM runs WHERE id = ?", run_id)
    if not rows:
        raise TrainingError(
            "There is no such run in this workspace.", "Look for it under Runs.", where=run_id
        )
    return rows[0]


@functools.lru_cache(256)
def training_of(text: str) -> TrainingSpec:
    """The spec a row's ``training`` says."""
    return document.from_json(text)


def run(row: Row) -> Run:
    """The Run a row describes."""
    times = {k: row[k] for k in ("created", "started", "ended") if row[k] is not None}
    training = training_of(row["training"])
    return Run(row["id"], training, row["parent"], row["status"], row["error"], Config(times))


def remove(run_id: str) -> None:
    """Forgets the run and its metrics."""
    write_at_last(lambda: database().change("DELETE FROM runs WHERE id = ?", run_id))


# --- who has it ----------------------------------------------------------------------------------


def claim(run_id: str, pid: int, born: float, limit: int) -> bool:
    """Gives the queued run to that process, unless ``limit`` runs are going or it is taken."""
    sql = (
        "UPDATE runs SET status = 'running', pid = ?, born = ?, heartbeat = NULL,"
        " started = ? - max(0, coalesce(ended - started, 0)), ended = NULL,"
        " first_step = NULL, first_time = NULL"
        " WHERE id = ? AND status = 'queued'"
        " AND (SELECT count(*) FROM runs WHERE status = 'running') < ?"
    )
    return database().change(sql, pid, born, time(), run_id, limit) == 1


def requeue(run_id: str, pid: int, message: str = "") -> bool:
    """Back into the queue, before all that wait: the process it was given to is gone."""
    sql = (
        "UPDATE runs SET status = 'queued', pid = NULL, born = NULL,"
        " tries = tries + (heartbeat IS NOT NULL),"  # else the machine failed, not the run
        " message = ?, ended = heartbeat, heartbeat = NULL"
        " WHERE id = ? AND pid = ? AND status = 'running'"
    )
    return database().change(sql, message, run_id, pid) == 1


def end(
    run_id: str,
    pid: int,
    status: str,
    error: str | None,
    result: Mapping[str, Any] | None = None,
    at: float | None = None,
) -> bool:
    """The run ended or paused; False when it was not that process's to end.

    A run that paused while someone resumed or stopped it waits for its next worker.

    Args:
        at: when, in seconds since 1970; None is now.
    """
    text = None if result is None else json.dumps(strict_json(result), allow_nan=False)
    values = {
        "id": run_id, "pid": pid, "status": status, "error": error, "result": text,
        "path": (result or {}).get("path"), "at": time() if at is None else at,
    }  # fmt: skip
    changed = write_at_last(lambda: database().change(_END, values))
    if changed:
        secure()
    return changed == 1


_END = """
UPDATE runs SET
    status = iif(:status = 'paused' AND orders IS NOT 'pause', 'queued', :status),
    orders = iif(:status = 'paused' AND orders = 'stop', 'stop', NULL),
    error = :error, result = coalesce(:result, result), path = coalesce(:path, path),
    ended = :at, message = '', tries = 0
WHERE id = :id AND pid = :pid AND status = 'running'
"""


def strict_json(value: Any) -> Any:
    """``value`` as strict JSON has it: NaN and the infinities become None."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {k: strict_json(v) for k, v in value.items()}
        case list() | tuple():
            return [strict_json(v) for v in value]
    return value


# --- orders --------------------------------------------------------------------------------------


def order_stop(run_id: str) -> None:
    """A running run's worker reads the order; one that waits or is paused is stopped at once, but
    for one that has learned something: a worker makes its model of the snapshot."""
    now = time()
    with database().transaction() as db:
        db.execute(
            "UPDATE runs SET status = 'stopped', ended = coalesce(ended, ?), message = ''"
            " WHERE id = ? AND status IN ('queued', 'paused')"
            " AND (snapshot_step IS NULL OR started IS NULL)",
            (now, run_id),
        )
        db.execute(
            "UPDATE runs SET status = iif(status = 'paused', 'queued', status), orders = 'stop',"
            " ordered = ? WHERE id = ? AND status IN ('queued', 'paused', 'running')"
            " AND orders IS NOT 'stop'",
            (now, run_id),
        )


def order_pause(run_id: str) -> None:
    """A queued run is paused at once; a running one's worker reads the order."""
    with database().transaction() as db:
        db.execute(
            "UPDATE runs SET status = 'paused', message = '', tries = 0"
            " WHERE id = ? AND status = 'queued' AND orders IS NULL",
            (run_id,),
        )
        db.execute(
            "UPDATE runs SET orders = 'pause', ordered = ?"
            " WHERE id = ? AND status = 'running' AND orders IS NULL",
            (time(), run_id),
        )


def resume(run_id: str, finished: bool = False) -> bool:
    """Queues the run again, or takes back an order it has not obeyed yet; False when there is
    nothing to resume.

    Args:
        finished: also one that has finished: its model is to be made again.
    """
    with database().transaction() as db:
        taken_back = db.execute(
            "UPDATE runs SET orders = NULL WHERE id = ?"
            " AND (status, orders) IN (VALUES ('running', 'pause'), ('queued', 'stop'))",
            (run_id,),
        ).rowcount
        changed = db.execute(_RESUME, {"id": run_id, "now": time(), "all": finished}).rowcount
    return bool(changed or taken_back)


_RESUME = """
UPDATE runs SET status = 'queued', orders = NULL, error = NULL, message = '', tries = 0,
    rank = max(:now, 1 + coalesce((SELECT max(rank) FROM runs WHERE status = 'queued'), 0))
WHERE id = :id
    AND (status IN ('paused', 'interrupted', 'stopped', 'failed') OR :all AND status = 'finished')
"""
