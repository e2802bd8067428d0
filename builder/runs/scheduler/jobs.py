"""Start, pause, resume, extend and stop runs, each in a process that outlives the server."""

from __future__ import annotations

import contextlib
import functools
import json
import shutil
from pathlib import Path
from typing import Any

from builder.engine.files.archive import find_damage
from builder.errors import FileError, LayerwiseError, TrainingError
from builder.facts import DataFacts, ModelFacts
from builder.formatting import size
from builder.runs.disk import dedup, weight_files, workspace
from builder.runs.engine_process import client
from builder.runs.scheduler import capacity, dispatch, recovery, run_queue, worker_pool
from builder.runs.store import metric_rows, run_copies, run_store
from builder.runs.store.progress import GOING, Progress
from builder.spec import Run, TrainingSpec


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
    """Starts training, or queues it when as many runs go as the machine carries.

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
    if (earlier := run_store.find_by_click(token)) is not None:
        return get(earlier)
    data, model = _require_facts(training, data, model)
    run_id = run_store.add(training, project, owner, parent, token)
    capacity.remember_estimate(run_id, training, data, model)
    return _begin(run_id, training)


def keep_opened(training: TrainingSpec, project: str | None = None, owner: str = "") -> Run:
    """A finished run of no epoch around an opened model with its weights, to be used as it is.

    Raises:
        LayerwiseError: the model cannot be made, or its weights are gone or the disk is full.
    """
    _refuse_if_full()
    kept = weight_files.find(training.weights.get("file"))
    made = client.call(
        "export_run.export_untrained", training, str(kept) if kept else None, timeout=OPENED_SECONDS
    )
    run_id = workspace.token()
    path = workspace.folder("runs", run_id) / MODEL
    try:
        path.write_bytes(made)
    except OSError as error:
        raise FileError(
            f"The model could not be kept: {error.strerror}.", "Free some space, then try again."
        ) from error
    result = {"history": {}, "test": {}, "artefact": str(path)}
    run_store.add_finished(run_id, training.with_fit(epochs=0), project, owner, result)
    run_copies.write(run_id)
    return get(run_id)


OPENED_SECONDS = 120
"""How long making an opened model may take; the largest architectures need half a minute."""

MODEL = "model.keras"


def _begin(run_id: str, training: TrainingSpec) -> Run:
    """The queued run begins, now or when it is its turn."""
    run_copies.write(run_id)
    # no process can be made just now: the run waits in the queue, and the sweep tries again
    with contextlib.suppress(OSError):
        dispatch.advance()
    dispatch.watch()
    # who trains once trains again: the next spare worker has the data ready
    worker_pool.prepare(training.dataset)
    return get(run_id)


def _require_facts(
    training: TrainingSpec, data: DataFacts | None, model: ModelFacts | None
) -> tuple[DataFacts, ModelFacts]:
    """The facts, after TrainingError where the machine cannot carry the run."""
    from builder.check.training.memory import problems

    _refuse_if_full()
    try:
        data = data or client.call("loading.describe", training.dataset)
        model = model or client.call("keras_model.summary", training.model)
    except LayerwiseError as error:
        raise TrainingError(error.message, error.hint, error.where) from error
    for problem in problems(training, data, model, capacity.most_bytes()):
        raise TrainingError(problem.message, problem.hint, problem.where)
    return data, model


def _refuse_if_full() -> None:
    if workspace.free_bytes() < workspace.NEEDED_BYTES:
        raise TrainingError(
            f"Only {size(workspace.free_bytes())} are free on the disk of the workspace;"
            f" a training needs {size(workspace.NEEDED_BYTES)}.",
            "Delete old runs or free some space, then train again.",
        )


def stop(run_id: str) -> None:
    """Orders the run to stop; it keeps what it has learned and is ``stopped`` within a second or
    two. Of a paused one the model is made first; a queued one that never began is stopped at once.
    Nothing happens when it has ended. TrainingError when there is no such run."""
    run_store.row(run_id)
    run_store.order_stop(run_id)
    _try_to_advance()


def pause(run_id: str) -> None:
    """Orders the run to pause: within a second it has left the machine, and ``resume`` goes on
    from that very step. Nothing happens when it neither goes nor waits. TrainingError when there
    is no such run."""
    run_store.row(run_id)
    run_store.order_pause(run_id)


def can_resume(run_id: str) -> bool:
    """Whether ``resume`` would; TrainingError when there is no such run."""
    status = run_store.row(run_id)["status"]
    return status not in (*GOING, "finished") or bool(artefact_damage(run_id))


def resume(run_id: str) -> Run:
    """The same run goes on from its last snapshot, number for number as if it had never paused;
    from the start when it has none. What goes already, goes on; one that has finished makes its
    model again when that is damaged.

    Raises:
        TrainingError: no such run, it has finished and its model is whole, or the disk is full.
    """
    row = run_store.row(run_id)
    _refuse_if_full()
    training = run_store.run(row).training
    finished = bool(artefact_damage(run_id))
    if run_store.resume(run_id, finished) or run_store.row(run_id)["status"] in GOING:
        return _begin(run_id, training)
    raise TrainingError("This run has finished.", "Train more epochs instead.", run_id)


def can_extend(run_id: str) -> bool:
    """Whether ``extend`` would; TrainingError when there is no such run."""
    row = run_store.row(run_id)
    return row["status"] not in GOING and recovery.has_snapshot(run_id)


def extend(run_id: str, epochs: int, owner: str = "", token: str | None = None) -> Run:
    """A new run that goes on where an ended one is, for so many epochs more.

    Args:
        run_id: the parent.
        epochs: beyond those it has completed; at least 1.
        owner: as in ``projects``; "" is the parent's.
        token: of the click, as in ``start``.

    Raises:
        TrainingError: no such run, it has not ended, it has no snapshot, or the disk is full.
    """
    if (earlier := run_store.find_by_click(token)) is not None:
        return get(earlier)
    row = run_store.row(run_id)
    if row["status"] in GOING:
        raise TrainingError("This run is still going.", "Wait until it has ended.", run_id)
    if not recovery.has_snapshot(run_id):
        raise TrainingError("This run has nothing to go on from.", "Train it again.", run_id)
    if epochs < 1:
        raise TrainingError(f"{epochs} more epochs cannot be trained.", "Ask for 1 or more.")
    _refuse_if_full()
    done = max((len(values) for values in metric_rows.history(run_id).values()), default=0)
    training = run_store.run(row).training.with_fit(epochs=done + epochs)
    made = workspace.token()
    _inherit(run_id, made)
    if not run_store.fork(made, training, row, owner or row["owner"], token):
        shutil.rmtree(workspace.folder("runs", made), ignore_errors=True)
        return get(run_store.find_by_click(token) or made)
    return _begin(made, training)


OWN_FILES = frozenset({MODEL, "train.log", run_copies.COPY, workspace.WORKER_LOCK})
"""What a run that goes on from another one has of its own; all else is needed to go on exactly."""


def _inherit(parent: str, run_id: str) -> None:
    target = workspace.folder("runs", run_id)
    try:
        for source in workspace.folder("runs", parent).iterdir():
            if source.name in OWN_FILES or source.name.startswith("."):
                continue
            if source.is_dir():
                shutil.copytree(source, target / source.name)
            elif source.suffix == ".npz":
                dedup.copy_file(source, target / source.name)
            else:  # it may be appended to
                shutil.copy2(source, target / source.name)
    except OSError as error:
        shutil.rmtree(target, ignore_errors=True)
        raise FileError(
            f"The run's files could not be copied: {error.strerror}.",
            "Free some space, then try again.",
        ) from error


def _try_to_advance() -> None:
    with contextlib.suppress(OSError):
        dispatch.advance()


def get(run_id: str) -> Run:
    """The run; TrainingError when there is none."""
    return run_store.run(run_store.row(run_id))


def progress(run_id: str) -> Progress:
    """How far the run is; TrainingError when there is none."""
    return run_queue.progress(run_store.row(run_id))


def result(run_id: str) -> dict[str, Any]:
    """What training returned: ``history``, ``test``, ``artefact``, ``best``; empty before."""
    text = run_store.row(run_id)["result"]
    return dict(json.loads(text)) if text else {}


def versions(run_id: str) -> dict[str, str]:
    """The packages and the machine the run was trained with; empty before its worker began."""
    text = run_store.row(run_id)["versions"]
    return dict(json.loads(text)) if text else {}


def folder(run_id: str) -> Path:
    """The run's own folder; TrainingError when there is no such run."""
    run_store.row(run_id)
    return workspace.folder("runs", run_id)


def artefact(run_id: str) -> Path:
    """The trained model; the file is there once the run is ``finished`` or ``stopped``."""
    return folder(run_id) / MODEL


def artefact_damage(run_id: str) -> str:
    """What is wrong with the model of a run that left one behind, as a clause; "" when it is as it
    was written, or the run made none. TrainingError when there is no such run."""
    ended = run_store.row(run_id)["status"] in ("finished", "stopped")
    if not ended or not result(run_id).get("artefact"):
        return ""
    path = artefact(run_id)
    stat = path.stat() if path.exists() else None
    return _find_damage(path, stat and (stat.st_ino, stat.st_mtime_ns, stat.st_size))


@functools.lru_cache(1024)
def _find_damage(path: Path, state: object) -> str:
    """``find_damage``, remembered for as long as the file's state is the same."""
    return find_damage(path)


def log(run_id: str) -> Path:
    """What the worker printed, with the traceback of a failure."""
    return folder(run_id) / "train.log"
