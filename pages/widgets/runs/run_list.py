"""The list of runs: filter, sort, paginate, open one, tick several; refreshes itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from builder import formatting
from builder.runs.queries import run_queries
from builder.runs.queries.run_queries import ListedRun, Query
from builder.runs.store import housekeeping
from builder.runs.store.progress import GOING
from pages.widgets.runs import baseline_rows, run_row, run_selection, run_sentences
from pages.widgets.session import browser, current_project, tab_state, widget_sync
from pages.widgets.shared import page_frame

TICK = 1.0
"""Seconds between two looks at the list while one of its runs goes."""

LIMIT = 25
"""Runs on one page."""

MINE, ALL = "This project", "All my runs"

STATUSES: Mapping[str, tuple[str, ...]] = {
    "Any status": (),
    "Waiting or training": ("queued", "running"),
    "Paused or interrupted": ("paused", "interrupted"),
    "Finished": ("finished",),
    "Stopped": ("stopped",),
    "Failed": ("failed",),
}
"""What the status filter offers, beside ``AWAY``."""

AWAY = "Archived"

SORTS: Mapping[str, str] = {
    "Newest first": "newest",
    "Oldest first": "oldest",
    "By name": "name",
    "By status": "status",
    "Longest first": "longest",
}
"""What the list can be sorted by, beside the best value of each metric."""

METRICS = 12
"""Metrics offered to sort by."""


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of the list.

    Args:
        total: runs on all its pages.
        changes: run → what changed since ``Listed.before``; None when there is nothing before.
    """

    runs: list[ListedRun]
    total: int
    changes: Mapping[str, tuple[str, ...] | None]


def read_page(query: Query) -> RunPage:
    """What the list shows; FileError when the run store cannot be read."""
    runs = run_queries.rows(query)
    changes = {
        r.id: run_sentences.changes_since(r.before, r.id) if r.before else None for r in runs
    }
    return RunPage(runs, run_queries.count(query), changes)


# --- drawing -------------------------------------------------------------------------------------


def show() -> None:
    """The list; while one of its runs goes it looks again each second, without the rest of the
    page, which follows only when another run is chosen."""
    going = run_queries.count(replace(_query(), statuses=tuple(GOING))) > 0
    tab_state.remember("runs-drawn", None)
    st.fragment(page_frame.safe(_show), run_every=TICK if going else None)(going)


def _query() -> Query:
    """What the filters say, from what is remembered of them."""
    scope, status = (
        tab_state.recall("runs-scope"),
        tab_state.recall("runs-status", "Any status"),
    )
    project = current_project.token()
    if scope is None:
        scope = (
            MINE if project and run_queries.count(Query(project=project, archived=None)) else ALL
        )
    sort = tab_state.recall("runs-sort", "Newest first")
    way, metric = SORTS.get(sort, "highest"), ""
    if sort not in SORTS:
        metric = sort
        way = "highest" if run_sentences.is_better_higher(metric) else "lowest"
    whose = {"project": project} if scope == MINE and project else {"owner": browser.owner()}
    query = Query(
        text=tab_state.recall("runs-text", ""),
        statuses=STATUSES.get(status, ()),
        archived=status == AWAY,
        sort=way,
        metric=metric,
        limit=LIMIT,
        **whose,
    )
    kept, number = tab_state.recall("runs-page", (query, 0))
    return replace(query, offset=LIMIT * number) if kept == query else query


def _show(going: bool) -> None:
    query = _query()
    _filters(query)
    page = read_page(query)
    if page.total and not page.runs:  # the last one of the last page went away
        _turn_page(query, 0)
        st.rerun()
    tab_state.remember("runs-first", page.runs[0].id if page.runs else None)
    drawn = (
        run_selection.shown_runs(),
        run_selection.shows_detail(),
        any(r.status in GOING for r in page.runs) or going,
    )
    if tab_state.recall("runs-drawn") not in (None, drawn):
        st.rerun()
    tab_state.remember("runs-drawn", drawn)
    if not page.runs:
        _show_empty(query)
    run_selection.compare_button()
    full = len(run_selection.ticked_runs()) >= run_selection.OVERLAY
    with st.container(key="entries", gap=None):
        for run in page.runs:
            run_row.show(run, page.changes[run.id], full)
        baseline_rows.show(page.runs)
    _foot(query, page)


def _show_empty(query: Query) -> None:
    if query.text or query.statuses or query.archived:
        st.caption("No run is like that. Search for less, or for any status.")
        return
    st.markdown("No training yet. Each one is kept here with its curves and its exact settings.")
    page_frame.link("train", "Go to Train")


def _filters(query: Query) -> None:
    """Search, whose, status, order: each at its place whatever the list holds."""
    with st.container(key="run-filters", horizontal=True, gap="xsmall"):
        _filter_widget(
            "runs-text",
            lambda key: st.text_input(
                "Search",
                key=key,
                placeholder="Search names, notes, tags",
                label_visibility="collapsed",
                icon=":material/search:",
                on_change=_store_filter,
                args=("runs-text",),
            ),
            "",
        )
        scope = MINE if query.project is not None else ALL
        _choice("runs-scope", "Runs of", [MINE, ALL], scope)
        _choice("runs-status", "Status", [*STATUSES, AWAY], "Any status")
        offered = run_queries.metrics(replace(query, text="", statuses=()))[:METRICS]
        _choice("runs-sort", "Order", [*SORTS, *offered], "Newest first")


def _choice(key: str, label: str, options: list[str], usual: str) -> None:
    chosen = tab_state.recall(key, usual)
    options = options if chosen in options else [*options, chosen]
    _filter_widget(
        key,
        lambda key: st.selectbox(
            label,
            options,
            key=key,
            label_visibility="collapsed",
            format_func=lambda o: o if o[0].isupper() else f"Best {formatting.metric_name(o)}",
            on_change=_store_filter,
            args=(key,),
        ),
        usual,
    )


def _filter_widget(key: str, draw: Callable[[str], Any], usual: Any) -> None:
    """A filter that is still there when a person comes back to the page."""
    value = tab_state.recall(key, usual)
    widget_sync.sync_widget(key, value, value)
    widget_sync.record_value(key, draw(key))


def _store_filter(key: str) -> None:
    tab_state.remember(key, widget_sync.widget_value(key))


# --- the foot ------------------------------------------------------------------------------------


def _foot(query: Query, page: RunPage) -> None:
    """How many there are, how much room they take, and the way to older ones."""
    first, last = query.offset + 1, query.offset + len(page.runs)
    number = query.offset // LIMIT
    whole = formatting.plural(page.total, "run")
    part = len(page.runs) < page.total
    many = f"{formatting.number(first)}–{formatting.number(last)} of {whole}" if part else whole
    size = formatting.size(housekeeping.workspace_bytes())
    with st.container(key="run-foot", horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(f"{many} · {size} in the workspace", width="stretch")
        for text, sign, to, able in (
            ("Previous", "chevron_left", number - 1, number > 0),
            ("Next", "chevron_right", number + 1, last < page.total),
        ):
            st.button(
                text,
                key=f"runs-{text.lower()}",
                icon=f":material/{sign}:",
                type="tertiary",
                disabled=not able,
                on_click=_turn_page,
                args=(query, to),
            )


def _turn_page(query: Query, number: int) -> None:
    tab_state.remember("runs-page", (replace(query, offset=0), number))
