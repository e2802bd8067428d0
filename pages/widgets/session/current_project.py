"""The project on screen: its address, saving and past, and what is known of it.

A page asks ``training()``, changes the value with ``builder.edit`` or ``forms.form`` and calls
``push(new)``; saving, undo and the address (``?p=<token>``) follow. ``push`` in a widget callback
needs no rerun; in a page's body call ``st.rerun()`` after it. Only this room, ``session``, reads
session state and cookies.
"""

from __future__ import annotations

import streamlit as st

from builder import check, edit, starters
from builder.errors import LayerwiseError
from builder.facts import DataFacts, ModelFacts, Problem
from builder.runs.disk import projects, workspace
from builder.runs.disk.projects import Project
from builder.spec import TrainingSpec
from pages.widgets.session import autosave, browser, engine_facts, tab_state
from pages.widgets.session.engine_facts import EngineFacts
from pages.widgets.session.selection import Path, Selection
from pages.widgets.session.tab_state import State

FIRST = "digits_dense"
"""The starter a first visit finds open."""


# --- where -------------------------------------------------------------------------------


def start() -> None:
    """Find the project of this address, else the newest of this browser, else the first starter.

    The shell calls it once a run, before any page.
    """
    state = tab_state.state()
    wanted = st.query_params.get("p", "")
    if state.awaiting is not None:
        if wanted == state.awaiting:
            state.awaiting = None
        wanted = ""
    if wanted and wanted != token():
        _open_address(wanted)
    if state.training is None:
        _resume()
    _show_address()


def _open_address(wanted: str) -> None:
    try:
        open_project(wanted)
    except LayerwiseError as error:
        tab_state.add_note(f"{error.message} {error.hint}".strip())


def _resume() -> None:
    if mine := list_mine():
        open_project(mine[0].token)
    else:
        open_starter(FIRST)


def list_mine() -> list[Project]:
    """This browser's projects, last saved first; what was wrong with their files is said."""
    mine = projects.list_projects(browser.owner())
    for remark in filter(None, (project.remark for project in mine)):
        tab_state.add_note(remark)
    return mine


def _show_address() -> None:
    shown, mine = st.query_params.get("p"), token()
    if mine and shown != mine:
        st.query_params["p"] = mine
        tab_state.state().awaiting = mine
    elif not mine and shown:
        del st.query_params["p"]
        tab_state.state().awaiting = ""


def address() -> dict[str, str]:
    """The query parameters every page link carries: ``st.page_link(…, query_params=address())``."""
    return {"p": token()} if token() else {}


# --- the project ---------------------------------------------------------------------------------


def training() -> TrainingSpec:
    """What is on screen."""
    value = tab_state.state().training
    assert value is not None, "the shell calls start() before any page"
    return value


def title() -> str:
    """The project's title."""
    return tab_state.state().title


def token() -> str:
    """The project's token, ``""`` while nothing was saved."""
    project = tab_state.state().project
    return project.token if project else ""


def save_error() -> LayerwiseError | None:
    """Why the last save failed, if it did."""
    return tab_state.state().save_error


def is_stale() -> bool:
    """Whether another tab saved a newer version."""
    return tab_state.state().stale


def open_project(wanted: str) -> None:
    """Put a saved project on screen; raises LayerwiseError when there is none of that token."""
    project = projects.load(wanted)
    if project.remark:
        tab_state.add_note(project.remark)
    with tab_state.lock_state() as state:
        _show_project(state, project.training, project.title, project)
    _show_address()


def close_project() -> None:
    """Close the project on screen (it was deleted); the next run finds another."""
    with tab_state.lock_state() as state:
        state.training, state.project, state.past, state.future = None, None, [], []
        state.awaiting = None
    if "p" in st.query_params:
        del st.query_params["p"]


def open_starter(name: str) -> None:
    """Put a starter on screen; it becomes a project of its own at the first change or training."""
    starter = starters.find_starter(name)
    with tab_state.lock_state() as state:
        _show_project(state, starter.training, starter.title, None)
    _show_address()


def open_training(value: TrainingSpec, title: str) -> None:
    """Put a training read from a file on screen as a new project, saved at once."""
    with tab_state.lock_state() as state:
        _show_project(state, value, title, None)
        autosave.write(state)
    _show_address()


def _show_project(state: State, value: TrainingSpec, title: str, project: Project | None) -> None:
    state.training, state.title, state.project = value, title, project
    state.past, state.future = [], []
    state.selection, state.save_error, state.stale = Selection(), None, False
    state.opened += 1
    state.epoch += 1


def push(value: TrainingSpec, *, epoch: int = 0) -> None:
    """Make ``value`` the training, keep the old one for undo, and save it. Never raises."""
    with tab_state.lock_state() as state:
        state.epoch += epoch
        if advance(state, value):
            autosave.write(state)
    _show_address()


def advance(state: State, value: TrainingSpec) -> bool:
    """Make ``value`` the training of this tab, not yet saved; False if nothing changes.

    For those who make several steps inside ``tab_state.lock_state()``, and then call ``save()``.
    """
    if value == state.training or state.training is None:
        return False
    state.past.append(state.training)
    state.future.clear()
    state.training = value
    return True


def amend(value: TrainingSpec) -> None:
    """``push`` for what nobody chose, and nobody should have to undo: it leaves no step back."""
    with tab_state.lock_state() as state:
        if value != state.training:
            state.training = value
            autosave.write(state)
    _show_address()


def apply_fix(value: TrainingSpec) -> None:
    """``push`` for a change no widget on screen made (a fix button): widgets follow it."""
    push(value, epoch=1)


def rename(new: str) -> None:
    """Give the project another title and save it."""
    with tab_state.lock_state() as state:
        if not new.strip() or new.strip() == state.title:
            return
        state.title = new.strip()[:80]
        autosave.write(state)
    _show_address()


def save() -> None:
    """Write the project into the workspace; failures: ``save_error()``, ``is_stale()``."""
    with tab_state.lock_state() as state:
        autosave.write(state)
    _show_address()


def ensure_saved() -> str:
    """The project's token, saving the untouched starter first; ``""`` when saving failed."""
    if not token():
        save()
    return token()


def save_copy() -> None:
    """Keep what is on screen as a new project (after another tab saved a newer version)."""
    with tab_state.lock_state() as state:
        state.project, state.stale = None, False
        state.title = f"{state.title} (copy)"[:80]
        autosave.write(state)
    _show_address()


def load_newer() -> None:
    """Drop what is on screen for what the workspace holds; ``undo`` brings it back."""
    project = projects.load(token())
    with tab_state.lock_state() as state:
        past = [*state.past, state.training]
        _show_project(state, project.training, project.title, project)
        state.past = [value for value in past if value is not None]


# --- selection --------------------------------------------------------------------------------


def selection() -> Selection:
    """What is selected; the open block is one of the model on screen."""
    with tab_state.lock_state() as state:
        if state.training is not None:
            state.selection.leave_missing_blocks(state.training.model)
    return state.selection


def selected_node(path: Path | None = None) -> str | None:
    """The node in the inspector, of the open block or of that at ``path``; None in an empty one."""
    here = selection()
    path = here.path if path is None else path
    return here.node(edit.nested_model(training().model, path), path)


def select(node: str | None, path: Path | None = None) -> None:
    """Select one node of the open block, or of that at ``path``."""
    with tab_state.lock_state() as state:
        state.selection.select(*((node,) if node else ()), path=path)


# --- facts ---------------------------------------------------------------------------------------


def facts() -> EngineFacts:
    """Facts of the training on screen."""
    return engine_facts.find_facts(training())


def prefetch_facts() -> None:
    """Find the facts of the training on screen before anybody asks for them."""
    engine_facts.prefetch_facts(training())


def data_facts() -> DataFacts | None:
    """Facts of the dataset on screen; None when it cannot be loaded (``problems()`` says why)."""
    return facts().data


def model_facts() -> ModelFacts | None:
    """Facts of the model on screen, up to the first layer Keras refused."""
    return facts().model


def problems() -> tuple[Problem, ...]:
    """Everything wrong with the training on screen: the engine's own errors first."""
    known, free = facts(), workspace.memory_bytes()
    return (*known.errors, *check.problems(training(), known.data, known.model, free))
