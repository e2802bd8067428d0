"""The Train page: how the model learns on the left, starting and watching it on the right."""

from __future__ import annotations

import streamlit as st

from builder.runs import jobs
from builder.spec import Run
from pages.widgets import charts, page, problems, session, settings, trainer
from pages.widgets.page import plain


def main() -> None:
    """The page."""
    st.html(page.ROOT / "assets" / "train.css")
    run = trainer.newest()
    _bar(run)
    with st.container(key="train-body"):
        left, right = st.columns([5, 8], gap="large")
        with left, page.guard():  # what goes wrong in one half leaves the other
            _settings()
        with right, page.guard():
            _curves(run)


def _bar(run: Run | None) -> None:
    """Train and Stop, each at its own place: a double click never meets the other."""
    active = run is not None and run.status in trainer.ACTIVE
    found = session.problems()
    severe = problems.severe(found)
    with st.container(key="train-bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Training" if active else "Train again" if run else "Train",
            key="train",
            type="primary",
            icon=":material/play_arrow:",
            disabled=active or bool(severe),
            help=_why(active, severe[0].message if severe else ""),
            on_click=_start,
            width=180,
        )
        st.button(
            "Stop",
            key="stop",
            icon=":material/stop:",
            disabled=not active,
            help="Ends after this batch; what was learned so far is kept.",
            on_click=_stop,
            args=(run.id if run else "",),
        )
    problems.show(severe, key="train")


def _why(active: bool, reason: str) -> str:
    if active:
        return "This project is training now; stop it to start again."
    return plain(f"Cannot start yet: {reason}") if reason else "Starts in a process of its own."


@page.safe
def _start() -> None:
    trainer.start()


@page.safe
def _stop(run_id: str) -> None:
    jobs.stop(run_id)


def _settings() -> None:
    training = session.training()
    new = settings.show(training, session.problems())
    if new != training:
        session.push(new)
        st.rerun()


def _curves(run: Run | None) -> None:
    with st.container(key="run"):  # always there, so that the chart below stays mounted
        if run is not None:
            trainer.watch(run)
    shown = run.training if run else session.training()
    charts.live(
        [(run.id, "This run")] if run else [],
        trainer.panels(shown),
        key="curves",
        empty="Press Train: the curves grow here, batch by batch.",
    )


with page.frame("train"):
    main()
