"""A run's numbers: appended by its worker in chunks and epochs, read by charts from a cursor on.

Both are numbered by one counter a run, so that a reader asks for "everything after row N".
Nothing is ever deleted or written twice: a worker that goes on from a snapshot reports again what
came after it, with the very same numbers, and what the store has already is dropped.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder import document
from builder.errors import TrainingError
from builder.runs.scheduler import clock, run_queue
from builder.runs.store import best_values
from builder.runs.store.database import Row, database
from builder.spec import TrainingSpec

POINTS = 5000
"""Batches in one answer of ``rows``; more are thinned."""

CHUNKS = 4000
"""Chunks read for one answer of ``rows``."""

Metrics = Mapping[str, float]
Chunk = tuple[int, Sequence[str], NDArray[np.float32]]
"""Global step of the first line, metric names, values of shape (steps, names)."""


def row(run_id: str) -> Row:
    """The run's line of table ``runs``; TrainingError when there is none."""
    found = database().all("SELECT * FROM runs WHERE id = ?", run_id)
    if not found:
        raise TrainingError(
            "There is no such run in this workspace.", "Look for it under Runs.", where=run_id
        )
    return found[0]


@functools.lru_cache(256)
def training_of(text: str) -> TrainingSpec:
    """The spec a row's ``training`` says."""
    return document.from_json(text)


def append(
    run_id: str, seq: int, chunks: Sequence[Chunk], epochs: Sequence[tuple[int, Metrics]]
) -> int:
    """Adds rows in one transaction, but for those of steps and epochs the store has already.

    Args:
        seq: the number of the first row, if none has it yet; else the next free one is taken.
        chunks: in order of steps.
        epochs: (epoch from 1, its metrics), in order.

    Returns:
        The number the next row gets.
    """
    with database().transaction() as db:
        sql = "SELECT step, best, training FROM runs WHERE id = ?"
        found = db.execute(sql, (run_id,)).fetchone()
        if found is None:  # deleted while it trained
            return seq
        last, epoch = _last(db, run_id)
        seq = max(seq, last + 1)
        seq = _append_chunks(db, run_id, seq, _unknown(chunks, found["step"]))
        new = {n: metrics for n, metrics in epochs if n > epoch}
        for n, metrics in new.items():
            text = json.dumps(strict(dict(metrics)), allow_nan=False)
            db.execute("INSERT INTO epochs VALUES (?, ?, ?, ?)", (run_id, seq, n, text))
            seq += 1
        if new:
            _keep_best(db, run_id, found, list(new.values()))
    return seq


def _last(db: sqlite3.Connection, run_id: str) -> tuple[int, int]:
    """The last row's number and the last epoch's, 0 where there is none."""
    chunk = db.execute("SELECT max(seq) FROM chunks WHERE run = ?", (run_id,)).fetchone()[0]
    sql = "SELECT seq, epoch FROM epochs WHERE run = ? ORDER BY seq DESC LIMIT 1"
    seq, epoch = db.execute(sql, (run_id,)).fetchone() or (0, 0)
    return max(chunk or 0, seq), epoch


def _unknown(chunks: Sequence[Chunk], step: int) -> list[Chunk]:
    """The chunks without the lines of steps before ``step``."""
    found = []
    for step0, names, values in chunks:
        known = min(max(0, step - step0), len(values))
        if known < len(values):
            found.append((step0 + known, names, values[known:]))
            step = step0 + len(values)
    return found


def _append_chunks(db: sqlite3.Connection, run_id: str, seq: int, chunks: Sequence[Chunk]) -> int:
    for step0, names, values in chunks:
        data = np.ascontiguousarray(values, "<f4").tobytes()
        line = (run_id, seq, step0, len(values), json.dumps(list(names)), data)
        db.execute("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?)", line)
        seq += 1
    if chunks:
        step = chunks[-1][0] + len(chunks[-1][2])
        db.execute(
            "UPDATE runs SET step = ?1, last_time = ?2, first_step = coalesce(first_step, ?1),"
            " first_time = coalesce(first_time, ?2) WHERE id = ?3",
            (step, clock.steady(), run_id),
        )
    return seq


def _keep_best(db: sqlite3.Connection, run_id: str, was: Row, epochs: Sequence[Metrics]) -> None:
    found = json.loads(was["best"] or "{}")
    given = best_values.named(training_of(was["training"]).compile.get("metrics", ()))
    for metrics in epochs:
        found = best_values.improved(found, metrics, given)
    db.execute("UPDATE runs SET best = ? WHERE id = ?", (json.dumps(found), run_id))


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
    found, chunks, epochs = _since(run_id, after)
    return {
        "next": max([after, *(r["seq"] for r in (*chunks[-1:], *epochs[-1:]))]),
        "more": len(chunks) == CHUNKS,
        "status": found["status"],
        "steps": found["steps"],
        "batches": _batches(chunks, found["steps"] or 1),
        "epochs": [{"epoch": r["epoch"], **strict(json.loads(r["metrics"]))} for r in epochs],
        "progress": asdict(run_queue.progress(found)),
    }


def _since(run_id: str, after: int) -> tuple[Row, list[Row], list[Row]]:
    """The run, its first CHUNKS chunks after row ``after``, and the epochs up to the last of them,
    all of one moment: a chunk written between two questions would be passed over."""
    new = "SELECT * FROM {} WHERE run = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
    with database().moment():
        found = row(run_id)
        chunks = database().all(new.format("chunks"), run_id, after, 2**62, CHUNKS)
        last = chunks[-1]["seq"] if len(chunks) == CHUNKS else 2**62
        epochs = database().all(new.format("epochs"), run_id, after, last, -1)
    return found, chunks, epochs


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
