"""Pausing, going on and training on, with real workers: number for number as without."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from builder.errors import TrainingError
from builder.facts import SNAPSHOTS
from builder.runs.scheduler import dispatch, jobs, worker_pool
from builder.runs.store import housekeeping, metric_rows, run_store
from builder.spec import TrainingSpec
from tests.benchmarks.chaos import numbers, same, training
from tests.builder.runs.conftest import until
from tests.damage import flip

EPOCHS = 150
"""Two seconds or so: long enough to be paused in its middle."""


@pytest.fixture(scope="module", autouse=True)
def spares() -> Iterator[None]:
    """A spare worker waits, for these tests begin many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builder.runs.scheduler.worker_pool.REFILL_SECONDS", 0.0)
        patch.setenv("LAYERWISE_MAX_RUNS", "2")
        dispatch.warm()
        yield
        worker_pool.close()


def finished(run_id: str) -> bool:
    assert jobs.get(run_id).status not in ("failed", "interrupted"), jobs.get(run_id).error
    return jobs.get(run_id).status == "finished"


@pytest.fixture(scope="module")
def whole() -> str:
    """A run nobody disturbed."""
    run = jobs.start(training(EPOCHS), owner="resume")
    until(lambda: finished(run.id))
    return run.id


def test_killed_paused_damaged_killed_and_resumed_it_is_the_very_same_run(whole: str) -> None:
    run = jobs.start(training(EPOCHS), owner="resume")
    until(lambda: jobs.progress(run.id).step > 0)
    killed = kill(run.id)  # before its first snapshot: it begins again by itself
    until(lambda: run_store.row(run.id)["pid"] != killed and jobs.progress(run.id).step > 200)
    jobs.pause(run.id)
    until(lambda: jobs.get(run.id).status == "paused")
    seen = jobs.progress(run.id)
    assert 0 < seen.step < seen.steps
    assert not seen.ended and jobs.can_resume(run.id)
    assert not jobs.artefact(run.id).exists()

    flip(jobs.folder(run.id) / SNAPSHOTS[0])
    first = run_store.row(run.id)["pid"]
    assert jobs.resume(run.id).id == run.id
    assert jobs.resume(run.id).id == run.id, "a second click changes nothing"
    until(lambda: jobs.progress(run.id).step > seen.step)
    assert kill(run.id) not in (first, killed)
    until(lambda: finished(run.id))
    same(numbers(whole), numbers(run.id))
    assert jobs.progress(run.id).remarks.startswith("The newest snapshot is damaged: its part ")
    with pytest.raises(TrainingError, match="has finished"):
        jobs.resume(run.id)

    flip(jobs.artefact(run.id))
    jobs.resume(run.id)
    until(lambda: finished(run.id))
    assert not jobs.artefact_damage(run.id)
    same(numbers(whole), numbers(run.id))


def kill(run_id: str) -> int:
    """``kill -9`` of the run's worker; its process id."""
    pid: int = run_store.row(run_id)["pid"]
    os.kill(pid, signal.SIGKILL)
    return pid


def test_five_more_epochs_are_those_of_a_longer_run(whole: str) -> None:
    short = jobs.start(training(EPOCHS - 5), owner="resume")
    until(lambda: finished(short.id))
    with pytest.raises(TrainingError, match="0 more epochs"):
        jobs.extend(short.id, 0)
    more = jobs.extend(short.id, 5, token="click-more")
    assert jobs.extend(short.id, 5, token="click-more").id == more.id
    assert (more.parent, more.training.fit["epochs"]) == (short.id, EPOCHS)
    assert metric_rows.history(more.id)["loss"][:10] == metric_rows.history(short.id)["loss"][:10]
    until(lambda: finished(more.id))
    # early stopping's patience grows with the epochs in this spec; all else is the same
    same(numbers(whole), numbers(more.id))
    housekeeping.delete(short.id)
    assert jobs.artefact(more.id).exists()


def test_stopping_a_paused_run_makes_its_model() -> None:
    run = jobs.start(training(100 * EPOCHS), owner="resume")
    with pytest.raises(TrainingError, match="still going"):
        jobs.extend(run.id, 5)
    until(lambda: jobs.progress(run.id).step > 100)
    jobs.pause(run.id)
    until(lambda: jobs.get(run.id).status == "paused")
    at = jobs.progress(run.id).step
    jobs.stop(run.id)
    until(lambda: jobs.get(run.id).status == "stopped")
    assert jobs.artefact(run.id).exists()
    assert jobs.progress(run.id).step == at, "not a step more"
    assert jobs.result(run.id)["test"]


def test_without_a_snapshot_there_is_nothing_to_train_on_from(
    own_home: Path, training_: TrainingSpec
) -> None:
    run = run_store.add(training_, None, "resume", None, None)
    assert run_store.claim(run, 1000, 1.0, 99)
    run_store.end(run, 1000, "failed", "no such luck")
    assert not jobs.can_extend(run) and jobs.can_resume(run), "it can begin again"
    with pytest.raises(TrainingError, match="nothing to go on from"):
        jobs.extend(run, 5)


@pytest.fixture
def training_() -> TrainingSpec:
    return replace(training(3), seed=None)
