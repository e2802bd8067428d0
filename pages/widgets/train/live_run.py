"""Start a run and watch it: progress, metrics and the verdict at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from builder import diagnose, edit, formatting
from builder.errors import LayerwiseError
from builder.kinds.registry import find_kind
from builder.runs.engine_process import open_model
from builder.runs.queries import run_queries
from builder.runs.scheduler import jobs
from builder.runs.store import metric_rows, run_store
from builder.runs.store.progress import GOING, Progress
from builder.spec import Run, TrainingSpec
from builder.suggest.media import picture_dataset, sound_dataset
from pages.widgets.evaluate import simple_models
from pages.widgets.runs import run_actions, run_sentences
from pages.widgets.session import browser, current_project, tab_state, widget_sync
from pages.widgets.shared import page_frame
from pages.widgets.shared.page_frame import escape_md

SHOWN_ON_PREDICT = (picture_dataset.CLASS_NAME, sound_dataset.CLASS_NAME)
"""Datasets of one's own whose models are tried with the camera or the microphone."""

TICK = 1.0
"""Seconds between two looks at a run that goes; its curves ask for themselves."""

REST = 5.0
"""Seconds between two looks at a run that may be resumed, in another tab perhaps."""


def newest_run() -> Run | None:
    """The project's newest run; of a project that could not be saved, the one begun here."""
    token = current_project.token()
    if runs := run_store.list_runs(project=token, limit=1) if token else []:
        return runs[0]
    begun = tab_state.recall("begun")
    if not begun or begun[0] != token:
        return None
    try:
        return jobs.get(begun[1])
    except LayerwiseError:
        return None


def start() -> Run:
    """Train what is on screen, once however often it is clicked and in however many tabs.

    Raises:
        TrainingError: as ``jobs.start``.
    """
    token, last = current_project.ensure_saved(), newest_run()
    if last is not None and last.status in GOING:
        return last
    facts = current_project.facts()
    run = jobs.start(
        current_project.training(),
        project=token or None,
        owner=browser.owner(),
        # whoever clicks while the same run is the newest means the same click
        token=f"{token}:{last.id if last else ''}" if token else None,
        data=facts.data,
        model=facts.model,
    )
    tab_state.remember("begun", (token, run.id))
    return run


def start_when_settled() -> None:
    """``start``, at once when the training says what stands in the page's widgets.

    A number typed just before the click may not have been read yet: Streamlit breaks off the
    script that reads it. Then ``start_if_pending`` starts, when it has been.
    """
    if widget_sync.is_settled():
        start()
    else:
        tab_state.start_pending(True)


def start_if_pending() -> None:
    """Start what a click asked for while something typed was on its way."""
    if tab_state.start_pending():
        try:
            start()
        except LayerwiseError:
            tab_state.start_pending(False)
            raise
        tab_state.start_pending(False)
        st.rerun()


def show_numbers(training: TrainingSpec, history: Mapping[str, Sequence[float | None]]) -> None:
    """The newest epoch's numbers, one figure each; their places are kept from the start."""
    held = bool(training.fit.get("validation_split"))
    usual = [
        n for p in run_sentences.curve_names(training) for n in ((p, f"val_{p}") if held else (p,))
    ]
    with st.container(key="totals", horizontal=True, gap="medium"):
        for name in dict.fromkeys([*usual, *history]):
            values = history.get(name)
            label = formatting.metric_name(name)
            shown = formatting.metric_value(values[-1]) if values else "–"
            st.metric(label[:1].upper() + label[1:], shown, width="content")


# --- watching ------------------------------------------------------------------------------------


def watch(run: Run, progress: Progress) -> None:
    """Progress, numbers and, in the end, the result of a run; renews itself while it goes.

    Args:
        progress: what the page around it was drawn with.
    """
    now = _stage(progress)
    every = {"going": TICK, "paused": REST, "interrupted": REST}.get(now)
    st.fragment(page_frame.safe(_watch), run_every=every)(run.id, now)


def show_training_path(run: Run) -> None:
    """Which training loop it took and why, quietly."""
    if (runs := run_queries.get([run.id])) and runs[0].path:
        st.caption(escape_md(runs[0].path))


def _stage(progress: Progress) -> str:
    """What the page around looks different for."""
    return "going" if progress.status in GOING else progress.status


def _watch(run_id: str, stage: str) -> None:
    progress = jobs.progress(run_id)
    if _stage(progress) != stage:
        st.rerun()
    run, history = jobs.get(run_id), metric_rows.history(run_id)
    with st.container(key="run-status", gap="xsmall"):
        if progress.status in (*GOING, "paused", "interrupted"):
            _show_progress(progress)
        else:
            _show_result(run, progress, history)
        run_actions.show_damage(run_id, progress)
        show_numbers(run.training, history)


def _show_progress(progress: Progress) -> None:
    sentence = " · ".join(
        w for w in (run_sentences.state_sentence(progress), run_sentences.time_left(progress)) if w
    )
    st.progress(progress.fraction, text=escape_md(sentence))
    if progress.status == "interrupted":
        why = progress.error or "Its process is gone."
        st.warning(escape_md(why), icon=":material/power_off:")
    elif progress.message and (progress.step or progress.status == "queued"):
        st.caption(escape_md(progress.message))


def _show_result(
    run: Run, progress: Progress, history: Mapping[str, Sequence[float | None]]
) -> None:
    times = run.times
    took = times["ended"] - times["started"] if {"ended", "started"} <= set(times) else 0.0
    seed = "no seed" if run.training.seed is None else f"seed {run.training.seed}"
    parts = [run_sentences.state_sentence(progress), formatting.duration(took), seed]
    st.caption(escape_md(", ".join(parts)))
    if progress.status == "failed":
        st.error(escape_md(progress.error or "The training broke off."), icon=":material/error:")
        return
    same = _is_unchanged(run, current_project.training())
    test = jobs.result(run.id).get("test") or {}
    reading = diagnose.diagnose_history(history, run.training, test)
    with st.container(key=f"verdict-{reading.verdict}", gap="xsmall"):
        tested = f"**{escape_md(diagnose.describe_test(test))}** " if test else ""
        st.markdown(tested + escape_md(reading.sentence))
        if reading.hint:
            st.caption(escape_md(reading.hint))
        simple_models.show_beside(run.training, test)
        if not same:
            st.caption("The settings were changed since; train again to see what they do.")
        _next_steps(reading if same else None, run if same else None)


def _is_unchanged(run: Run, training: TrainingSpec) -> bool:
    """Whether the run trained what is on screen, were it for more epochs."""
    epochs = {"epochs": training.fit["epochs"]} if run.parent and "epochs" in training.fit else {}
    return run.training.with_fit(**epochs) == training


def _next_steps(reading: diagnose.Diagnosis | None, run: Run | None) -> None:
    """What to do now: look closer, try it by hand, or follow the advice."""
    data = current_project.data_facts()
    with st.container(key="next-steps", horizontal=True, vertical_alignment="center"):
        page_frame.link("evaluate", "Evaluate")
        if current_project.training().dataset.class_name in SHOWN_ON_PREDICT:
            page_frame.link("predict", "Try it")
        elif data is not None and find_kind(data.input.kind).has_pixels:
            page_frame.link("draw", "Draw")
        if reading and reading.fix:
            st.button(
                reading.fix.label,
                key="reading-fix",
                icon=":material/build:",
                on_click=current_project.apply_fix,
                args=(reading.fix.training,),
            )
        if run is not None and edit.can_fine_tune(run.training.model):
            st.button(
                "Fine-tune the frozen layers",
                key="fine-tune",
                icon=":material/tune:",
                on_click=_fine_tune,
                args=(run.id,),
                help="All layers learn on from this run's weights, at a hundredth of the learning"
                " rate; BatchNormalization stays frozen. Then press Train. Undo takes it back.",
            )


@page_frame.safe
def _fine_tune(run_id: str) -> None:
    training = current_project.training()
    name = f"{training.model.name}, frozen"
    weights = open_model.keep_weights(jobs.artefact(run_id), name)
    current_project.apply_fix(replace(edit.fine_tune(training), weights=weights))
