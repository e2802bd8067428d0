"""Simple models of the same data beside the runs: rows of the list, and columns of the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

import streamlit as st

from builder import binding, formatting
from builder.compare import standing
from builder.runs.queries import baseline_scores, run_queries
from builder.runs.queries.run_queries import ListedRun
from builder.spec import TrainingSpec
from pages.widgets.shared import baseline_watch


def show(runs: Sequence[ListedRun]) -> None:
    """A line for each simple model, where all these runs learned the same from the same data."""
    training = _common_training(runs)
    if training is None:
        return
    scores = baseline_scores.find_scores(training)
    done = any(run.status == "finished" for run in runs)
    if scores is None and done and baseline_watch.is_quick(training):
        baseline_watch.begin(training)
    if scores:
        lines = "".join(_line(model) for model in scores["models"])
        st.html(f'<section aria-label="Simple models on the same data">{lines}</section>')


def score_cells(run_ids: Sequence[str]) -> list[tuple[str, Mapping[str, float]]]:
    """Simple model → its scores as Keras calls a run's, ``test_accuracy``; none where the runs
    learned different things, or none is trained yet."""
    training = _common_training(run_queries.get(run_ids))
    scores = baseline_scores.find_scores(training) if training else None
    return [(m["name"], _test_values(m)) for m in scores["models"]] if scores else []


def _test_values(model: Mapping[str, Any]) -> dict[str, float]:
    return {
        f"test_{name}": model[measure]
        for measure, (_, names) in standing.MEASURES.items()
        if measure in model
        for name in names
    }


def _line(model: Mapping[str, Any]) -> str:
    measure = next(m for m in standing.MEASURES if m in model)
    title = f"test {standing.MEASURES[measure][0]}"
    return (
        '<div class="lw-run lw-simple"><span class="lw-sign" role="img" aria-label="Simple model">'
        f"balance</span><div><p><b>{escape(model['name'])}</b></p>"
        "<p>Simple model of the same data, to compare with</p></div>"
        f'<div class="lw-best"><b>{formatting.metric_value(model[measure])}</b>'
        f"<small>{escape(title)}</small></div></div>"
    )


def _common_training(runs: Sequence[ListedRun]) -> TrainingSpec | None:
    """A training of these runs, if all have the same simple models."""
    known = [_described(run.id) for run in runs]
    found = [one for one in known if one]
    if not found or len(found) < len(known) or len({key for key, _ in found}) > 1:
        return None
    return found[0][1]


@lru_cache(maxsize=2048)
def _described(run_id: str) -> tuple[str, TrainingSpec] | None:
    """What names the simple models of a run, and its training, which never changes; None for
    several outputs."""
    training = run_queries.trainings([run_id]).get(run_id)
    if training is None or len(binding.outputs(training.model)) != 1:
        return None
    return baseline_scores.key(training), training
