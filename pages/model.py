"""The Model page: one model as a stack or on the canvas, an inspector for the selected layer."""

from __future__ import annotations

import streamlit as st

from builder import check, edit
from builder.facts import ModelFacts, Problem
from builder.spec import ModelSpec
from pages.widgets import (
    canvas,
    codepane,
    inspector,
    page,
    palette,
    place,
    problems,
    session,
    stack,
    words,
)
from pages.widgets.page import plain

STACK, CANVAS = "Stack", place.CANVAS


def main() -> None:
    """The inspector is drawn first, so that the view already shows what it changed."""
    drawn = _view() == CANVAS
    left, right = st.columns([17, 9] if drawn else [7, 5], gap="medium" if drawn else "large")
    with right, st.container(key="inspector"):
        inspector.show()
    with left:
        model, found, facts = place.model(), place.problems(), place.facts()
        with st.container(key="model-head", horizontal=True, vertical_alignment="center"):
            _totals(model, facts)
            _switch(model)
        problems.show(problems.at(found, "model"), key="model")
        if _view() == CANVAS:
            canvas.show(model, facts, found)
            _beside(found)
        else:
            stack.show(model, facts, found)
            palette.show(session.selected())
        _elsewhere(found)
    _code()


def _code() -> None:
    """The project as code below both views, while somebody wants to see it."""
    key = "show-code"
    stands = session.hold(key, session.recall(key, False), session.recall(key, False))
    shown = st.toggle("Show code", stands, key=key, help="The same model as a Keras script")
    session.held(key, shown)
    session.remember(key, shown)
    if shown:
        codepane.show(session.training(), session.selected())


def _view() -> str:
    """What somebody chose in this tab; only a chain can be shown as a stack."""
    desk = place.desk()
    if desk.path or not edit.is_chain(session.training().model):
        return CANVAS
    return desk.view or STACK


def _switch(model: ModelSpec) -> None:
    """Stack or Canvas: two views of one model."""
    chained = not place.desk().path and edit.is_chain(model)
    key = "model-view"
    stands = session.hold(key, _view(), _view())
    st.segmented_control(
        "View",
        [STACK, CANVAS],
        default=stands,
        key=key,
        disabled=not chained,
        label_visibility="collapsed",
        help="The same model as a list of layers, or as a picture one can wire"
        if chained
        else "This model is a graph: a stack cannot show it",
        on_change=_viewed,
        args=(key,),
        width="content",
    )
    session.held(key, _view())


def _viewed(key: str) -> None:
    place.desk().view = session.typed(key) or _view()


def _beside(found: tuple[Problem, ...]) -> None:
    """The selected layer's problems with their remedies, below the canvas."""
    node = place.selected()
    if node:
        problems.show(problems.at(found, f"model.{node}"), key="beside")


def _totals(model: ModelSpec, facts: ModelFacts | None) -> None:
    """One line of figures above the stack."""
    if facts is None:
        return
    data = session.data_facts()
    memory = check.memory(session.training(), data, facts)
    frozen = facts.params - facts.trainable
    figures = [
        ("Layers", str(sum(not n.off for n in model.nodes)), "Layers that are switched on."),
        (
            "Parameters",
            words.number(facts.params),
            f"Numbers the model learns or keeps: {words.number(facts.trainable)} trainable,"
            f" {words.number(frozen)} not.",
        ),
        ("Model size", words.size(facts.weight_bytes), "Bytes of all weights."),
        (
            "To train",
            words.size(memory.total),
            f"Memory while training, estimated: weights {words.size(memory.weights)}, optimizer"
            f" {words.size(memory.optimizer)}, layer outputs {words.size(memory.activations)}, data"
            f" {words.size(memory.data)}, to save it {words.size(memory.saving)}.",
        ),
    ]
    with st.container(key="totals", horizontal=True, gap="medium"):
        for name, value, help in figures:
            st.metric(name, value, help=help, width="content")


def _elsewhere(found: tuple[Problem, ...]) -> None:
    """A pointer to the problems that belong to other pages."""
    for step, where in (("data", "dataset.*"), ("train", "compile.*"), ("train", "fit.*")):
        for i, problem in enumerate(problems.severe(problems.at(found, where))):
            with st.container(
                horizontal=True, vertical_alignment="center", key=f"more-{problem.where}-{i}"
            ):
                st.caption(plain(problem.message))
                page.link(step, f"Open {page.STEPS[step][0]}")


with page.frame("model"):
    main()
