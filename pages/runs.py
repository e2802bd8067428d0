"""The Runs page: every training so far; open one, compare several, bring settings back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from builder.runs.queries import run_queries
from builder.runs.queries.run_queries import ListedRun
from pages.widgets.home import damaged_store
from pages.widgets.runs import run_comparison, run_detail, run_list, run_selection, run_sentences
from pages.widgets.shared import asset_files, page_frame
from pages.widgets.train import live_charts


def main() -> None:
    """The list on the left; on the right the run that was opened, or the ticked ones compared."""
    st.html(asset_files.ROOT / "assets" / "train.css")
    damaged_store.show()
    with st.container(key="runs-body-open" if run_selection.shows_detail() else "runs-body"):
        left, right = st.columns([6, 7], gap="large")
        with left, page_frame.guard():
            run_list.show()
        with right, page_frame.guard():
            _beside()


def _beside() -> None:
    """What is chosen; what was deleted meanwhile is chosen no longer."""
    runs = run_queries.get(run_selection.shown_runs())
    if len(runs) < len(run_selection.ticked_runs()):
        run_selection.compare(tuple(run.id for run in runs))
    if not runs:
        return
    several = len(runs) > 1
    with st.container(key="run-detail"):
        if several:
            run_comparison.show(runs)
        else:
            run_detail.show(runs[0])
        _curves(runs)
        if several:
            run_comparison.show_results(runs)
        else:
            run_detail.show_details(runs[0])


def _curves(runs: Sequence[ListedRun]) -> None:
    trainings = run_queries.trainings([run.id for run in runs])
    names = [name for run in runs for name in run_sentences.curve_names(trainings[run.id])]
    labels = run_comparison.short_names(runs)
    live_charts.live_chart(
        [(run.id, label) for run, label in zip(runs, labels, strict=True)],
        list(dict.fromkeys(names)),
        key="runs-curves",
        moment=" ".join(run.status for run in runs),
    )


with page_frame.frame("runs"):
    main()
