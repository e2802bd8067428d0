"""Real trainings in real processes: watched, queued, stopped, killed, and found again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from builder import document
from builder.errors import TrainingError
from builder.runs.disk import workspace
from builder.runs.engine_process import process_policy
from builder.runs.queries import chart_rows
from builder.runs.scheduler import dispatch, jobs, worker_pool
from builder.runs.store import housekeeping, metric_rows, run_store
from builder.runs.store.progress import GOING
from builder.spec import Config, ObjectSpec, TrainingSpec
from tests.builder.runs.conftest import gone, tiny, until

LONG = 5000
"""Epochs that nobody waits for."""


def ended(run_id: str) -> bool:
    return jobs.progress(run_id).ended


def step(run_id: str) -> int:
    return jobs.progress(run_id).step


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "1")
    yield
    for (
        run
    ) in run_store.list_runs():  # a test that failed leaves nothing for the next one to wait for
        if run.status in GOING:
            jobs.stop(run.id)


SEEDED = replace(tiny(epochs=3), seed=7)


@pytest.fixture(scope="module")
def clicked() -> str:
    """A run that began with a double click, and has ended."""
    run = jobs.start(SEEDED, project=None, owner="anna", token="click-a")
    assert jobs.start(SEEDED, owner="anna", token="click-a").id == run.id
    until(lambda: ended(run.id))
    return run.id


def test_a_run_goes_from_click_to_artefact_and_as_keras_alone_would_do_it(clicked: str) -> None:
    training, run = SEEDED, jobs.get(clicked)
    assert (run.status, run.error) == ("finished", None)
    assert run.training == training
    assert run.times["created"] <= run.times["started"] < run.times["ended"]

    seen = jobs.progress(run.id)
    assert (seen.epoch, seen.epochs, seen.fraction) == (3, 3, 1.0)
    rows, result = chart_rows.read_rows(run.id), jobs.result(run.id)
    assert len(rows["batches"]["x"]) == seen.steps
    assert rows["batches"]["x"][-1] == pytest.approx(3.0)
    assert metric_rows.history(run.id) == result["history"]
    assert set(result["history"]) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert [e["epoch"] for e in rows["epochs"]] == [1, 2, 3]
    assert rows["epochs"][-1]["loss"] == pytest.approx(rows["batches"]["loss"][-1])
    assert {"python", "keras", "tensorflow", "numpy"} <= set(jobs.versions(run.id))

    # the outside truth: Keras reads the artefact and measures what the run said of it
    import keras

    from builder.engine.data.loading import load

    data = load(training.dataset)
    model = keras.models.load_model(jobs.artefact(run.id))
    measured = model.evaluate(data.input.test, data.target.test, verbose=0, return_dict=True)
    assert measured == pytest.approx(result["test"])
    np.testing.assert_equal(model.count_params(), 17)


def test_runs_wait_their_turn_and_stop_by_order() -> None:
    first, second, third = (jobs.start(tiny(LONG), owner="queue") for _ in range(3))
    assert [r.status for r in (first, second, third)] == ["running", "queued", "queued"]
    until(lambda: jobs.progress(first.id).eta_seconds)
    with pytest.raises(TrainingError, match="still going"):
        housekeeping.delete(first.id)
    dispatch.sweep()
    assert jobs.get(second.id).status == "queued"

    jobs.stop(third.id)  # never begun: gone at once
    assert jobs.get(third.id).status == "stopped"
    jobs.stop(first.id)
    until(lambda: ended(first.id))
    assert jobs.get(first.id).status == "stopped"
    assert jobs.artefact(first.id).exists()
    assert metric_rows.history(first.id) == jobs.result(first.id)["history"]

    # the background sweep starts the next one
    until(lambda: step(second.id) > 50)
    jobs.stop(second.id)
    until(lambda: ended(second.id))
    assert [r.id for r in run_store.list_runs(owner="queue")] == [third.id, second.id, first.id]


def test_a_run_outlives_its_server_and_another_one_finds_it() -> None:
    project = document.to_json(tiny(LONG), indent=None)
    program = (
        "from builder import document\n"
        "from builder.runs.scheduler import jobs\n"
        "import sys, time\n"
        "run = jobs.start(document.from_json(sys.argv[1]), owner='before')\n"
        "while not jobs.progress(run.id).step: time.sleep(0.05)\n"
        "print(run.id, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, project],
        env=process_policy.environment(),
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as server:
        assert server.stdout
        run_id = server.stdout.readline().decode().strip()
        os.killpg(server.pid, signal.SIGKILL)  # as a closed terminal does
    (found,) = run_store.list_runs(owner="before")
    assert (found.id, found.status) == (run_id, "running")
    dispatch.sweep()
    before = step(run_id)
    until(lambda: step(run_id) > before + 50)
    rows = chart_rows.read_rows(run_id)
    assert len(rows["batches"]["x"]) > before
    jobs.stop(run_id)
    until(lambda: ended(run_id))
    assert jobs.get(run_id).status == "stopped"
    worker = run_store.row(run_id)["pid"]
    until(lambda: gone(worker))


def test_what_the_engine_refuses_is_the_runs_error(monkeypatch: pytest.MonkeyPatch) -> None:
    # the data facts are handed in, so that only the worker meets the wrong loss
    wrong = tiny().with_compile(loss=ObjectSpec("CategoricalCrossentropy", Config(axis=7)))
    run = jobs.start(wrong, owner="wrong")
    until(lambda: ended(run.id))
    run = jobs.get(run.id)
    assert run.status == "failed"
    assert run.error and "\n" not in run.error and "Traceback" not in run.error
    assert "Traceback" in jobs.log(run.id).read_text()


def test_a_spare_worker_takes_the_run_and_is_replaced(
    clicked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_pool, "REFILL_SECONDS", 0.1)
    try:
        worker_pool.prepare(ObjectSpec("Xor"))
        dispatch.warm()
        until(lambda: 1 in worker_pool.spares)
        spare = worker_pool.spares[1]
        tmp = workspace.folder("tmp").resolve()
        until(lambda: Path(psutil.Process(spare.pid).cwd()).parent == tmp)
        folder = Path(psutil.Process(spare.pid).cwd())
        run = jobs.start(SEEDED, owner="warm")
        assert run_store.row(run.id)["pid"] == spare.pid
        until(lambda: ended(run.id))
        assert jobs.get(run.id).status == "finished"
        until(lambda: not folder.exists())  # what it worked in went with it
        assert jobs.versions(run.id)["threads"].startswith("1 within and 1 between")
        until(lambda: 1 in worker_pool.spares and worker_pool.spares[1].pid != spare.pid)
        another = worker_pool.spares[1]
    finally:
        worker_pool.close()
    assert another.poll() is not None
    # of two processes: Keras's file of each would tell the time and addresses in memory
    one, twin = jobs.artefact(clicked), jobs.artefact(run.id)
    assert one.samefile(twin), "two runs of the same numbers keep one model"
    housekeeping.delete(clicked)
    assert twin.exists()
    with pytest.raises(TrainingError, match="no such run"):
        jobs.get(clicked)


def test_too_little_disk_is_refused(
    training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "NEEDED_BYTES", 2**62)
    with pytest.raises(TrainingError, match="are free on the disk") as caught:
        jobs.start(training, owner="refused")
    assert "free some space" in caught.value.hint


def test_too_much_memory_and_missing_data_are_refused(home: Path) -> None:
    huge = tiny(units=300_000_000)
    with pytest.raises(TrainingError, match="needs about"):
        jobs.start(huge, owner="refused")
    missing = ObjectSpec("NpzFile", Config(file="missing.npz"))
    with pytest.raises(TrainingError, match=r"missing\.npz"):
        jobs.start(TrainingSpec(tiny().model, missing), owner="refused")
    assert run_store.list_runs(owner="refused") == []
