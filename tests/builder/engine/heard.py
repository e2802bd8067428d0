"""A tiny training for tests, and a sink that remembers what it was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from builder.engine.training import train_run
from builder.spec import TrainingSpec
from tests import zoo

RNG = np.random.default_rng(0)
X = RNG.random((330, 28, 28)).astype("float32")
LABELS = RNG.integers(0, 10, 330)
SPARSE = SimpleNamespace(
    x_train=X[:270], y_train=LABELS[:270], x_test=X[270:], y_test=LABELS[270:], w_train=None
)
ONE_HOT = SimpleNamespace(
    w_train=None,
    x_train=X[:270],
    y_train=np.eye(10, dtype="float32")[LABELS[:270]],
    x_test=X[270:],
    y_test=np.eye(10, dtype="float32")[LABELS[270:]],
)


@dataclass
class Heard:
    """A sink that remembers."""

    plans: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)
    steps: list[tuple[int, dict[str, np.ndarray[Any, Any]]]] = field(default_factory=list)
    epochs: list[tuple[int, dict[str, float]]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    snapshots: list[int] = field(default_factory=list)
    begun: list[tuple[int, bool]] = field(default_factory=list)

    def plan(self, steps: int, epochs: int, path: str, notes: tuple[str, ...]) -> None:
        self.plans.append((steps, epochs, notes))

    def batches(self, step0: int, values: Mapping[str, np.ndarray[Any, Any]]) -> None:
        self.steps.append((step0, dict(values)))

    def epoch(self, n: int, values: Mapping[str, float]) -> None:
        self.epochs.append((n, dict(values)))

    def message(self, text: str) -> None:
        self.messages.append(text)

    def remark(self, text: str) -> None:
        self.remarks.append(text)

    def begin(self, epochs: Sequence[Mapping[str, float]], new: bool) -> None:
        self.begun.append((len(epochs), new))

    def flush(self) -> None: ...

    def saved(self, step: int) -> None:
        self.snapshots.append(step)


def never() -> None:
    return None


def run(
    training: TrainingSpec, folder: Path, data: Any = ONE_HOT, stop: Any = never
) -> tuple[dict[str, Any], Heard]:
    heard = Heard()
    return train_run.train(training, folder, heard, stop, data), heard


TUTORIAL = zoo.STACKS["tutorial"]
