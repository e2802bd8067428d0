"""Draw a digit and see what a trained model makes of it, and what exactly it saw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit_drawable_canvas import st_canvas

from builder.runs import child, jobs
from builder.spec import Run
from pages.widgets import answer, page, picker, session

SIDE = 280
"""Canvas edge in pixels: ten for each of the model's 28, and narrow enough for a phone."""
STROKE = 20
"""Two of the model's pixels: about the pen MNIST's writers held."""
CANVAS = "canvas"
IMAGES = ["png", "jpg", "jpeg", "webp", "bmp", "gif"]


def main() -> None:
    """The page."""
    st.html(page.ROOT / "assets" / "answers.css")
    st.caption(
        "Draw one digit. It is cropped, scaled to 20×20 and centred by mass, as MNIST was made;"
        " the model sees exactly the small picture."
    )
    run = picker.choose("draw", fits=answer.reads_digits)
    if run is None:
        _no_model()
        return
    paper, answers = st.columns([1, 1], gap="large")
    # read before the answer, shown below it: on a phone the answer stays near the canvas
    with st.container():
        upload = _photo()
    with paper:
        image = _paper()
    with answers:
        _answer(run, image, upload)


def _no_model() -> None:
    st.info(
        "There is no trained model for 28×28 pictures yet. Train a digits model, then come back:"
        " it takes a few seconds.",
        icon=":material/draw:",
    )
    page.link("train", "Go to Train")


# --- the paper -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Drawing:
    """What stands on the canvas, kept across pages.

    Args:
        objects: its strokes, as the canvas describes them.
        image: uint8 (SIDE, SIDE, 4), None until the canvas has sent it.
        given: the strokes the canvas was last told to show; ``turn`` makes each telling new.
    """

    objects: tuple[Any, ...] = ()
    image: NDArray[np.uint8] | None = None
    given: tuple[Any, ...] = ()
    turn: int = 0


def _drawing() -> _Drawing:
    kept: _Drawing = session.recall("drawing", _Drawing())
    return kept


def _paper() -> NDArray[np.uint8] | None:
    """The canvas with its own Undo and Clear; returns what is drawn."""
    if session.typed(CANVAS) is None:  # the canvas is new on this page: it shows what was drawn
        _put(_drawing().objects)
    kept = _drawing()
    with st.container(key="paper", width=SIDE + 2):
        result = st_canvas(
            stroke_width=STROKE,
            stroke_color="#000000",
            background_color="#ffffff",
            height=SIDE,
            width=SIDE,
            initial_drawing={"objects": list(kept.given), "turn": kept.turn},
            return_image_data=True,
            key=CANVAS,
        )
    image = result.image_data
    if result.json_data and image is not None:  # without a picture it only says what it was given
        kept = replace(kept, objects=tuple(result.json_data.get("objects", ())), image=image)
        session.remember("drawing", kept)
    empty = not kept.objects
    with st.container(horizontal=True, width=SIDE + 2):
        st.button(
            "Undo stroke", key="draw-undo", icon=":material/undo:", disabled=empty, on_click=_undo
        )
        st.button(
            "Clear", key="draw-clear", icon=":material/delete:", disabled=empty, on_click=_put
        )
    return None if empty else kept.image


def _photo() -> bytes | None:
    """The other way in: an image file's bytes."""
    with st.expander("Use a picture instead", icon=":material/image:"):
        file = st.file_uploader(
            "A photo or scan of one digit",
            type=IMAGES,
            key="draw-file",
            help="Dark on light or light on dark; any size up to 20 MB. It is only looked at.",
            max_upload_size=20,
        )
    return file.getvalue() if file is not None else None


def _put(objects: tuple[Any, ...] = ()) -> None:
    """Have the canvas show these strokes; it answers with their picture."""
    kept = _drawing()
    session.remember("drawing", replace(kept, objects=objects, given=objects, turn=kept.turn + 1))


def _undo() -> None:
    _put(_drawing().objects[:-1])


# --- the answer ----------------------------------------------------------------------------------


@page.safe
def _answer(run: Run, image: NDArray[np.uint8] | None, upload: bytes | None) -> None:
    artefact = str(jobs.artefact(run.id))
    if upload is not None:
        said = child.call("predict.image_file", artefact, run.training, upload)
        st.caption("This is about your picture. Remove it below to have the drawing read again.")
    else:
        said = child.call("predict.drawing", artefact, run.training, image)
    st.html(answer.verdict(said))
    seen = said["seen"]
    with st.container(key="seen"):
        blank = np.zeros((28, 28), np.uint8)
        st.image(
            blank if seen is None else np.asarray(seen),
            width=112,
            output_format="PNG",
            caption="What the model sees: 28×28",
            alt="The drawing as the model sees it, 28 by 28 pixels, white ink on black",
        )
    st.html(answer.bars(said["classes"], said["probabilities"]))


with page.frame("draw"):
    main()
