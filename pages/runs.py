"""The Runs page: every training so far; open one, compare several, bring settings back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from builder.runs import listing
from builder.runs.listing import Listed
from pages.widgets import aside, charts, comparison, page, runchoice, rundetail, runlist, runwords


def main() -> None:
    """The list on the left; on the right the run that was opened, or the ticked ones compared."""
    st.html(page.ROOT / "assets" / "train.css")
    aside.show()
    with st.container(key="runs-body-open" if runchoice.looking() else "runs-body"):
        left, right = st.columns([6, 7], gap="large")
        with left, page.guard():
            runlist.show()
        with right, page.guard():
            _beside()


def _beside() -> None:
    """What is chosen; what was deleted meanwhile is chosen no longer."""
    runs = listing.get(runchoice.shown())
    if len(runs) < len(runchoice.ticked()):
        runchoice.compare(tuple(run.id for run in runs))
    if not runs:
        return
    several = len(runs) > 1
    with st.container(key="run-detail"):
        if several:
            comparison.show(runs)
        else:
            rundetail.show(runs[0])
        _curves(runs)
        if several:
            comparison.about(runs)
        else:
            rundetail.about(runs[0])


def _curves(runs: Sequence[Listed]) -> None:
    trainings = listing.trainings([run.id for run in runs])
    names = [name for run in runs for name in runwords.panels(trainings[run.id])]
    labels = comparison.names(runs)
    charts.live(
        [(run.id, label) for run, label in zip(runs, labels, strict=True)],
        list(dict.fromkeys(names)),
        key="runs-curves",
        moment=" ".join(run.status for run in runs),
    )


with page.frame("runs"):
    main()
