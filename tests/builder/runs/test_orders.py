"""Orders and what follows from them in the store: pause, resume, stop, train on."""

from __future__ import annotations

import numpy as np
import pytest

from builder.runs import progress, store, waiting, worker, workspace
from builder.spec import TrainingSpec

pytestmark = pytest.mark.usefixtures("own_home")

NAMES = ("loss", "accuracy")


def add(training: TrainingSpec, click: str | None = None, owner: str = "anna") -> str:
    return store.add(training, None, owner, None, click)


def values(first: int, count: int) -> np.ndarray:
    steps = np.arange(first, first + count, dtype="float32")
    return np.stack([1 / (1 + steps), steps / 1000], axis=1)


def test_pausing_and_resuming_are_orders_that_can_be_taken_back(training: TrainingSpec) -> None:
    run = add(training)
    store.order_pause(run)
    assert store.row(run)["status"] == "paused"
    assert store.resume(run, snapshot=False)
    assert store.claim(run, 1000, 1.0, 1)
    store.order_pause(run)
    assert (store.orders(run, 1000), store.orders(run, 999)) == ("pause", "stop")
    assert progress.of(store.row(run)).pausing
    # taken back, but the worker had heard it: the run waits for its next worker
    assert store.resume(run, snapshot=False)
    assert store.end(run, 1000, "paused", None)
    assert store.row(run)["status"] == "queued"
    assert store.claim(run, 1001, 1.0, 1)
    store.order_pause(run)
    assert store.end(run, 1001, "paused", None)
    assert (store.row(run)["status"], store.row(run)["orders"]) == ("paused", None)
    assert not store.resume(add(training), snapshot=True), "a queued run has nothing to resume"


def test_stopping_a_paused_run_that_has_learned_something_makes_its_model(
    training: TrainingSpec,
) -> None:
    run = add(training)
    store.claim(run, 1000, 1.0, 1)
    store.saved(run, 7)
    store.order_pause(run)
    store.end(run, 1000, "paused", None)
    store.order_stop(run)
    assert (store.row(run)["status"], store.orders(run)) == ("queued", "stop")
    assert waiting.order()[0] == run
    assert store.claim(run, 1001, 1.0, 1)
    assert store.orders(run, 1001) == "stop"
    store.end(run, 1001, "stopped", None)
    assert not store.resume(run, snapshot=False)
    assert store.resume(run, snapshot=True)
    assert store.orders(run) is None


def test_the_time_a_run_was_paused_is_no_part_of_its_duration(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(store, "time", lambda: now)
    run = add(training)
    store.claim(run, 1000, 1.0, 1)
    store.order_pause(run)
    now = 1060.0
    store.end(run, 1000, "paused", None)
    now = 9000.0
    store.resume(run, snapshot=True)
    store.claim(run, 1001, 1.0, 1)
    now = 9040.0
    store.end(run, 1001, "finished", None)
    times = store.run(store.row(run)).times
    assert times["ended"] - times["started"] == pytest.approx(100)


def test_a_run_that_begins_anew_forgets_its_numbers(training: TrainingSpec) -> None:
    run = add(training)
    store.claim(run, 1000, 1.0, 1)
    store.append(run, 1, [(0, NAMES, values(0, 5))], [(1, {"loss": 1.0})])
    store.end(run, 1000, "interrupted", "killed")
    assert store.resume(run, snapshot=False, anew=True)
    assert store.rows(run)["batches"] == {"x": []}
    assert store.history(run) == {}
    assert (store.row(run)["step"], store.row(run)["error"]) == (0, None)


def test_a_child_has_its_parents_numbers(training: TrainingSpec) -> None:
    parent = add(training)
    store.plan(parent, 5, 2)
    store.append(parent, 1, [(0, NAMES, values(0, 10))], [(1, {"loss": 0.5}), (2, {"loss": 0.4})])
    made = workspace.token()
    longer = training.with_fit(epochs=4)
    assert store.fork(made, longer, store.row(parent), "anna", "click")
    assert not store.fork(workspace.token(), longer, store.row(parent), "anna", "click")
    one, other = store.rows(parent), store.rows(made)
    assert (other["batches"], other["epochs"]) == (one["batches"], one["epochs"])
    seen = progress.of(store.row(made))
    assert (seen.step, seen.steps, seen.epochs) == (10, 20, 4)
    child = store.run(store.row(made))
    assert (child.parent, child.training, child.status) == (parent, longer, "queued")
    store.append(made, 1, [(10, NAMES, values(10, 5))], [(3, {"loss": 0.3})])
    store.remove(parent)
    assert store.history(made) == {"loss": [0.5, 0.4, 0.3]}


def test_the_first_row_of_a_run_waits_for_nothing(training: TrainingSpec) -> None:
    """Not even when the thread that hears orders has just looked: there was nothing to write."""
    run = add(training)
    store.claim(run, 1000, 1.0, 1)
    sink = worker.StoreSink(run)
    sink.flush()
    sink.batches(0, {"loss": np.arange(4.0)})
    assert len(store.rows(run)["batches"]["x"]) == 4
