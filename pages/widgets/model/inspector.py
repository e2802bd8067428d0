"""The inspector: settings, tools and figures of the selected layer."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from builder import catalog, edit, formatting
from builder.errors import LayerwiseError
from builder.spec import ModelSpec, ObjectSpec
from pages.widgets.forms import column_form, form, json_form
from pages.widgets.model import augmentation_preview, open_block, palette_items
from pages.widgets.session import current_project, widget_sync
from pages.widgets.shared import explanation, markup, page_frame
from pages.widgets.shared.page_frame import escape_md

Change = Callable[[ModelSpec], ModelSpec]


def show() -> None:
    """Draw the settings of the selected layer, what can be done with it, and what it gives on."""
    node = current_project.selected_node()
    if node is None:
        st.subheader("An empty model", anchor=False)
        st.markdown("Add the first layer on the left. The Input says what shape the data has.")
        return
    model = open_block.model()
    layer = model.layers.get(model.node(node).layer)
    class_name = layer.class_name if isinstance(layer, ObjectSpec) else "Model"
    entry = catalog.find("layers", class_name)
    _head(class_name, layer if isinstance(layer, ObjectSpec) else None, entry)
    _tools(model, node)
    if entry:
        st.caption(entry.summary)
    if isinstance(layer, ObjectSpec):
        new = form.edit("layers", layer, key=_key("layer", node), skip=("name",))
        typed = json_form.edit(new, _key("raw", node), entry is None)
        if typed != layer:
            open_block.replace_model(edit.configure(model, node, typed))
        if typed != new:
            st.rerun()  # the form above still says what was there before
    else:
        st.caption("A block: a model in the model. Open it on the canvas to see inside.")
    if augmentation_preview.changes_pictures(layer):
        augmentation_preview.show(node)
    _show_sharers(model, node)
    if not current_project.selection().path:
        _column(node)
    _name(open_block.model(), node)
    _facts(current_project.selected_node() or node)


def _head(class_name: str, layer: ObjectSpec | None, entry: catalog.Entry | None) -> None:
    with st.container(key="inspector-head", horizontal=True, vertical_alignment="center"):
        sign = palette_items.layer_icon(layer)
        st.markdown(
            f"### :material/{sign}: {escape_md(class_name)}", anchors=False, width="stretch"
        )
        if entry:
            explanation.show(entry, key=f"explain-{class_name}")


def _column(node: str) -> None:
    """Which column of the dataset this Input reads, or this output learns to answer."""
    data, training = current_project.data_facts(), current_project.training()
    if data is None or not data.is_named:
        return
    new = column_form.edit_node_binding(training, data, node)
    if new != training:
        current_project.push(new)


def _key(kind: str, node: str) -> str:
    """One widget a layer, wherever in the blocks it stands."""
    return "-".join((kind, *current_project.selection().path, node))


def _show_sharers(model: ModelSpec, node: str) -> None:
    layer = model.node(node).layer
    others = [name for name in model.calls[layer] if name != node]
    if others:
        names = ", ".join(escape_md(n) for n in others)
        st.caption(f":material/link: The same layer is called as {names}: they share weights.")


def _name(model: ModelSpec, node: str) -> None:
    key = _key("name", node)
    current = widget_sync.sync_widget(key, node, node)
    new = st.text_input(
        "Layer name",
        current,
        key=key,
        max_chars=64,
        help="How this layer is called in Keras and in the script",
    )
    widget_sync.record_value(key, node)
    if new and new != node:
        try:
            open_block.replace_model(edit.rename(model, node, new))
            current_project.select(new)
            st.rerun()  # the tools above still speak of the old name
        except LayerwiseError as error:
            st.caption(f":material/edit_off: {escape_md(error.message)} {escape_md(error.hint)}")


Tool = tuple[str, str, str, Change, bool, str]
"""Key, label, icon, what it does, whether it can be done now, one line of help."""


def _list_tools(model: ModelSpec, node: str) -> list[Tool]:
    order, off = edit.topological_order(model), model.node(node).off
    at = order.index(node)
    lowest = 1 if edit.is_input(model, order[0]) else 0
    chained, frozen = edit.is_chain(model), edit.is_frozen(model.layers.get(model.node(node).layer))
    tools: list[Tool] = [
        ("up", "Up", "arrow_upward", lambda m: edit.move(m, node, at - 1),
         at > lowest, "One place earlier"),
        ("down", "Down", "arrow_downward", lambda m: edit.move(m, node, at + 1),
         at < len(order) - 1, "One place later"),
        ("copy", "Duplicate", "content_copy",
         (lambda m: edit.duplicate(m, node)) if chained
         else (lambda m: edit.duplicate_nodes(m, [node])),
         True, "The same layer once more, with weights of its own"),
        ("off", "Switch on" if off else "Switch off", "toggle_on" if off else "toggle_off",
         lambda m: edit.switch(m, node, not off), True, "Skip this layer but keep its settings"),
        ("freeze", "Unfreeze" if frozen else "Freeze", "lock_open" if frozen else "ac_unit",
         lambda m: edit.freeze(m, [node], not frozen), True,
         "Let its weights stay as they are while the rest learns"),
        ("remove", "Remove", "delete",
         (lambda m: edit.remove(m, node)) if chained else (lambda m: edit.delete(m, [node])),
         True, "Undo brings it back"),
    ]  # fmt: skip
    return tools if chained else tools[2:]


def _tools(model: ModelSpec, node: str) -> None:
    """What can be done with the selected layer as a whole."""
    fixed, chained = edit.is_input(model, node), edit.is_chain(model)
    with st.container(key="tools", horizontal=True, gap="xxsmall"):
        for key, label, icon, change, possible, help in _list_tools(model, node):
            st.button(
                label,
                key=f"tool-{key}",
                icon=f":material/{icon}:",
                type="tertiary",
                disabled=not possible or (fixed and (chained or key in ("off", "freeze"))),
                help=help,
                on_click=_apply,
                args=(change, node, key),
            )


@page_frame.safe
def _apply(change: Change, node: str, tool: str) -> None:
    model = open_block.model()
    order = edit.topological_order(model)
    new = change(model)
    if tool == "copy":
        current_project.select(next(n for n in edit.topological_order(new) if n not in order))
    elif tool == "remove":
        rest = [n for n in order if n != node]
        current_project.select(rest[min(order.index(node), len(rest) - 1)] if rest else None)
    else:
        current_project.select(node)
    open_block.replace_model(new)


def _facts(node: str) -> None:
    """What the selected layer gives on, in words."""
    facts = open_block.find_facts()
    here = facts.of(node) if facts else None
    if here is None or open_block.model().node(node).off:
        return
    rows = [
        ("Output shape", f"{formatting.shape(here.outputs[0])} (Keras: {here.outputs[0]})"),
        ("Type of numbers", here.dtype),
        (
            "Parameters",
            f"{formatting.number(here.params)}, {formatting.number(here.trainable)} trainable",
        ),
        ("Weights", formatting.size(here.weight_bytes)),
        ("Output of one example", formatting.size(here.output_bytes)),
    ]
    st.html(markup.facts(rows))
