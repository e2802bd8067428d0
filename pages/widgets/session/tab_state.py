"""The state of one browser tab between two runs of the script; a reload forgets it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from builder.errors import LayerwiseError
from builder.runs.disk.projects import Project
from builder.spec import TrainingSpec
from pages.widgets.session.selection import Selection


@dataclass
class State:
    """The project on screen, its past, and what is still to be said about it.

    Args:
        project: as last saved; None while the starter on screen was not touched.
        awaiting: the token the address bar is about to show; older ones are ignored until then.
        save_error: why the last save failed.
        stale: someone else saved a newer version.
        opened: counts the projects put on screen.
        epoch: counts what happened behind the widgets' back (undo, fix, open).
        step: the page on screen.
        settled: what stood in the page's widgets when the training last said the same, by key.
        start_pending: Train was clicked while something typed was still on its way.
    """

    training: TrainingSpec | None = None
    title: str = ""
    project: Project | None = None
    past: list[TrainingSpec] = field(default_factory=list)
    future: list[TrainingSpec] = field(default_factory=list)
    selection: Selection = field(default_factory=Selection)
    opened: int = 0
    epoch: int = 0
    step: str = ""
    settled: dict[str, Any] = field(default_factory=dict)
    start_pending: bool = False
    awaiting: str | None = None
    save_error: LayerwiseError | None = None
    stale: bool = False
    notes: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)


def state() -> State:
    """This tab's state."""
    if "layerwise" not in st.session_state:
        st.session_state["layerwise"] = State()
    return st.session_state["layerwise"]  # type: ignore[no-any-return]


def is_first_run() -> bool:
    """Whether this is the tab's first run of the script."""
    return "layerwise" not in st.session_state


@contextmanager
def lock_state() -> Iterator[State]:
    """This tab's state, for one thread at a time and for all of a change or nothing of it.

    Streamlit runs a click's script beside the one it interrupts, and ends that one wherever it
    asks for session state or draws: inside, do neither.
    """
    with state().lock:
        yield state()  # asked again: a script interrupted while it waited ends here


def enter_page(step: str) -> None:
    """This page is on screen now."""
    if state().step != step:
        state().settled, state().start_pending = {}, False
    state().step = step


def start_pending(now: bool | None = None) -> bool:
    """Whether a click on Train waits for what was typed before it; ``now`` sets it."""
    kept = state()
    if now is not None:
        kept.start_pending = now
    return kept.start_pending


def add_note(text: str) -> None:
    """Leave a sentence for the next frame to show."""
    state().notes.append(text)


def take_notes() -> list[str]:
    """The sentences left since the last frame."""
    notes, state().notes = state().notes, []
    return notes


def recall(name: str, default: Any = None) -> Any:
    """What ``remember`` kept in this tab under that name."""
    return st.session_state.get(f"kept:{name}", default)


def remember(name: str, value: Any) -> None:
    """Keep a value in this tab across pages (a drawing, a choice); the reload forgets it."""
    st.session_state[f"kept:{name}"] = value
