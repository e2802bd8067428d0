"""Choose the trained run a page is about: the newest of this project, or another of this owner."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from builder import formatting
from builder.runs.scheduler import jobs
from builder.runs.store import run_store
from builder.spec import Run
from pages.widgets.session import browser, current_project, tab_state

USABLE = ("finished", "stopped")
"""Runs with these statuses left a model behind."""


def usable_runs(fits: Callable[[Run], bool] = lambda run: True) -> list[Run]:
    """The usable runs, this project's first, newest first in each group."""
    project = current_project.token()
    mine = run_store.list_runs(project=project) if project else []
    seen = {run.id for run in mine}
    others = [run for run in run_store.list_runs(owner=browser.owner()) if run.id not in seen]
    return [
        run
        for run in (*mine, *others)
        if run.status in USABLE and jobs.artefact(run.id).exists() and fits(run)
    ]


def run_label(run: Run) -> str:
    """``"digits_dense, 3 min ago, 10 epochs"``: how a run is told from another."""
    when = formatting.ago(time.time() - float(run.times.get("created", time.time())), brief=True)
    epochs = run.training.fit.get("epochs", 1)
    if epochs == 0:
        return f"{run.training.model.name}, {when}, as it was opened"
    stopped = ", stopped early" if run.status == "stopped" else ""
    return f"{run.training.model.name}, {when}, {formatting.plural(epochs, 'epoch')}{stopped}"


def choose(key: str, fits: Callable[[Run], bool] = lambda run: True) -> Run | None:
    """A select box of the usable runs; None, with the way to one, when there is none."""
    usable = usable_runs(fits)
    if not usable:
        return None
    by_id = {run.id: run for run in usable}
    kept = tab_state.recall(f"run:{key}")
    ids = list(by_id)
    chosen = st.selectbox(
        "Trained model",
        ids,
        index=ids.index(kept) if kept in by_id else 0,
        format_func=lambda i: run_label(by_id[i]),
        key=f"picker:{key}",
        help="Every training run keeps its model. The newest run of this project comes first.",
    )
    newest = ids[0]
    tab_state.remember(f"run:{key}", chosen if chosen != newest else None)
    return by_id[chosen or newest]
