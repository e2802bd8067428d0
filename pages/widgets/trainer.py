"""Starting, watching and reading one run: what Train, Home and Runs say about it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import streamlit as st

from builder import catalog, diagnose
from builder.errors import LayerwiseError
from builder.runs import jobs
from builder.runs.jobs import Progress
from builder.spec import ObjectSpec, Run, TrainingSpec
from pages.widgets import page, problems, session, words
from pages.widgets.page import plain

ACTIVE = ("queued", "running")
TICK = 1.0
"""Seconds between two looks at a run's progress; its curves ask for themselves."""


def newest() -> Run | None:
    """The project's newest run; of a project that could not be saved, the one begun here."""
    token = session.token()
    if found := jobs.list_runs(project=token, limit=1) if token else []:
        return found[0]
    begun = session.recall("begun")
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
    token, last = session.ensure_saved(), newest()
    if last is not None and last.status in ACTIVE:
        return last
    known = session.known()
    run = jobs.start(
        session.training(),
        project=token or None,
        owner=session.owner(),
        # whoever clicks while the same run is the newest means the same click
        token=f"{token}:{last.id if last else ''}" if token else None,
        data=known.data,
        model=known.model,
    )
    session.remember("begun", (token, run.id))
    return run


# --- one run in words ----------------------------------------------------------------------------


def state(progress: Progress) -> str:
    """What the run is doing, in a few words."""
    match progress.status:
        case "queued":
            return "Waiting for a free processor"
        case "running" if progress.stopping:
            return "Stopping"
        case "running" if not progress.step:
            return progress.message.rstrip(".") or "Getting ready"
        case "running":
            return f"Epoch {progress.epoch} of {progress.epochs}"
        case "stopped":
            return f"Stopped in epoch {progress.epoch}" if progress.epoch else "Stopped"
        case "failed":
            return "Failed"
    return f"Finished {words.plural(progress.epochs, 'epoch')}" if progress.epochs else "Finished"


def duration(seconds: float) -> str:
    """``"4 s"``, ``"2 min 5 s"``, ``"1 h 10 min"``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def left(progress: Progress) -> str:
    """``"about 12 s left"``; nothing while nobody can know."""
    if progress.eta_seconds is None or progress.stopping:
        return ""
    return f"about {duration(progress.eta_seconds)} left"


def panels(training: TrainingSpec) -> list[str]:
    """The history keys its curves will have, as Keras names them: ``loss`` and the metrics'."""
    names = ["loss"]
    for metric in training.compile.get("metrics", ()):
        if isinstance(metric, ObjectSpec):
            entry = catalog.find("metrics", metric.class_name)
            key = entry.extra.get("key") if entry else None
            names.append(metric.config.get("name") or key or metric.class_name.lower())
        elif isinstance(metric, str):
            names.append(metric)
    return list(dict.fromkeys(names))


def numbers(training: TrainingSpec, history: Mapping[str, Sequence[float | None]]) -> None:
    """The newest epoch's numbers, one figure each; their places are kept from the start."""
    held = bool(training.fit.get("validation_split"))
    usual = [n for p in panels(training) for n in ((p, f"val_{p}") if held else (p,))]
    with st.container(key="totals", horizontal=True, gap="medium"):
        for name in dict.fromkeys([*usual, *history]):
            values = history.get(name)
            label = diagnose.words(name)
            shown = diagnose.number(values[-1]) if values else "–"
            st.metric(label[:1].upper() + label[1:], shown, width="content")


# --- watching ------------------------------------------------------------------------------------


def watch(run: Run) -> None:
    """Progress, numbers and, in the end, the result of a run; renews itself while it goes."""
    live = not jobs.progress_of(run.id).ended
    st.fragment(page.safe(_watch), run_every=TICK if live else None)(run.id, live)


def _watch(run_id: str, live: bool) -> None:
    progress = jobs.progress_of(run_id)
    if live and progress.ended:
        st.rerun()
    run, history = jobs.get(run_id), jobs.history(run_id)
    with st.container(key="run-status", gap="xsmall"):
        if progress.ended:
            _ended(run, progress, history)
        else:
            said = " · ".join(w for w in (state(progress), left(progress)) if w)
            st.progress(progress.fraction, text=plain(said))
            if progress.step and progress.message:
                st.caption(plain(progress.message))
        numbers(run.training, history)


def _ended(run: Run, progress: Progress, history: Mapping[str, Sequence[float | None]]) -> None:
    took = run.times.get("ended", time.time()) - run.times.get("started", time.time())
    st.caption(plain(f"{state(progress)}, {duration(took)}, seed {run.training.seed}"))
    if progress.status == "failed":
        st.error(plain(progress.error or "The training broke off."), icon=":material/error:")
        return
    same = run.training == session.training()
    test = jobs.result(run.id).get("test", {})
    reading = diagnose.read(history, run.training, test)
    with st.container(key=f"verdict-{reading.verdict}", gap="xsmall"):
        tested = f"**{plain(diagnose.result(test))}** " if test else ""
        st.markdown(tested + plain(reading.sentence))
        if reading.hint:
            st.caption(plain(reading.hint))
        if not same:
            st.caption("The settings were changed since; train again to see what they do.")
        _next(reading if same else None)


def _next(reading: diagnose.Reading | None) -> None:
    """What to do now: look closer, try it by hand, or follow the advice."""
    data = session.data_facts()
    with st.container(key="next-steps", horizontal=True, vertical_alignment="center"):
        page.link("evaluate", "Evaluate")
        if data is not None and data.kind == "images":
            page.link("draw", "Draw")
        if reading and reading.fix:
            st.button(
                reading.fix.label,
                key="reading-fix",
                icon=":material/build:",
                on_click=session.fix,
                args=(reading.fix.training,),
            )


def why_not() -> str:
    """The first reason the training on screen cannot start; "" when it can."""
    severe = problems.severe(session.problems())
    return severe[0].message if severe else ""
