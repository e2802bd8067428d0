"""What somebody would like next, and which things are alike, by a model of ratings."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from builder import formatting
from builder.facts import ColumnFacts, DataFacts
from builder.runs.engine_process import client
from builder.runs.scheduler import jobs
from builder.spec import Run
from builder.suggest.ratings_model import is_rating
from pages.widgets.shared import page_frame
from pages.widgets.shared.page_frame import escape_md


@st.fragment
@page_frame.safe
def show(run: Run, facts: DataFacts) -> None:
    """Both lists; nothing for a model that does not say how two sides like each other."""
    if not is_rating(facts):
        return
    names = [c.name for c in facts.inputs]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        side = st.segmented_control(
            "For whom", names, default=names[0], key=f"recommend-side-{run.id}", required=True
        )
        who = next(c for c in facts.inputs if c.name == side)
        what = next(c for c in facts.inputs if c is not who)
        name = _choose(who, f"recommend-{run.id}")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(f"What {escape_md(name)} would like next", anchor=False)
        _show_best(run, who, name, facts.target)
    with right:
        st.subheader("What is alike", anchor=False)
        _show_alike(run, what)


def _choose(column: ColumnFacts, key: str) -> str:
    """One name of a column."""
    label = escape_md(column.name)
    return str(st.selectbox(label, column.classes, key=f"{key}-{column.name}"))


def _show_best(run: Run, who: ColumnFacts, name: str, target: ColumnFacts) -> None:
    artefact = str(jobs.artefact(run.id))
    said = client.call("recommend.recommend", artefact, run.training, who.name, name)
    if not said["best"]:
        st.caption("Everything is rated already.")
        return
    st.html(_table(said["best"], target.low, target.high))
    rated = formatting.plural(said["rated"], "rating")
    st.caption(
        f"Expected {escape_md(target.name)}, best first. {rated} of the training rows are left out;"
        " what few have rated is less certain."
    )


def _show_alike(run: Run, what: ColumnFacts) -> None:
    name = _choose(what, f"alike-{run.id}")
    artefact = str(jobs.artefact(run.id))
    said = client.call("recommend.find_alike", artefact, run.training, what.name, name)
    if not said["alike"]:
        st.caption("This model gives everybody the same order, so nothing is more alike.")
        return
    st.html(_table(said["alike"], 0.0, 1.0))
    st.caption("1 is liked by the very same, 0 has nothing to do with it.")


def _table(rows: Sequence[tuple[str, float, int]], low: float, high: float) -> str:
    """Names with a bar and their number; ``low`` is a bar of no length."""
    span = (high - low) or 1.0
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        f'<td><i style="width:{100 * min(1.0, max(0.0, (value - low) / span)):.0f}%"></i></td>'
        f"<td>{formatting.digits(value)}</td>"
        f"<td>{formatting.plural(count, 'rating')}</td></tr>"
        for name, value, count in rows
    )
    return f'<table class="lw-bars lw-ranked">{lines}</table>'
