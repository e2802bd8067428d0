"""Orders and what follows from them in the store: pause, resume, stop, train on."""

from __future__ import annotations

import numpy as np
import pytest

from builder.runs.disk import workspace
from builder.runs.queries import chart_rows
from builder.runs.scheduler import run_queue, worker
from builder.runs.store import metric_rows, progress, run_store, worker_rows
from builder.spec import TrainingSpec

pytestmark = pytest.mark.usefixtures("own_home")

NAMES = ("loss", "accuracy")


def add(training: TrainingSpec, click: str | None = None, owner: str = "anna") -> str:
    return run_store.add(training, None, owner, None, click)


def values(first: int, count: int) -> np.ndarray:
    steps = np.arange(first, first + count, dtype="float32")
    return np.stack([1 / (1 + steps), steps / 1000], axis=1)


def test_pausing_and_resuming_are_orders_that_can_be_taken_back(training: TrainingSpec) -> None:
    run = add(training)
    run_store.order_pause(run)
    assert run_store.row(run)["status"] == "paused"
    assert run_store.resume(run)
    assert run_store.claim(run, 1000, 1.0, 1)
    run_store.order_pause(run)
    assert (worker_rows.read_order(run, 1000), worker_rows.read_order(run, 999)) == (
        "pause",
        "stop",
    )
    assert progress.progress_of(run_store.row(run)).pausing
    # taken back, but the worker had heard it: the run waits for its next worker
    assert run_store.resume(run)
    assert run_store.end(run, 1000, "paused", None)
    assert run_store.row(run)["status"] == "queued"
    assert run_store.claim(run, 1001, 1.0, 1)
    run_store.order_pause(run)
    assert run_store.end(run, 1001, "paused", None)
    assert (run_store.row(run)["status"], run_store.row(run)["orders"]) == ("paused", None)
    assert not run_store.resume(add(training)), "a queued run has nothing to resume"


def test_stopping_a_paused_run_that_has_learned_something_makes_its_model(
    training: TrainingSpec,
) -> None:
    run = add(training)
    run_store.claim(run, 1000, 1.0, 1)
    worker_rows.write_snapshot_step(run, 7)
    run_store.order_pause(run)
    run_store.end(run, 1000, "paused", None)
    run_store.order_stop(run)
    assert (run_store.row(run)["status"], worker_rows.read_order(run)) == ("queued", "stop")
    assert run_queue.queue_order()[0] == run
    assert run_store.claim(run, 1001, 1.0, 1)
    assert worker_rows.read_order(run, 1001) == "stop"
    run_store.end(run, 1001, "stopped", None)
    assert run_store.resume(run)
    assert worker_rows.read_order(run) is None


def test_the_time_a_run_was_paused_is_no_part_of_its_duration(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(run_store, "time", lambda: now)
    run = add(training)
    run_store.claim(run, 1000, 1.0, 1)
    run_store.order_pause(run)
    now = 1060.0
    run_store.end(run, 1000, "paused", None)
    now = 9000.0
    run_store.resume(run)
    run_store.claim(run, 1001, 1.0, 1)
    now = 9040.0
    run_store.end(run, 1001, "finished", None)
    times = run_store.run(run_store.row(run)).times
    assert times["ended"] - times["started"] == pytest.approx(100)


def test_a_run_that_begins_anew_forgets_its_numbers(training: TrainingSpec) -> None:
    run = add(training)
    run_store.claim(run, 1000, 1.0, 1)
    metric_rows.append(run, 1, [(0, NAMES, values(0, 5))], [(1, {"loss": 1.0})])
    run_store.end(run, 1000, "interrupted", "killed")
    assert run_store.resume(run)
    read = chart_rows.read_rows(run)["next"]
    sink = worker.StoreSink(run)
    sink.begin([], new=False)  # under a seed they come again
    assert metric_rows.history(run) == {"loss": [1.0]}
    sink.begin([], new=True)
    assert chart_rows.read_rows(run)["batches"] == {"x": []}
    assert metric_rows.history(run) == {}
    assert (run_store.row(run)["step"], run_store.row(run)["error"]) == (0, None)
    sink.batches(0, {"loss": np.arange(3.0)})
    sink.flush()
    assert chart_rows.read_rows(run, read)["batches"]["loss"] == [0, 1, 2], "who has read reads on"


def test_what_a_restored_backup_lacks_is_taken_from_the_snapshot(training: TrainingSpec) -> None:
    run = add(training)
    metric_rows.append(run, 1, [(0, NAMES, values(0, 5))], [(1, {"loss": 0.5})])
    sink = worker.StoreSink(run)
    sink.begin([{"loss": 0.5}, {"loss": 0.4}, {"loss": 0.3, "val_loss": 1.0}], new=False)
    assert metric_rows.history(run) == {"loss": [0.5, 0.4, 0.3], "val_loss": [1.0]}
    remark = progress.progress_of(run_store.row(run)).remarks
    assert "lacked the numbers of 2 epochs" in remark and "backup" in remark
    sink.begin([{"loss": 0.5}], new=False)
    assert progress.progress_of(run_store.row(run)).remarks == remark


def test_a_child_has_its_parents_numbers(training: TrainingSpec) -> None:
    parent = add(training)
    worker_rows.write_plan(parent, 5, 2)
    metric_rows.append(
        parent, 1, [(0, NAMES, values(0, 10))], [(1, {"loss": 0.5}), (2, {"loss": 0.4})]
    )
    made = workspace.token()
    longer = training.with_fit(epochs=4)
    assert run_store.fork(made, longer, run_store.row(parent), "anna", "click")
    assert not run_store.fork(workspace.token(), longer, run_store.row(parent), "anna", "click")
    one, other = chart_rows.read_rows(parent), chart_rows.read_rows(made)
    assert (other["batches"], other["epochs"]) == (one["batches"], one["epochs"])
    seen = progress.progress_of(run_store.row(made))
    assert (seen.step, seen.steps, seen.epochs) == (10, 20, 4)
    child = run_store.run(run_store.row(made))
    assert (child.parent, child.training, child.status) == (parent, longer, "queued")
    metric_rows.append(made, 1, [(10, NAMES, values(10, 5))], [(3, {"loss": 0.3})])
    run_store.remove(parent)
    assert metric_rows.history(made) == {"loss": [0.5, 0.4, 0.3]}


def test_the_first_row_of_a_run_waits_for_nothing(training: TrainingSpec) -> None:
    """Not even when the thread that hears orders has just looked: there was nothing to write."""
    run = add(training)
    run_store.claim(run, 1000, 1.0, 1)
    sink = worker.StoreSink(run)
    sink.flush()
    sink.batches(0, {"loss": np.arange(4.0)})
    assert len(chart_rows.read_rows(run)["batches"]["x"]) == 4
