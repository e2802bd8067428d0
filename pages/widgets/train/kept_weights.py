"""The initial weights of a project from an opened file: use them as they are, or drop them."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from builder.runs.disk import weight_files
from builder.runs.scheduler import jobs
from builder.spec import Config
from pages.widgets.session import browser, current_project
from pages.widgets.shared import page_frame, problem_list
from pages.widgets.shared.page_frame import escape_md


def show() -> None:
    """Nothing for a project that begins by chance."""
    training = current_project.training()
    if not training.weights:
        return
    name = escape_md(str(training.weights.get("name", "a file")))
    here = weight_files.find(training.weights.get("file")) is not None
    with st.container(key="begun", border=True, gap="small"):
        if here:
            st.markdown(f":material/save: Begins with the weights of **{name}**, not by chance.")
        else:
            st.warning(
                f"The weights of {name} are not in this workspace. Open its file again, or begin"
                " with fresh weights.",
                icon=":material/warning:",
            )
        with st.container(horizontal=True):
            if here:
                _offer_use()
            st.button(
                "Begin with fresh weights",
                key="begun-drop",
                icon=":material/casino:",
                on_click=_drop,
                help="The layers stay; undo brings the weights back.",
            )


def _offer_use() -> None:
    wrong = problem_list.severe_problems(current_project.problems())
    help_ = "Makes a run of it without training: it can then be tested, drawn for and exported."
    st.button(
        "Use it as it is",
        key="begun-use",
        icon=":material/play_arrow:",
        on_click=_use,
        disabled=bool(wrong),
        help=escape_md(f"Cannot yet: {wrong[0].message}") if wrong else help_,
    )


@page_frame.safe
def _drop() -> None:
    current_project.apply_fix(replace(current_project.training(), weights=Config()))


@page_frame.safe
def _use() -> None:
    """A run of no epochs: it ends as soon as the model is built and tested."""
    token = current_project.ensure_saved()
    facts = current_project.facts()
    jobs.start(
        current_project.training().with_fit(epochs=0),
        project=token or None,
        owner=browser.owner(),
        data=facts.data,
        model=facts.model,
    )
