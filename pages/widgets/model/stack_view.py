"""The stack of layers: one row a layer with its settings, output shape and parameters.

A row is a single button, so that sixty layers stay quick and each can be reached by keyboard;
``assets/layerwise.css`` lays its label out in columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from builder import catalog, edit, formatting
from builder.facts import ModelFacts, NodeFacts, Problem
from builder.spec import ModelSpec, ObjectSpec
from pages.widgets.model.palette_items import layer_icon
from pages.widgets.session import current_project
from pages.widgets.shared import problem_list
from pages.widgets.shared.page_frame import escape_md

HEAD = (
    '<div class="lw-stack-head" aria-hidden="true"><i></i><span>Layer</span><span>Settings</span>'
    "<span>Output shape</span><span>Parameters</span>"
    '<span title="Weights and output of one example">Memory</span></div>'
)
"""What the columns are; the last one leaves on a phone."""


def show(model: ModelSpec, facts: ModelFacts | None, problems: Sequence[Problem]) -> None:
    """Draw every row, the selected one marked, each layer's problems under it."""
    selected = current_project.selected_node()
    st.html(HEAD)
    with st.container(key="stack", gap="xxsmall"):
        for name in edit.topological_order(model):
            here = problem_list.problems_at(problems, f"model.{name}")
            node = facts.of(name) if facts else None
            st.button(
                _label(model, name, node, here),
                key=f"row-{name}",
                width="stretch",
                on_click=current_project.select,
                args=(name,),
            )
            problem_list.show(here, key=f"row-{name}")
    if selected:
        _highlight(selected)


def _highlight(name: str) -> None:
    """The selected row's look: style only, because another button type would lose the focus."""
    safe = "".join(c if c.isalnum() or c in "_-" else "-" for c in name)
    st.html(
        f"<style>.st-key-row-{safe} button{{--row-edge:var(--lw-accent);"
        "--row-fill:var(--lw-accent-soft)}</style>"
    )


def _label(model: ModelSpec, name: str, node: NodeFacts | None, problems: Sequence[Problem]) -> str:
    """Markdown of a row; the parts become columns: icon, strong, gray text, two code pieces."""
    layer = edit.layer_of(model, name) if _is_plain(model, name) else None
    off = model.node(name).off
    class_name = layer.class_name if layer else "Model"
    title = f"~~{escape_md(name)}~~" if off else f"**{escape_md(name)}**"
    text = (
        f"{class_name} · {settings_text(layer)}" if layer and settings_text(layer) else class_name
    )
    wrong = any(p.severe for p in problems)
    mark = ":orange[:material/error:]" if wrong else f":material/{layer_icon(layer)}:"
    if off:
        right = "`off` `–` `–`"
    elif node:
        weights = formatting.number(node.params) if node.params else "–"
        shape = formatting.shape(node.outputs[0]) if node.outputs else "?"
        right = f"`{shape}` `{weights}` `{formatting.size(node.weight_bytes + node.output_bytes)}`"
    else:
        right = "`?` `–` `–`"
    return f"{mark} {title} :gray[{escape_md(text)}] {right}"


def _is_plain(model: ModelSpec, name: str) -> bool:
    return isinstance(model.layers.get(model.node(name).layer), ObjectSpec)


def settings_text(layer: ObjectSpec) -> str:
    """What was chosen, in Keras's order: ``128 · relu``; flags by their name."""
    entry = catalog.find("layers", layer.class_name)
    arguments = dict.fromkeys((*entry.args, "dtype")) if entry else layer.config
    order = [a for a in arguments if a in layer.config]
    plainly = (a for a in order if a != "name" and not isinstance(layer.config[a], Mapping))
    texts = [_setting(a, layer.config[a]) for a in plainly]
    return " · ".join(texts[:5]) + (" …" if len(texts) > 5 else "")


def _setting(arg: str, value: object) -> str:
    if isinstance(value, bool):
        return arg if value else f"no {arg}"
    bare = arg in ("units", "filters", "activation", "rate", "shape", "padding", "layer")
    return (
        formatting.short(value)
        if bare
        else f"{formatting.label(arg).lower()} {formatting.short(value)}"
    )
