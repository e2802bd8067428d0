"""Trainings as jobs: start, watch, stop; each in a process of its own that outlives the server."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

from builder.errors import LayerwiseError, TrainingError
from builder.facts import DataFacts, ModelFacts
from builder.runs import child, launch, store, workspace
from builder.runs.fetch import FetchProgress, fetch, fetch_cancel, fetch_progress
from builder.runs.launch import prepare, sweep, warm
from builder.runs.progress import Progress, of
from builder.spec import Run, TrainingSpec

__all__ = [
    "FetchProgress",
    "Progress",
    "artefact",
    "delete",
    "fetch",
    "fetch_cancel",
    "fetch_progress",
    "folder",
    "get",
    "history",
    "list_runs",
    "log",
    "prepare",
    "progress",
    "progress_of",
    "result",
    "start",
    "stop",
    "sweep",
    "versions",
    "warm",
]


def start(
    training: TrainingSpec,
    project: str | None = None,
    owner: str = "",
    parent: str | None = None,
    token: str | None = None,
    *,
    data: DataFacts | None = None,
    model: ModelFacts | None = None,
) -> Run:
    """Starts training, or queues it when as many runs as may go at once are going.

    Args:
        training: what to train; kept with the run exactly so.
        project: the project's token.
        owner: as in ``projects``.
        parent: the run this one comes from.
        token: of the click; the same token again gives the same run again.
        data, model: what is known already about the data and the model; asked for otherwise.

    Raises:
        TrainingError: it cannot be trained: too little disk or memory, no data.
    """
    if (earlier := store.clicked(token)) is not None:
        return get(earlier)
    _refuse(training, data, model)
    run_id = store.add(training, project, owner, parent, token)
    # no process can be made just now: the run waits in the queue, and the sweep tries again
    with contextlib.suppress(OSError):
        launch.advance()
    launch.watch()
    # who trains once trains again: the next spare worker has the data ready
    launch.prepare(training.dataset)
    return get(run_id)


def _refuse(training: TrainingSpec, data: DataFacts | None, model: ModelFacts | None) -> None:
    from builder.check.memory import problems

    if workspace.free_bytes() < workspace.NEEDED_BYTES:
        raise TrainingError(
            f"Only {workspace.free_bytes() / 1e6:.0f} MB are free on the disk of the workspace;"
            f" a training needs {workspace.NEEDED_BYTES / 1e6:.0f} MB.",
            "Delete old runs or free some space, then train again.",
        )
    try:
        data = data or child.call("data.describe", training.dataset)
        model = model or child.call("build.summary", training.model)
    except LayerwiseError as error:
        raise TrainingError(error.message, error.hint, error.where) from error
    for problem in problems(training, data, model, workspace.memory_bytes()):
        raise TrainingError(problem.message, problem.hint, problem.where)


def stop(run_id: str) -> None:
    """Orders the run to stop; it keeps what it has learned and is ``stopped`` within a second or
    two. Nothing happens when it has ended. TrainingError when there is no such run."""
    store.row(run_id)
    store.order_stop(run_id)


def get(run_id: str) -> Run:
    """The run; TrainingError when there is none."""
    return store.run(store.row(run_id))


def progress(run_id: str) -> Progress:
    """How far the run is; TrainingError when there is none."""
    return of(store.row(run_id))


progress_of = progress
"""For callers that have a variable ``progress``."""


def list_runs(project: str | None = None, owner: str | None = None, limit: int = 200) -> list[Run]:
    """Runs of that project and owner (None: of all), newest first."""
    return store.listing(project, owner, limit)


def history(run_id: str) -> dict[str, list[float | None]]:
    """Metric → one value an epoch, as far as the run has come; None: NaN or infinite."""
    return store.history(run_id)


def result(run_id: str) -> dict[str, Any]:
    """What training returned: ``history``, ``test``, ``artefact``, ``best``; empty before."""
    text = store.row(run_id)["result"]
    return dict(json.loads(text)) if text else {}


def versions(run_id: str) -> dict[str, str]:
    """The packages and the machine the run was trained with; empty before its worker began."""
    text = store.row(run_id)["versions"]
    return dict(json.loads(text)) if text else {}


def folder(run_id: str) -> Path:
    """The run's own folder; TrainingError when there is no such run."""
    store.row(run_id)
    return workspace.folder("runs", run_id)


def artefact(run_id: str) -> Path:
    """The trained model; the file is there once the run is ``finished`` or ``stopped``."""
    return folder(run_id) / "model.keras"


def log(run_id: str) -> Path:
    """What the worker printed, with the traceback of a failure."""
    return folder(run_id) / "train.log"


def delete(run_id: str) -> None:
    """Removes an ended run with its files; TrainingError while it goes."""
    if of(store.row(run_id)).ended:
        shutil.rmtree(folder(run_id), ignore_errors=True)
        store.remove(run_id)
        return
    raise TrainingError("This run is still going.", "Stop it first, then delete it.", run_id)
