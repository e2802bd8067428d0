"""Snapshot of a training in one file (weights, optimizer, random state), to resume exactly."""

from __future__ import annotations

import contextlib
import json
import os
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.engine.build.backend import keras
from builder.errors import TrainingError

FILE = "snapshot.npz"
"""In the run's folder."""

SHARE = 0.02
"""The part of the training's time that snapshots may take."""

REST_SECONDS = 2.0
"""Between two snapshots, at least."""

FORMAT = 1

DERIVED = frozenset({"_model", "params", "min_delta", "append", "append_header"})
"""What a callback has from its arguments, its model or its file: made anew, never restored.
``min_delta`` changes its sign when the direction is found, which happens again."""

Plain = dict[str, Any]


@dataclass
class Position:
    """Where a training is.

    Args:
        epoch: the one being trained, from 0; the number of epochs when it is done.
        step: batches done in it.
        logs: the epoch's training metrics, once all its batches are done and validation is not.
        own: the newest step's logs, of a model whose steps log more than its metrics.
        history: metric → one value an epoch, of the epochs done.
        over: how many epochs were planned, once the training has ended.
        seed: of an unseeded run, what chance chose.
    """

    epoch: int = 0
    step: int = 0
    logs: dict[str, float] | None = None
    own: dict[str, float] | None = None
    history: dict[str, list[float]] = field(default_factory=dict)
    over: int = 0
    seed: int = 0


def variables(model: keras.Model) -> dict[str, Any]:
    """Every variable that training changes: weights, the random state of layers, the optimizer's
    slots, the sums inside metrics; by a name that a rebuilt model gives again."""
    groups = {
        "model": model.variables,
        "optimizer": model.optimizer.variables if model.optimizer else [],
        "metrics": [v for metric in model.metrics for v in metric.variables],
    }
    named: dict[str, Any] = {}
    seen: set[int] = set()
    for group, members in groups.items():
        for i, variable in enumerate(members):
            if id(variable) not in seen:
                seen.add(id(variable))
                named[f"{group}/{i}"] = variable
    return named


class Snapshots:
    """The snapshot of one run: written now and then, read once.

    Args:
        folder: the run's own.
        model: compiled, its optimizer and metrics built.
        callbacks: those of the spec, in its order.
    """

    def __init__(self, folder: Path, model: keras.Model, callbacks: Sequence[Any]) -> None:
        self.path = folder / FILE
        self._folder, self._model, self._callbacks = folder, model, tuple(callbacks)
        self._next = time.monotonic() + REST_SECONDS
        self.seconds = 0.0

    def due(self) -> bool:
        """Whether enough time has passed since the last for another one."""
        return time.monotonic() >= self._next

    def save(self, position: Position) -> None:
        """Writes everything; a reader finds the old snapshot or the new one, never half of one.

        Raises:
            OSError: the disk is full.
        """
        began = time.monotonic()
        arrays = {k: keras.ops.convert_to_numpy(v) for k, v in variables(self._model).items()}
        states = [_state(callback, i, arrays) for i, callback in enumerate(self._callbacks)]
        head = {"format": FORMAT, "position": asdict(position), "callbacks": states}
        head["files"] = self._files()
        partial = self.path.with_suffix(".partial")
        try:
            with open(partial, "wb") as file:
                np.savez(file, head=np.array(json.dumps(head)), **arrays)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, self.path)
        finally:
            partial.unlink(missing_ok=True)
        took = time.monotonic() - began
        self.seconds += took
        self._next = time.monotonic() + max(REST_SECONDS, took / SHARE)

    def _files(self) -> dict[str, int]:
        """How long the files are that callbacks append to."""
        logs = [getattr(c, "filename", None) for c in self._callbacks]
        return {Path(f).name: os.path.getsize(f) for f in logs if f and os.path.exists(f)}

    def load(self) -> Position | None:
        """Where the last snapshot was taken; None when there is none that can be read."""
        head = _head(self.path)
        return Position(**head["position"]) if head else None

    def prepare(self) -> None:
        """Before ``on_train_begin``: cuts files callbacks append to back to the snapshot's time."""
        head = _head(self.path)
        for callback in self._callbacks if head else ():
            name = getattr(callback, "filename", None)
            if name and hasattr(callback, "append"):
                callback.append = True
                with contextlib.suppress(OSError):
                    os.truncate(name, head["files"].get(Path(name).name, 0) if head else 0)

    def restore(self, metrics: bool = True) -> None:
        """Puts everything back, after ``on_train_begin``.

        Args:
            metrics: whether their sums too; not needed between two epochs.

        Raises:
            TrainingError: the snapshot was taken of another model.
        """
        with np.load(self.path, allow_pickle=False) as file:
            head = json.loads(str(file["head"]))
            mine = variables(self._model)
            if not metrics:
                mine = {k: v for k, v in mine.items() if not k.startswith("metrics/")}
            for name, variable in mine.items():
                if name not in file or file[name].shape != tuple(variable.shape):
                    raise TrainingError(
                        "The saved state of this run does not fit its model any more.",
                        "Train again from the start.",
                    )
                variable.assign(file[name])
            for i, (callback, state) in enumerate(
                zip(self._callbacks, head["callbacks"], strict=True)
            ):
                for key, value in state.items():
                    setattr(callback, key, _thaw(value, f"callback{i}/{key}", file))


def _head(path: Path) -> Plain | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            head = json.loads(str(file["head"]))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    return head if head.get("format") == FORMAT else None


def _state(callback: Any, number: int, arrays: dict[str, NDArray[Any]]) -> Plain:
    """A callback's memory: numbers as they are; lists of arrays go to ``arrays``.

    Text is no memory but where it writes, and a run that goes on in another folder has its own.
    """
    frozen: Plain = {}
    for key, value in vars(callback).items():
        if key in DERIVED:
            continue
        if isinstance(value, list) and value and all(isinstance(v, np.ndarray) for v in value):
            arrays.update({f"callback{number}/{key}/{i}": v for i, v in enumerate(value)})
            frozen[key] = {"arrays": len(value)}
        elif isinstance(value, np.generic):
            frozen[key] = value.item()
        elif _plain(value):
            frozen[key] = value
    return frozen


def _plain(value: Any) -> bool:
    match value:
        case None | bool() | int() | float():
            return True
        case list():
            return all(_plain(v) for v in value)
    return False


def _thaw(value: Any, name: str, file: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return [file[f"{name}/{i}"] for i in range(value["arrays"])]
    return value
