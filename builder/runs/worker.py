"""The process one training runs in: ``python -m builder.runs.worker``, its orders on stdin.

It imports Keras and trains a trifle first, then waits: so a click on Train finds it warm. Orders
are lines of JSON: ``{"dataset": …}`` to load one in advance, ``{"run": id}`` to train it and end.
It ends without a run when its input does: the server is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder import document
from builder.errors import LayerwiseError
from builder.runs import store, workspace
from builder.spec import ObjectSpec, TrainingSpec, chain

BEAT_SECONDS = 1.0
"""How often the worker says that it lives."""

LISTEN_SECONDS = 0.25
"""How often it looks for orders, and how long a row waits at most to be written."""

TRIFLE = TrainingSpec(
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


def main() -> None:
    """Warms up, waits for a run's id, trains it."""
    from builder.engine import train

    with contextlib.suppress(Exception), tempfile.TemporaryDirectory() as folder:
        # whatever is wrong will be said by the run that meets it
        train.train(TRIFLE, Path(folder), Nobody(), lambda: False)
    store.by_status("running")  # opens the store
    versions = train.versions()
    for line in sys.stdin:
        order = json.loads(line)
        if "run" in order:
            return work(order["run"], train.train, versions)
        _prepare(document.decode_object(order["dataset"]))


def _prepare(dataset: ObjectSpec) -> None:
    from builder.engine import data

    # what is wrong with it will be said by the run that needs it
    with contextlib.suppress(Exception):
        data.load(dataset)


class Nobody:
    """A sink that hears nothing."""

    def plan(self, steps: int, epochs: int, notes: tuple[str, ...]) -> None:
        """Nothing."""

    def batches(self, step0: int, values: Mapping[str, NDArray[Any]]) -> None:
        """Nothing."""

    def epoch(self, n: int, values: Mapping[str, float]) -> None:
        """Nothing."""

    def message(self, text: str) -> None:
        """Nothing."""


class StoreSink:
    """A training's numbers into the store; rows that come fast are written together."""

    def __init__(self, run_id: str) -> None:
        self._run = run_id
        self._lock = threading.Lock()
        self._seq = 1
        self._written = 0.0
        self._chunks: list[tuple[int, tuple[str, ...], NDArray[np.float32]]] = []
        self._epochs: list[tuple[int, dict[str, float]]] = []

    def plan(self, steps: int, epochs: int, notes: tuple[str, ...]) -> None:
        """Training begins: ``steps`` an epoch, and remarks for people."""
        store.plan(self._run, steps, epochs)
        store.say(self._run, " ".join(notes))

    def batches(self, step0: int, values: Mapping[str, NDArray[Any]]) -> None:
        """Consecutive steps from ``step0`` (0 is the first of the run), one value a step."""
        names = tuple(values)
        table = np.stack([np.asarray(values[n], np.float32) for n in names], axis=1)
        with self._lock:
            if self._chunks and self._chunks[-1][1] == names:
                first, _, before = self._chunks[-1]
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
        store.say(self._run, text)

    def _hurry(self) -> None:
        if monotonic() - self._written > LISTEN_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Writes what waits."""
        with self._lock:
            self._written = monotonic()
            if self._chunks or self._epochs:
                self._seq = store.append(self._run, self._seq, self._chunks, self._epochs)
                self._chunks, self._epochs = [], []


class Listener:
    """The thread that says "alive", writes waiting rows and hears orders."""

    def __init__(self, run_id: str, sink: StoreSink) -> None:
        self._run, self._sink = run_id, sink
        self._stop, self._done = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen, name="layerwise-listen", daemon=True)
        self._thread.start()

    def stopped(self) -> bool:
        """Whether a stop was ordered."""
        return self._stop.is_set()

    def close(self) -> None:
        """Ends the thread."""
        self._done.set()
        self._thread.join(5)

    def _listen(self) -> None:
        last = 0.0
        while not self._done.wait(LISTEN_SECONDS):
            # a locked store or full disk: the training itself meets it and says so
            with contextlib.suppress(LayerwiseError):
                if monotonic() - last >= BEAT_SECONDS:
                    last = monotonic()
                    store.beat(self._run)
                if store.orders(self._run) == "stop":
                    self._stop.set()
                self._sink.flush()


def work(run_id: str, train: Callable[..., dict[str, Any]], versions: Mapping[str, str]) -> None:
    """Trains one run and writes how it ended."""
    folder = workspace.folder("runs", run_id)
    _redirect(folder / "train.log")
    training = store.accept(run_id, versions)
    sink = StoreSink(run_id)
    listener = Listener(run_id, sink)
    error, result = None, None
    try:
        result = train(training, folder, sink, listener.stopped)
        sink.flush()
    except LayerwiseError as failure:
        traceback.print_exc()
        error = f"{failure.message} {failure.hint}".strip()
    except Exception as failure:
        traceback.print_exc()
        error = _unexpected(failure, folder / "train.log")
    finally:
        listener.close()
    status = "failed" if error else "stopped" if result and result.get("stopped") else "finished"
    store.end(run_id, os.getpid(), status, error, result)


def _unexpected(failure: Exception, log: Path) -> str:
    reason = str(failure).strip().partition("\n")[0]
    return (
        f"Something unexpected broke the training off ({type(failure).__name__}: {reason})."
        f" The details are in {log}."
    )


def _redirect(log: Path) -> None:
    """What this process prints from now on goes to the run's own log."""
    with open(log, "ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


if __name__ == "__main__":
    main()
