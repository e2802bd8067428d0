"""A run store of an earlier Layerwise is brought up to date, with everything in it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from builder import document
from builder.runs.store import best_values, database, metric_rows, run_store
from builder.spec import TrainingSpec

VERSION_1 = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY, click TEXT UNIQUE, project TEXT, owner TEXT NOT NULL, parent TEXT,
    training TEXT NOT NULL,
    status TEXT NOT NULL, error TEXT, message TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL, started REAL, ended REAL,
    pid INTEGER, born REAL,
    tries INTEGER NOT NULL DEFAULT 0, heartbeat REAL,
    orders TEXT, ordered REAL,
    versions TEXT, result TEXT,
    epochs INTEGER NOT NULL DEFAULT 0, steps INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL DEFAULT 0, first_step INTEGER, first_time REAL, last_time REAL
);
CREATE INDEX runs_by_status ON runs (status, created);
CREATE INDEX runs_by_project ON runs (project, created);
CREATE INDEX runs_by_owner ON runs (owner, created);
CREATE TABLE chunks (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, seq INTEGER NOT NULL,
    step0 INTEGER NOT NULL, n INTEGER NOT NULL, names TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (run, seq)
);
CREATE TABLE epochs (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, seq INTEGER NOT NULL,
    epoch INTEGER NOT NULL, metrics TEXT NOT NULL,
    PRIMARY KEY (run, seq)
);
PRAGMA user_version = 1;
"""
"""As version 0.1 of Layerwise wrote it."""

OLD = "old-run-0000000000000a"


@pytest.fixture
def old(own_home: Path, training: TrainingSpec) -> Path:
    """A store of version 1 with a finished run of two epochs and a queued one."""
    path = own_home / "runs.db"
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_1)
    sql = (
        "INSERT INTO runs (id, click, project, owner, training, status, created, started, ended,"
        " epochs, steps, step, result, tries) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
    )
    text = document.to_json(training, indent=None)
    line = (OLD, "click", "p", "anna", text, "finished", 10.0, 11.0, 15.0, 2, 5, 10, "{}", 1)
    connection.execute(sql, line)
    line = ("queued", None, "p", "anna", text, "queued", 20.0, None, None, 0, 0, 0, None, 0)
    connection.execute(sql, line)
    epochs = [{"loss": 0.5, "accuracy": 0.6, "val_loss": 0.7}, {"loss": 0.4, "accuracy": 0.5}]
    for i, metrics in enumerate(epochs):
        values = (OLD, i + 1, i + 1, json.dumps(metrics))
        connection.execute("INSERT INTO epochs VALUES (?, ?, ?, ?)", values)
    connection.commit()
    connection.close()
    return path


def columns(path: Path) -> dict[str, set[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    found = {
        table: {tuple(c[1:]) for c in connection.execute(f"PRAGMA table_info({table})")}
        for table in ("runs", "chunks", "epochs")
    }
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
    found["indexes"] = set(rows)
    connection.close()
    return found


def test_an_old_store_keeps_its_runs_and_gets_what_is_new(
    old: Path, training: TrainingSpec
) -> None:
    row = run_store.row(OLD)
    assert (row["name"], row["tags"], row["note"], row["archived"]) == ("tiny", "[]", "", 0)
    assert json.loads(row["best"]) == {"loss": 0.4, "accuracy": 0.6, "val_loss": 0.7}
    assert run_store.run(row).training == training
    assert run_store.run(row).times == {"created": 10.0, "started": 11.0, "ended": 15.0}
    assert metric_rows.history(OLD)["loss"] == [0.5, 0.4]
    assert run_store.find_by_click("click") == OLD
    assert run_store.claim("queued", 1000, 1.0, 1)
    assert database.damaged_files() == []


def test_a_migrated_store_and_a_new_one_are_the_same(old: Path, tmp_path: Path) -> None:
    run_store.by_status("queued")
    migrated = columns(old)
    database.close()
    database.Database(tmp_path / "new.db").close()
    assert migrated == columns(tmp_path / "new.db")


def test_a_migration_that_breaks_off_leaves_the_old_store(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(connection: sqlite3.Connection) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(best_values, "fill_best", broken)
        with pytest.raises(KeyboardInterrupt):
            run_store.row(OLD)
    connection = sqlite3.connect(old)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.close()
    assert run_store.row(OLD)["name"] == "tiny"
