"""Read a run's metrics for its charts, from a cursor on, thinned to what can be drawn."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.runs.scheduler import run_queue
from builder.runs.store import run_store
from builder.runs.store.database import Row, database
from builder.runs.store.run_store import strict_json

POINTS = 5000
"""Batches in one answer of ``read_rows``; more are thinned."""

CHUNKS = 4000
"""Chunks read for one answer of ``read_rows``."""


def read_rows(run_id: str, after: int = 0) -> dict[str, Any]:
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
        "epochs": [{"epoch": r["epoch"], **strict_json(json.loads(r["metrics"]))} for r in epochs],
        "progress": asdict(run_queue.progress(found)),
    }


def _since(run_id: str, after: int) -> tuple[Row, list[Row], list[Row]]:
    """The run, its first CHUNKS chunks after row ``after``, and the epochs up to the last of them,
    all of one moment: a chunk written between two questions would be passed over."""
    new = "SELECT * FROM {} WHERE run = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
    with database().moment():
        run = run_store.row(run_id)
        chunks = database().all(new.format("chunks"), run_id, after, 2**62, CHUNKS)
        last = chunks[-1]["seq"] if len(chunks) == CHUNKS else 2**62
        epochs = database().all(new.format("epochs"), run_id, after, last, -1)
    return run, chunks, epochs


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
    table = thin(np.concatenate(tables), POINTS)
    columns = [_json(column) for column in table.T]
    return dict(zip(("x", *names), columns, strict=True))


def thin(table: NDArray[np.float64], points: int) -> NDArray[np.float64]:
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
