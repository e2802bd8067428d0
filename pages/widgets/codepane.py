"""The project as code: it follows every edit, explains its lines, and can be edited itself."""

from __future__ import annotations

import streamlit as st

from builder import code
from builder.code import Script, explain
from builder.spec import TrainingSpec
from pages.widgets import codelines, codescript, codetext, page, session
from pages.widgets.page import plain


def show(training: TrainingSpec, selected: str | None) -> None:
    """The script of ``training``, the lines of the node ``selected`` marked.

    Nothing is raised: what cannot be written as code is said in its place.
    """
    with st.container(key="codepane"), page.guard():
        if codetext.is_open():
            codetext.show(training, codescript.written(training, codescript.style(training)).text)
        else:
            _reading(training, selected)


def _reading(training: TrainingSpec, selected: str | None) -> None:
    chosen = _choose(training)
    script = codescript.written(training, chosen)
    spans = script.nodes.get(selected or "", ())
    marked = [n for first, last in spans for n in range(first, last + 1)]
    line = codelines.show(script.text, marked, "code-lines")
    if doubt := code.doubt(training, chosen):
        st.caption(plain(doubt))
    _explained(training, script, line)


def _choose(training: TrainingSpec) -> str:
    """The row of styles, and the way into the text."""
    there = code.styles(training)
    with st.container(key="code-bar", horizontal=True, vertical_alignment="bottom"):
        key = "code-style"
        now = codescript.style(training)
        chosen = st.selectbox(
            "Style",
            there,
            session.place(there, session.hold(key, now, now)),
            key=key,
            format_func=lambda name: code.STYLES[name],
            help="Three ways to write the same model in Keras",
        )
        session.held(key, chosen)
        session.remember("code-style", chosen)
        st.button(
            "Edit as code",
            key="code-edit",
            icon=":material/edit:",
            on_click=codetext.begin,
            args=(training, chosen),
            help="Change the text and see what it does to the project",
        )
    return str(chosen)


def _explained(training: TrainingSpec, script: Script, line: int | None) -> None:
    """The chosen line in plain words."""
    if line is None:
        st.caption("Choose a line to have it explained.")
        return
    with st.container(key="code-explained", border=True):
        st.markdown(f"**Line {line}**")
        for said in explain.line(training, script, line):
            head = f"`{said.title.replace('`', '')}`  \n" if said.title else ""
            st.markdown(f"{head}{plain(said.text) if not said.title else said.text}")
        there = [n for n in script.at(line) if n != session.selected()]
        if there:
            st.button(
                f"Select {there[0]}",
                key="code-select",
                icon=":material/ads_click:",
                on_click=session.select,
                args=(there[0],),
            )
