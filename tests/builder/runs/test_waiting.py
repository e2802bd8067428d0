"""Places in the queue: who can pass whom, and how many of one project may go."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.runs.scheduler import capacity, dispatch, run_queue
from builder.runs.store import database, run_store, worker_rows
from builder.spec import TrainingSpec

ENDS = [(at, by) for at in range(4) for by in (-1, 1)]


@pytest.mark.parametrize(("at", "by"), ENDS)
def test_one_place_earlier_or_later_leaves_the_others_in_their_order(
    own_home: Path, training: TrainingSpec, at: int, by: int
) -> None:
    before = [run_store.add(training, "algebra", "anna", None, None) for _ in range(4)]
    other = [run_store.add(training, "chess", "bert", None, None) for _ in range(2)]
    moved = before[at]
    run_queue.move_by(moved, by)
    after = run_queue.peers(moved)
    assert after == [run for run in run_queue.queue_order() if run in before]
    assert [run for run in after if run != moved] == [run for run in before if run != moved]
    assert after.index(moved) == min(max(at + by, 0), 3)
    assert run_queue.peers(other[0]) == other


def test_a_run_that_goes_first_in_any_case_is_passed_by_none(
    own_home: Path, training: TrainingSpec
) -> None:
    taken, a, b = (run_store.add(training, "algebra", "anna", None, None) for _ in range(3))
    assert run_store.claim(taken, 1000, 1.0, 1)
    worker_rows.accept(taken, {})
    assert run_store.requeue(taken, 1000)
    assert run_queue.queue_order() == [taken, a, b]
    assert (run_queue.peers(taken), run_queue.peers(a)) == ([taken], [a, b])
    for run, by in ((a, -1), (taken, 1), (taken, -1)):
        run_queue.move_by(run, by)
        assert run_queue.queue_order() == [taken, a, b]
    run_queue.move_before(
        taken, before=None
    )  # it still goes first, but its place is now between the others
    run_queue.move_before(b, before=None)
    run_queue.move_by(b, -1)
    assert run_queue.queue_order() == [taken, b, a]


def test_what_does_not_wait_has_no_place(own_home: Path, training: TrainingSpec) -> None:
    going, a, b = (run_store.add(training, "algebra", "anna", None, None) for _ in range(3))
    assert run_store.claim(going, 1000, 1.0, 1)
    rows = database.database().all("SELECT * FROM runs")
    for run in (going, "unknown"):
        assert run_queue.peers(run) == []
        run_queue.move_by(run, 1)
    assert database.database().all("SELECT * FROM runs") == rows
    assert run_queue.queue_order() == [a, b]


def test_no_more_runs_of_one_project_go_than_may_while_another_projects_start(
    own_home: Path, training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "3")
    monkeypatch.setenv("LAYERWISE_MAX_RUNS_PER_PROJECT", "1")
    # workers that exist only as numbers
    monkeypatch.setattr(capacity, "fits", lambda run: True)
    monkeypatch.setattr(dispatch, "_hand", lambda run: run_store.claim(run, 1000, 1.0, 3))
    first, second = (run_store.add(training, "algebra", "anna", None, None) for _ in range(2))
    other = run_store.add(training, "biology", "anna", None, None)
    dispatch.advance()
    assert {r["id"] for r in run_store.by_status("running")} == {first, other}
    assert [r["id"] for r in run_store.by_status("queued")] == [second]
    assert run_store.end(first, 1000, "finished", None)
    dispatch.advance()
    assert {r["id"] for r in run_store.by_status("running")} == {second, other}


def test_a_start_is_told_for_when_the_project_has_room(
    own_home: Path, training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "2")
    monkeypatch.setenv("LAYERWISE_MAX_RUNS_PER_PROJECT", "1")
    going, next_one = (run_store.add(training, "algebra", "anna", None, None) for _ in range(2))
    other = run_store.add(training, "chess", "bert", None, None)
    assert run_store.claim(going, 1000, 1.0, 2)
    assert (
        run_queue.progress(run_store.row(next_one)).starts_seconds is None
    )  # nothing is known yet
    worker_rows.write_plan(going, 100, 10)
    database.database().change(
        "UPDATE runs SET step = 500, first_step = 0, first_time = 10, last_time = 15 WHERE id = ?",
        going,
    )
    assert run_queue.progress(run_store.row(next_one)).starts_seconds == pytest.approx(5)
    assert run_queue.progress(run_store.row(other)).starts_seconds == 0
