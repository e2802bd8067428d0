"""A run in words: status, time left, best metric, changes since another run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from builder import binding, catalog, check, compare, formatting
from builder.runs.queries import run_queries
from builder.runs.store.progress import Progress
from builder.spec import ObjectSpec, TrainingSpec
from pages.widgets.forms import form

STATES: Mapping[str, tuple[str, str]] = {
    "running": ("play_circle", "Training"),
    "queued": ("hourglass_empty", "Waiting"),
    "paused": ("pause_circle", "Paused"),
    "finished": ("check_circle", "Finished"),
    "stopped": ("stop_circle", "Stopped"),
    "interrupted": ("power_off", "Interrupted"),
    "failed": ("error", "Failed"),
}
"""Status → its sign and its word."""


def state_sentence(progress: Progress) -> str:
    """What the run is doing, in a few words."""
    word = STATES[progress.status][1]
    match progress.status:
        case "queued":
            return waiting_sentence(progress)
        case "running" if progress.stopping or progress.pausing:
            return "Stopping" if progress.stopping else "Pausing"
        case "running" if not progress.step:
            return progress.message.rstrip(".") or "Getting ready"
        case "running":
            return f"Epoch {progress.epoch} of {progress.epochs}"
        case "finished":
            return (
                f"{word} {formatting.plural(progress.epochs, 'epoch')}" if progress.epochs else word
            )
        case "stopped":
            return f"{word} in epoch {progress.epoch}" if progress.epoch else word
        case "paused" | "interrupted" if progress.epoch:
            return f"{word} in epoch {progress.epoch} of {progress.epochs}"
    return word


def waiting_sentence(progress: Progress) -> str:
    """``"Waiting, 2nd in the queue, starts in about 20 s"``."""
    place = progress.position
    if place is None:
        return "Waiting for a free processor"
    sentence = (
        "Waiting, next in the queue"
        if place == 1
        else f"Waiting, {formatting.ordinal(place)} in the queue"
    )
    if progress.starts_seconds is None:
        return sentence
    if progress.starts_seconds < 1:
        return f"{sentence}, starts now"
    return f"{sentence}, starts in about {formatting.duration(progress.starts_seconds)}"


def time_left(progress: Progress) -> str:
    """``"about 12 s left"``; nothing while nobody can know."""
    if progress.eta_seconds is None or progress.stopping or progress.pausing:
        return ""
    return f"about {formatting.duration(progress.eta_seconds)} left"


def best_metric(best: Mapping[str, float]) -> tuple[str, float] | None:
    """The one number of a run: its first metric on validation data, else on training data, else
    the loss."""
    names = [n for n in best if n not in ("loss", "val_loss")]
    # the losses of single outputs come after what is measured for people
    names.sort(key=lambda n: n.endswith("_loss"))
    held = [n for n in names if n.startswith("val_")]
    for name in (*held, *names, "val_loss", "loss"):
        if name in best:
            return name, best[name]
    return None


def is_better_higher(name: str) -> bool:
    """Whether more of this metric is better, by the history's or the test's name of it."""
    key = name.removeprefix("val_").removeprefix("test_")
    return any(
        e.extra.get("better") == "up"
        for e in catalog.entries("metrics")
        if key in (e.extra.get("key"), e.alias)
    )


def curve_names(training: TrainingSpec) -> list[str]:
    """The history keys its curves will have, as Keras names them: ``loss`` and the metrics'."""
    names = ["loss"]
    for view in check.output_views(training):
        prefix = f"{binding.keras_name(training.model, view.output)}_" if view.output else ""
        names += [f"{prefix}loss"] if prefix else []
        metrics = view.training.compile.get("metrics", ())
        for chosen in metrics if isinstance(metrics, tuple) else ():
            if isinstance(chosen, ObjectSpec):
                entry = catalog.find("metrics", chosen.class_name)
                key = entry.extra.get("key") if entry else None
                key = chosen.config.get("name") or key or chosen.class_name.lower()
                names.append(f"{prefix}{key}")
            elif isinstance(chosen, str):
                names.append(f"{prefix}{chosen}")
    return list(dict.fromkeys(names))


@lru_cache(maxsize=2048)
def changes_since(before: str, run_id: str) -> tuple[str, ...] | None:
    """What changed from one run to another, a line each; None when one of them is gone.

    What a run was told to train never changes, so the answer is remembered.
    """
    trainings = run_queries.trainings((before, run_id))
    if len(trainings) < 2:
        return None
    return compare.changes(trainings[before], trainings[run_id], form.find_entry)
