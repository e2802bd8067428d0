"""A copy of each run's row in its folder, from which a damaged or restored store gets it back."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

from builder import document
from builder.errors import LayerwiseError
from builder.runs.disk import workspace
from builder.runs.store.database import database
from builder.runs.store.progress import ENDED

COPY = "run.json"
"""In a run's folder."""

COLUMNS = {"best": "NULL", "result": "NULL", "versions": "NULL", "tags": "'[]'"}
"""Columns of JSON that a run can do without → what stands there instead when they are damaged."""

FOUND = (
    "This run was missing from the list of runs, which was damaged or restored, and came back from"
    " its folder. The numbers of its single batches are lost."
)

WAITS = "Its row was lost while it had not ended. Resume goes on from its last snapshot."


def write(run_id: str) -> None:
    """Copies the run's row and the numbers of its epochs; on a full disk the earlier copy stays."""
    rows = database().all("SELECT * FROM runs WHERE id = ?", run_id)
    epochs = database().all("SELECT epoch, metrics FROM epochs WHERE run = ? ORDER BY seq", run_id)
    copy = {"row": rows[0] if rows else {}, "epochs": [[e["epoch"], e["metrics"]] for e in epochs]}
    with contextlib.suppress(LayerwiseError):
        workspace.write(workspace.folder("runs", run_id) / COPY, json.dumps(copy).encode())


def mend() -> None:
    """Repairs what damage left in the store: columns that cannot be read, and rows that lack."""
    for column, instead in COLUMNS.items():
        database().change(f"UPDATE runs SET {column} = {instead} WHERE NOT json_valid({column})")
    database().change("DELETE FROM epochs WHERE NOT json_valid(metrics)")
    for row in database().all("SELECT id FROM runs WHERE NOT json_valid(training)"):
        if copy := _read(workspace.home() / "runs" / row["id"]):
            sql = "UPDATE runs SET training = ? WHERE id = ?"
            database().change(sql, copy["row"]["training"], row["id"])
    known = {row["id"] for row in database().all("SELECT id FROM runs")}
    for folder in workspace.folder("runs").iterdir():
        if workspace.is_token(folder.name) and folder.name not in known and (copy := _read(folder)):
            _bring_back(copy["row"], copy["epochs"])


def _read(folder: Path) -> dict[str, Any] | None:
    """The copy in a run's folder; None when there is none to be relied on, or its worker lives."""
    if workspace.is_locked(folder / workspace.WORKER_LOCK):
        return None
    try:
        copy: dict[str, Any] = json.loads((folder / COPY).read_bytes())
        document.from_json(copy["row"]["training"])
        for _, metrics in copy["epochs"]:
            json.loads(metrics)
        return copy if copy["row"]["id"] == folder.name else None
    except (OSError, LayerwiseError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _bring_back(row: dict[str, Any], epochs: list[list[Any]]) -> None:
    ended = row.get("status") in (*ENDED, "paused")
    row |= {"click": None, "pid": None, "orders": None, "remarks": FOUND}
    if not ended:
        row |= {"status": "interrupted", "error": WAITS, "message": ""}
    with database().transaction() as db:
        names = [c["name"] for c in db.execute("PRAGMA table_info(runs)") if c["name"] in row]
        marks = ", ".join("?" * len(names))
        with contextlib.suppress(sqlite3.IntegrityError):  # a column lacks that must be there
            sql = f"INSERT OR IGNORE INTO runs ({', '.join(names)}) VALUES ({marks})"
            if db.execute(sql, [row[n] for n in names]).rowcount:
                lines = [(row["id"], i + 1, *epoch) for i, epoch in enumerate(epochs)]
                db.executemany("INSERT INTO epochs VALUES (?, ?, ?, ?)", lines)
