"""A run's metrics: appended by its worker in chunks of batches and in epochs.

Both are numbered by one counter a run, so that a reader asks for "everything after row N".
Nothing is written twice: a worker that goes on from a snapshot reports again what came after it,
with the very same numbers, and what the store has already is dropped. Nothing is deleted but the
numbers of a run without a seed that begins again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from builder.runs.store import best_values, clock
from builder.runs.store.database import Row, database
from builder.runs.store.run_store import strict_json, training_of

Metrics = Mapping[str, float]
Chunk = tuple[int, Sequence[str], NDArray[np.float32]]
"""Global step of the first line, metric names, values of shape (steps, names)."""


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
        run = db.execute(sql, (run_id,)).fetchone()
        if run is None:  # deleted while it trained
            return seq
        last, epoch = _last(db, run_id)
        seq = max(seq, last + 1)
        seq = _append_chunks(db, run_id, seq, _unknown(chunks, run["step"]))
        new = {n: metrics for n, metrics in epochs if n > epoch}
        for n, metrics in new.items():
            text = json.dumps(strict_json(dict(metrics)), allow_nan=False)
            db.execute("INSERT INTO epochs VALUES (?, ?, ?, ?)", (run_id, seq, n, text))
            seq += 1
        if new:
            _keep_best(db, run_id, run, list(new.values()))
    return seq


def _last(db: sqlite3.Connection, run_id: str) -> tuple[int, int]:
    """The last row's number and the last epoch's, 0 where there is none."""
    chunk = db.execute("SELECT max(seq) FROM chunks WHERE run = ?", (run_id,)).fetchone()[0]
    sql = "SELECT seq, epoch FROM epochs WHERE run = ? ORDER BY seq DESC LIMIT 1"
    seq, epoch = db.execute(sql, (run_id,)).fetchone() or (0, 0)
    return max(chunk or 0, seq), epoch


def _unknown(chunks: Sequence[Chunk], step: int) -> list[Chunk]:
    """The chunks without the lines of steps before ``step``."""
    rest = []
    for step0, names, values in chunks:
        known = min(max(0, step - step0), len(values))
        if known < len(values):
            rest.append((step0 + known, names, values[known:]))
            step = step0 + len(values)
    return rest


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
            (step, clock.steady_time(), run_id),
        )
    return seq


def _keep_best(db: sqlite3.Connection, run_id: str, was: Row, epochs: Sequence[Metrics]) -> None:
    best = json.loads(was["best"] or "{}")
    given = best_values.metric_names(training_of(was["training"]).compile.get("metrics", ()))
    for metrics in epochs:
        best = best_values.update_best(best, metrics, given)
    db.execute("UPDATE runs SET best = ? WHERE id = ?", (json.dumps(best), run_id))


def fill(run_id: str, epochs: Sequence[Metrics]) -> int:
    """Adds the first epochs of a run where the store lacks them; how many those were."""
    with database().transaction() as db:
        lacking = max(0, len(epochs) - _last(db, run_id)[1])
    if lacking:
        append(run_id, 1, [], list(enumerate(epochs, 1)))
    return lacking


def forget(run_id: str) -> int:
    """Removes a run's numbers, which chance made and which will not come again.

    Returns:
        The number the next row gets: whoever has read so far reads on.
    """
    with database().transaction() as db:
        seq = _last(db, run_id)[0] + 1
        db.execute("UPDATE runs SET step = 0, best = NULL WHERE id = ?", (run_id,))
        for table in ("chunks", "epochs"):
            db.execute(f"DELETE FROM {table} WHERE run = ?", (run_id,))
    return seq


def history(run_id: str) -> dict[str, list[float | None]]:
    """Metric → one value an epoch, as far as the run has come (as Keras's History names them).

    None stands for NaN and infinity.
    """
    values_by_metric: dict[str, list[float | None]] = {}
    for line in database().all("SELECT * FROM epochs WHERE run = ? ORDER BY seq", run_id):
        for name, value in json.loads(line["metrics"]).items():
            values_by_metric.setdefault(name, []).append(value)
    return values_by_metric
