"""The Train page: how the model learns on the left, starting and watching it on the right."""

from __future__ import annotations

import streamlit as st

from builder import binding, formatting
from builder.check.graph import awaited_data
from builder.runs.scheduler import jobs
from builder.runs.store.progress import GOING, Progress
from builder.spec import Run, TrainingSpec
from pages.widgets.runs import run_actions, run_sentences
from pages.widgets.session import current_project, widget_sync
from pages.widgets.shared import asset_files, page_frame, problem_list
from pages.widgets.shared.page_frame import escape_md
from pages.widgets.train import compile_form, kept_weights, live_charts, live_run


def main() -> None:
    """The page."""
    st.html(asset_files.ROOT / "assets" / "train.css")
    current_project.amend(compile_form.fill_defaults(current_project.training()))
    run = live_run.newest_run()
    # asked once: bar and curves speak of the same moment, and the watch notices what comes after
    progress = jobs.progress(run.id) if run else None
    _bar(run, progress)
    kept_weights.show()
    with st.container(key="train-body"):
        left, right = st.columns([5, 8], gap="large")
        # what goes wrong in one half leaves the other; the curves first: they are waited for
        with right, page_frame.guard():
            _curves(run, progress)
        with left, page_frame.guard():
            _settings()


def _bar(run: Run | None, progress: Progress | None) -> None:
    """Every button at its own place: a double click never meets another one."""
    active = progress is not None and progress.status in GOING
    problems = current_project.problems()
    severe = problem_list.severe_problems(problems)
    run_id = run.id if run else ""
    with st.container(key="train-bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Training" if active else "Train again" if run else "Train",
            key="train",
            type="secondary" if run_actions.awaits_resume(progress) else "primary",
            icon=":material/play_arrow:",
            disabled=active or bool(severe),
            help=_start_help(active, severe[0].message if severe else ""),
            on_click=_start,
            width=180,
        )
        run_actions.pause_button(run_id, progress, "pause")
        run_actions.stop_button(run_id, progress, "stop")
        run_actions.more_epochs_button(run_id, progress, "more")
    made_up = problem_list.problems_at(problems, awaited_data.PLACE)
    problem_list.show((*severe, *made_up), key="train")


def _start_help(active: bool, reason: str) -> str:
    if active:
        return "This project is training now; stop it to start again."
    return escape_md(f"Cannot start yet: {reason}") if reason else "Starts in a process of its own."


@page_frame.safe
def _start() -> None:
    live_run.start_when_settled()


def _settings() -> None:
    training = current_project.training()
    new = compile_form.show(training, current_project.problems())
    if new != training:
        current_project.push(new)
        st.rerun()
    widget_sync.mark_settled()
    live_run.start_if_pending()


def _curves(run: Run | None, progress: Progress | None) -> None:
    with st.container(key="run"):  # always there, so that the chart below stays mounted
        if run is not None and progress is not None:
            live_run.watch(run, progress)
    shown = run.training if run else current_project.training()
    panels = run_sentences.curve_names(shown)
    live_charts.live_chart(
        [(run.id, "This run")] if run else [],
        panels,
        key="curves",
        only=_choose_curves(shown, panels),
        empty="Press Train: the curves grow here, batch by batch.",
        moment=progress.status if progress else "",
    )
    if run is not None:
        live_run.show_training_path(run)


def _choose_curves(training: TrainingSpec, panels: list[str]) -> list[str] | None:
    """Which curves to draw, asked for where several outputs make many of them."""
    if len(binding.outputs(training.model)) < 2:
        return None
    chosen = st.pills(
        "Curves",
        panels,
        selection_mode="multi",
        default=panels,
        format_func=formatting.metric_name,
        key="curves-" + "-".join(panels),
    )
    return [*chosen, "learning_rate"] if chosen else None


with page_frame.frame("train"):
    main()
