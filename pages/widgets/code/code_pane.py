"""The project as code: it follows every edit, explains its lines, and can be edited itself."""

from __future__ import annotations

import streamlit as st

from builder import code
from builder.code import Script, line_explanations
from builder.spec import TrainingSpec
from pages.widgets.code import code_editor, code_lines, code_script
from pages.widgets.session import current_project, tab_state, widget_sync
from pages.widgets.shared import page_frame
from pages.widgets.shared.page_frame import escape_md


def show(training: TrainingSpec, selected: str | None) -> None:
    """The script of ``training``, the lines of the node ``selected`` marked.

    Nothing is raised: what cannot be written as code is said in its place.
    """
    with st.container(key="codepane"), page_frame.guard():
        if code_editor.is_open():
            code_editor.show(
                training,
                code_script.write_script(training, code_script.current_style(training)).text,
            )
        else:
            _show_script(training, selected)


def _show_script(training: TrainingSpec, selected: str | None) -> None:
    chosen = _choose_style(training)
    script = code_script.write_script(training, chosen)
    spans = script.nodes.get(selected or "", ())
    marked = [n for first, last in spans for n in range(first, last + 1)]
    line = code_lines.show(script.text, marked, "code-lines")
    if doubt := code.explain_difference(training, chosen):
        st.caption(escape_md(doubt))
    _show_explanation(training, script, line)


def _choose_style(training: TrainingSpec) -> str:
    """The row of styles, and the way into the text."""
    there = code.styles(training)
    with st.container(key="code-bar", horizontal=True, vertical_alignment="bottom"):
        key = "code-style"
        now = code_script.current_style(training)
        chosen = st.selectbox(
            "Style",
            there,
            widget_sync.sync_choice(key, now, there),
            key=key,
            format_func=lambda name: code.STYLES[name],
            help="Three ways to write the same model in Keras",
        )
        widget_sync.record_value(key, chosen)
        tab_state.remember("code-style", chosen)
        st.button(
            "Edit as code",
            key="code-edit",
            icon=":material/edit:",
            on_click=code_editor.begin,
            args=(training, chosen),
            help="Change the text and see what it does to the project",
        )
    return str(chosen)


def _show_explanation(training: TrainingSpec, script: Script, line: int | None) -> None:
    """The chosen line in plain words."""
    if line is None:
        st.caption("Choose a line to have it explained.")
        return
    with st.container(key="code-explained", border=True):
        st.markdown(f"**Line {line}**")
        for explanation in line_explanations.explain_line(training, script, line):
            if title := explanation.title.replace("`", ""):
                st.markdown(f"`{title}`  \n{explanation.text}")
            else:
                st.markdown(escape_md(explanation.text))
        there = [n for n in script.at(line) if n != current_project.selected_node(())]
        if there:
            st.button(
                f"Select {there[0]}",
                key="code-select",
                icon=":material/ads_click:",
                on_click=current_project.select,
                args=(there[0], ()),
            )
