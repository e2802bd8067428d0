"""The project on screen: its address, saving and past, and what is known of it.

A page asks ``training()``, changes the value with ``builder.edit`` or ``widgets.form`` and calls
``push(new)``; saving, undo and the address (``?p=<token>``) follow. ``push`` in a widget callback
needs no rerun; in a page's body call ``st.rerun()`` after it. Pages find here whatever ``tab``,
``held``, ``history``, ``visitor`` and ``facts`` offer; nobody else reads session state or cookies.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from builder import check, starters
from builder.errors import LayerwiseError
from builder.facts import DataFacts, ModelFacts, Problem
from builder.runs.disk import projects, workspace
from builder.runs.disk.projects import Project
from builder.spec import ModelSpec, TrainingSpec
from pages.widgets.session import autosave
from pages.widgets.session.browser import COOKIE, OWNER, owner, path, theme  # noqa: F401
from pages.widgets.session.engine_facts import Known, cached, expect_facts, facts_of, forget_data  # noqa: F401
from pages.widgets.session.tab_state import (  # noqa: F401
    State,
    at,
    changing,
    fresh,
    note,
    recall,
    remember,
    starting,
    take_notes,
)
from pages.widgets.session.tab_state import state as _state
from pages.widgets.session.undo_history import can_redo, can_undo, redo, undo  # noqa: F401
from pages.widgets.session.widget_sync import clear, held, hold, place, settle, settled, typed  # noqa: F401

FIRST = "digits_dense"
"""The starter a first visit finds open."""


# --- where -------------------------------------------------------------------------------


def start() -> None:
    """Find the project of this address, else the newest of this browser, else the first starter.

    The shell calls it once a run, before any page.
    """
    state = _state()
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
        note(f"{error.message} {error.hint}".strip())


def _resume() -> None:
    mine = projects.mine(owner())
    if mine:
        open_project(mine[0].token)
    else:
        open_starter(FIRST)


def _show_address() -> None:
    shown, mine = st.query_params.get("p"), token()
    if mine and shown != mine:
        st.query_params["p"] = mine
        _state().awaiting = mine
    elif not mine and shown:
        del st.query_params["p"]
        _state().awaiting = ""


def address() -> dict[str, str]:
    """The query parameters every page link carries: ``st.page_link(…, query_params=address())``."""
    return {"p": token()} if token() else {}


# --- the project ---------------------------------------------------------------------------------


def training() -> TrainingSpec:
    """What is on screen."""
    value = _state().training
    assert value is not None, "the shell calls start() before any page"
    return value


def title() -> str:
    """The project's title."""
    return _state().title


def token() -> str:
    """The project's token, ``""`` while nothing was saved."""
    project = _state().project
    return project.token if project else ""


def trouble() -> LayerwiseError | None:
    """Why the last save failed, if it did."""
    return _state().trouble


def stale() -> bool:
    """Whether another tab saved a newer version."""
    return _state().stale


def open_project(wanted: str) -> None:
    """Put a saved project on screen; raises LayerwiseError when there is none of that token."""
    project = projects.load(wanted)
    with changing() as state:
        _put(state, project.training, project.title, project)
    _show_address()


def leave() -> None:
    """Close the project on screen (it was deleted); the next run finds another."""
    with changing() as state:
        state.training, state.project, state.past, state.future = None, None, [], []
        state.awaiting = None
    if "p" in st.query_params:
        del st.query_params["p"]


def open_starter(name: str) -> None:
    """Put a starter on screen; it becomes a project of its own at the first change or training."""
    starter = starters.get(name)
    with changing() as state:
        _put(state, starter.training, starter.title, None)
    _show_address()


def open_training(value: TrainingSpec, title: str) -> None:
    """Put a training read from a file on screen as a new project, saved at once."""
    with changing() as state:
        _put(state, value, title, None)
        autosave.write(state)
    _show_address()


def _put(state: State, value: TrainingSpec, title: str, project: Project | None) -> None:
    state.training, state.title, state.project = value, title, project
    state.past, state.future = [], []
    state.selected, state.trouble, state.stale = None, None, False
    state.epoch += 1


def push(value: TrainingSpec, *, epoch: int = 0) -> None:
    """Make ``value`` the training, keep the old one for undo, and save it. Never raises."""
    with changing() as state:
        state.epoch += epoch
        if advance(state, value):
            autosave.write(state)
    _show_address()


def advance(state: State, value: TrainingSpec) -> bool:
    """Make ``value`` the training of this tab, not yet saved; False if nothing changes.

    For those who make several steps at once inside ``changing()``, and then call ``save()``.
    """
    if value == state.training or state.training is None:
        return False
    state.past.append(state.training)
    state.future.clear()
    state.training = value
    return True


def amend(value: TrainingSpec) -> None:
    """``push`` for what nobody chose, and nobody should have to undo: it leaves no step back."""
    with changing() as state:
        if value != state.training:
            state.training = value
            autosave.write(state)
    _show_address()


def fix(value: TrainingSpec) -> None:
    """``push`` for a change no widget on screen made (a fix button): widgets follow it."""
    push(value, epoch=1)


def push_model(model: ModelSpec) -> None:
    """``push`` with this model."""
    push(replace(training(), model=model))


def rename(new: str) -> None:
    """Give the project another title and save it."""
    with changing() as state:
        if not new.strip() or new.strip() == state.title:
            return
        state.title = new.strip()[:80]
        autosave.write(state)
    _show_address()


def save() -> None:
    """Write the project into the workspace; failures stand in ``trouble()`` and ``stale()``."""
    with changing() as state:
        autosave.write(state)
    _show_address()


def ensure_saved() -> str:
    """The project's token, saving the untouched starter first; ``""`` when saving failed."""
    if not token():
        save()
    return token()


def save_copy() -> None:
    """Keep what is on screen as a new project (after another tab saved a newer version)."""
    with changing() as state:
        state.project, state.stale = None, False
        state.title = f"{state.title} (copy)"[:80]
        autosave.write(state)
    _show_address()


def load_newer() -> None:
    """Drop what is on screen for what the workspace holds; ``undo`` brings it back."""
    project = projects.load(token())
    with changing() as state:
        past = [*state.past, state.training]
        _put(state, project.training, project.title, project)
        state.past = [value for value in past if value is not None]


# --- selection --------------------------------------------------------------------------------


def selected() -> str | None:
    """The selected node's name; always one of the model, None when it has none."""
    nodes = [n.name for n in training().model.nodes]
    chosen = _state().selected
    return chosen if chosen in nodes else (nodes[-1] if nodes else None)


def select(node: str | None) -> None:
    """Select a node."""
    _state().selected = node


# --- facts ---------------------------------------------------------------------------------------


def known() -> Known:
    """Facts of the training on screen."""
    return facts_of(training())


def expect() -> None:
    """Have the facts of the training on screen found out before anybody asks for them."""
    expect_facts(training())


def data_facts() -> DataFacts | None:
    """Facts of the dataset on screen; None when it cannot be loaded (``problems()`` says why)."""
    return known().data


def model_facts() -> ModelFacts | None:
    """Facts of the model on screen, up to the first layer Keras refused."""
    return known().model


def problems() -> tuple[Problem, ...]:
    """Everything wrong with the training on screen: the engine's own errors first."""
    facts, mine = known(), training()
    free = workspace.memory_bytes()
    return (*facts.errors, *check.problems(mine, facts.data, facts.model, free))
