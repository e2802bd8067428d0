"""The Model page: the stack of layers, one inspector for the selected one, shapes live."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from builder import catalog, check, edit
from builder.errors import LayerwiseError
from builder.facts import ModelFacts, Problem
from builder.spec import ModelSpec, ObjectSpec
from pages.widgets import explain, form, page, palette, problems, session, stack, words
from pages.widgets.page import plain


def main() -> None:
    """The inspector is drawn first, so that the stack already shows what it changed."""
    left, right = st.columns([7, 5], gap="large")
    with right, st.container(key="inspector"):
        _inspector()
    with left:
        model = session.training().model
        found = session.problems()
        facts = session.model_facts()
        _totals(model, facts)
        problems.show(problems.at(found, "model"), key="model")
        stack.show(model, facts, found)
        if edit.is_chain(model):
            palette.show(session.selected())
        else:
            st.caption("This model is a graph: settings can be changed here, places cannot.")
        _elsewhere(found)


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
            f" {words.size(memory.data)}.",
        ),
    ]
    with st.container(key="totals", horizontal=True, gap="medium"):
        for name, value, help in figures:
            st.metric(name, value, help=help, width="content")


def _elsewhere(found: tuple[Problem, ...]) -> None:
    """A pointer to the problems that belong to other pages."""
    for step, place in (("data", "dataset.*"), ("train", "compile.*"), ("train", "fit.*")):
        for problem in problems.severe(problems.at(found, place)):
            with st.container(
                horizontal=True, vertical_alignment="center", key=f"more-{problem.where}"
            ):
                st.caption(plain(problem.message))
                page.link(step, f"Open {page.STEPS[step][0]}")


# --- inspector -----------------------------------------------------------------------------------


def _inspector() -> None:
    node = session.selected()
    if node is None:
        st.subheader("An empty stack", anchor=False)
        st.markdown("Add the first layer on the left. The Input says what shape the data has.")
        return
    model = session.training().model
    layer = model.layers.get(model.node(node).layer)
    class_name = layer.class_name if isinstance(layer, ObjectSpec) else "Model"
    entry = catalog.find("layers", class_name)
    with st.container(key="inspector-head", horizontal=True, vertical_alignment="center"):
        sign = stack.icon(layer if isinstance(layer, ObjectSpec) else None)
        st.markdown(f"### :material/{sign}: {plain(class_name)}", anchors=False, width="stretch")
        if entry:
            explain.show(entry, key=f"explain-{class_name}")
    _tools(model, node)
    if entry:
        st.caption(entry.plain)
    if isinstance(layer, ObjectSpec):
        new = form.edit("layers", layer, key=f"layer-{node}", skip=("name",))
        if new != layer:
            session.push_model(edit.configure(model, node, new))
    else:
        st.caption("A nested model: it is trained with the rest and kept as it is.")
    _name(session.training().model, node)
    _facts(session.selected() or node)


def _name(model: ModelSpec, node: str) -> None:
    key = f"name-{node}"
    session.hold(key, node, node)
    new = st.text_input(
        "Layer name",
        key=key,
        max_chars=64,
        help="How this layer is called in Keras and in the script",
    )
    session.held(key, node)
    if new and new != node:
        try:
            session.push_model(edit.rename(model, node, new))
            session.select(new)
            st.rerun()  # the tools above still speak of the old name
        except LayerwiseError as error:
            st.caption(f":material/edit_off: {plain(error.message)} {plain(error.hint)}")


def _tools(model: ModelSpec, node: str) -> None:
    """What can be done with the selected layer as a whole."""
    order, off = edit.order(model), model.node(node).off
    at, fixed = order.index(node), edit.is_input(model, node)
    lowest = 1 if edit.is_input(model, order[0]) else 0
    chained = edit.is_chain(model)
    tools: list[tuple[str, str, str, Callable[[ModelSpec], ModelSpec], bool, str]] = [
        ("up", "Up", "arrow_upward", lambda m: edit.move(m, node, at - 1),
         chained and at > lowest, "One place earlier"),
        ("down", "Down", "arrow_downward", lambda m: edit.move(m, node, at + 1),
         chained and at < len(order) - 1, "One place later"),
        ("copy", "Duplicate", "content_copy", lambda m: edit.duplicate(m, node),
         chained, "The same layer once more, with weights of its own"),
        ("off", "Switch on" if off else "Switch off", "toggle_on" if off else "toggle_off",
         lambda m: edit.switch(m, node, not off), True, "Skip this layer but keep its settings"),
        ("remove", "Remove", "delete", lambda m: edit.remove(m, node), True, "Undo brings it back"),
    ]  # fmt: skip
    with st.container(key="tools", horizontal=True, gap="xxsmall"):
        for key, label, icon, change, possible, help in tools:
            st.button(
                label,
                key=f"tool-{key}",
                icon=f":material/{icon}:",
                type="tertiary",
                disabled=fixed or not possible,
                help=help,
                on_click=_apply,
                args=(change, node, key),
            )


@page.safe
def _apply(change: Callable[[ModelSpec], ModelSpec], node: str, tool: str) -> None:
    model = session.training().model
    order = edit.order(model)
    new = change(model)
    if tool == "copy":
        session.select(edit.order(new)[order.index(node) + 1])
    elif tool == "remove":
        rest = [n for n in order if n != node]
        session.select(rest[min(order.index(node), len(rest) - 1)] if rest else None)
    else:
        session.select(node)
    session.push_model(new)


def _facts(node: str) -> None:
    """What the selected layer gives on, in words."""
    facts = session.model_facts()
    here = facts.of(node) if facts else None
    if here is None or session.training().model.node(node).off:
        return
    rows = [
        ("Output shape", f"{words.shape(here.outputs[0])} (Keras: {here.outputs[0]})"),
        ("Type of numbers", here.dtype),
        ("Parameters", f"{words.number(here.params)}, {words.number(here.trainable)} trainable"),
        ("Weights", words.size(here.weight_bytes)),
        ("Output of one example", words.size(here.output_bytes)),
    ]
    table = "".join(f"<dt>{k}</dt><dd>{v}</dd>" for k, v in rows)
    st.html(f'<dl class="lw-facts">{table}</dl>')


with page.frame("model"):
    main()
