"""Show a trained model pictures: photos from files, from the camera, or a whole ZIP of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from builder import formatting
from builder.datasets._folders import find_file
from builder.errors import FileError, LayerwiseError
from builder.runs.disk import workspace
from builder.runs.engine_process import client
from builder.runs.scheduler import jobs
from builder.spec import Run
from builder.suggest.media import picture_dataset
from pages.widgets.code import lazy_download
from pages.widgets.evaluate import prediction
from pages.widgets.session import tab_state
from pages.widgets.shared import drop_zone, page_frame
from pages.widgets.shared.drop_zone import DroppedFile
from pages.widgets.shared.markup import image_data_url
from pages.widgets.shared.page_frame import escape_md

HINT = "photos or other pictures, several at once, or a ZIP of them"
MEMORY, TIMEOUT = 4 * 2**30, 900.0
"""Bytes and seconds that answering a ZIP may take."""

KEPT = 24
"""Answers of single pictures that stay on the page."""

FROM_FILES, FROM_CAMERA = "Files", "Camera"


def reads_pictures(run: Run) -> bool:
    """Whether the model of that run learned from a person's own pictures."""
    return run.training.dataset.class_name == picture_dataset.CLASS_NAME


def show(run: Run) -> None:
    """Where pictures come from, and what the model says of them."""
    came = st.segmented_control(
        "Pictures from",
        [FROM_FILES, FROM_CAMERA],
        default=FROM_FILES,
        key="predict-source",
        required=True,
    )
    if came == FROM_CAMERA:
        _ask_camera(run)
        return
    drop_zone.show("predict-pictures", HINT, lambda dropped: _take(run, dropped))
    _show_archive(run)
    _show_answers(tab_state.recall(_key(run)) or [])


def _key(run: Run) -> str:
    return f"pictures-{run.id}"


# --- the camera ----------------------------------------------------------------------------------


@st.fragment
@page_frame.safe
def _ask_camera(run: Run) -> None:
    """A photo and its answer; a fragment, so that a photo runs nothing else."""
    left, right = st.columns([1, 1], gap="large")
    with left:
        photo = st.camera_input("Show it to the camera", key="predict-camera")
        st.caption("If there is no picture, allow the browser to use the camera, or take a file.")
    with right, st.container(key="predict-answer"):
        if photo is None:
            st.caption("Take a photo: the answer appears here.")
            return
        call = "predict_picture.predict_bytes"
        artefact = str(jobs.artefact(run.id))
        answer = client.call(call, artefact, run.training, photo.getvalue())
        st.html(answer_html(answer))


def answer_html(answer: Mapping[str, Any]) -> str:
    """One picture's answer: verdict, what was seen, a bar for each class."""
    seen = image_data_url(answer["seen"])
    height, width = answer["seen"].shape[:2]
    return (
        f'<div class="lw-said">{prediction.verdict_html(dict(answer))}</div>'
        f'<figure class="lw-seen"><img width="160" src="{seen}" alt="The picture as the model sees'
        f' it"><figcaption>What the model sees: {height}×{width}</figcaption></figure>'
        + prediction.bars_html(answer["classes"], answer["probabilities"])
    )


# --- files ---------------------------------------------------------------------------------------


def _take(run: Run, dropped: DroppedFile) -> None:
    path = find_file(dropped.file)
    if path is None:
        raise FileError(f"{dropped.name} is no longer here.", "Drop it again.")
    artefact = str(jobs.artefact(run.id))
    if dropped.name.lower().endswith(".zip"):
        tab_state.remember(f"archive-{run.id}", _answer_archive(run, artefact, path, dropped))
        return
    try:
        call = "predict_picture.predict_file"
        answer = client.call(call, artefact, run.training, str(path.resolve()))
    except LayerwiseError as error:
        raise FileError(f"{dropped.name}: {error.message}", error.hint) from None
    before = tab_state.recall(_key(run)) or []
    tab_state.remember(_key(run), [(dropped.name, answer), *before][:KEPT])


def _answer_archive(
    run: Run, artefact: str, path: Path, dropped: DroppedFile
) -> tuple[str, str, Mapping[str, Any]]:
    """What the table is called, where it lies, and what came of it."""
    out = workspace.folder("predictions") / f"{run.id}-{dropped.file[:16]}.csv"
    with st.spinner(f"Answering {dropped.name} …"):
        result = client.call_guarded(
            *("predict_picture.predict_archive", artefact, run.training),
            *(str(path.resolve()), str(out)),
            reads=(workspace.home(), *workspace.linked_folders()),
            writes=(out.parent, workspace.folder("decoded")),
            memory_bytes=MEMORY,
            timeout=TIMEOUT,
        )
    return f"{Path(dropped.name).stem}-predicted.csv", str(out), result


def _show_archive(run: Run) -> None:
    answered = tab_state.recall(f"archive-{run.id}")
    if not answered:
        return
    name, place, result = answered
    st.markdown(f"{formatting.plural(result['rows'], 'picture')} answered; the first ones:")
    for failed, why in result["failed"][:5]:
        st.caption(f":material/error: {escape_md(failed)}: {escape_md(why)}")
    st.html(gallery_html(list(zip(result["names"], result["first"], strict=True))))
    lazy_download.button(
        "Download the answers as a table",
        *(Path(place).read_bytes, name, "predicted-pictures"),
        mime="text/csv",
    )


def _show_answers(answers: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """The newest in full, those before it as a gallery."""
    if not answers:
        return
    (name, newest), *others = answers
    left, right = st.columns([1, 1], gap="large")
    with left, st.container(key="predict-answer"):
        st.subheader(escape_md(name), anchor=False)
        st.html(answer_html(newest))
    if others:
        with right:
            st.subheader("Before", anchor=False)
            st.html(gallery_html(others))


def gallery_html(answers: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Names and answers of several pictures as small figures."""
    figures = []
    for name, answer in answers:
        short = escape(name.rpartition("/")[2])
        doubt = "" if answer["sure"] else "? not sure"
        figures.append(
            f'<figure><img src="{image_data_url(answer["seen"])}" alt="{short}"><figcaption>'
            f"<b>{escape(str(answer['class']))}</b>{doubt}<br><span>{short}</span></figcaption>"
            "</figure>"
        )
    return f'<div class="lw-gallery">{"".join(figures)}</div>'
