"""Workers that die: what becomes of their runs and what is said, without a real training."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from builder.facts import SNAPSHOTS
from builder.runs.disk import workspace
from builder.runs.scheduler import dispatch, jobs, recovery
from builder.runs.store import metric_rows, run_store, worker_rows
from builder.spec import TrainingSpec

pytestmark = pytest.mark.usefixtures("own_home")

GONE = 2**22 + 1
"""Beyond the greatest process id."""


def claimed(training: TrainingSpec, pid: int = GONE, born: float | None = None) -> str:
    """A run that process has begun to train, as far as the store knows."""
    run = run_store.add(training, None, "anna", None, None)
    started = psutil.Process().create_time() if born is None else born
    assert run_store.claim(run, pid, started, 99)
    worker_rows.accept(run, {})
    worker_rows.write_plan(run, steps=10, epochs=8)
    return run


def save(run: str, step: int) -> None:
    """A snapshot of that step, as far as anybody looks who does not read it."""
    (workspace.folder("runs", run) / SNAPSHOTS[0]).touch()
    worker_rows.write_snapshot_step(run, step)


def die(run: str, times: int = 1) -> None:
    """So many workers die that had begun; the next one has begun unless the run is given up."""
    for _ in range(times):
        dispatch.sweep()
        if run_store.claim(run, GONE, psutil.Process().create_time(), 99):
            worker_rows.accept(run, {})


@contextmanager
def sleeper() -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            yield process, psutil.Process(process.pid).create_time()
        finally:
            process.kill()


@pytest.fixture(autouse=True)
def nobody_is_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the sweep's first half: no workers are started."""
    monkeypatch.setattr(dispatch, "advance", lambda: None)


def test_a_run_with_a_snapshot_goes_on_by_itself_while_it_comes_further(
    training: TrainingSpec,
) -> None:
    run = claimed(training)
    save(run, 25)
    metric_rows.append(run, 1, [], [(1, {"loss": 1.0}), (2, {"loss": 0.9})])
    for attempt in range(recovery.TRIES):
        dispatch.sweep()
        row = run_store.row(run)
        assert (row["status"], row["tries"]) == ("queued", attempt + 1)
        assert row["message"].startswith("The training process was ended from outside at epoch ")
        assert row["message"].endswith("; it goes on from where it was.")
        assert run_store.claim(run, GONE, row["created"], 99)
        worker_rows.accept(run, {})
    save(run, 31)  # it came further: the count begins anew
    die(run)
    assert run_store.row(run)["tries"] == 1
    die(run, recovery.TRIES)
    row = run_store.row(run)
    assert row["status"] == "interrupted"
    assert row["error"] == (
        "The training process was ended from outside at epoch 1 of 8."
        " Resume goes on from where it was."
    )
    assert jobs.can_resume(run)


@pytest.mark.parametrize(
    ("seed", "again"), [(3, "begins again, with the same numbers."), (None, "begins again.")]
)
def test_a_run_without_a_snapshot_begins_again_by_itself(
    training: TrainingSpec, seed: int | None, again: str
) -> None:
    run = claimed(replace(training, seed=seed))
    dispatch.sweep()
    assert jobs.get(run).status == "queued"
    assert jobs.progress(run).message.endswith(f"at epoch 1; it {again}")
    die(run, recovery.TRIES + 1)
    found = jobs.get(run)
    assert found.status == "interrupted"
    assert found.error and found.error.endswith("at epoch 1 of 8. Resume begins again.")
    assert jobs.can_resume(run)


def test_a_worker_that_died_before_it_began_counts_against_the_machine(
    training: TrainingSpec,
) -> None:
    run = run_store.add(training, None, "spare", None, None)
    for _ in range(3 * recovery.TRIES):
        assert run_store.claim(run, GONE, psutil.Process().create_time(), 99)
        dispatch.sweep()
        assert (run_store.row(run)["status"], run_store.row(run)["tries"]) == ("queued", 0)
    assert jobs.progress(run).message == (
        "A training process was ended from outside before it began; the run waits for another one."
    )


def test_a_restarted_machine_is_told_from_a_kill(training: TrainingSpec) -> None:
    run = claimed(training, born=psutil.boot_time() - 3600)
    dispatch.sweep()
    assert "when the computer was restarted" in jobs.progress(run).message


def test_a_reused_process_id_is_not_taken_for_the_worker(training: TrainingSpec) -> None:
    # our own process lives, but began at another time than that worker
    run = claimed(training, os.getpid(), psutil.Process().create_time() - 60)
    dispatch.sweep()
    assert run_store.row(run)["status"] == "queued"


def test_a_living_worker_is_known_though_the_clock_was_set(training: TrainingSpec) -> None:
    run = claimed(training, os.getpid(), psutil.Process().create_time() - 7200)
    with workspace.lock(workspace.folder("runs", run) / workspace.WORKER_LOCK):
        dispatch.sweep()
        assert run_store.row(run)["status"] == "running"
    dispatch.sweep()
    assert run_store.row(run)["status"] == "queued"


def test_a_leap_of_the_clock_ends_no_obedient_worker(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sleeper() as (process, born):
        run = claimed(training, process.pid, born)
        monkeypatch.setattr(run_store, "time", lambda: 1.0)  # ordered in 1970, as the clock says
        jobs.stop(run)
        dispatch.sweep()
        dispatch.sweep()
        assert process.poll() is None
        assert run_store.row(run)["status"] == "running"


@pytest.mark.parametrize(
    ("order", "snapshot", "status"),
    [
        ("stop", False, "stopped"),
        ("pause", True, "paused"),
        ("pause", False, "interrupted"),
    ],
)
def test_a_worker_that_does_not_obey_is_ended(
    training: TrainingSpec,
    monkeypatch: pytest.MonkeyPatch,
    order: str,
    snapshot: bool,
    status: str,
) -> None:
    with sleeper() as (deaf, born):
        run = claimed(training, deaf.pid, born)
        if snapshot:
            save(run, 5)
        jobs.stop(run) if order == "stop" else jobs.pause(run)
        dispatch.sweep()
        assert jobs.get(run).status == "running"
        monkeypatch.setattr(dispatch, "OBEY_SECONDS", 0.0)
        dispatch.sweep()
        assert deaf.wait(5) == -signal.SIGKILL
    assert jobs.get(run).status == status


@pytest.mark.parametrize(
    ("order", "snapshot", "status"),
    [
        ("pause", True, "paused"),
        ("pause", False, "paused"),
        ("stop", False, "stopped"),
        ("stop", True, "queued"),  # a worker makes the model of the snapshot
    ],
)
def test_what_was_ordered_before_the_death_is_done(
    training: TrainingSpec, order: str, snapshot: bool, status: str
) -> None:
    run = claimed(training)
    if snapshot:
        save(run, 5)
    run_store.order_stop(run) if order == "stop" else run_store.order_pause(run)
    dispatch.sweep()
    assert run_store.row(run)["status"] == status
    assert run_store.row(run)["orders"] == ("stop" if status == "queued" else None)


def test_a_full_disk_is_said_while_nothing_can_be_written(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = claimed(training)
    assert jobs.progress(run).message == ""
    monkeypatch.setattr(workspace, "FULL_BYTES", 2**62)  # more than any disk has
    assert jobs.progress(run).status == "running"
    assert jobs.progress(run).message.startswith("The disk of the workspace is full.")


def test_a_full_disk_is_the_reason_and_nothing_is_tried(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = claimed(training)
    save(run, 5)
    monkeypatch.setattr(workspace, "is_full", lambda: True)
    dispatch.sweep()
    row = run_store.row(run)
    assert row["status"] == "interrupted"
    assert row["error"] == (
        "The training process ended because the disk is full at epoch 1 of 8."
        " Free some space; resume goes on from where it was."
    )


@pytest.mark.parametrize(
    ("code", "starved", "words"),
    [
        (-9, True, "by the system because the memory was full"),
        (-9, False, "was ended from outside"),
        (None, False, "was ended from outside"),
        (-11, True, "crashed (code -11)"),
        (1, False, "crashed (code 1)"),
    ],
)
def test_the_reason_is_what_can_be_known(
    training: TrainingSpec, code: int | None, starved: bool, words: str
) -> None:
    run = claimed(training)
    recovery.recover(run_store.row(run), code, starved)
    assert words in jobs.progress(run).message
    die(run, recovery.TRIES)
    recovery.recover(run_store.row(run), code, starved)
    assert words in run_store.row(run)["error"]
    assert ("smaller batch" in run_store.row(run)["error"]) == ("memory" in words)


VMSTAT, EVENTS = "proc/vmstat", "sys/fs/cgroup/memory.events"
MACHINE = "nr_free_pages 5512\noom_kill {}\ndrop_slab 7\n"
CONTAINER = "low 0\nhigh 4\nmax 9\noom 6\noom_kill {}\noom_group_kill 1\n"


@pytest.fixture
def kernel(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose files are read as the kernel's; the last sweep saw 3 kills for memory."""
    root = tmp_path_factory.mktemp("kernel")
    for file in (VMSTAT, EVENTS):
        (root / file).parent.mkdir(parents=True)
    monkeypatch.setattr(recovery, "Path", lambda path: root / path.lstrip("/"))
    monkeypatch.setattr(dispatch, "_memory_kills", 3)
    monkeypatch.setattr(dispatch, "_starved", float("-inf"))
    (root / VMSTAT).write_text(MACHINE.format(3))
    return root


@pytest.mark.parametrize(
    ("machine", "container", "kills"),
    [
        (MACHINE.format(3), None, 3),
        (None, CONTAINER.format(2), 2),
        (MACHINE.format(3), CONTAINER.format(2), 5),
        ("nr_free_pages 5512\n", None, 0),
        ("of another kind\n", CONTAINER.format(2), 2),
        (None, None, 0),
    ],
)
def test_kills_for_memory_are_counted_where_the_kernel_tells_them(
    kernel: Path, machine: str | None, container: str | None, kills: int
) -> None:
    for file, text in ((VMSTAT, machine), (EVENTS, container)):
        (kernel / file).unlink(missing_ok=True)
        if text is not None:
            (kernel / file).write_text(text)
    assert recovery.memory_kills() == kills


def test_a_worker_killed_for_memory_is_told_from_one_that_was_ended(
    training: TrainingSpec, kernel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starved = claimed(training)
    (kernel / VMSTAT).write_text(MACHINE.format(4))
    dispatch.sweep()
    assert jobs.progress(starved).message == (
        "The training process was ended by the system because the memory was full at epoch 1;"
        " it begins again, with the same numbers."
    )
    monkeypatch.setattr(dispatch, "DYING_SECONDS", 0)
    later = claimed(training)  # that kill was another's
    dispatch.sweep()
    assert "was ended from outside" in jobs.progress(later).message


def test_who_takes_a_moment_to_die_was_killed_for_memory_all_the_same(
    training: TrainingSpec, kernel: Path
) -> None:
    with sleeper() as (process, born):
        run = claimed(training, process.pid, born)
        (kernel / VMSTAT).write_text(MACHINE.format(4))
        dispatch.sweep()  # the kernel has counted it, and it is still there
        assert run_store.row(run)["status"] == "running"
        process.kill()
        process.wait()
        dispatch.sweep()
    assert "because the memory was full" in jobs.progress(run).message


def test_a_starved_run_goes_on_until_it_comes_no_further(training: TrainingSpec) -> None:
    run = claimed(training)
    save(run, 25)
    why = "The training process was ended by the system because the memory was full at epoch"
    for _ in range(recovery.TRIES):
        recovery.recover(run_store.row(run), -9, starved=True)
        row = run_store.row(run)
        assert row["status"] == "queued"
        assert row["message"].startswith(why)
        assert row["message"].endswith("; it goes on from where it was.")
        assert run_store.claim(run, GONE, row["created"], 99)
        worker_rows.accept(run, {})
    recovery.recover(run_store.row(run), -9, starved=True)
    row = run_store.row(run)
    assert row["status"] == "interrupted" and row["error"].startswith(why)
    assert row["error"].endswith(
        " Resume goes on from where it was; or train with a smaller batch or model."
    )
