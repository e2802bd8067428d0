"""The Model page: one model as a stack or on the canvas, an inspector for the selected layer."""

from __future__ import annotations

import streamlit as st

from builder import check, edit, formatting
from builder.facts import ModelFacts, Problem
from builder.spec import ModelSpec
from pages.widgets.code import code_pane
from pages.widgets.model import canvas, inspector, layer_palette, open_block, stack_view
from pages.widgets.model.canvas_state import CANVAS, canvas_state
from pages.widgets.session import current_project, tab_state, widget_sync
from pages.widgets.shared import page_frame, problem_list
from pages.widgets.shared.page_frame import escape_md

STACK = "Stack"


def main() -> None:
    """The inspector is drawn first, so that the view already shows what it changed."""
    drawn = _view() == CANVAS
    left, right = st.columns([17, 9] if drawn else [7, 5], gap="medium" if drawn else "large")
    with right, st.container(key="inspector"):
        inspector.show()
    with left:
        model, problems, facts = (
            open_block.model(),
            open_block.find_problems(),
            open_block.find_facts(),
        )
        with st.container(key="model-head", horizontal=True, vertical_alignment="center"):
            _totals(model, facts)
            _switch(model)
        problem_list.show(problem_list.problems_at(problems, "model"), key="model")
        if _view() == CANVAS:
            canvas.show(model, facts, problems)
            _selected_problems(problems)
        else:
            stack_view.show(model, facts, problems)
            layer_palette.show(current_project.selected_node())
        _problems_elsewhere(problems)
    _code()


def _code() -> None:
    """The project as code below both views, while somebody wants to see it."""
    key = "show-code"
    current = widget_sync.sync_widget(
        key, tab_state.recall(key, False), tab_state.recall(key, False)
    )
    shown = st.toggle("Show code", current, key=key, help="The same model as a Keras script")
    widget_sync.record_value(key, shown)
    tab_state.remember(key, shown)
    if shown:
        code_pane.show(current_project.training(), current_project.selected_node(()))


def _view() -> str:
    """What somebody chose in this tab; only a chain can be shown as a stack."""
    if current_project.selection().path or not edit.is_chain(current_project.training().model):
        return CANVAS
    return canvas_state().view or STACK


def _switch(model: ModelSpec) -> None:
    """Stack or Canvas: two views of one model."""
    chained = not current_project.selection().path and edit.is_chain(model)
    key = "model-view"
    current = widget_sync.sync_widget(key, _view(), _view())
    st.segmented_control(
        "View",
        [STACK, CANVAS],
        default=current,
        key=key,
        disabled=not chained,
        label_visibility="collapsed",
        help="The same model as a list of layers, or as a picture one can wire"
        if chained
        else "This model is a graph: a stack cannot show it",
        on_change=_store_view,
        args=(key,),
        width="content",
    )
    widget_sync.record_value(key, _view())


def _store_view(key: str) -> None:
    canvas_state().view = widget_sync.widget_value(key) or _view()


def _selected_problems(problems: tuple[Problem, ...]) -> None:
    """The selected layer's problems with their remedies, below the canvas."""
    node = current_project.selected_node()
    if node:
        problem_list.show(problem_list.problems_at(problems, f"model.{node}"), key="beside")


def _totals(model: ModelSpec, facts: ModelFacts | None) -> None:
    """One line of figures above the stack."""
    if facts is None:
        return
    data = current_project.data_facts()
    memory = check.estimate_memory(current_project.training(), data, facts)
    frozen = facts.params - facts.trainable
    figures = [
        ("Layers", str(sum(not n.off for n in model.nodes)), "Layers that are switched on."),
        (
            "Parameters",
            formatting.number(facts.params),
            f"Numbers the model learns or keeps: {formatting.number(facts.trainable)} trainable,"
            f" {formatting.number(frozen)} not.",
        ),
        ("Model size", formatting.size(facts.weight_bytes), "Bytes of all weights."),
        (
            "To train",
            formatting.size(memory.total),
            f"Memory while training, estimated: weights {formatting.size(memory.weights)},"
            f" optimizer {formatting.size(memory.optimizer)}, layer outputs"
            f" {formatting.size(memory.activations)}, data {formatting.size(memory.data)}, to save"
            f" it {formatting.size(memory.saving)}.",
        ),
    ]
    with st.container(key="totals", horizontal=True, gap="medium"):
        for name, value, help in figures:
            st.metric(name, value, help=help, width="content")


def _problems_elsewhere(problems: tuple[Problem, ...]) -> None:
    """A pointer to the problems that belong to other pages."""
    for step, where in (("data", "dataset.*"), ("train", "compile.*"), ("train", "fit.*")):
        for i, problem in enumerate(
            problem_list.severe_problems(problem_list.problems_at(problems, where))
        ):
            with st.container(
                horizontal=True, vertical_alignment="center", key=f"more-{problem.where}-{i}"
            ):
                st.caption(escape_md(problem.message))
                page_frame.link(step, f"Open {page_frame.STEPS[step][0]}")


with page_frame.frame("model"):
    main()
