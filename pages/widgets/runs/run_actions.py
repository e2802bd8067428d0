"""Actions on a run: pause, resume, stop, extend, repeat with seeds, restore, archive, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from builder import formatting
from builder.runs.queries import run_queries
from builder.runs.queries.run_queries import ListedRun
from builder.runs.scheduler import jobs, run_queue
from builder.runs.store import housekeeping
from builder.runs.store.progress import GOING, Progress
from pages.widgets.runs import run_selection
from pages.widgets.session import browser, current_project, tab_state
from pages.widgets.shared import page_frame
from pages.widgets.shared.page_frame import escape_md

MORE = 5
"""Epochs that one click adds."""

SEEDS = 3
"""Runs that one click adds, each with a seed of its own."""

ROW = {"horizontal": True, "vertical_alignment": "center", "gap": "xsmall"}


def action_bar(run: ListedRun, progress: Progress) -> None:
    """Every button always at its place; what cannot be done now is grey and says why."""
    with st.container(key="run-actions", **ROW):  # type: ignore[arg-type]
        pause_button(run.id, progress, f"pause-{run.id}")
        stop_button(run.id, progress, f"stop-{run.id}")
        more_epochs_button(run.id, progress, f"more-{run.id}")
        st.button(
            f"{SEEDS} more seeds",
            key=f"seeds-{run.id}",
            icon=":material/casino:",
            on_click=_start_seeds,
            args=(run.id, unused_seeds(run.id)),
            help=f"Trains the very same {SEEDS} times, each from another seed, to see how much of"
            " the result is luck.",
        )


def awaits_resume(progress: Progress | None) -> bool:
    """Whether the run waits for a person to resume it: that is then the thing to do."""
    return progress is not None and progress.status in ("paused", "interrupted")


def pause_button(run_id: str, progress: Progress | None, key: str) -> None:
    """Pause, or at the same place Resume: whichever can be done."""
    status = progress.status if progress else ""
    resumes = progress is not None and jobs.can_resume(run_id)
    turning = progress is not None and (progress.pausing or progress.stopping)
    st.button(
        "Resume" if resumes else "Pause",
        key=key,
        type="primary" if awaits_resume(progress) else "secondary",
        icon=":material/resume:" if resumes else ":material/pause:",
        disabled=turning or not (resumes or status in GOING),
        on_click=_resume if resumes else _pause,
        args=(run_id,),
        help="Goes on from its last snapshot, or begins again where there is none, with the very"
        " same numbers as if it had never been broken off."
        if resumes
        else "Leaves the machine within a second; Resume goes on from that very step.",
        width=116,
    )


def show_damage(run_id: str, progress: Progress) -> None:
    """What was damaged of a run, and what was used instead; and whether its model is."""
    for remark in progress.remarks.splitlines():
        st.caption(f":material/healing: {escape_md(remark)}")
    if damage := jobs.artefact_damage(run_id):
        text = f"The trained model cannot be used: {damage}. Resume makes it again."
        st.warning(escape_md(text), icon=":material/healing:")


def stop_button(run_id: str, progress: Progress | None, key: str) -> None:
    """Stop; grey when nothing goes."""
    can = progress is not None and (progress.status in GOING or progress.status == "paused")
    st.button(
        "Stop",
        key=key,
        icon=":material/stop:",
        disabled=not can or bool(progress and progress.stopping),
        help="Ends after this batch; what was learned so far is kept.",
        on_click=_stop,
        args=(run_id,),
        width=92,
    )


def more_epochs_button(run_id: str, progress: Progress | None, key: str) -> None:
    """Some more epochs, from where an ended run is, as a new run."""
    can = progress is not None and progress.status in ("finished", "stopped")
    st.button(
        f"Train {formatting.plural(MORE, 'more epoch')}",
        key=key,
        icon=":material/add:",
        disabled=not (can and jobs.can_extend(run_id)),
        on_click=_more,
        args=(run_id,),
        help="A new run that goes on exactly where this one ended.",
    )


@page_frame.safe
def _pause(run_id: str) -> None:
    jobs.pause(run_id)


@page_frame.safe
def _resume(run_id: str) -> None:
    jobs.resume(run_id)


@page_frame.safe
def _stop(run_id: str) -> None:
    jobs.stop(run_id)


@page_frame.safe
def _more(run_id: str) -> None:
    # one click is one run, in however many tabs: of one parent there is one such child
    child = jobs.extend(run_id, MORE, browser.owner(), f"{run_id}:more")
    run_selection.open_run(child.id)


def unused_seeds(run_id: str) -> tuple[int, ...]:
    """The least seeds that no run equal to this one has used."""
    used = {t.seed for t in run_queries.trainings(run_queries.twins(run_id)).values()}
    return tuple(seed for seed in range(len(used) + SEEDS) if seed not in used)[:SEEDS]


@page_frame.safe
def _start_seeds(run_id: str, seeds: Sequence[int]) -> None:
    run, training = run_queries.get([run_id])[0], run_queries.trainings([run_id])[run_id]
    for seed in seeds:  # as they were when the button was drawn: a double click is the same click
        jobs.start(
            replace(training, seed=seed),
            project=run.project,
            owner=browser.owner(),
            parent=run_id,
            token=f"{run_id}:seed:{seed}",
        )


# --- settings back -------------------------------------------------------------------------------


def restore_button(run: ListedRun) -> None:
    """The run's exact project on screen again."""
    if st.button(
        "Restore settings",
        key=f"restore-{run.id}",
        icon=":material/settings_backup_restore:",
        help="Puts the exact project of this run on screen: data, model and training.",
    ):
        _restore(run)


def _restore(run: ListedRun) -> None:
    """As a step that undo takes back, or, of another project, as a project of its own."""
    training = run_queries.trainings([run.id])[run.id]
    if run.project and run.project == current_project.token():
        current_project.apply_fix(training)
        tab_state.add_note("The settings of that run are back. Undo returns to yours.")
    else:
        current_project.open_training(training, f"{run.name} (restored)")
        tab_state.add_note("The settings of that run are now a project of their own.")
    page_frame.go("train")


# --- its place in the queue ----------------------------------------------------------------------

FIRST = "No waiting run of this project stands before it that it could pass."
LAST = "No waiting run of this project stands behind it that could pass it."


def can_reorder(run: ListedRun) -> tuple[bool, bool]:
    """Whether a run could go earlier, and later, among the waiting ones of its project."""
    queued = run_queue.peers(run.id) if run.status == "queued" else []
    return run.id in queued[1:], run.id in queued[:-1]


def queue_buttons(run: ListedRun) -> None:
    """A run that waits changes places with the others of its project."""
    if run.status != "queued":
        return
    earlier, later = can_reorder(run)
    offered = (
        ("next", "Train this one next", "vertical_align_top", "" if earlier else FIRST, None),
        ("earlier", "Earlier", "arrow_upward", "" if earlier else FIRST, -1),
        ("later", "Later", "arrow_downward", "" if later else LAST, 1),
    )
    for key, label, icon, not_now, by in offered:
        st.button(
            label,
            key=f"{key}-{run.id}",
            icon=f":material/{icon}:",
            type="tertiary",
            disabled=bool(not_now),
            help=not_now or "Among the waiting runs of this project.",
            on_click=_take_turn,
            args=(run.id, by),
        )


@page_frame.safe
def _take_turn(run_id: str, by: int | None) -> None:
    if by is None:
        run_queue.move_first(run_id)
    else:
        run_queue.move_by(run_id, by)


# --- out of sight --------------------------------------------------------------------------------


def archive_or_delete(runs: Sequence[ListedRun]) -> None:
    """Archive or delete, the latter in two steps."""
    ids = tuple(run.id for run in runs)
    what = "this run" if len(runs) == 1 else f"these {formatting.plural(len(runs), 'run')}"
    archived = all(run.archived for run in runs)
    st.button(
        f"Bring {what} back" if archived else f"Archive {what}",
        key=f"archive-{ids[0]}-{len(ids)}",
        icon=":material/unarchive:" if archived else ":material/archive:",
        type="tertiary",
        on_click=_archive,
        args=(ids, not archived),
        help=None if archived else "Out of the list; under the status Archived it is still there.",
    )
    going = any(run.status in GOING for run in runs)
    sure = st.checkbox(
        f"Delete {what}",
        key=f"sure-{ids[0]}-{len(ids)}",
        disabled=going,
        help="Stop it first." if going else None,
    )
    if sure:
        _confirm_delete(ids)


def _confirm_delete(ids: Sequence[str]) -> None:
    st.caption("Its curves, numbers and trained model go for good. This cannot be undone.")
    st.button(
        "Delete for good",
        key=f"delete-{ids[0]}-{len(ids)}",
        icon=":material/delete_forever:",
        type="primary",
        on_click=_delete,
        args=(ids,),
    )


@page_frame.safe
def _archive(run_ids: Sequence[str], archived: bool) -> None:
    for run_id in run_ids:
        housekeeping.archive(run_id, archived)
    run_selection.open_run(None)


@page_frame.safe
def _delete(run_ids: Sequence[str]) -> None:
    run_selection.open_run(None)
    for run_id in run_ids:
        housekeeping.delete(run_id)
