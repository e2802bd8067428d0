"""Estimate whether the machine has the memory for one more run."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Sequence
from pathlib import Path

import psutil

from builder import check
from builder.errors import LayerwiseError
from builder.facts import DataFacts, ModelFacts
from builder.runs.disk import workspace
from builder.runs.engine_process import client
from builder.runs.store import run_store
from builder.runs.store.database import Row
from builder.spec import TrainingSpec

WORKER_BYTES = 500_000_000
"""What a worker takes before it has a model: Keras and TensorFlow."""

PROCESSOR = Path("/proc/cpuinfo")
BFLOAT16 = {"avx512_bf16", "amx_bf16", "bf16"}
"""What x86 and Arm processors call instructions that multiply in this format."""

_needs: dict[str, int] = {}


@functools.cache
def bfloat16() -> bool | None:
    """Whether the processor multiplies bfloat16 numbers itself, which makes mixed precision quick;
    None where that cannot be told."""
    try:
        text = PROCESSOR.read_text("utf-8")
    except OSError:
        return None
    lines = re.findall(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
    return not BFLOAT16.isdisjoint(lines[0].split()) if lines else None


def needed_bytes(run_id: str, training: TrainingSpec) -> int:
    """Bytes the run will take beyond Keras itself, by the estimate; 0 where none can be made."""
    if run_id not in _needs:
        _needs[run_id] = 0
        with contextlib.suppress(LayerwiseError):
            data = client.call("loading.describe", training.dataset)
            remember_estimate(
                run_id, training, data, client.call("keras_model.summary", training.model)
            )
    return _needs[run_id]


def remember_estimate(
    run_id: str, training: TrainingSpec, data: DataFacts, model: ModelFacts
) -> None:
    """Estimates with facts that are known already."""
    _needs[run_id] = check.estimate_memory(training, data, model).total


def fits(run_id: str) -> bool:
    """Whether the free memory carries the queued run beside those that go.

    A run that has the machine to itself may always begin: no one's end would make more room.
    """
    going = run_store.by_status("running")
    if not going:
        return True
    free = workspace.memory_bytes() - sum(_to_come(row) for row in going)
    return needed_bytes(run_id, _training(run_store.row(run_id))) + WORKER_BYTES <= free


def most_bytes() -> int:
    """Bytes a run may take once those that go have ended."""
    return workspace.memory_bytes() + _taken_bytes(run_store.by_status("running"))


def _taken_bytes(going: Sequence[Row]) -> int:
    return sum(max(0, _resident(row) - WORKER_BYTES) for row in going)


def _to_come(row: Row) -> int:
    """What a run that goes will take and has not taken yet."""
    return max(0, needed_bytes(row["id"], _training(row)) + WORKER_BYTES - _resident(row))


def _resident(row: Row) -> int:
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(row["pid"]).memory_info().rss)
    return 0


def _training(row: Row) -> TrainingSpec:
    return run_store.run(row).training
