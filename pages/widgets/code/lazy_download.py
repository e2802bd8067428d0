"""A file that is made when somebody takes it, and what is said when it cannot be made."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.widgets.session import tab_state
from pages.widgets.shared import page_frame

TICK = 1.5
"""Seconds between two looks whether a file was refused: the click itself runs no script."""


def button(
    label: str, make: Callable[[], bytes], name: str, key: str, *, mime: str = "", help: str = ""
) -> None:
    """A download whose bytes ``make`` gives on the click.

    ``make`` runs outside this tab's script: it must not ask for session state.
    """
    refused = _refused()
    st.download_button(
        label,
        data=lambda: _made(make, label, refused),
        file_name=name,
        mime=mime or None,
        key=key,
        icon=":material/download:",
        help=help or None,
        on_click="ignore",
        width="stretch",
    )


def _made(make: Callable[[], bytes], label: str, refused: list[str]) -> bytes:
    try:
        return make()
    except Exception as error:
        refused.append(f"**{label}** cannot be made.  \n{page_frame.sentence(error)}")
        raise


def _refused() -> list[str]:
    """What is still to be said in this tab; the same list in every run of its script."""
    tab_state.remember("refused", found := tab_state.recall("refused", []))
    return found  # type: ignore[no-any-return]


@st.fragment(run_every=TICK)
@page_frame.safe
def refusals() -> None:
    """Say, wherever the page is scrolled to, why a file could not be made."""
    refused = _refused()
    while refused:
        st.toast(refused.pop(0), icon=":material/error:", duration="infinite")
