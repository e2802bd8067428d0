"""The Train page: how the model learns on the left, starting and watching it on the right."""

from __future__ import annotations

import streamlit as st

from builder import binding
from builder.runs import jobs
from builder.runs.progress import GOING, Progress
from builder.spec import Run, TrainingSpec
from pages.widgets import (
    begun,
    charts,
    page,
    problems,
    runact,
    runwords,
    session,
    settings,
    trainer,
)
from pages.widgets.page import plain


def main() -> None:
    """The page."""
    st.html(page.ROOT / "assets" / "train.css")
    session.amend(settings.filled(session.training()))
    run = trainer.newest()
    # asked once: bar and curves speak of the same moment, and the watch notices what comes after
    progress = jobs.progress_of(run.id) if run else None
    _bar(run, progress)
    begun.show()
    with st.container(key="train-body"):
        left, right = st.columns([5, 8], gap="large")
        # what goes wrong in one half leaves the other; the curves first: they are waited for
        with right, page.guard():
            _curves(run, progress)
        with left, page.guard():
            _settings()


def _bar(run: Run | None, progress: Progress | None) -> None:
    """Every button at its own place: a double click never meets another one."""
    active = progress is not None and progress.status in GOING
    found = session.problems()
    severe = problems.severe(found)
    run_id = run.id if run else ""
    with st.container(key="train-bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Training" if active else "Train again" if run else "Train",
            key="train",
            type="secondary" if runact.waits(progress) else "primary",
            icon=":material/play_arrow:",
            disabled=active or bool(severe),
            help=_why(active, severe[0].message if severe else ""),
            on_click=_start,
            width=180,
        )
        runact.pause(run_id, progress, "pause")
        runact.stop(run_id, progress, "stop")
        runact.more(run_id, progress, "more")
    problems.show(severe, key="train")


def _why(active: bool, reason: str) -> str:
    if active:
        return "This project is training now; stop it to start again."
    return plain(f"Cannot start yet: {reason}") if reason else "Starts in a process of its own."


@page.safe
def _start() -> None:
    trainer.start_settled()


def _settings() -> None:
    training = session.training()
    new = settings.show(training, session.problems())
    if new != training:
        session.push(new)
        st.rerun()
    session.settle()
    trainer.start_waiting()


def _curves(run: Run | None, progress: Progress | None) -> None:
    with st.container(key="run"):  # always there, so that the chart below stays mounted
        if run is not None and progress is not None:
            trainer.watch(run, progress)
    shown = run.training if run else session.training()
    panels = runwords.panels(shown)
    charts.live(
        [(run.id, "This run")] if run else [],
        panels,
        key="curves",
        only=_chosen(shown, panels),
        empty="Press Train: the curves grow here, batch by batch.",
        moment=progress.status if progress else "",
    )
    if run is not None:
        trainer.way(run)


def _chosen(training: TrainingSpec, panels: list[str]) -> list[str] | None:
    """Which curves to draw, asked for where several outputs make many of them."""
    if len(binding.outputs(training.model)) < 2:
        return None
    chosen = st.pills(
        "Curves",
        panels,
        selection_mode="multi",
        default=panels,
        format_func=runwords.metric,
        key="curves-" + "-".join(panels),
    )
    return [*chosen, "learning_rate"] if chosen else None


with page.frame("train"):
    main()
