"""The node canvas: hands the picture to the browser and its events to ``builder.edit``.

The browser keeps every event until it hears that it was dealt with (``done``), so that none of
many quick edits is lost; Python owns the model, and ``rev`` numbers the pictures of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from builder import edit
from builder.facts import ModelFacts, Problem
from builder.spec import ModelSpec, ObjectSpec
from pages.widgets.forms import column_form
from pages.widgets.model import canvas_data, canvas_events, new_inputs, open_block, palette_items
from pages.widgets.model.canvas_state import CanvasState, canvas_state
from pages.widgets.session import current_project, engine_facts, tab_state, widget_sync
from pages.widgets.session.selection import Path
from pages.widgets.session.tab_state import State
from pages.widgets.shared import addresses, page_frame

KEY = "canvas-view"
HEIGHT = 640

_mount = st.components.v2.component(
    "layerwise_canvas",
    html='<div class="lwg"></div>',
    js="""
export default function (component) {
  const { data, parentElement } = component;
  const host = parentElement.querySelector(".lwg");
  const call = (host.calls = (host.calls || 0) + 1);
  const here = () => call === host.calls; // else a later call took over
  import(new URL(data[0].script, document.baseURI).href).then(
    (canvas) => { host.canvas = canvas; if (here()) canvas.show(host, component); },
    () => { host.textContent = "The canvas could not be loaded. Reload the page."; },
  );
  return () => { if (here()) host.canvas?.close(host); };
}
""",
    isolate_styles=False,  # one style sheet for the page; the icons' font is the page's own
)


def show(model: ModelSpec, facts: ModelFacts | None, problems: Sequence[Problem]) -> None:
    """Draw the block on screen, its selection, and what the last event was refused for."""
    canvas, selection = canvas_state(), current_project.selection()
    nodes, wires = canvas_data.graph_rows(model, facts, problems)
    data = {
        "script": addresses.canvas_address(),
        "palette": palette_items.palette_address(),
        "height": HEIGHT,
        "client": canvas.client,
        "done": canvas.done,
        "path": list(selection.path),
        "title": current_project.title(),
        "chosen": selection.refresh(model),
        "pins": canvas.pins.get(selection.path, {}),
        "said": list(canvas.said),
        "clip": [canvas.clips, canvas.clip],
        "doors": _columns(selection.path),
        **_changes(canvas, {"nodes": nodes, "wires": wires}),
    }
    # In a list, because Streamlit searches a dict for data frames and loads pandas for it.
    _mount(key=KEY, data=[data], on_events_change=_events, height=HEIGHT)


def _columns(path: Path) -> list[dict[str, str]]:
    """Inputs for the columns of the data that nothing reads yet."""
    data = current_project.data_facts()
    if path or data is None or not data.is_named:
        return []
    inputs = new_inputs.inputs_for_columns(current_project.training())
    columns = (data.column(name) for name, _ in inputs)
    return palette_items.column_rows((c.name, column_form.describe_column(c)) for c in columns if c)


def _changes(canvas: CanvasState, new: dict[str, Any]) -> dict[str, Any]:
    """The picture under its number: what changed since one the browser holds, or all of it."""
    if canvas.sent.get(canvas.rev) != new:
        canvas.rev += 1
        canvas.sent[canvas.rev] = new
    if widget_sync.widget_value(KEY) is None:
        canvas.held = 0  # a canvas just put on the page holds nothing
    canvas.sent = {k: v for k, v in canvas.sent.items() if k in (canvas.held, canvas.rev)}
    base = canvas.sent.get(canvas.held)
    if base is None:
        return {"rev": canvas.rev, "picture": new}
    return {"rev": canvas.rev, "base": canvas.held, "change": canvas_data.diff_rows(base, new)}


@page_frame.safe
def _events() -> None:
    """Deal with every event not yet dealt with, each a step of its own for Undo."""
    component = widget_sync.widget_value(KEY)
    message = component.get("events") if isinstance(component, Mapping) else None
    if not isinstance(message, Mapping) or not isinstance(message.get("rows"), list):
        return
    canvas = canvas_state()
    changed = False
    with tab_state.lock_state() as state:
        if canvas.client != message.get("client"):
            canvas.client, canvas.done = str(message.get("client")), 0
        have = message.get("have")
        canvas.held = have if isinstance(have, int) and have in canvas.sent else 0
        for row in message["rows"]:
            if isinstance(row, Mapping) and isinstance(n := row.get("n"), int) and n > canvas.done:
                canvas.done = n  # before the verb: an event that fails is not tried for ever
                changed |= _step(state, canvas, row)
    if changed:
        current_project.save()


def _step(state: State, canvas: CanvasState, row: Mapping[str, Any]) -> bool:
    """One event, without asking for session state: a click beside us must not end us half-way."""
    training, selection = state.training, state.selection
    if training is None:
        return False
    canvas.follow_project(state.opened)
    selection.leave_missing_blocks(training.model)
    path = selection.path
    model = edit.nested_model(training.model, path)

    def facts() -> ModelFacts | None:
        return engine_facts.find_facts(replace(training, model=model)).model

    def inputs() -> tuple[tuple[str, ObjectSpec], ...]:
        return new_inputs.inputs_for_columns(training) if not path else ()

    event = canvas_events.CanvasEvent(model, canvas, selection, row, facts, inputs)
    new = canvas_events.apply_event(event)
    return new is not model and current_project.advance(
        state, open_block.put_block(training, path, new)
    )
