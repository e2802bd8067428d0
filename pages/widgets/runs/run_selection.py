"""Which runs are selected on the Runs page: the one that is open, those ticked to compare."""

from __future__ import annotations

import streamlit as st

from builder import formatting
from pages.widgets.session import tab_state, widget_sync

OVERLAY = 6
"""Curves that can still be told from each other."""


def ticked_runs() -> tuple[str, ...]:
    """The runs ticked to be compared."""
    return tuple(tab_state.recall("runs-ticked", ()))


def opened_run() -> str | None:
    """The run a person opened, if one was."""
    return tab_state.recall("runs-open")  # type: ignore[no-any-return]


def shown_runs() -> tuple[str, ...]:
    """What stands beside the list: the ticked runs, else the opened, else the first of the list."""
    first = opened_run() or tab_state.recall("runs-first")
    return ticked_runs() or ((first,) if first else ())


def shows_detail() -> bool:
    """Whether a person went to what is chosen: a phone has room for that or the list."""
    return bool(tab_state.recall("runs-look", False))


def show_detail(there: bool) -> None:
    """Go to what is chosen, or back to the list."""
    tab_state.remember("runs-look", there)


def open_run(run_id: str | None) -> None:
    """Show this run and nothing else; None goes back to the list."""
    tab_state.remember("runs-ticked", ())
    tab_state.remember("runs-open", run_id)
    show_detail(run_id is not None)


def compare(run_ids: tuple[str, ...]) -> None:
    """Show exactly these runs side by side; none goes back to the list."""
    tab_state.remember("runs-ticked", run_ids)
    show_detail(bool(run_ids))


def follow_box(run_id: str) -> None:
    """The box of that run was ticked, or no longer is."""
    others = tuple(r for r in ticked_runs() if r != run_id)
    on = widget_sync.widget_value(f"compare-{run_id}")
    tab_state.remember("runs-ticked", (*others, run_id) if on else others)
    tab_state.remember("runs-open", run_id if on else None)


def back_button() -> None:
    """The way back to the list, where only one of the two has room."""
    st.button(
        "All runs",
        key="runs-back",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=show_detail,
        args=(False,),
    )


def compare_button() -> None:
    """The way to what is ticked, where only one of the two has room."""
    many = len(ticked_runs())
    if many > 1:
        st.button(
            f"Compare {formatting.plural(many, 'run')}",
            key="runs-onwards",
            icon=":material/compare_arrows:",
            type="primary",
            on_click=show_detail,
            args=(True,),
        )
