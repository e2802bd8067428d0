"""A download button whose file is made on the click, and the errors of making it."""

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
    refused = _pending_refusals()
    st.download_button(
        label,
        data=lambda: _make_or_refuse(make, label, refused),
        file_name=name,
        mime=mime or None,
        key=key,
        icon=":material/download:",
        help=help or None,
        on_click="ignore",
        width="stretch",
    )


def _make_or_refuse(make: Callable[[], bytes], label: str, refused: list[str]) -> bytes:
    try:
        return make()
    except Exception as error:
        refused.append(f"**{label}** cannot be made.  \n{page_frame.error_sentence(error)}")
        raise


def _pending_refusals() -> list[str]:
    """What is still to be said in this tab; the same list in every run of its script."""
    tab_state.remember("refused", refusals := tab_state.recall("refused", []))
    return refusals  # type: ignore[no-any-return]


@st.fragment(run_every=TICK)
@page_frame.safe
def show_refusals() -> None:
    """Say, wherever the page is scrolled to, why a file could not be made."""
    refused = _pending_refusals()
    while refused:
        st.toast(refused.pop(0), icon=":material/error:", duration="infinite")
