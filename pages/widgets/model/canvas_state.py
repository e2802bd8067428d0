"""What the canvas of one tab remembers beside the model and the selection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pages.widgets.session import tab_state
from pages.widgets.session.selection import Path

CANVAS = "Canvas"
"""The view of a model as a graph."""


@dataclass
class CanvasState:
    """The canvas of one tab.

    Args:
        opened: of ``State``, for the project it belongs to.
        pins: where nodes were dragged to, by block and name; all others stand by layout.
        view: ``stack`` or ``canvas`` if somebody chose; else a chain is a stack.
        client, done: the browser's canvas, and the last of its events that was dealt with.
        said: how many refusals there were, and the sentence of the last.
        clip: what was copied last, as JSON; ``clips`` counts.
        rev: number of the picture last drawn.
        held: the number of a picture the browser says it holds, 0 for none.
        sent: pictures by number: the last one, and the one held.
    """

    opened: int = 0
    pins: dict[Path, dict[str, tuple[float, float]]] = field(default_factory=dict)
    view: str = ""
    client: str = ""
    done: int = 0
    said: tuple[int, str] = (0, "")
    clip: str = ""
    clips: int = 0
    rev: int = 0
    held: int = 0
    sent: dict[int, dict[str, Any]] = field(default_factory=dict)

    def refuse(self, sentence: str) -> None:
        """Have the canvas show why an event changed nothing."""
        self.said = (self.said[0] + 1, sentence)

    def follow_project(self, opened: int) -> None:
        """Forget what belonged to another project."""
        if self.opened != opened:
            self.opened, self.pins, self.view = opened, {}, ""


def canvas_state() -> CanvasState:
    """This tab's canvas, for the project on screen."""
    canvas = tab_state.recall("canvas")
    if not isinstance(canvas, CanvasState):
        canvas = CanvasState()
        tab_state.remember("canvas", canvas)
    canvas.follow_project(tab_state.state().opened)
    return canvas
