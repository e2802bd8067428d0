"""The sole reader of session state and address: who is here, which project, its past and facts.

A page asks ``training()``, changes the value with ``builder.edit`` or ``widgets.form`` and calls
``push(new)``; saving, undo and the address (``?p=<token>``) follow. ``push`` in a widget callback
needs no rerun; in a page's body call ``st.rerun()`` after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from builder import check, starters
from builder.errors import LayerwiseError, StaleError
from builder.facts import DataFacts, ModelFacts, Problem
from builder.runs import projects, workspace
from builder.runs.projects import Project
from builder.spec import ModelSpec, TrainingSpec
from pages.widgets.facts import Known, facts_of
from pages.widgets.facts import cached as cached
from pages.widgets.facts import forget_data as forget_data

COOKIE = "layerwise"
"""The cookie naming a browser; ``app.py`` sets it."""

OWNER = r"[A-Za-z0-9_-]{22}"
"""What that cookie looks like; anything else is not ours."""

FIRST = "digits_dense"
"""The starter a first visit finds open."""


@dataclass
class _State:
    """One browser tab.

    Args:
        project: as last saved; None while the starter on screen was not touched.
        awaiting: the token the address bar is about to show; older ones are ignored until then.
        saved: False after a save that failed; ``trouble`` says why.
        stale: someone else saved a newer version.
    """

    training: TrainingSpec | None = None
    title: str = ""
    project: Project | None = None
    past: list[TrainingSpec] = field(default_factory=list)
    future: list[TrainingSpec] = field(default_factory=list)
    selected: str | None = None
    epoch: int = 0
    awaiting: str | None = None
    trouble: LayerwiseError | None = None
    stale: bool = False
    notes: list[str] = field(default_factory=list)


def _state() -> _State:
    if "layerwise" not in st.session_state:
        st.session_state["layerwise"] = _State()
    return st.session_state["layerwise"]  # type: ignore[no-any-return]


# --- who and where -------------------------------------------------------------------------------


def owner() -> str:
    """The token of this browser (its cookie), ``"local"`` where there are no cookies."""
    name = str(st.context.cookies.get(COOKIE))
    return name if re.fullmatch(OWNER, name) else "local"


def theme() -> str:
    """``"light"`` or ``"dark"``: what this browser shows."""
    return "dark" if st.context.theme.type == "dark" else "light"


def start() -> None:
    """Find the project of this address, else the newest of this browser, else the first starter.

    The shell calls it once a run, before any page.
    """
    state = _state()
    wanted = st.query_params.get("p", "")
    if state.awaiting:
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


def saved() -> bool:
    """Whether the workspace holds what is on screen."""
    state = _state()
    return bool(state.project) and not state.trouble and not state.stale


def trouble() -> LayerwiseError | None:
    """Why the last save failed, if it did."""
    return _state().trouble


def stale() -> bool:
    """Whether another tab saved a newer version."""
    return _state().stale


def open_project(wanted: str) -> None:
    """Put a saved project on screen; raises LayerwiseError when there is none of that token."""
    project = projects.load(wanted)
    _put(project.training, project.title, project)


def leave() -> None:
    """Close the project on screen (it was deleted); the next run finds another."""
    state = _state()
    state.training, state.project, state.past, state.future = None, None, [], []
    state.awaiting = None
    if "p" in st.query_params:
        del st.query_params["p"]


def open_starter(name: str) -> None:
    """Put a starter on screen; it becomes a project of its own at the first change or training."""
    starter = starters.get(name)
    _put(starter.training, starter.title, None)


def open_training(value: TrainingSpec, title: str) -> None:
    """Put a training read from a file on screen as a new project, saved at once."""
    _put(value, title, None)
    save()


def _put(value: TrainingSpec, title: str, project: Project | None) -> None:
    state = _state()
    state.training, state.title, state.project = value, title, project
    state.past, state.future = [], []
    state.selected, state.trouble, state.stale = None, None, False
    state.epoch += 1
    _show_address()


def push(value: TrainingSpec) -> None:
    """Make ``value`` the training, keep the old one for undo, and save it. Never raises."""
    state = _state()
    if value == state.training:
        return
    state.past.append(training())
    state.future.clear()
    state.training = value
    save()


def fix(value: TrainingSpec) -> None:
    """``push`` for a change no widget on screen made (a fix button): widgets follow it."""
    _state().epoch += 1
    push(value)


def push_model(model: ModelSpec) -> None:
    """``push`` with this model."""
    push(replace(training(), model=model))


def rename(new: str) -> None:
    """Give the project another title and save it."""
    if new.strip() and new.strip() != title():
        _state().title = new.strip()[:80]
        save()


def save() -> None:
    """Write the project into the workspace; failures stand in ``trouble()`` and ``stale()``."""
    state = _state()
    if state.stale:
        return
    try:
        if state.project is None:
            state.project = projects.create(owner(), state.title, training())
        else:
            p = state.project
            state.project = projects.save(p.token, p.rev, state.title, training())
        state.trouble = None
    except StaleError:
        state.stale = True
    except LayerwiseError as error:
        state.trouble = error
    except OSError as error:
        text = f"Your last change is not on disk: {error.strerror or error}."
        state.trouble = LayerwiseError(text, "Make room or check the workspace folder.")
    _show_address()


def ensure_saved() -> str:
    """The project's token, saving the untouched starter first; ``""`` when saving failed."""
    if not token():
        save()
    return token()


def save_copy() -> None:
    """Keep what is on screen as a new project (after another tab saved a newer version)."""
    state = _state()
    state.project, state.stale = None, False
    state.title = f"{state.title} (copy)"[:80]
    save()


def load_newer() -> None:
    """Drop what is on screen for what the workspace holds; ``undo`` brings it back."""
    mine, past = training(), list(_state().past)
    open_project(token())
    _state().past = [*past, mine]


# --- undo ----------------------------------------------------------------------------------------


def can_undo() -> bool:
    """Whether there is a step back."""
    return bool(_state().past)


def can_redo() -> bool:
    """Whether there is a step forward."""
    return bool(_state().future)


def undo() -> None:
    """One step back: the very same value as before."""
    state = _state()
    if state.past:
        state.future.append(training())
        _travel(state.past.pop())


def redo() -> None:
    """One step forward."""
    state = _state()
    if state.future:
        state.past.append(training())
        _travel(state.future.pop())


def _travel(value: TrainingSpec) -> None:
    state = _state()
    state.training = value
    state.epoch += 1
    save()


def epoch() -> int:
    """Counts what happened behind the widgets' back (undo, fix, open); put it into their keys."""
    return _state().epoch


# --- small memory --------------------------------------------------------------------------------


def selected() -> str | None:
    """The selected node's name; always one of the model, None when it has none."""
    nodes = [n.name for n in training().model.nodes]
    chosen = _state().selected
    return chosen if chosen in nodes else (nodes[-1] if nodes else None)


def select(node: str | None) -> None:
    """Select a node."""
    _state().selected = node


def note(text: str) -> None:
    """Leave a sentence for the next frame to show."""
    _state().notes.append(text)


def take_notes() -> list[str]:
    """The sentences left since the last frame."""
    notes, _state().notes = _state().notes, []
    return notes


def recall(name: str, default: Any = None) -> Any:
    """What ``remember`` kept in this tab under that name."""
    return st.session_state.get(f"kept:{name}", default)


def remember(name: str, value: Any) -> None:
    """Keep a value in this tab across pages (a drawing, a choice); the reload forgets it."""
    st.session_state[f"kept:{name}"] = value


def typed(key: str) -> Any:
    """What stands in the widget with that key; None when it is not on screen."""
    return st.session_state.get(key)


def clear(key: str) -> None:
    """Empty the widget with that key; only in its callback or before it is drawn."""
    st.session_state[key] = None


def hold(key: str, value: Any, shown: Any) -> None:
    """Make the widget ``key`` show ``shown``, the text of ``value``, if that changed elsewhere.

    Call before the widget is drawn, ``held`` after it was read. A half-typed text and a keystroke
    made while the script ran stay: what stands in the widget is replaced only by a value that is
    neither what it was drawn with nor what it was read as, or, after an undo or a fix (``epoch``),
    by one that is not what it was read as.
    """
    then, drawn, read = st.session_state.get(f"held:{key}", (None, None, None))
    mine = _same(value, read) or (then == epoch() and _same(value, drawn))
    if key not in st.session_state or not mine:
        st.session_state[key] = shown
        read = value
    st.session_state[f"held:{key}"] = (epoch(), value, read)


def held(key: str, value: Any) -> None:
    """The widget ``key`` was read as ``value``."""
    then, drawn, _ = st.session_state[f"held:{key}"]
    st.session_state[f"held:{key}"] = (then, drawn, value)


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and bool(a == b)


# --- facts ---------------------------------------------------------------------------------------


def known() -> Known:
    """Facts of the training on screen."""
    return facts_of(training())


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
