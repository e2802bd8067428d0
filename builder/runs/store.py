"""Runs, their metrics and orders in one SQLite file that survives crashes and is read by many.

A worker appends *chunks* (the metrics of consecutive batches, one row for all that came within a
fraction of a second) and *epochs*; both are numbered by one counter a run, so that a reader asks
for "everything after row N". The columns are documented in ``database.SCHEMA``. Every function
raises FileError when the file cannot be read or written (locked for long, disk full).
"""

from __future__ import annotations

import functools
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from time import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder import document
from builder.errors import TrainingError
from builder.runs import progress, workspace
from builder.runs.database import Row, database
from builder.spec import Config, Run, TrainingSpec

POINTS = 5000
"""Batches in one answer of ``rows``; more are thinned."""

CHUNKS = 4000
"""Chunks read for one answer of ``rows``."""

Metrics = Mapping[str, float]


# --- runs ----------------------------------------------------------------------------------------


def add(
    training: TrainingSpec, project: str | None, owner: str, parent: str | None, click: str | None
) -> str:
    """A new queued run's id; the earlier run's id when that click made one already."""
    run_id = workspace.token()
    sql = (
        "INSERT INTO runs (id, click, project, owner, parent, training, status, created)"
        " VALUES (?, ?, ?, ?, ?, ?, 'queued', ?) ON CONFLICT (click) DO NOTHING"
    )
    text = document.to_json(training, indent=None)
    if database().change(sql, run_id, click, project, owner, parent, text, time()):
        return run_id
    return clicked(click) or run_id


def clicked(click: str | None) -> str | None:
    """The id of the run that click made, if it made one."""
    found = database().all("SELECT id FROM runs WHERE click = ?", click) if click else []
    return found[0]["id"] if found else None


def row(run_id: str) -> Row:
    """The run's line of table ``runs``; TrainingError when there is none."""
    found = database().all("SELECT * FROM runs WHERE id = ?", run_id)
    if not found:
        raise TrainingError(
            "There is no such run in this workspace.", "Look for it under Runs.", where=run_id
        )
    return found[0]


def by_status(*statuses: str) -> list[Row]:
    """Rows of these statuses, oldest first."""
    marks = ", ".join("?" * len(statuses))
    sql = f"SELECT * FROM runs WHERE status IN ({marks}) ORDER BY created, rowid"
    return database().all(sql, *statuses)


def listing(project: str | None, owner: str | None, limit: int) -> list[Run]:
    """Runs of that project and owner (None: of all), newest first."""
    sql = (
        "SELECT * FROM runs WHERE (?1 IS NULL OR project = ?1) AND (?2 IS NULL OR owner = ?2)"
        " ORDER BY created DESC, rowid DESC LIMIT ?3"
    )
    return [run(r) for r in database().all(sql, project, owner, limit)]


def run(row: Row) -> Run:
    """The Run a row describes."""
    times = {k: row[k] for k in ("created", "started", "ended") if row[k] is not None}
    training = _training(row["training"])
    return Run(row["id"], training, row["parent"], row["status"], row["error"], Config(times))


@functools.lru_cache(256)
def _training(text: str) -> TrainingSpec:
    return document.from_json(text)


def claim(run_id: str, pid: int, born: float, limit: int) -> bool:
    """Gives the queued run to that process, unless ``limit`` runs are going or it is taken."""
    sql = (
        "UPDATE runs SET status = 'running', pid = ?, born = ?, started = ?, tries = tries + 1"
        " WHERE id = ? AND status = 'queued'"
        " AND (SELECT count(*) FROM runs WHERE status = 'running') < ?"
    )
    return database().change(sql, pid, born, time(), run_id, limit) == 1


def requeue(run_id: str, pid: int) -> bool:
    """Back into the queue: the process it was given to never began."""
    sql = (
        "UPDATE runs SET status = 'queued', pid = NULL, born = NULL, started = NULL"
        " WHERE id = ? AND pid = ? AND status = 'running' AND heartbeat IS NULL"
    )
    return database().change(sql, run_id, pid) == 1


def remove(run_id: str) -> None:
    """Forgets the run and its metrics."""
    database().change("DELETE FROM runs WHERE id = ?", run_id)


def order_stop(run_id: str) -> None:
    """A queued run is stopped at once; a running one's worker reads the order."""
    with database().transaction() as db:
        db.execute(
            "UPDATE runs SET status = 'stopped', ended = ? WHERE id = ? AND status = 'queued'",
            (time(), run_id),
        )
        db.execute(
            "UPDATE runs SET orders = 'stop', ordered = coalesce(ordered, ?)"
            " WHERE id = ? AND status = 'running'",
            (time(), run_id),
        )


def end(run_id: str, pid: int, status: str, error: str | None, result: Any = None) -> bool:
    """The run ended; False when it was not that process's to end."""
    sql = (
        "UPDATE runs SET status = ?, error = ?, result = ?, ended = ?, message = ''"
        " WHERE id = ? AND pid = ? AND status = 'running'"
    )
    text = None if result is None else json.dumps(strict(result), allow_nan=False)
    return database().change(sql, status, error, text, time(), run_id, pid) == 1


# --- what a worker writes ------------------------------------------------------------------------


def accept(run_id: str, versions: Mapping[str, str]) -> TrainingSpec:
    """The worker has begun; what it is to train."""
    text = json.dumps(dict(versions))
    database().change(
        "UPDATE runs SET heartbeat = ?, versions = ? WHERE id = ?", time(), text, run_id
    )
    return _training(row(run_id)["training"])


def beat(run_id: str) -> str | None:
    """Says "I live" and returns the order, if there is one."""
    database().change("UPDATE runs SET heartbeat = ? WHERE id = ?", time(), run_id)
    return orders(run_id)


def orders(run_id: str) -> str | None:
    """The order for the worker: ``stop`` or None."""
    found = database().all("SELECT orders FROM runs WHERE id = ?", run_id)
    # a run removed while it trained has no one left to train for
    return found[0]["orders"] if found else "stop"


def plan(run_id: str, steps: int, epochs: int) -> None:
    """How many steps an epoch, how many epochs."""
    database().change("UPDATE runs SET steps = ?, epochs = ? WHERE id = ?", steps, epochs, run_id)


def say(run_id: str, message: str) -> None:
    """What the run is doing, for people."""
    database().change("UPDATE runs SET message = ? WHERE id = ?", message, run_id)


def append(
    run_id: str,
    seq: int,
    chunks: Sequence[tuple[int, Sequence[str], NDArray[np.float32]]],
    epochs: Sequence[tuple[int, Metrics]],
) -> int:
    """Adds rows in one transaction.

    Args:
        seq: the number of the first row.
        chunks: (global step of the first line, metric names, values of shape (steps, names)).
        epochs: (epoch from 1, its metrics).

    Returns:
        The number the next row gets.
    """
    with database().transaction() as db:
        for step0, names, values in chunks:
            data = np.ascontiguousarray(values, "<f4").tobytes()
            db.execute(
                "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?)",
                (run_id, seq, step0, len(values), json.dumps(list(names)), data),
            )
            seq += 1
        for epoch, metrics in epochs:
            db.execute(
                "INSERT INTO epochs VALUES (?, ?, ?, ?)",
                (run_id, seq, epoch, json.dumps(strict(dict(metrics)), allow_nan=False)),
            )
            seq += 1
        if chunks:
            step = chunks[-1][0] + len(chunks[-1][2])
            db.execute(
                "UPDATE runs SET step = ?1, last_time = ?2, first_step = coalesce(first_step, ?1),"
                " first_time = coalesce(first_time, ?2) WHERE id = ?3",
                (step, time(), run_id),
            )
    return seq


# --- what a chart reads --------------------------------------------------------------------------


def rows(run_id: str, after: int = 0) -> dict[str, Any]:
    """What was written after row ``after``, ready for JSON (NaN and infinity are None).

    Returns:
        ``next`` (to ask for the rest), ``more`` (there is a rest already), ``status``, ``steps``
        (an epoch), ``batches`` ``{"x": [epochs done], metric: [value]}`` with at most POINTS
        values each, ``epochs`` ``[{"epoch": n, metric: value}]`` and ``progress``.

    Raises:
        TrainingError: there is no such run.
    """
    # the status first: rows written before the end are then all seen by whoever sees the end
    found = row(run_id)
    chunks = database().all(
        "SELECT * FROM chunks WHERE run = ? AND seq > ? ORDER BY seq LIMIT ?", run_id, after, CHUNKS
    )
    more = len(chunks) == CHUNKS
    last = chunks[-1]["seq"] if more else 2**62
    epochs = database().all(
        "SELECT * FROM epochs WHERE run = ? AND seq > ? AND seq <= ? ORDER BY seq",
        run_id,
        after,
        last,
    )
    return {
        "next": max([after, *(r["seq"] for r in (*chunks[-1:], *epochs[-1:]))]),
        "more": more,
        "status": found["status"],
        "steps": found["steps"],
        "batches": _batches(chunks, found["steps"] or 1),
        "epochs": [{"epoch": r["epoch"], **strict(json.loads(r["metrics"]))} for r in epochs],
        "progress": asdict(progress.of(found)),
    }


def strict(value: Any) -> Any:
    """``value`` as strict JSON has it: NaN and the infinities become None."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {k: strict(v) for k, v in value.items()}
        case list() | tuple():
            return [strict(v) for v in value]
    return value


def _json(column: NDArray[np.float64]) -> list[float | None]:
    return [v if math.isfinite(v) else None for v in column.tolist()]


def _batches(chunks: Sequence[Row], steps: int) -> dict[str, list[float | None]]:
    parts: dict[tuple[str, ...], list[NDArray[np.float64]]] = {}
    for chunk in chunks:
        names = tuple(json.loads(chunk["names"]))
        values = np.frombuffer(chunk["data"], "<f4").reshape(chunk["n"], len(names))
        x = (chunk["step0"] + 1 + np.arange(chunk["n"])) / steps
        parts.setdefault(names, []).append(np.column_stack([x, values]))
    if not parts:
        return {"x": []}
    # a run has one set of names; a chunk that lacks one would have no place in the common columns
    names, tables = max(parts.items(), key=lambda item: len(item[0]))
    table = thinned(np.concatenate(tables), POINTS)
    columns = [_json(column) for column in table.T]
    return dict(zip(("x", *names), columns, strict=True))


def thinned(table: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    """At most ``points`` of the table's lines, in order: of each stretch the two where column 1
    (the loss) is least and greatest, so that a spike stays a spike and every value is a true one.
    """
    if len(table) <= points:
        return table
    edges = np.linspace(0, len(table), points // 2 + 1).astype(int)
    kept = set()
    for start, stop in itertools.pairwise(edges):
        stretch = table[start:stop, 1]
        kept |= {start + int(np.argmin(stretch)), start + int(np.argmax(stretch))}
    return table[sorted(kept)]


def history(run_id: str) -> dict[str, list[float | None]]:
    """Metric → one value an epoch, as far as the run has come (as Keras's History names them).

    None stands for NaN and infinity.
    """
    found: dict[str, list[float | None]] = {}
    for line in database().all("SELECT * FROM epochs WHERE run = ? ORDER BY seq", run_id):
        for name, value in json.loads(line["metrics"]).items():
            found.setdefault(name, []).append(value)
    return found
