"""The drawing canvas with Undo and Clear; a drawing is kept across pages and reloads."""

from __future__ import annotations

import base64
import io
import json
import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from pages.widgets.session import current_project, tab_state, widget_sync

SIDE = 280
"""Canvas edge in pixels: ten for each of the model's 28, and narrow enough for a phone."""

STROKE = 20
"""Two of the model's pixels: about the pen MNIST's writers held."""

KEY = "canvas"

LIMIT_BYTES = 2_000_000
"""Of a drawing's PNG; a canvas painted all over with noise stays below."""

FIXED = {
    "drawingMode": "freedraw",
    "strokeWidth": STROKE,
    "strokeColor": "#000000",
    "fillColor": "#eee",
    "backgroundColor": "#ffffff",
    "backgroundImageURL": None,
    "backgroundImageFit": "stretch",
    "canvasWidth": SIDE,
    "canvasHeight": SIDE,
    "maxDisplayHeight": None,
    "realtimeUpdateStreamlit": True,
    "returnImageData": True,
    "displayRadius": 3,
    "fontSize": 20,
    "label": "",
    "disabled": False,
}
"""What the canvas is told besides its strokes."""

PROJECTS, STROKES_BYTES = 32, 200_000
"""So many projects' last drawings outlive a reload, with strokes no longer than that as JSON."""

_last: OrderedDict[str, tuple[tuple[Any, ...], bytes]] = OrderedDict()
_last_lock = threading.Lock()


@dataclass(frozen=True)
class Drawing:
    """What stands on the canvas.

    Args:
        objects: the strokes, as the canvas describes them.
        image: uint8 (SIDE, SIDE, 4), None until the canvas has sent it.
        given: the strokes the canvas was last told to show; ``turn`` makes each telling new.
    """

    objects: tuple[Any, ...] = ()
    image: NDArray[np.uint8] | None = None
    given: tuple[Any, ...] = ()
    turn: int = 0


def show() -> NDArray[np.uint8] | None:
    """Draw the canvas and its buttons; returns what is drawn, uint8 (SIDE, SIDE, 4), or None."""
    if (
        widget_sync.widget_value(KEY) is None
    ):  # the canvas is new on this page: it shows what was drawn
        _set_strokes(_current_drawing().objects)
    with st.container(key="paper", width=SIDE + 2):
        answer = _mount(_current_drawing())
    # without a picture the canvas only says what it was given
    if answer and answer.get("data") and answer.get("raw"):
        objects = tuple(answer["raw"].get("objects", ()))
        _store_drawing(replace(_current_drawing(), objects=objects, image=_image(answer["data"])))
    kept = _current_drawing()
    empty = not kept.objects
    with st.container(horizontal=True, width=SIDE + 2):
        st.button(
            "Undo stroke", key="draw-undo", icon=":material/undo:", disabled=empty, on_click=_undo
        )
        st.button(
            "Clear",
            key="draw-clear",
            icon=":material/delete:",
            disabled=empty,
            on_click=_set_strokes,
        )
    return None if empty else kept.image


def _mount(drawing: Drawing) -> dict[str, Any] | None:
    """The canvas of streamlit-drawable-canvas: ``st_canvas``, but for one thing.

    ``st_canvas`` hands the strokes over as a dict, and Streamlit looks for data frames in it,
    which loads pandas and pyarrow (80 MB). The canvas reads them as JSON text just as well.
    """
    import streamlit_drawable_canvas as canvas  # it can be imported where a server runs

    strokes = {"objects": drawing.given, "turn": drawing.turn, "background": "#ffffff"}
    state = canvas.out(
        key=KEY,
        data={"initialDrawing": json.dumps(strokes), **FIXED},
        on_drawing_change=_ignore_event,
        on_backgroundFit_change=_ignore_event,
        width="content",
        height="content",
    )
    answer = state.get("drawing")
    return dict(answer) if answer else None


def _ignore_event() -> None:
    """The canvas's state needs a listener; the rerun itself is all we want."""


def _image(address: str) -> NDArray[np.uint8] | None:
    """The PNG of a data address; None when it is none of our canvas's size."""
    _, _, encoded = address.partition(";base64,")
    if len(encoded) > LIMIT_BYTES:
        return None
    try:
        image = Image.open(io.BytesIO(base64.b64decode(encoded)), formats=["PNG"])
        if image.size != (SIDE, SIDE):
            return None
        return np.asarray(image.convert("RGBA"))
    except (OSError, ValueError):
        return None


def _current_drawing() -> Drawing:
    """What this tab drew, or, after a reload, what was drawn last in its project."""
    kept: Drawing | None = tab_state.recall("drawing")
    return _restore_drawing() if kept is None else kept


def _restore_drawing() -> Drawing:
    with _last_lock:
        objects, packed = _last.get(current_project.token(), ((), b""))
    if not packed:
        return Drawing()
    pixels = np.frombuffer(zlib.decompress(packed), np.uint8)
    return Drawing(objects, pixels.reshape(SIDE, SIDE, 4))


def _store_drawing(drawing: Drawing) -> None:
    tab_state.remember("drawing", drawing)
    token = current_project.token()
    if token and len(json.dumps(drawing.objects)) <= STROKES_BYTES:
        packed = b"" if drawing.image is None else zlib.compress(drawing.image.tobytes(), 1)
        with _last_lock:
            _last[token] = drawing.objects, packed
            _last.move_to_end(token)
            while len(_last) > PROJECTS:
                _last.popitem(last=False)


def _set_strokes(objects: tuple[Any, ...] = ()) -> None:
    """Have the canvas show these strokes; it answers with their picture."""
    kept = _current_drawing()
    _store_drawing(replace(kept, objects=objects, given=objects, turn=kept.turn + 1))


def _undo() -> None:
    _set_strokes(_current_drawing().objects[:-1])
