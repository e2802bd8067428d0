"""Which runs a person has chosen: the one that is open, those ticked to be compared."""

from __future__ import annotations

import streamlit as st

from builder import formatting
from pages.widgets.session import tab_state, widget_sync

OVERLAY = 6
"""Curves that can still be told from each other."""


def ticked() -> tuple[str, ...]:
    """The runs ticked to be compared."""
    return tuple(tab_state.recall("runs-ticked", ()))


def opened() -> str | None:
    """The run a person opened, if one was."""
    return tab_state.recall("runs-open")  # type: ignore[no-any-return]


def shown() -> tuple[str, ...]:
    """What stands beside the list: the ticked runs, else the opened, else the first of the list."""
    first = opened() or tab_state.recall("runs-first")
    return ticked() or ((first,) if first else ())


def looking() -> bool:
    """Whether a person went to what is chosen: a phone has room for that or the list."""
    return bool(tab_state.recall("runs-look", False))


def look(there: bool) -> None:
    """Go to what is chosen, or back to the list."""
    tab_state.remember("runs-look", there)


def open_run(run_id: str | None) -> None:
    """Show this run and nothing else; None goes back to the list."""
    tab_state.remember("runs-ticked", ())
    tab_state.remember("runs-open", run_id)
    look(run_id is not None)


def compare(run_ids: tuple[str, ...]) -> None:
    """Show exactly these runs side by side; none goes back to the list."""
    tab_state.remember("runs-ticked", run_ids)
    look(bool(run_ids))


def follow(run_id: str) -> None:
    """The box of that run was ticked, or no longer is."""
    others = tuple(r for r in ticked() if r != run_id)
    on = widget_sync.typed(f"compare-{run_id}")
    tab_state.remember("runs-ticked", (*others, run_id) if on else others)
    tab_state.remember("runs-open", run_id if on else None)


def back() -> None:
    """The way back to the list, where only one of the two has room."""
    st.button(
        "All runs",
        key="runs-back",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=look,
        args=(False,),
    )


def onwards() -> None:
    """The way to what is ticked, where only one of the two has room."""
    many = len(ticked())
    if many > 1:
        st.button(
            f"Compare {formatting.plural(many, 'run')}",
            key="runs-onwards",
            icon=":material/compare_arrows:",
            type="primary",
            on_click=look,
            args=(True,),
        )
