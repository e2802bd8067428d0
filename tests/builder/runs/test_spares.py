"""Spare workers by kind and memory; a process that reads until its input ends stands in for one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from builder.runs import capacity, child, spares, store, workspace
from builder.spec import TrainingSpec
from tests.builder.runs.conftest import until

pytestmark = pytest.mark.usefixtures("own_home")


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(child, "command", lambda *_: ["cat"])
    monkeypatch.setattr(spares, "REFILL_SECONDS", 0.0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(workspace, "memory_bytes", lambda: 8 * 2**30)
    monkeypatch.setattr(spares, "_kinds", type(spares._kinds)([spares.FIRST_KIND]))
    monkeypatch.setattr(spares, "_workers", [])  # runs of earlier tests may still be ending
    yield
    spares.close()
    for worker in spares._workers:  # this list goes with the test, and nobody waits for them then
        worker.kill()
        worker.communicate()
    spares.reap()


def test_the_first_spare_fits_the_first_starter_and_other_kinds_follow_their_use() -> None:
    spares.keep()
    spares.refill()
    assert list(spares.ready) == [1]
    worker = spares.take(0)  # none of that kind waits: a new one
    assert list(spares.ready) == [1]
    worker.kill()
    spares.later()
    until(lambda: sorted(spares.ready) == [0, 1])
    kept = dict(spares.ready)
    spares.refill()
    assert spares.ready == kept, "never more than one of a kind, nor more than cores"
    spares.close()
    assert all(w.poll() is not None for w in kept.values())
    spares.refill()
    assert not spares.ready, "a closed server keeps none"


def test_no_spare_takes_processors_from_runs_that_have_them_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spares, "BUSY_SECONDS", 0.05)
    spares.keep()
    going = [spares.take(1), spares.take(1)]
    spares.refill()
    assert not spares.ready
    going[0].kill()  # a run ends: the next one finds a spare
    until(lambda: list(spares.ready) == [1])
    going[1].kill()


def test_on_a_small_machine_the_kind_last_used_waits_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spares.keep()
    spares.refill()
    first = spares.ready[1]
    monkeypatch.setattr(workspace, "memory_bytes", lambda: 2**30)
    spares.take(0).kill()
    spares.refill()
    assert list(spares.ready) == [0]
    assert first.poll() is not None
    spares.back(0, subprocess.Popen(["cat"], stdin=subprocess.PIPE))
    assert list(spares.ready) == [0], "one too many is ended"


def test_without_memory_no_spare_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "memory_bytes", lambda: 2**30)
    spares.keep()
    spares.refill()
    assert not spares.ready


def test_a_run_waits_for_memory_but_never_for_itself(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    big, other = (store.add(training, None, "anna", None, None) for _ in range(2))
    monkeypatch.setattr(capacity, "_needs", {big: 6 * 2**30, other: 2 * 2**30})
    # the run's worker is this process here, and how large that is depends on the tests before
    monkeypatch.setattr(capacity, "_resident", lambda row: 2**29)
    assert capacity.fits(big)
    assert store.claim(big, os.getpid(), 1.0, 99)
    # 8 GB are free, but the big one will take nearly six of them
    assert not capacity.fits(other)
    monkeypatch.setattr(workspace, "memory_bytes", lambda: 16 * 2**30)
    assert capacity.fits(other)
