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
from pages import routes
from pages.widgets.forms import column_form
from pages.widgets.model import canvas_data, canvas_events, canvas_state, palette_items
from pages.widgets.model.canvas_state import Desk
from pages.widgets.session import current_project
from pages.widgets.session.tab_state import State
from pages.widgets.shared import page_frame

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


def show(model: ModelSpec, facts: ModelFacts | None, found: Sequence[Problem]) -> None:
    """Draw the block on screen, its selection, and what the last event was refused for."""
    desk = canvas_state.desk()
    nodes, wires = canvas_data.picture(model, facts, found)
    chosen = [n for n in desk.chosen if n in nodes]
    here = canvas_state.selected()
    if here != (chosen[-1] if chosen else desk.inspected):
        chosen = [here] if here else []  # selected elsewhere: in the stack, by Undo
        desk.chosen = tuple(chosen)
    desk.inspected = here
    data = {
        "script": routes.canvas_address(),
        "palette": routes.palette_address(),
        "height": HEIGHT,
        "client": desk.client,
        "done": desk.done,
        "path": list(desk.path),
        "title": current_project.title(),
        "chosen": chosen,
        "pins": desk.pins.get(desk.path, {}),
        "said": list(desk.said),
        "clip": [desk.clips, desk.clip],
        "doors": _doors(desk),
        **_news(desk, {"nodes": nodes, "wires": wires}),
    }
    # In a list, because Streamlit searches a dict for data frames and loads pandas for it.
    _mount(key=KEY, data=[data], on_events_change=_events, height=HEIGHT)


def _doors(desk: Desk) -> list[dict[str, str]]:
    """Inputs for the columns of the data that nothing reads yet."""
    data = current_project.data_facts()
    if desk.path or data is None or not data.named:
        return []
    found = (data.column(name) for name, _ in canvas_state.doors(current_project.training()))
    return palette_items.doors((c.name, column_form.about(c)) for c in found if c)


def _news(desk: Desk, new: dict[str, Any]) -> dict[str, Any]:
    """The picture under its number: what changed since one the browser holds, or all of it."""
    if desk.sent.get(desk.rev) != new:
        desk.rev += 1
        desk.sent[desk.rev] = new
    if current_project.typed(KEY) is None:
        desk.held = 0  # a canvas just put on the page holds nothing
    desk.sent = {k: v for k, v in desk.sent.items() if k in (desk.held, desk.rev)}
    base = desk.sent.get(desk.held)
    if base is None:
        return {"rev": desk.rev, "picture": new}
    return {"rev": desk.rev, "base": desk.held, "change": canvas_data.change(base, new)}


@page_frame.safe
def _events() -> None:
    """Deal with every event not yet dealt with, each a step of its own for Undo."""
    stands = current_project.typed(KEY)
    given = stands.get("events") if isinstance(stands, Mapping) else None
    if not isinstance(given, Mapping) or not isinstance(given.get("rows"), list):
        return
    desk = canvas_state.desk()
    changed = False
    with current_project.changing() as state:
        if desk.client != given.get("client"):
            desk.client, desk.done = str(given.get("client")), 0
        have = given.get("have")
        desk.held = have if isinstance(have, int) and have in desk.sent else 0
        for row in given["rows"]:
            if isinstance(row, Mapping) and isinstance(n := row.get("n"), int) and n > desk.done:
                desk.done = n  # before the verb: an event that fails is not tried for ever
                changed |= _step(state, desk, row)
    if changed:
        current_project.save()


def _step(state: State, desk: Desk, row: Mapping[str, Any]) -> bool:
    """One event, without asking for session state: a click beside us must not end us half-way."""
    desk.meet(state)
    training, path = state.training, desk.path
    if training is None:
        return False
    model = edit.inner(training.model, path)

    def facts() -> ModelFacts | None:
        return current_project.facts_of(replace(training, model=model)).model

    def doors() -> tuple[tuple[str, ObjectSpec], ...]:
        return canvas_state.doors(training) if not path else ()

    new = canvas_events.apply(canvas_events.Asked(model, desk, row, facts, doors))
    if desk.chosen and not desk.path:
        state.selected = desk.chosen[-1]
    return new is not model and current_project.advance(
        state, canvas_state.put(training, path, new)
    )
