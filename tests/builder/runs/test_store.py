"""The run store: cursors, thinning, exclusive claims, and files that are damaged or too new."""

from __future__ import annotations

import json
import math
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import time as now
from typing import Any

import numpy as np
import pytest

from builder.errors import FileError, TrainingError
from builder.runs.disk import workspace
from builder.runs.queries import chart_rows
from builder.runs.store import database, metric_rows, progress, run_store, worker_rows
from builder.spec import Config, ObjectSpec, TrainingSpec

pytestmark = pytest.mark.usefixtures("own_home")

NAMES = ("loss", "accuracy")


def add(training: TrainingSpec, click: str | None = None, owner: str = "anna") -> str:
    return run_store.add(training, None, owner, None, click)


def values(first: int, count: int) -> np.ndarray:
    steps = np.arange(first, first + count, dtype="float32")
    return np.stack([1 / (1 + steps), steps / 1000], axis=1)


def test_a_reader_gets_each_row_once_and_in_order(training: TrainingSpec) -> None:
    run = add(training)
    worker_rows.write_plan(run, steps=10, epochs=3)
    seq = metric_rows.append(
        run, 1, [(0, NAMES, values(0, 10))], [(1, {"loss": 0.5, "val_loss": 0.6})]
    )
    first = chart_rows.read_rows(run)
    assert first["batches"]["x"] == pytest.approx([0.1 * i for i in range(1, 11)])
    assert first["batches"]["loss"] == pytest.approx([1 / (1 + i) for i in range(10)])
    assert first["epochs"] == [{"epoch": 1, "loss": 0.5, "val_loss": 0.6}]
    assert (first["steps"], first["more"], first["status"]) == (10, False, "queued")
    again = chart_rows.read_rows(run, first["next"])
    assert (again["batches"], again["epochs"], again["next"]) == ({"x": []}, [], first["next"])
    metric_rows.append(run, seq, [(10, NAMES, values(10, 5))], [])
    rest = chart_rows.read_rows(run, first["next"])
    assert rest["batches"]["x"] == pytest.approx([1.1, 1.2, 1.3, 1.4, 1.5])
    assert json.loads(json.dumps(rest, allow_nan=False)) == rest


def test_what_is_written_while_a_reader_reads_comes_with_its_next_answer(
    training: TrainingSpec, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = add(training)
    worker_rows.write_plan(run, steps=10, epochs=3)
    seq = metric_rows.append(run, 1, [(0, NAMES, values(0, 10))], [(1, {"loss": 0.5})])
    worker, ask = database.Database(own_home / "runs.db"), database.Database.all

    def asked(self: database.Database, sql: str, *given: Any) -> list[database.Row]:
        found = ask(self, sql, *given)
        if "FROM chunks" in sql and len(worker.all("SELECT run FROM epochs")) == 1:
            with monkeypatch.context() as patch:  # another process, between two questions
                patch.setattr(metric_rows, "database", lambda: worker)
                metric_rows.append(run, seq, [(10, NAMES, values(10, 10))], [(2, {"loss": 0.4})])
        return found

    monkeypatch.setattr(database.Database, "all", asked)
    first = chart_rows.read_rows(run)
    rest = chart_rows.read_rows(run, first["next"])
    worker.close()
    told = [x for answer in (first, rest) for x in answer["batches"]["x"]]
    assert told == pytest.approx([0.1 * i for i in range(1, 21)])
    assert [e["epoch"] for answer in (first, rest) for e in answer["epochs"]] == [1, 2]


def test_numbers_that_are_none_become_null(training: TrainingSpec) -> None:
    run = add(training)
    table = np.array([[1, 1], [math.nan, 1], [math.inf, 1]], "float32")
    metric_rows.append(run, 1, [(0, NAMES, table)], [(1, {"loss": math.nan, "accuracy": 0.5})])
    rows = chart_rows.read_rows(run)
    assert rows["batches"]["loss"] == [1.0, None, None]
    assert rows["epochs"] == [{"epoch": 1, "loss": None, "accuracy": 0.5}]
    assert metric_rows.history(run) == {"loss": [None], "accuracy": [0.5]}


def test_a_result_with_nan_is_strict_json(training: TrainingSpec) -> None:
    run = add(training)
    run_store.claim(run, 1000, 1.0, 1)
    result = {"history": {"loss": [1.0, math.nan]}, "test": {"loss": math.inf, "accuracy": 0.5}}
    assert run_store.end(run, 1000, "finished", None, result)
    kept = json.loads(run_store.row(run)["result"], parse_constant=pytest.fail)
    assert kept == {"history": {"loss": [1.0, None]}, "test": {"loss": None, "accuracy": 0.5}}


def test_a_long_run_is_thinned_but_its_spike_stays(training: TrainingSpec) -> None:
    run = add(training)
    worker_rows.write_plan(run, steps=1000, epochs=100)
    table = values(0, 100_000)
    table[71_234, 0] = 99.0
    parts = [(i, NAMES, table[i : i + 1000]) for i in range(0, 100_000, 1000)]
    metric_rows.append(run, 1, parts, [])
    batches = chart_rows.read_rows(run)["batches"]
    assert 2000 < len(batches["x"]) <= chart_rows.POINTS
    assert batches["x"] == sorted(batches["x"])
    at = batches["loss"].index(99.0)
    assert batches["x"][at] == pytest.approx(71.235)
    # every point is one that was measured, at its own step
    steps = np.round(np.array(batches["x"]) * 1000).astype(int) - 1
    np.testing.assert_allclose(batches["accuracy"], table[steps, 1], rtol=1e-6)


def test_more_chunks_than_one_answer_holds_come_in_several(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chart_rows, "CHUNKS", 3)
    run = add(training)
    worker_rows.write_plan(run, 2, 5)
    seq = 1
    for i in range(5):
        seq = metric_rows.append(
            run, seq, [(2 * i, NAMES, values(2 * i, 2))], [(i + 1, {"loss": 1.0})]
        )
    after, x, epochs, answers = 0, [], [], 0
    more = True
    while more:
        rows = chart_rows.read_rows(run, after)
        after, more, answers = rows["next"], rows["more"], answers + 1
        x += rows["batches"]["x"]
        epochs += [e["epoch"] for e in rows["epochs"]]
    assert x == pytest.approx([0.5 * i for i in range(1, 11)])
    assert epochs == [1, 2, 3, 4, 5]
    assert answers == 2


def test_one_click_is_one_run(training: TrainingSpec) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: add(training, click="click-1"), range(16)))
    assert len(made) == 1
    assert add(training, click="click-2") not in made
    assert len(run_store.by_status("queued")) == 2


def test_a_run_is_claimed_once_and_never_beyond_the_limit(training: TrainingSpec) -> None:
    runs = [add(training) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda i: run_store.claim(runs[i % 4], 1000 + i, 1.0, 2), range(16)))
    assert sum(claims) == 2
    assert len({r["id"] for r in run_store.by_status("running")}) == 2


def test_only_the_process_that_has_a_run_ends_it(training: TrainingSpec) -> None:
    run = add(training)
    assert run_store.claim(run, 1000, 1.0, 1)
    assert not run_store.end(run, 999, "failed", "not mine")
    assert run_store.end(run, 1000, "finished", None, {"test": {"loss": 0.5}})
    assert not run_store.end(run, 1000, "failed", "too late")
    assert run_store.run(run_store.row(run)).status == "finished"


def test_a_queued_run_stops_at_once_a_running_one_by_order(training: TrainingSpec) -> None:
    queued, running = add(training), add(training)
    run_store.claim(running, 1000, 1.0, 1)
    run_store.order_stop(queued)
    run_store.order_stop(running)
    assert run_store.row(queued)["status"] == "stopped"
    assert run_store.row(running)["status"] == "running"
    assert worker_rows.read_order(running) == "stop"
    assert progress.progress_of(run_store.row(running)).stopping


def test_what_the_store_has_is_not_written_again(training: TrainingSpec) -> None:
    """A worker that goes on from a snapshot tells again what came after it."""
    run = add(training)
    worker_rows.write_plan(run, steps=10, epochs=3)
    seq = metric_rows.append(run, 1, [(0, NAMES, values(0, 14))], [(1, {"loss": 0.5})])
    before = chart_rows.read_rows(run)
    # a new worker counts its rows from 1; it went back to step 8
    again = [(8, NAMES, values(8, 2)), (10, NAMES, values(10, 8))]
    seq = metric_rows.append(run, 1, again, [(1, {"loss": 0.5})])
    news = chart_rows.read_rows(run, before["next"])
    assert news["batches"]["x"] == pytest.approx([1.5, 1.6, 1.7, 1.8])
    assert news["batches"]["loss"] == pytest.approx([1 / (1 + i) for i in range(14, 18)])
    assert news["epochs"] == []
    assert metric_rows.append(run, seq, [(12, NAMES, values(12, 6))], []) == seq, "nothing new"
    metric_rows.append(
        run, seq, [(18, NAMES, values(18, 2))], [(2, {"loss": 0.4}), (2, {"loss": 0.4})]
    )
    whole = chart_rows.read_rows(run)
    assert whole["batches"]["x"] == pytest.approx([0.1 * i for i in range(1, 21)])
    assert [e["epoch"] for e in whole["epochs"]] == [1, 2]
    assert run_store.row(run)["step"] == 20


def test_the_best_of_each_metric_is_kept_by_its_direction(training: TrainingSpec) -> None:
    named = training.with_compile(
        metrics=(ObjectSpec("MeanAbsoluteError", Config(name="miss")), ObjectSpec("accuracy"))
    )
    run = add(named)
    lines = [
        {"loss": 0.5, "accuracy": 0.7, "val_accuracy": 0.6, "miss": 3.0, "learning_rate": 0.1},
        {"loss": 0.6, "accuracy": 0.8, "val_accuracy": 0.5, "miss": 2.0, "learning_rate": 0.01},
        {"loss": math.nan, "accuracy": 0.1, "val_accuracy": math.inf, "miss": 9.0},
    ]
    for i, line in enumerate(lines):
        metric_rows.append(run, 1, [], [(i + 1, line)])
    best = json.loads(run_store.row(run)["best"])
    assert best == {"loss": 0.5, "accuracy": 0.8, "val_accuracy": 0.6, "miss": 2.0}


def test_a_run_knows_its_models_name_and_its_threads(training: TrainingSpec) -> None:
    row = run_store.row(add(training))
    assert (row["name"], row["threads"]) == ("tiny", 1)


def test_listing_is_newest_first_and_by_owner(training: TrainingSpec) -> None:
    first, second, other = add(training), add(training), add(training, owner="bert")
    assert [r.id for r in run_store.list_runs(None, "anna", 10)] == [second, first]
    assert [r.id for r in run_store.list_runs(None, None, 1)] == [other]
    assert run_store.list_runs(None, "anna", 10)[0].training == training
    run_store.remove(second)
    assert [r.id for r in run_store.list_runs(None, "anna", 10)] == [first]


def test_the_newest_run_is_the_last_one_even_after_the_clock_was_set_back(
    training: TrainingSpec, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = add(training)
    monkeypatch.setattr(run_store, "time", lambda: now() - 3600)
    later = add(training)
    assert [r.id for r in run_store.list_runs(None, "anna", 10)] == [later, earlier]


def test_time_left_is_told_from_the_speed_so_far(training: TrainingSpec) -> None:
    run = add(training)
    run_store.claim(run, 1000, 1.0, 1)
    worker_rows.write_plan(run, steps=100, epochs=10)
    row = dict(run_store.row(run)) | {
        "step": 300, "first_step": 100, "first_time": 50.0, "last_time": 54.0,
    }  # fmt: skip
    seen = progress.progress_of(row)
    assert (seen.epoch, seen.epochs, seen.step, seen.steps) == (4, 10, 300, 1000)
    assert seen.eta_seconds == pytest.approx(700 / (200 / 4))
    assert seen.fraction == pytest.approx(0.3)


@pytest.mark.parametrize("damage", ["no database at all", "torn pages"])
def test_a_damaged_store_is_kept_aside(training: TrainingSpec, damage: str) -> None:
    add(training)
    database.close()
    path = workspace.home() / "runs.db"
    content = path.read_bytes()
    torn = content[:4096] + b"\xff" * 4096 + content[8192:]
    path.write_bytes(b"nonsense" * 1000 if damage.startswith("no") else torn)
    assert run_store.by_status("queued") == []
    (aside,) = database.damaged_files()
    assert aside.stat().st_size > 0
    add(training)


def test_a_newer_store_is_refused_and_left_alone(training: TrainingSpec) -> None:
    add(training)
    database.close()
    path = workspace.home() / "runs.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(FileError, match="newer Layerwise"):
        run_store.by_status("queued")
    assert database.damaged_files() == []


def test_an_unknown_run_is_said() -> None:
    with pytest.raises(TrainingError, match="no such run"):
        chart_rows.read_rows(workspace.token())


def test_a_workspace_without_permission_or_space_is_said(own_home: Path) -> None:
    (own_home / "runs.db").mkdir()
    with pytest.raises(FileError, match="cannot be used"):
        run_store.by_status("queued")


def test_a_store_that_is_locked_for_long_is_said(
    training: TrainingSpec, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    run = add(training)
    other = sqlite3.connect(own_home / "runs.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(FileError, match="database is locked"):
        metric_rows.append(run, 1, [(0, NAMES, values(0, 1))], [])
    assert chart_rows.read_rows(run)["batches"] == {"x": []}  # readers never wait
    other.close()
    metric_rows.append(run, 1, [(0, NAMES, values(0, 1))], [])
    assert len(chart_rows.read_rows(run)["batches"]["x"]) == 1
