"""Progress of a run (epoch, step, remaining time), from its row in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is.

    Args:
        status: ``queued``, ``running``, ``paused``, ``finished``, ``stopped``, ``failed`` or
            ``interrupted`` (its process died).
        epoch: the one being trained, from 1; 0 before the first step.
        epochs: how many there will be; 0 until the worker has said so.
        step: batches done in all.
        steps: batches in all; 0 until the worker has said so.
        eta_seconds: until the last epoch ends, at the speed so far; None when not known.
        error: one sentence when it failed or was interrupted.
        message: what it is doing, for people.
        remarks: what was damaged, and what was used instead, a line each.
        stopping, pausing: a stop or pause was ordered and is not yet done.
        position: in the queue; 1 is next, None when it does not wait.
        starts_seconds: until it begins, as far as that can be told.
    """

    status: str
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    eta_seconds: float | None = None
    error: str | None = None
    message: str = ""
    stopping: bool = False
    pausing: bool = False
    position: int | None = None
    starts_seconds: float | None = None
    remarks: str = ""

    @property
    def ended(self) -> bool:
        """Nothing more will come, unless someone resumes it."""
        return self.status in ENDED

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.step / self.steps) if self.steps else 0.0


ENDED = frozenset({"finished", "stopped", "failed", "interrupted"})
GOING = frozenset({"queued", "running"})
"""What has a worker or will get one; a paused run neither goes nor has it ended."""


def progress_of(row: Mapping[str, Any]) -> Progress:
    """The progress a row of table ``runs`` tells."""
    per_epoch, epochs, step = row["steps"], row["epochs"], row["step"]
    running = row["status"] == "running"
    return Progress(
        status=row["status"],
        epoch=min(epochs, step // per_epoch + 1) if per_epoch and (step or running) else 0,
        epochs=epochs,
        step=step,
        steps=per_epoch * epochs,
        eta_seconds=_eta(row) if running else None,
        error=row["error"],
        message=row["message"],
        stopping=row["status"] in GOING and row["orders"] == "stop",
        pausing=running and row["orders"] == "pause",
        remarks=row["remarks"],
    )


def _eta(row: Mapping[str, Any]) -> float | None:
    # from the first row on: building and tracing before it say nothing about the speed
    if row["first_time"] is None or row["step"] <= row["first_step"]:
        return None
    speed = (row["step"] - row["first_step"]) / max(1e-6, row["last_time"] - row["first_time"])
    return float(max(0, row["steps"] * row["epochs"] - row["step"]) / speed)
