"""One run in detail: actions, numbers, changes since the run before, tags, spread over seeds."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from builder import formatting
from builder.check.training.memory import DEFAULT_BATCH
from builder.runs.queries import run_queries
from builder.runs.queries.run_queries import ListedRun
from builder.runs.scheduler import jobs
from builder.runs.store import housekeeping
from builder.runs.store.progress import GOING, Progress
from builder.spec import Run
from pages.widgets.evaluate import simple_models
from pages.widgets.runs import run_actions, run_numbers, run_row, run_selection, run_sentences
from pages.widgets.session import browser, widget_sync
from pages.widgets.shared import page_frame
from pages.widgets.shared.markup import facts
from pages.widgets.shared.page_frame import escape_md

TICK = 1.0
"""Seconds between two looks at a run that goes."""


def show(run: ListedRun) -> None:
    """Name, progress and actions; the curves below are drawn by the page."""
    run_selection.back_button()
    progress = _progress(run)
    tick = TICK if run.status in GOING else None
    with st.container(key="run-top", **run_actions.ROW):  # type: ignore[arg-type]
        with st.container(key="run-title"):
            st.fragment(page_frame.safe(_title), run_every=tick)(run.id, _stage(run, progress))
        run_actions.restore_button(run)
        with st.popover("More", key=f"menu-{run.id}", icon=":material/more_horiz:"):
            run_actions.queue_buttons(run)
            run_actions.archive_or_delete([run])
    run_actions.action_bar(run, progress)
    if run.status in ("failed", "interrupted") and progress.error:
        st.markdown(f":material/info: {escape_md(progress.error)}")
    run_actions.show_damage(run.id, progress)


def _progress(run: ListedRun) -> Progress:
    """With the time it will begin, while it waits."""
    return jobs.progress(run.id) if run.status == "queued" else run.progress


def _stage(run: ListedRun, progress: Progress) -> tuple[object, ...]:
    """What the page around looks different for."""
    return progress.status, progress.stopping, progress.pausing, run_actions.can_reorder(run)


def _title(run_id: str, stage: tuple[object, ...]) -> None:
    """How it stands; when that becomes another thing the whole page follows."""
    runs = run_queries.get([run_id])
    if not runs or _stage(runs[0], progress := _progress(runs[0])) != stage:
        st.rerun()
    st.html(_head(runs[0], progress))


def _head(run: ListedRun, progress: Progress) -> str:
    """Its name, how it stands, and how far it is."""
    sign, word = run_sentences.STATES[run.status]
    parts = [run_sentences.state_sentence(progress)]
    if run.status in GOING:
        parts.append(run_sentences.time_left(progress))
    elif (took := run.seconds()) is not None:
        parts.append(formatting.duration(took))
    parts.append(time.strftime("%d %b, %H:%M", time.localtime(run.times["created"])))
    return (
        f'<div class="lw-title lw-{run.status}"><h3>{escape(run.name)}</h3><p>'
        f'<span class="lw-sign" role="img" aria-label="{word}">{sign}</span>'
        f"{escape(' · '.join(s for s in parts if s))}</p>"
        f'<div class="lw-track"><i style="--w:{100 * progress.fraction:.1f}%"></i></div></div>'
    )


def show_details(run: ListedRun) -> None:
    """What stands below the curves: numbers, changes, tags and note, particulars, the spread.

    What grows while runs go stands last, so that nothing is pushed about.
    """
    tick = TICK if run.status in GOING else None
    st.fragment(page_frame.safe(run_numbers.show_run), run_every=tick)(run.id)
    if run.status == "finished":
        simple_models.show_beside(jobs.get(run.id).training, jobs.result(run.id).get("test") or {})
    _changes(run)
    _edit_tags_and_note(run)
    _particulars(run)
    twins = run_queries.twins(run.id)
    _, going = run_numbers.finished_seeds(twins)
    st.fragment(page_frame.safe(_show_spread), run_every=TICK if going else None)(
        tuple(twins), going
    )


def _changes(run: ListedRun) -> None:
    """What is new in it, a line each."""
    before = run_queries.get([run.before]) if run.before else []
    if not before:
        return
    lines = run_sentences.changes_since(before[0].id, run.id) or ()
    why = "the run it came from" if run.parent == before[0].id else "the run before"
    with st.container(key="run-changes", gap="xsmall"):
        st.markdown("##### What is new", anchors=False)
        st.caption(f"Since {why}, {escape_md(run_row.run_label(before[0]))}.")
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        st.html(f'<ul class="lw-news">{items or "<li>Nothing: the same settings again.</li>"}</ul>')
        st.button(
            "Compare the two",
            key=f"with-parent-{run.id}",
            icon=":material/compare_arrows:",
            type="tertiary",
            on_click=run_selection.compare,
            args=((before[0].id, run.id),),
        )


def _show_spread(twins: Sequence[str], then: int) -> None:
    """How far the numbers scatter over runs equal but for the seed; ``then`` so many were going."""
    done, going = run_numbers.finished_seeds(twins)
    if going != then:
        st.rerun()
    if len(done) + going < 2:
        return
    with st.container(key="run-spread", gap="xsmall"):
        run_numbers.show_spread(done, going)
        if st.button(
            "Lay their curves over each other",
            key="seeds-over",
            icon=":material/stacked_line_chart:",
            type="tertiary",
            disabled=len(done) < 2,
        ):
            run_selection.compare(tuple(done[-run_selection.OVERLAY :]))
            st.rerun()


# --- what people write on it ---------------------------------------------------------------------


def _edit_tags_and_note(run: ListedRun) -> None:
    """Tags and a note, kept as soon as they are typed."""
    tags = run_queries.tags(run_queries.Query(owner=browser.owner(), archived=None))
    offered = list(dict.fromkeys((*run.tags, *tags)))
    key = f"tags-{run.id}"
    current = widget_sync.sync_widget(key, run.tags, list(run.tags))
    st.multiselect(
        "Tags",
        offered,
        [tag for tag in current if tag in offered],
        key=key,
        accept_new_options=True,
        placeholder="Add a tag",
        on_change=_tag,
        args=(run.id,),
    )
    widget_sync.record_value(key, run.tags)
    key = f"note-{run.id}"
    current = widget_sync.sync_widget(key, run.note, run.note)
    st.text_area(
        "Note",
        current,
        key=key,
        height=72,
        placeholder="What you tried, what you saw",
        on_change=_note,
        args=(run.id,),
    )
    widget_sync.record_value(key, run.note)


@page_frame.safe
def _tag(run_id: str) -> None:
    housekeeping.set_tags(run_id, tuple(widget_sync.widget_value(f"tags-{run_id}") or ()))


@page_frame.safe
def _note(run_id: str) -> None:
    housekeeping.set_note(run_id, str(widget_sync.widget_value(f"note-{run_id}") or ""))


# --- particulars ---------------------------------------------------------------------------------


def _particulars(run: ListedRun) -> None:
    full = jobs.get(run.id)
    with st.expander("Particulars", key=f"particulars-{run.id}"):
        st.html(facts(_rows(run, full)))


def _rows(run: ListedRun, full: Run) -> Sequence[tuple[str, str]]:
    """Everything needed to know how this run came to its numbers."""
    training, fit = full.training, full.training.fit
    return [
        ("Data", training.dataset.class_name),
        ("Optimizer", _class_name(training.compile.get("optimizer"))),
        ("Loss", _class_name(training.compile.get("loss"))),
        ("Epochs", f"{run.progress.epoch or 0} of {fit.get('epochs', 1)}"),
        ("Batch size", str(fit.get("batch_size") or DEFAULT_BATCH)),
        ("Seed", "none (by chance)" if training.seed is None else str(training.seed)),
        ("Way", run.path or "not known"),
        *((k, str(v)) for k, v in jobs.versions(run.id).items()),
        ("Run", run.id),
    ]


def _class_name(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {_class_name(v)}" for k, v in value.items())
    return str(getattr(value, "class_name", value or "none"))
