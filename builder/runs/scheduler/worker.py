"""Worker process that trains one run (``python -m builder.runs.scheduler.worker``).

It imports Keras and trains a tiny model, then waits: so a click on Train finds it warm. Orders
are lines of JSON: ``{"dataset": …}`` to load one in advance, ``{"run": id}`` to train it and end.
It ends without a run when its input does: the server is gone. ``--threads N`` are TensorFlow's,
which must be set before it begins; 0 leaves it as many as there are cores.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder import document, formatting
from builder.errors import LayerwiseError, without_paths
from builder.runs.disk import dedup, weight_files, workspace
from builder.runs.engine_process import server
from builder.runs.scheduler import recovery
from builder.runs.store import metric_rows, run_copies, run_store, worker_rows
from builder.spec import ObjectSpec, TrainingSpec, chain

BEAT_SECONDS = 1.0
"""How often the worker says that it lives."""

LISTEN_SECONDS = 0.2
"""How often it looks for orders, and how long a row waits at most to be written."""

WARM_UP = TrainingSpec(
    chain(
        "warm",
        ObjectSpec("InputLayer", {"shape": (2,)}),  # type: ignore[arg-type]
        ObjectSpec("Dense", {"units": 1, "activation": "sigmoid"}),  # type: ignore[arg-type]
    ),
    ObjectSpec("Xor"),
    compile={  # type: ignore[arg-type]
        "optimizer": ObjectSpec("Adam"),
        "loss": ObjectSpec("BinaryCrossentropy"),
        "metrics": (ObjectSpec("accuracy"),),
    },
    fit={"epochs": 1, "validation_split": 0.2},  # type: ignore[arg-type]
)
"""What is trained to be warm: the first step of anything costs a second."""


REPORT_SECONDS = (0.0, 1.0, 5.0, 20.0)
"""How long to wait before each attempt to write how a run ended: a full disk may pass."""


def main() -> None:
    """Warms up, waits for a run's id, trains it."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--threads", type=int, default=0, help="TensorFlow's; 0: one a core")
    threads = options.parse_args().threads
    from builder.engine.training import reporting, train_run

    _set_threads(threads)

    with contextlib.suppress(Exception), tempfile.TemporaryDirectory() as folder:
        # whatever is wrong will be said by the run that meets it
        train_run.train(WARM_UP, Path(folder), reporting.NullSink(), lambda: None)
    run_store.by_status("running")  # opens the store
    versions = train_run.versions()
    # what the libraries hold is searched for garbage no more: that fell into a run's first step
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        if "run" in order:
            return train_assigned(order["run"], train_run.train, versions)
        _prepare(document.decode_object(order["dataset"]))


def _set_threads(threads: int) -> None:
    if threads:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)


def _prepare(dataset: ObjectSpec) -> None:
    from builder.engine.data import loading

    # what is wrong with it will be said by the run that needs it
    with contextlib.suppress(Exception):
        loading.load(dataset)


class StoreSink:
    """Write metrics to the run store, in batches.

    Args:
        remark: about this run, for people; stays when training begins.
    """

    def __init__(self, run_id: str, remark: str = "") -> None:
        self._run, self._remark = run_id, remark
        self._lock = threading.Lock()
        self._seq = 1
        self._written = 0.0
        self._chunks: list[tuple[int, tuple[str, ...], NDArray[np.float32]]] = []
        self._epochs: list[tuple[int, dict[str, float]]] = []

    def plan(self, steps: int, epochs: int, path: str, notes: tuple[str, ...]) -> None:
        """Training begins: ``steps`` an epoch, the loop it takes, and remarks for people."""
        worker_rows.write_plan(self._run, steps, epochs, path)
        worker_rows.write_message(self._run, " ".join(filter(None, (self._remark, *notes))))

    def begin(self, epochs: Sequence[Mapping[str, float]], new: bool) -> None:
        """Training begins after these epochs; those the store lacks are written.

        Args:
            new: the numbers so far are forgotten, for they will not come again.
        """
        if new:
            self._seq = metric_rows.forget(self._run)
        if lacking := metric_rows.fill(self._run, epochs):
            self.remark(
                f"The list of runs lacked the numbers of {formatting.plural(lacking, 'epoch')},"
                " perhaps because a backup was restored. They were taken from the snapshot; those"
                " of their single batches are lost."
            )

    def batches(self, step0: int, values: Mapping[str, NDArray[Any]]) -> None:
        """Consecutive steps from ``step0`` (0 is the first of the run), one value a step."""
        names = tuple(values)
        table = np.stack([np.asarray(values[n], np.float32) for n in names], axis=1)
        with self._lock:
            first, same, before = self._chunks[-1] if self._chunks else (0, (), table[:0])
            if same == names and first + len(before) == step0:
                self._chunks[-1] = (first, names, np.concatenate([before, table]))
            else:
                self._chunks.append((step0, names, table))
        self._hurry()

    def epoch(self, n: int, values: Mapping[str, float]) -> None:
        """Epoch ``n`` (the first is 0) ended."""
        with self._lock:
            self._epochs.append((n + 1, dict(values)))
        self._hurry()

    def message(self, text: str) -> None:
        """Something people should read."""
        worker_rows.write_message(self._run, text)

    def remark(self, text: str) -> None:
        """Something people should read, also when the run has ended."""
        worker_rows.add_remark(self._run, text)

    def saved(self, step: int) -> None:
        """A snapshot of all up to ``step`` is on disk."""
        worker_rows.write_snapshot_step(self._run, step)

    def _hurry(self) -> None:
        if monotonic() - self._written > LISTEN_SECONDS:
            self._write()

    def flush(self) -> None:
        """Writes what waits. Before a snapshot it must be, and so that no power cut takes it:
        nothing before that is told again."""
        self._write()
        run_store.secure()

    def _write(self) -> None:
        with self._lock:
            if self._chunks or self._epochs:
                self._written = monotonic()
                self._seq = metric_rows.append(self._run, self._seq, self._chunks, self._epochs)
                self._chunks, self._epochs = [], []


class Listener:
    """Thread that writes the heartbeat and waiting rows, and reads orders."""

    def __init__(self, run_id: str, sink: StoreSink) -> None:
        self._run, self._sink = run_id, sink
        self._order: str | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="layerwise-listen", daemon=True)
        self._thread.start()

    def order(self) -> str | None:
        """What was ordered: ``stop``, ``pause`` or None."""
        return self._order

    def close(self) -> None:
        """Ends the thread."""
        self._done.set()
        self._thread.join(5)

    def _listen(self) -> None:
        last = 0.0
        while True:
            # a locked store or full disk: the training itself meets it and says so
            with contextlib.suppress(LayerwiseError):
                if monotonic() - last >= BEAT_SECONDS:
                    last = monotonic()
                    worker_rows.write_heartbeat(self._run, os.getpid())
                self._order = worker_rows.read_order(self._run, os.getpid())
                self._sink.flush()
            if self._done.wait(LISTEN_SECONDS):
                return


def train_assigned(
    run_id: str, train: Callable[..., dict[str, Any]], versions: Mapping[str, str]
) -> None:
    """Trains one run and writes how it ended."""
    folder = workspace.folder("runs", run_id)
    _redirect(folder / "train.log")
    # held for as long as this process lives: two never train one run, whatever they believe
    with workspace.lock(folder / workspace.WORKER_LOCK):
        if not worker_rows.is_assigned(run_id, os.getpid()):
            return  # it was taken away while we waited
        training = worker_rows.accept(run_id, versions)
        _write_end(run_id, *_train(run_id, training, folder, train))


def _train(
    run_id: str, training: TrainingSpec, folder: Path, train: Callable[..., dict[str, Any]]
) -> tuple[str, str | None, dict[str, Any] | None]:
    """How it ended: status, error, result."""
    row = run_store.row(run_id)
    sink = StoreSink(run_id, row["message"])
    if row["snapshot_step"] is not None and not recovery.has_snapshot(run_id):
        sink.remark("The snapshots of this run are missing. The run began again.")
    listener = Listener(run_id, sink)
    try:
        weight_files.link_into_run(training, folder)
        result = train(training, folder, sink, listener.order)
        sink.flush()
        dedup.share(folder / "model.keras")
        return result["ended"], None, result
    except LayerwiseError as failure:
        _log_traceback()
        error = f"{failure.message} {failure.hint}".strip()
    except Exception as failure:
        _log_traceback()
        error = _unexpected_error(failure, folder / "train.log")
    finally:
        listener.close()
    if workspace.is_full():  # no fault of the run: it can go on when there is room
        return "interrupted", recovery.on_full_disk(run_store.row(run_id)), None
    return "failed", error, None


def _log_traceback() -> None:
    """What went wrong, where the disk has room for it."""
    with contextlib.suppress(OSError):
        traceback.print_exc()


def _write_end(run_id: str, status: str, error: str | None, result: dict[str, Any] | None) -> None:
    for seconds in REPORT_SECONDS:
        sleep(seconds)
        try:
            run_store.end(run_id, os.getpid(), status, error, result)
            run_copies.write(run_id)
            return
        except LayerwiseError:
            _log_traceback()


def _unexpected_error(failure: Exception, log: Path) -> str:
    reason = without_paths(str(failure).strip().partition("\n")[0])
    return (
        f"Something unexpected broke the training off ({type(failure).__name__}: {reason})."
        f" The details are in {log.name} in the run's folder."
    )


def _redirect(log: Path) -> None:
    """What this process prints from now on goes to the run's own log."""
    with open(log, "ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


if __name__ == "__main__":
    main()
    server.leave()
