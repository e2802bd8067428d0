"""One row of the list of runs: name, status, best metric, what changed."""

from __future__ import annotations

import time
from html import escape

import streamlit as st

from builder import formatting
from builder.runs.queries.run_queries import ListedRun
from builder.runs.store.progress import GOING
from pages.widgets.runs import run_selection, run_sentences
from pages.widgets.session import widget_sync
from pages.widgets.shared import page_frame


def show(run: ListedRun, changes: tuple[str, ...] | None, full: bool) -> None:
    """One line of the list: a box to compare it, what it is, and the whole of it opens it."""
    on = run.id in run_selection.ticked_runs()
    with st.container(
        key=f"entry-{run.id}", horizontal=True, vertical_alignment="center", gap="xsmall"
    ):
        current = widget_sync.sync_widget(f"compare-{run.id}", on, on)
        box = st.checkbox(
            f"Compare {page_frame.escape_md(run_label(run))}",
            current,
            key=f"compare-{run.id}",
            label_visibility="collapsed",
            disabled=full and not on,
            on_change=run_selection.follow_box,
            args=(run.id,),
            width=24,
        )
        widget_sync.record_value(f"compare-{run.id}", box)
        st.html(_line(run, changes), width="stretch")
        st.button(
            f"Open {page_frame.escape_md(run_label(run))}",
            key=f"open-{run.id}",
            on_click=run_selection.open_run,
            args=(run.id,),
            type="tertiary",
            width="content",
        )


def run_label(run: ListedRun) -> str:
    """``"digits_dense, 3 min ago"``."""
    return f"{run.name}, {formatting.ago(time.time() - run.times['created'], brief=True)}"


def _line(run: ListedRun, changes: tuple[str, ...] | None) -> str:
    here = " lw-here" if run.id in run_selection.shown_runs() else ""
    sign, word = run_sentences.STATES[run.status]
    took = run.seconds()
    parts = [run_sentences.state_sentence(run.progress)]
    if took is not None and run.status not in GOING:
        parts.append(formatting.duration(took))
    ago = formatting.ago(time.time() - run.times["created"], brief=True)
    parts.append(ago.replace(" ", "\N{NO-BREAK SPACE}"))  # a phone breaks the line before it
    best = run_sentences.best_metric(run.best)
    number = (
        f"<b>{formatting.metric_value(best[1])}</b><small>{escape(formatting.metric_name(best[0]))}</small>"
        if best
        else "<b>–</b><small>&nbsp;</small>"
    )
    tags = "".join(f"<i>{escape(t)}</i>" for t in run.tags)
    share = 100 * run.progress.fraction if run.status in (*GOING, "paused") else 0
    return (
        f'<div class="lw-run lw-{run.status}{here}" style="--w:{share:.1f}%">'
        f'<span class="lw-sign" role="img" aria-label="{word}">{sign}</span>'
        f"<div><p><b>{escape(run.name)}</b>{tags}</p>"
        f"<p>{escape(' · '.join(parts))}</p>"
        f"<p>{escape(_change_line(run, changes))}</p></div>"
        f'<div class="lw-best">{number}</div></div>'
    )


def _change_line(run: ListedRun, changes: tuple[str, ...] | None) -> str:
    """What is new in this run, or why it failed, or what was noted, in one line."""
    if run.status in ("failed", "interrupted") and run.progress.error:
        return run.progress.error
    if changes is None:
        return run.note or "The first one here"
    return ", ".join(changes) or "The same settings again"
