"""One workspace in a temporary folder for all tests of the runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from builder.runs.engine_process import client
from builder.runs.scheduler import dispatch, worker_pool
from builder.runs.store import database
from builder.spec import Config, ObjectSpec, TrainingSpec, chain


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The workspace of these tests; helper processes end with it."""
    before = os.environ.get("LAYERWISE_HOME")
    folder = tmp_path_factory.mktemp("home")
    os.environ["LAYERWISE_HOME"] = str(folder)
    yield folder
    worker_pool.close()
    client.close()
    database.close()
    for worker in worker_pool._workers:  # their runs have ended; they need a moment to go
        worker.wait(30)
    os.environ.pop("LAYERWISE_HOME")
    if before is not None:
        os.environ["LAYERWISE_HOME"] = before


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace nobody else uses; the sweep that earlier tests began leaves it alone."""
    with dispatch._lock:  # first: a sweep that is on its way would make a store there
        monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path))
        yield tmp_path
    database.close()


@pytest.fixture
def training() -> TrainingSpec:
    """A tiny experiment on the built-in points."""
    return tiny()


def tiny(epochs: int = 2, units: int = 4, **fit: object) -> TrainingSpec:
    """Two dense layers on the xor points: 25 steps an epoch at most, milliseconds each."""
    return TrainingSpec(
        chain(
            "tiny",
            ObjectSpec("InputLayer", Config(shape=(2,))),
            ObjectSpec("Dense", Config(units=units, activation="relu")),
            ObjectSpec("Dense", Config(units=1, activation="sigmoid")),
        ),
        ObjectSpec("Xor"),
        compile=Config(
            optimizer=ObjectSpec("Adam"),
            loss=ObjectSpec("BinaryCrossentropy"),
            metrics=(ObjectSpec("accuracy"),),
        ),
        fit=Config(epochs=epochs, validation_split=0.2, **fit),
    )


def gone(pid: int) -> bool:
    """Whether that process has ended; where nobody waits for orphans they stay as zombies."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def until(true: Callable[[], object], seconds: float = 300) -> None:
    """Waits until ``true()``; fails after so many seconds: far more than a busy machine takes."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)
