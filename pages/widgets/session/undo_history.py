"""Undo and redo without limit: two stacks of trainings."""

from __future__ import annotations

from builder.spec import TrainingSpec
from pages.widgets.session import autosave
from pages.widgets.session.tab_state import State, lock_state, state


def can_undo() -> bool:
    """Whether there is a step back."""
    return bool(state().past)


def can_redo() -> bool:
    """Whether there is a step forward."""
    return bool(state().future)


def undo() -> None:
    """One step back: the very same value as before."""
    with lock_state() as tab:
        _travel(tab, tab.past, tab.future)


def redo() -> None:
    """One step forward."""
    with lock_state() as tab:
        _travel(tab, tab.future, tab.past)


def _travel(tab: State, there: list[TrainingSpec], back: list[TrainingSpec]) -> None:
    if there and tab.training is not None:
        back.append(tab.training)
        tab.training = there.pop()
        tab.epoch += 1
        autosave.write(tab)
