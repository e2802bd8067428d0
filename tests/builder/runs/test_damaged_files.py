"""Damaged files of the workspace: the store, projects, shared models; what comes back, and how."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from builder import document
from builder.errors import FileError, LayerwiseError, TrainingError
from builder.facts import SNAPSHOTS
from builder.runs.disk import dedup, projects, workspace
from builder.runs.queries import chart_rows, run_queries
from builder.runs.scheduler import jobs, worker
from builder.runs.store import (
    database,
    housekeeping,
    metric_rows,
    run_copies,
    run_store,
    worker_rows,
)
from builder.spec import TrainingSpec
from tests.damage import DAMAGES, flip

pytestmark = pytest.mark.usefixtures("own_home")


def ended(training: TrainingSpec, status: str = "finished") -> str:
    """A run of two epochs that a worker ended."""
    run = run_store.add(training, "project", "anna", None, None)
    assert run_store.claim(run, os.getpid(), 1.0, 99)
    worker_rows.accept(run, {"keras": "3"})
    worker_rows.write_plan(run, steps=10, epochs=2)
    values = np.ones((20, 1), np.float32)
    metric_rows.append(run, 1, [(0, ("loss",), values)], [(1, {"loss": 2.0}), (2, {"loss": 1.0})])
    result = {"test": {"loss": 1.5}, "history": {"loss": [2.0, 1.0]}, "artefact": "model.keras"}
    worker._write_end(run, status, None, result)
    housekeeping.set_tags(run, ("good",))
    return run


def lose(damage: str) -> None:
    """The store is closed and damaged, of its bytes the first."""
    database.database().all("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    path = workspace.home() / "runs.db"
    flip(path, at=0) if "byte" in damage else DAMAGES[damage](path)


# --- the store ----------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", DAMAGES)
def test_runs_come_back_from_their_folders_when_the_store_is_damaged(
    damage: str, training: TrainingSpec
) -> None:
    run = ended(training)
    going = run_store.add(replace(training, seed=7), None, "bert", None, None)
    assert run_store.claim(going, 2**22 + 1, 1.0, 99)
    run_copies.write(going)
    lose(damage)
    assert run_store.by_status("finished") == []
    run_copies.mend()
    run_copies.mend()
    back = run_queries.get([run])[0]
    assert (back.status, back.tags, back.best, back.project) == (
        "finished",
        ("good",),
        {"loss": 1.0},
        "project",
    )
    assert jobs.get(run).training == training and jobs.result(run)["test"] == {"loss": 1.5}
    assert metric_rows.history(run) == {"loss": [2.0, 1.0]}
    assert back.progress.remarks == run_copies.FOUND
    assert (jobs.get(going).status, jobs.get(going).error) == ("interrupted", run_copies.WAITS)
    assert jobs.get(going).training.seed == 7 and jobs.can_resume(going)


def test_runs_that_a_restored_backup_lacks_come_back(
    training: TrainingSpec, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = ended(training)
    copy = housekeeping.backup(tmp_path_factory.mktemp("elsewhere"))
    second = ended(training)
    housekeeping.delete(ended(training))
    database.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{workspace.home() / 'runs.db'}{suffix}").unlink(missing_ok=True)
    (workspace.home() / "runs.db").write_bytes(copy.read_bytes())
    run_copies.mend()
    assert {r.id for r in run_store.list_runs()} == {first, second}, "what was deleted stays so"
    assert run_queries.get([first])[0].progress.remarks == ""


def test_a_run_whose_worker_lives_is_not_brought_back_under_its_feet(
    training: TrainingSpec,
) -> None:
    run = ended(training)
    lose("missing")
    with workspace.lock(workspace.folder("runs", run) / workspace.WORKER_LOCK):
        run_copies.mend()
        assert run_store.list_runs() == []
    run_copies.mend()
    assert [r.id for r in run_store.list_runs()] == [run]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_copy_brings_nothing_back_and_hinders_nobody(
    damage: str, training: TrainingSpec
) -> None:
    one, other = ended(training), ended(training)
    DAMAGES[damage](workspace.folder("runs", one) / run_copies.COPY)
    lose("empty")
    run_copies.mend()
    found = {r.id for r in run_store.list_runs()}
    # a letter of the model's name may be another one: that is no damage anybody can see
    assert found - {one} == {other}


def test_any_byte_of_the_store_may_be_another_one(training: TrainingSpec) -> None:
    """The lists answer, or the store was put aside; nothing ends in anything but a sentence."""
    run = ended(training)
    database.database().all("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    path = workspace.home() / "runs.db"
    content = path.read_bytes()
    text = content.index(b'"layerwise"')
    places = [*range(16, 100, 7), *range(text, text + 400, 23)]
    for at in (*places, *np.linspace(100, len(content) - 1, 80).astype(int)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xA0]) + content[at + 1 :])
        try:
            run_copies.mend()
            for query in (run_queries.Query(), run_queries.Query(sort="highest", metric="loss")):
                run_queries.rows(query)
            run_queries.metrics(run_queries.Query())
            run_queries.trainings([r.id for r in run_store.list_runs()])
            chart_rows.read_rows(run)
            metric_rows.history(run)
        except LayerwiseError as error:
            assert error.message
        database.close()
        for aside in database.damaged_files():
            aside.unlink()
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)


def test_a_store_that_lost_its_version_is_put_aside(training: TrainingSpec) -> None:
    run = ended(training)
    database.close()
    with sqlite3.connect(workspace.home() / "runs.db") as connection:
        connection.execute("PRAGMA user_version = 0")
    connection.close()
    run_copies.mend()
    assert len(database.damaged_files()) == 1 and jobs.get(run).status == "finished"


# --- snapshots and models -----------------------------------------------------------------------


def test_any_run_can_be_resumed_but_one_that_has_all(training: TrainingSpec) -> None:
    for status in ("failed", "stopped", "interrupted"):
        run = ended(training, status)
        assert jobs.can_resume(run)
        assert run_store.resume(run) and run_store.row(run)["status"] == "queued"
    run = ended(training)
    with_model = workspace.folder("runs", run) / "model.keras"
    assert jobs.artefact_damage(run) == "it is missing" and jobs.can_resume(run)
    np.savez(with_model.with_suffix(".npz"), weights=np.ones(1000))
    with_model.with_suffix(".npz").rename(with_model)
    assert not jobs.can_resume(run)
    with pytest.raises(TrainingError, match="has finished"):
        jobs.resume(run)
    flip(with_model)
    assert jobs.artefact_damage(run) == "its part weights.npy is not as it was written"
    assert jobs.can_resume(run)


def test_snapshots_that_are_gone_are_said(training: TrainingSpec) -> None:
    run = ended(training, "interrupted")
    worker_rows.write_snapshot_step(run, 5)
    assert run_store.resume(run) and run_store.claim(run, os.getpid(), 1.0, 99)
    folder = workspace.folder("runs", run)

    def train(*_: object) -> dict[str, object]:
        return {"ended": "finished", "history": {}, "test": {}}

    worker._train(run, training, folder, train)
    remark = jobs.progress(run).remarks
    assert remark == "The snapshots of this run are missing. The run began again."
    (folder / SNAPSHOTS[1]).touch()
    worker._train(run, training, folder, train)
    assert jobs.progress(run).remarks == remark, "said once"


def test_a_model_that_is_made_again_mends_all_that_share_it(tmp_path: Path) -> None:
    one, twin = (tmp_path / name for name in ("one.keras", "twin.keras"))
    for path in (one, twin):
        path.write_bytes(b"a model" * 1000)
    dedup.share(one)
    flip(one)  # and with it the copy that is kept
    dedup.share(twin)
    assert one.read_bytes() == twin.read_bytes() == b"a model" * 1000
    assert one.samefile(twin)


# --- projects -----------------------------------------------------------------------------------


def path_of(token: str) -> Path:
    return workspace.home() / "projects" / f"{token}.json"


@pytest.mark.parametrize("damage", DAMAGES)
def test_of_a_damaged_project_the_copy_is_opened_and_said(
    damage: str, training: TrainingSpec
) -> None:
    made = projects.create("anna", "Mine", training)
    last = projects.save(made.token, 1, "Mine, too", replace(training, seed=6))
    DAMAGES[damage](path_of(made.token))
    (listed,) = projects.list_projects("anna")
    assert replace(listed, remark="") == last, "nothing is lost"
    gone = "missing" if damage == "missing" else "damaged"
    assert listed.remark == (
        f"The file of the project 'Mine, too' was {gone}; its copy took its place."
    )
    found = projects.load(made.token)
    assert found == replace(listed, remark=""), "said once"
    aside = projects.list_damaged()
    assert len(aside) == (damage != "missing")
    assert all("its copy took its place" in a.message for a in aside)
    assert all(str(workspace.home()) not in a.message for a in aside)
    assert projects.save(made.token, last.rev, "Mine, too", last.training).training.seed == 6
    projects.delete(made.token)
    with pytest.raises(FileError):
        projects.load(made.token)


def test_a_tab_may_save_what_the_copy_lacks(training: TrainingSpec) -> None:
    made = projects.create("anna", "Mine", training)
    before = path_of(made.token).read_bytes()
    last = projects.save(made.token, 1, "Mine, too", training)
    path_of(made.token).with_suffix(projects.COPY).write_bytes(before)  # as a crash leaves it
    path_of(made.token).unlink()
    assert projects.load(made.token).title == "Mine"
    assert projects.save(made.token, last.rev, last.title, training).title == "Mine, too"


def test_a_project_without_a_whole_file_says_so(training: TrainingSpec) -> None:
    made = projects.create("anna", "Mine", training)
    projects.save(made.token, 1, "Mine", training)
    flip(path_of(made.token), at=0.0)
    path_of(made.token).with_suffix(projects.COPY).write_text('{"layerwise": 99}')
    with pytest.raises(FileError, match="damaged and was kept aside as"):
        projects.load(made.token)


def test_a_newer_project_is_left_alone_though_there_is_a_copy(training: TrainingSpec) -> None:
    made = projects.create("anna", "Mine", training)
    projects.save(made.token, 1, "Mine", training)
    content = json.loads(path_of(made.token).read_text()) | {"layerwise": document.VERSION + 1}
    path_of(made.token).write_text(json.dumps(content))
    with pytest.raises(LayerwiseError, match="newer Layerwise"):
        projects.load(made.token)
    assert json.loads(path_of(made.token).read_text()) == content
