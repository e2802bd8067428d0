"""Train the simple models of a run's data in the background, and know how far that is."""

from __future__ import annotations

import threading

from builder.errors import LayerwiseError
from builder.runs.queries import baseline_scores
from builder.spec import TrainingSpec

TICK = 1.0
"""Seconds between two looks at whether they are trained."""

_lock = threading.Lock()
_begun: dict[str, threading.Thread] = {}
_errors: dict[str, LayerwiseError] = {}


def begin(training: TrainingSpec, target: str = "") -> None:
    """Has them trained, once however often it is asked; what failed is not tried again."""
    key = baseline_scores.key(training, target)
    with _lock:
        if key in _errors or (key in _begun and _begun[key].is_alive()):
            return
        _begun[key] = threading.Thread(
            target=_train, args=(key, training, target), name="layerwise-baselines", daemon=True
        )
        _begun[key].start()


def is_going(training: TrainingSpec, target: str = "") -> bool:
    """Whether they are being trained."""
    with _lock:
        thread = _begun.get(baseline_scores.key(training, target))
    return thread is not None and thread.is_alive()


def find_error(training: TrainingSpec, target: str = "") -> LayerwiseError | None:
    """Why they could not be trained."""
    return _errors.get(baseline_scores.key(training, target))


def is_quick(training: TrainingSpec) -> bool:
    """Whether they are trained without being asked for: those of tables take a second or two."""
    return bool(training.dataset.config.get("inputs"))


def _train(key: str, training: TrainingSpec, target: str) -> None:
    try:
        baseline_scores.train_baselines(training, target)
    except LayerwiseError as why:
        _errors[key] = why
