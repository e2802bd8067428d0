"""Draw a digit and see what a trained model makes of it, and what exactly it saw."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from builder.runs.engine_process import client
from builder.runs.scheduler import jobs
from builder.spec import Run
from pages.widgets.draw import drawing_canvas, other_inputs
from pages.widgets.evaluate import prediction, text_prediction
from pages.widgets.session import current_project, engine_facts
from pages.widgets.shared import asset_files, page_frame, run_picker

IMAGES = ["png", "jpg", "jpeg", "webp", "bmp", "gif"]


def main() -> None:
    """The page."""
    st.html(asset_files.ROOT / "assets" / "answers.css")
    st.caption(
        "Draw one digit. It is cropped, scaled to 20×20 and centred by mass, as MNIST was made;"
        " the model sees exactly the small picture."
    )
    run = run_picker.choose("draw", fits=_fits)
    if run is None:
        _no_model()
    else:
        _try_drawing(run)


def _fits(run: Run) -> bool:
    return prediction.reads_digits(run.training) or other_inputs.takes_drawing(run.training)


def _no_model() -> None:
    """The way to a model that can read a drawing, from whatever project is open."""
    st.info(
        "There is no trained model for 28×28 pictures yet. Train a digits model, then come back:"
        " it takes a few seconds.",
        icon=":material/draw:",
    )
    if prediction.reads_digits(current_project.training()):
        page_frame.link("train", "Go to Train")
        return
    if text_prediction.reads_text(current_project.training()):
        st.caption("This project reads text: type a sentence on the Evaluate page.")
        page_frame.link("evaluate", "Go to Evaluate")
        return
    st.caption("The project that is open now learns something else; it stays as it is.")
    if st.button("Open the digits", key="draw-digits", icon=":material/arrow_forward:"):
        current_project.open_starter(current_project.FIRST)
        page_frame.go("train")


@st.fragment
@page_frame.safe
def _try_drawing(run: Run) -> None:
    """Paper and answer; a fragment, so that a stroke runs nothing else."""
    left, right = st.columns([1, 1], gap="large")
    # read before the answer, shown below it: on a phone the answer stays near the canvas
    with st.container():
        upload = None if other_inputs.takes_drawing(run.training) else _photo()
    several = other_inputs.takes_drawing(run.training)
    with left:
        image = drawing_canvas.show()
        others = _ask_other_inputs(run) if several else {}
    with right:
        if several:
            _answers(run, image, others)
        else:
            _answer(run, image, upload)


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


def _ask_other_inputs(run: Run) -> dict[str, Any]:
    """The inputs a drawing cannot give, set by hand."""
    key = ("beside", run.id)
    others = engine_facts.get_or_make(
        key, lambda: client.call("predict_multi.other_inputs", run.training)
    )
    if others:
        st.caption(other_inputs.HONEST)
    return other_inputs.ask(others)


@page_frame.safe
def _answers(run: Run, image: NDArray[np.uint8] | None, others: dict[str, Any]) -> None:
    artefact = str(jobs.artefact(run.id))
    st.html(
        other_inputs.answers_html(
            client.call("predict_multi.predict_drawing", artefact, run.training, image, others)
        )
    )


@page_frame.safe
def _answer(run: Run, image: NDArray[np.uint8] | None, upload: bytes | None) -> None:
    artefact = str(jobs.artefact(run.id))
    if upload is not None:
        answer = client.call("predict_image.predict_file", artefact, run.training, upload)
        if (many := answer.get("digits", 1)) > 1 and (chosen := _choose_digit(many)) is not None:
            ask = "predict_image.predict_file"
            answer = client.call(ask, artefact, run.training, upload, chosen)
        st.caption("This is about your picture. Remove it below to have the drawing read again.")
    else:
        answer = client.call("predict_image.predict_drawing", artefact, run.training, image)
    # one element, so that verdict, picture and bars change together
    st.html(
        prediction.verdict_html(answer)
        + prediction.seen_html(answer["seen"])
        + prediction.bars_html(answer["classes"], answer["probabilities"])
    )


def _choose_digit(many: int) -> int | None:
    """Which of several digits in a picture is cut out; None for none yet."""
    return st.segmented_control(
        "Cut out one digit",
        range(many),
        format_func=lambda i: f"The {ORDINALS[i]}" if i < len(ORDINALS) else str(i + 1),
        key=f"draw-digit-{many}",
        help="Counted from the left; the others are put aside",
    )


ORDINALS = ("first", "second", "third", "fourth", "fifth")


with page_frame.frame("draw"):
    main()
