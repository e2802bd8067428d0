"""A full disk and a power cut: what is said, what is kept, without filling a disk.

``python -m tests.benchmarks.full_disk`` does the same with a real one, which takes root.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builder.errors import FileError, TrainingError
from builder.runs.disk import workspace
from builder.runs.queries import run_queries
from builder.runs.scheduler import jobs, worker
from builder.runs.store import database, metric_rows, run_store, worker_rows
from builder.spec import TrainingSpec

pytestmark = pytest.mark.usefixtures("own_home")


def begun(training: TrainingSpec) -> str:
    run = run_store.add(training, None, "anna", None, None)
    assert run_store.claim(run, os.getpid(), 1.0, 99)
    worker_rows.accept(run, {})
    worker_rows.write_plan(run, steps=10, epochs=8)
    return run


def fill(run: str) -> int:
    """Appends until the store, which may not grow any more, refuses; the steps it has."""
    names, values = ("loss",), np.ones((2000, 1), np.float32)
    for i in range(500):
        try:
            metric_rows.append(run, 1, [(i * 2000, names, values)], [])
        except FileError as error:
            assert error.message.startswith("The disk is full: nothing more can be written")
            assert "nothing that is stored is lost" in error.hint
            return i * 2000
    raise AssertionError("it never became full")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A disk of so many pages is full; ``release`` makes room, as on a real one."""
    db: Any = database.database()
    pages = db.all("PRAGMA page_count")[0]["page_count"]
    db._connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    happened: list[str] = []

    def release() -> bool:
        happened.append("released")
        db._connection.execute("PRAGMA max_page_count = 1000000")
        return True

    monkeypatch.setattr(workspace, "release", release)
    monkeypatch.setattr(workspace, "is_full", lambda: True)
    return happened


def test_on_a_full_disk_the_end_of_a_run_is_still_written(
    training: TrainingSpec, full: list[str]
) -> None:
    run = begun(training)
    steps = fill(run)
    assert full == [], "numbers do not use up the reserve"
    result = {"history": {"loss": [0.5] * 20_000}}  # more than one page
    assert run_store.end(run, os.getpid(), "interrupted", "Why.", result)
    assert full == ["released"]
    row = run_store.row(run)
    assert (row["status"], row["error"], row["step"]) == ("interrupted", "Why.", steps)
    assert database.database().all("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_a_worker_that_cannot_write_says_so_even_without_a_log(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoRoom:
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def flush(self) -> None: ...

    def train(*_: object) -> dict[str, Any]:
        raise TrainingError("The disk is full: the run could not be saved.")

    run = begun(training)
    monkeypatch.setattr(sys, "stderr", NoRoom())
    monkeypatch.setattr(workspace, "is_full", lambda: True)
    status, error, result = worker._train(run, training, workspace.folder("runs", run), train)
    assert (status, result) == ("interrupted", None)
    assert error == (
        "The training process ended because the disk is full at epoch 1 of 8."
        " Free some space; resume begins again."
    )


def test_a_run_whose_worker_is_gone_is_not_called_running_on_a_full_disk(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(training)
    lock = workspace.folder("runs", run) / workspace.WORKER_LOCK
    monkeypatch.setattr(workspace, "is_full", lambda: True)
    with workspace.lock(lock):
        assert jobs.progress(run).status == run_queries.get([run])[0].status == "running"
        assert jobs.progress(run).message.startswith("The disk of the workspace is full.")
    assert jobs.progress(run).status == run_queries.get([run])[0].status == "interrupted"
    assert (jobs.progress(run).error or "").startswith("The disk of the workspace is full.")


def test_the_reserve_is_kept_given_up_once_and_kept_again(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.reserve()
    assert (own_home / ".reserve").stat().st_size == workspace.RESERVE_BYTES
    assert not workspace.release(), "only a full disk needs it"
    with monkeypatch.context() as patch:
        patch.setattr(workspace, "is_full", lambda: True)
        assert workspace.release()
        assert not workspace.release()
        workspace.reserve()
        assert not (own_home / ".reserve").exists()
    workspace.reserve()
    assert (own_home / ".reserve").exists()


def test_a_power_cut_takes_nothing_that_is_older_than_the_snapshot(
    own_home: Path, training: TrainingSpec, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Only what was synchronised counts: of the write-ahead log so many bytes."""
    database.database()
    wal, synced, sync = own_home / "runs.db-wal", [0], os.fsync

    def noted(number: int) -> None:
        sync(number)
        if os.fstat(number).st_ino == wal.stat().st_ino:
            synced[0] = wal.stat().st_size

    monkeypatch.setattr(os, "fsync", noted)
    run = begun(training)
    sink = worker.StoreSink(run)
    sink.batches(0, {"loss": np.arange(30.0)})
    sink.flush()  # as before every snapshot
    sink.batches(30, {"loss": np.arange(5.0)})
    sink._write()
    after = tmp_path_factory.mktemp("after")
    shutil.copy(own_home / "runs.db", after)
    (after / "runs.db-wal").write_bytes(wal.read_bytes()[: synced[0]])
    connection = sqlite3.connect(after / "runs.db")
    assert connection.execute("SELECT id, step FROM runs").fetchall() == [(run, 30)]
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
