"""Deleting, archiving, tags and notes, the size of the workspace, shared files and the backup."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from builder.errors import FileError, TrainingError
from builder.runs.disk import dedup, workspace
from builder.runs.scheduler import jobs
from builder.runs.store import database, housekeeping, run_store
from builder.spec import TrainingSpec

pytestmark = pytest.mark.usefixtures("own_home")


@pytest.fixture
def run(training: TrainingSpec) -> str:
    return finished(training)


def finished(training: TrainingSpec, content: bytes = b"a model" * 1000) -> str:
    found = run_store.add(training, None, "anna", None, None)
    run_store.claim(found, 1000, 1.0, 99)
    run_store.end(found, 1000, "finished", None, {"test": {}})
    jobs.artefact(found).write_bytes(content)
    dedup.share(jobs.artefact(found))
    return found


def test_tags_notes_and_the_archive(run: str) -> None:
    housekeeping.set_tags(run, ("  good ", "two  words", "good", ""))
    housekeeping.set_note(run, " with dropout\n")
    housekeeping.archive(run, True)
    row = run_store.row(run)
    assert json.loads(row["tags"]) == ["good", "two words"]
    assert (row["note"], row["archived"]) == ("with dropout", 1)
    housekeeping.archive(run, False)
    assert run_store.row(run)["archived"] == 0
    with pytest.raises(TrainingError, match="20 tags of 40 characters"):
        housekeeping.set_tags(run, ("x" * 41,))
    with pytest.raises(TrainingError, match="these are 21"):
        housekeeping.set_tags(run, tuple(str(i) for i in range(21)))
    with pytest.raises(TrainingError, match="10,000 are kept"):
        housekeeping.set_note(run, "x" * 10_001)
    with pytest.raises(TrainingError, match="no such run"):
        housekeeping.set_tags(workspace.token(), ())


def test_equal_models_are_kept_once_and_one_survives_the_other(
    run: str, training: TrainingSpec
) -> None:
    twin, other = finished(training), finished(training, b"another model" * 1000)
    assert jobs.artefact(run).samefile(jobs.artefact(twin))
    assert not jobs.artefact(run).samefile(jobs.artefact(other))
    housekeeping.delete(run)
    assert jobs.artefact(twin).read_bytes() == b"a model" * 1000
    assert len(list(workspace.folder("artefacts").iterdir())) == 2
    housekeeping.delete(twin)
    housekeeping.delete(other)
    assert list(workspace.folder("artefacts").iterdir()) == []


def test_without_hard_links_each_keeps_its_own(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    one, twin = finished(training), finished(training)
    assert jobs.artefact(one).read_bytes() == jobs.artefact(twin).read_bytes()
    assert not jobs.artefact(one).samefile(jobs.artefact(twin))
    target = workspace.home() / "copy"
    dedup.copy_file(jobs.artefact(one), target)
    assert target.read_bytes() == jobs.artefact(one).read_bytes()


def test_the_workspaces_size_counts_what_is_shared_once(
    own_home: Path, training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "COUNTED_SECONDS", 0.0)
    finished(training, b"x" * 1_000_000)
    one = housekeeping.workspace_bytes()
    assert one > 1_000_000
    finished(training, b"x" * 1_000_000)
    assert housekeeping.workspace_bytes() - one < 500_000


def test_a_backup_is_a_whole_store_of_its_own(run: str, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    made = housekeeping.backup(folder)
    assert made == folder / "runs.db"
    housekeeping.delete(run)
    connection = sqlite3.connect(made)
    assert connection.execute("SELECT id, status FROM runs").fetchall() == [(run, "finished")]
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert [p.name for p in folder.iterdir()] == ["runs.db"]
    with pytest.raises(FileError, match="is there already"):
        housekeeping.backup(made)
    with pytest.raises(FileError, match="cannot be"):
        housekeeping.backup(tmp_path / "no" / "such" / "folder.db")


def test_after_damage_and_a_crash_a_backup_is_restored_as_it_is_told(
    run: str, training: TrainingSpec, own_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = housekeeping.backup(tmp_path_factory.mktemp("elsewhere"))
    path, log = own_home / "runs.db", own_home / "runs.db-wal"
    database.close()
    path.write_bytes(b"nonsense" * 1000)
    run_store.add(training, None, "anna", None, None)
    left = log.read_bytes()  # as a crash leaves it
    database.close()
    log.write_bytes(left)
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    path.write_bytes(copy.read_bytes())
    assert run_store.row(run)["status"] == "finished"
    assert run_store.by_status("queued") == []
    assert len(database.damaged_files()) == 1, "the copy is not taken for damaged"


def test_what_stands_beside_a_damaged_store_is_no_store(own_home: Path) -> None:
    names = [f"runs.db.damaged-20260101-000000{suffix}" for suffix in ("", "-shm", "-wal")]
    for name in names:
        (own_home / name).touch()
    assert [found.name for found in database.damaged_files()] == names[:1]
