"""Spare workers by kind and memory; a process that reads until its input ends stands in for one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from builder.runs.disk import workspace
from builder.runs.engine_process import process_policy
from builder.runs.scheduler import capacity, dispatch, worker_pool
from builder.runs.store import run_store, worker_rows
from builder.spec import TrainingSpec
from tests.builder.runs.conftest import until

pytestmark = pytest.mark.usefixtures("own_home")


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(process_policy, "command", lambda *_, **__: ["cat"])
    monkeypatch.setattr(worker_pool, "REFILL_SECONDS", 0.0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(workspace, "memory_bytes", lambda: 8 * 2**30)
    monkeypatch.setattr(worker_pool, "_kinds", type(worker_pool._kinds)([worker_pool.FIRST_KIND]))
    monkeypatch.setattr(worker_pool, "_workers", [])  # runs of earlier tests may still be ending
    yield
    worker_pool.close()
    for (
        worker
    ) in worker_pool._workers:  # this list goes with the test, and nobody waits for them then
        worker.kill()
        worker.communicate()
    worker_pool.reap()


def test_the_first_spare_fits_the_first_starter_and_other_kinds_follow_their_use() -> None:
    worker_pool.keep_spares()
    worker_pool.refill()
    assert list(worker_pool.spares) == [1]
    worker = worker_pool.take(0)  # none of that kind waits: a new one
    assert list(worker_pool.spares) == [1]
    worker.kill()
    worker_pool.refill_later()
    until(lambda: sorted(worker_pool.spares) == [0, 1])
    kept = dict(worker_pool.spares)
    worker_pool.refill()
    assert worker_pool.spares == kept, "never more than one of a kind, nor more than cores"
    worker_pool.close()
    assert all(w.poll() is not None for w in kept.values())
    worker_pool.refill()
    assert not worker_pool.spares, "a closed server keeps none"


def test_no_spare_takes_processors_from_runs_that_have_them_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_pool, "BUSY_SECONDS", 0.05)
    worker_pool.keep_spares()
    going = [worker_pool.take(1), worker_pool.take(1)]
    worker_pool.refill()
    assert not worker_pool.spares
    going[0].kill()  # a run ends: the next one finds a spare
    until(lambda: list(worker_pool.spares) == [1])
    going[1].kill()


def test_on_a_small_machine_the_kind_last_used_waits_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker_pool.keep_spares()
    worker_pool.refill()
    first = worker_pool.spares[1]
    monkeypatch.setattr(workspace, "memory_bytes", lambda: 2**30)
    worker_pool.take(0).kill()
    worker_pool.refill()
    assert list(worker_pool.spares) == [0]
    assert first.poll() is not None
    worker_pool.give_back(0, subprocess.Popen(["cat"], stdin=subprocess.PIPE))
    assert list(worker_pool.spares) == [0], "one too many is ended"


def test_without_memory_no_spare_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "memory_bytes", lambda: 2**30)
    worker_pool.keep_spares()
    worker_pool.refill()
    assert not worker_pool.spares


def test_a_machine_that_starts_no_worker_rests_and_the_run_waits(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_policy, "command", lambda *_, **_more: ["false"])  # ends at once
    for name, value in (("_rests", 0), ("_rest_until", float("-inf")), ("_starting", set())):
        monkeypatch.setattr(dispatch, name, value)
    run = run_store.add(training, None, "anna", None, None)
    monkeypatch.setattr(capacity, "_needs", {run: 0})

    def tried_three_times() -> bool:
        dispatch.sweep()
        return dispatch._rests == 3

    until(tried_three_times)
    row = run_store.row(run)
    assert (row["status"], row["tries"]) == ("queued", 0)
    assert "crashed (code 1) before it began" in row["message"]
    dispatch.sweep()
    assert run_store.row(run)["status"] == "queued", "it rests"
    monkeypatch.setattr(process_policy, "command", lambda *_, **_more: ["cat"])
    monkeypatch.setattr(dispatch, "monotonic", lambda: 1e12)
    dispatch.sweep()
    assert run_store.row(run)["status"] == "running"
    worker_rows.accept(run, {})
    with dispatch._lock:
        dispatch._count_starts(run_store.row(run))
    assert dispatch._rests == 0


def test_a_run_waits_for_memory_but_never_for_itself(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    big, other = (run_store.add(training, None, "anna", None, None) for _ in range(2))
    monkeypatch.setattr(capacity, "_needs", {big: 6 * 2**30, other: 2 * 2**30})
    # the run's worker is this process here, and how large that is depends on the tests before
    monkeypatch.setattr(capacity, "_resident", lambda row: 2**29)
    assert capacity.fits(big)
    assert run_store.claim(big, os.getpid(), 1.0, 99)
    # 8 GB are free, but the big one will take nearly six of them
    assert not capacity.fits(other)
    monkeypatch.setattr(workspace, "memory_bytes", lambda: 16 * 2**30)
    assert capacity.fits(other)
