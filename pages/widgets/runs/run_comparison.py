"""Runs side by side: names, differing settings, results."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from builder import compare, formatting
from builder.runs.queries import run_queries
from builder.runs.queries.run_queries import ListedRun
from builder.runs.store.progress import GOING
from pages.widgets.forms import form
from pages.widgets.runs import run_actions, run_numbers, run_selection
from pages.widgets.shared import page_frame
from pages.widgets.shared.markup import table

TICK = 1.0
"""Seconds between two looks at numbers that still change."""


def show(runs: Sequence[ListedRun]) -> None:
    """The head over the curves of two runs or more."""
    run_selection.back_button()
    with st.container(key="compare-head", horizontal=True, vertical_alignment="center"):
        st.markdown(f"#### {formatting.plural(len(runs), 'run')} compared", width="stretch")
        st.button(
            "Clear",
            key="compare-clear",
            icon=":material/close:",
            type="tertiary",
            on_click=run_selection.compare,
            args=((),),
        )
        with st.popover("More", key="compare-menu", icon=":material/more_horiz:"):
            run_actions.archive_or_delete(runs)


def show_results(runs: Sequence[ListedRun]) -> None:
    """What stands below the curves: the settings that differ, then what came of them."""
    rows, heads = differing_settings(runs), short_names(runs)
    st.markdown("##### What differs", anchors=False)
    if rows:
        lines = ((name, *values) for name, values in rows)
        st.html(table("Settings that differ", ("", *heads), lines, row_heads=True))
    else:
        st.caption("Nothing: they were trained with the very same settings.")
    tick = TICK if any(run.status in GOING for run in runs) else None
    chance = [title for title, _ in rows] == ["Seed"]
    ids = tuple(run.id for run in runs)
    st.fragment(page_frame.safe(_show_outcome), run_every=tick)(
        ids, tuple(heads), chance, tick is not None
    )


def _show_outcome(run_ids: Sequence[str], heads: Sequence[str], chance: bool, live: bool) -> None:
    """The numbers; renewed while a run goes."""
    runs = run_queries.get(run_ids)
    if len(runs) < len(run_ids) or live != any(run.status in GOING for run in runs):
        st.rerun()
    run_numbers.show_comparison(runs, heads)
    if chance:
        run_numbers.show_spread(*run_numbers.finished_seeds(run_ids))


def short_names(runs: Sequence[ListedRun]) -> list[str]:
    """Short names that differ: the model's, else what is set otherwise, else when it began."""
    models = [run.name for run in runs]
    if len(set(models)) == len(runs):
        return models
    if 0 < len(rows := differing_settings(runs)) <= DISTINCT:
        settings = [[f"{t[:1].lower()}{t[1:]} {v}" for v in values] for t, values in rows]
        by_settings = [", ".join(line[i] for line in settings) for i in range(len(runs))]
        if len(set(by_settings)) == len(runs) and max(map(len, by_settings)) <= LONGEST:
            return by_settings
    for style in ("%H:%M", "%d %b %H:%M", "%d %b %H:%M:%S"):
        by_time = [
            f"{r.name} {time.strftime(style, time.localtime(r.times['created']))}" for r in runs
        ]
        if len(set(by_time)) == len(runs):
            return by_time
    return [f"{i}. {run.name}" for i, run in enumerate(runs, 1)]


DISTINCT = 2
"""Settings that differ, up to which they name the runs."""

LONGEST = 30
"""Characters of such a name."""


def differing_settings(runs: Sequence[ListedRun]) -> compare.Rows:
    """The settings that are not the same in all runs, with a value for each."""
    ids = [run.id for run in runs]
    trainings = run_queries.trainings(ids)
    return compare.table([trainings[i] for i in ids], form.find_entry)
