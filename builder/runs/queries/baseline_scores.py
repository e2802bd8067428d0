"""What simple models reach on a run's data: trained once for each dataset and target, and kept."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable
from typing import Any

from builder import binding, document
from builder.datasets import _folders
from builder.errors import LayerwiseError
from builder.runs.disk import workspace
from builder.runs.engine_process import client
from builder.spec import TrainingSpec

FOLDER = "baselines"

EDITION = 1
"""Counted up when the simple models become others."""

TIMEOUT = 300.0
"""Seconds they may take."""

_one_at_a_time = threading.Lock()


def find_scores(training: TrainingSpec, target: str = "") -> dict[str, Any] | None:
    """What is kept of them, as ``baselines.compare`` gives it; None before they were trained."""
    path = workspace.home() / FOLDER / f"{key(training, target)}.json"
    with contextlib.suppress(OSError, ValueError):
        scores = json.loads(path.read_text("utf-8"))
        if isinstance(scores, dict):
            return scores
    return None


def train_baselines(
    training: TrainingSpec,
    target: str = "",
    compare: Callable[[TrainingSpec, str], dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """What is kept of them; else they are trained, one dataset after the other, and kept.

    Args:
        compare: trains them; if not given a process of their own does, without Keras, so that
            nobody waits for it.

    Raises:
        LayerwiseError: the data cannot be loaded, or it took too long.
    """
    with _one_at_a_time:
        if scores := find_scores(training, target):
            return scores
        scores = (compare or _ask_child)(training, target)
        path = workspace.folder(FOLDER) / f"{key(training, target)}.json"
        with contextlib.suppress(LayerwiseError):  # a full disk: they are trained again
            workspace.write(path, json.dumps(scores).encode())
        return scores


def _ask_child(training: TrainingSpec, target: str) -> dict[str, Any]:
    scores: dict[str, Any] = client.call_apart(
        "baselines.compare", training, target, timeout=TIMEOUT
    )
    return scores


def key(training: TrainingSpec, target: str = "") -> str:
    """What names them: a hash of dataset, columns read and target, and of how a file stands that a
    person may have replaced."""
    dataset = training.dataset
    about = [
        EDITION,
        document.encode(dataset),
        sorted(binding.read_columns(training)),
        target or next(iter(binding.output_columns(training).values()), ""),
    ]
    file = dataset.config.get("file")
    if isinstance(file, str) and not _folders.SHA256.fullmatch(file):
        with contextlib.suppress(OSError):
            state = (_folders.datasets() / file).stat()
            about += [state.st_mtime_ns, state.st_size]
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
