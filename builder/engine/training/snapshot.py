"""Snapshots of a training, the newest and the one before (weights, optimizer, random state), to
resume exactly."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.engine.build.backend import keras
from builder.engine.files import archive
from builder.errors import FileError
from builder.facts import SNAPSHOTS

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


class Unusable(Exception):
    """Why a snapshot cannot be used, as a clause that goes on "The snapshot …"."""


class Snapshots:
    """The snapshots of one run: written now and then, read once.

    Args:
        folder: the run's own.
        model: compiled, its optimizer and metrics built.
        callbacks: those of the spec, in its order.
        remark: is told what could not be used, and what was used instead.
        lacking: why the run cannot begin without a snapshot; None when it can.
    """

    def __init__(
        self,
        folder: Path,
        model: keras.Model,
        callbacks: Sequence[Any],
        remark: Callable[[str], None] = lambda _: None,
        lacking: FileError | None = None,
    ) -> None:
        self.path, self._older = (folder / name for name in SNAPSHOTS)
        self._model, self._callbacks = model, tuple(callbacks)
        self._remark, self._lacking = remark, lacking
        self._source, self._head = self.path, Plain()
        self._next = time.monotonic() + REST_SECONDS
        self.seconds = 0.0

    def due(self) -> bool:
        """Whether enough time has passed since the last for another one."""
        return time.monotonic() >= self._next

    def save(self, position: Position) -> None:
        """Writes everything; a reader finds the old snapshot or the new one, never half of one.
        The last one that is whole is kept beside it.

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
            if self._source == self.path:  # else the newest is damaged, and the older one is good
                self._keep_older()
            os.replace(partial, self.path)
            self._source = self.path
        finally:
            partial.unlink(missing_ok=True)
        took = time.monotonic() - began
        self.seconds += took
        self._next = time.monotonic() + max(REST_SECONDS, took / SHARE)

    def _keep_older(self) -> None:
        """The newest snapshot is the older one from now on; under both names, so that at no moment
        there is none."""
        if not self.path.exists():
            return
        self._older.unlink(missing_ok=True)
        try:
            os.link(self.path, self._older)
        except OSError:  # a disk without hard links
            os.replace(self.path, self._older)

    def _files(self) -> dict[str, int]:
        """How long the files are that callbacks append to."""
        logs = [getattr(c, "filename", None) for c in self._callbacks]
        return {Path(f).name: os.path.getsize(f) for f in logs if f and os.path.exists(f)}

    def load(self, metrics: bool = True) -> Position | None:
        """Where the newest snapshot was taken that is whole and fits the model; None when there is
        none. One that cannot be used is told of.

        Args:
            metrics: whether their sums will be restored, too.

        Raises:
            FileError: there is none, and the run cannot begin.
        """
        reasons: list[str] = []
        for path in (self.path, self._older):
            try:
                position, self._head = self._read(path, metrics)
            except Unusable as why:
                reasons.append(str(why))
                continue
            self._source = path
            if reasons:
                self._remark(
                    f"The newest snapshot {reasons[0]}. The run went on from the one before, with"
                    " the same numbers."
                )
            if self._lacking:
                self._remark(f"{self._lacking.message} The run went on from its snapshot.")
            return position
        if self.path.exists() or self._older.exists():
            self._source = self._older
            newest, older = reasons
            self._remark(
                f"The newest snapshot {newest}, and the one before {older}. The run began again."
            )
        if self._lacking:
            raise self._lacking
        return None

    def _read(self, path: Path, metrics: bool) -> tuple[Position, Plain]:
        """Position and head of a snapshot, after every byte of it was read; raises Unusable."""
        if not path.exists():
            raise Unusable("is missing")
        if damage := archive.find_damage(path):
            raise Unusable(f"is damaged: {damage}")
        try:
            with np.load(path, allow_pickle=False) as file:
                head = json.loads(str(file["head"]))
                if head["format"] > FORMAT:
                    raise Unusable("was written by a newer Layerwise")
                fits = len(head["callbacks"]) == len(self._callbacks) and all(
                    name in file and file[name].shape == tuple(variable.shape)
                    for name, variable in self._variables(metrics).items()
                )
            position = Position(**head["position"])
        except (OSError, ValueError, KeyError, TypeError):
            raise Unusable("is damaged: it is no snapshot") from None
        if not fits:
            raise Unusable("does not fit the model any more")
        return position, head

    def prepare(self) -> None:
        """Before ``on_train_begin``: cuts files callbacks append to back to the snapshot's time, or
        to nothing where the run begins: what is in them is of an attempt that was lost."""
        files = self._head.get("files", {})
        for callback in self._callbacks:
            name = getattr(callback, "filename", None)
            if name and hasattr(callback, "append"):
                callback.append = callback.append or bool(self._head)
                with contextlib.suppress(OSError):
                    os.truncate(name, files.get(Path(name).name, 0))

    def restore(self, metrics: bool = True) -> None:
        """Puts everything back as it was where ``load`` said, after ``on_train_begin``.

        Args:
            metrics: whether their sums too; not needed between two epochs.
        """
        with np.load(self._source, allow_pickle=False) as file:
            for name, variable in self._variables(metrics).items():
                variable.assign(file[name])
            states = self._head["callbacks"]
            for i, (callback, state) in enumerate(zip(self._callbacks, states, strict=True)):
                for key, value in state.items():
                    setattr(callback, key, _thaw(value, f"callback{i}/{key}", file))

    def _variables(self, metrics: bool) -> dict[str, Any]:
        """The model's variables by name, with or without the sums inside metrics."""
        named = variables(self._model)
        return {k: v for k, v in named.items() if metrics or not k.startswith("metrics/")}


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
