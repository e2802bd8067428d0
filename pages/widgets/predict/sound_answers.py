"""Let a trained model hear: sounds from files, or recorded in the browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from builder.datasets._folders import find_file
from builder.datasets.sound_folder import ENTRY
from builder.errors import FileError, LayerwiseError
from builder.runs.engine_process import client
from builder.runs.scheduler import jobs
from builder.spec import Run
from builder.suggest.media import sound_dataset
from pages.widgets.evaluate import prediction
from pages.widgets.session import tab_state
from pages.widgets.shared import drop_zone, page_frame
from pages.widgets.shared.drop_zone import DroppedFile
from pages.widgets.shared.markup import image_data_url
from pages.widgets.shared.page_frame import escape_md

HINT = "sounds: WAV, FLAC, OGG or MP3, several at once"
FROM_MICROPHONE, FROM_FILES = "Microphone", "Files"


def hears(run: Run) -> bool:
    """Whether the model of that run learned from a person's own sounds."""
    return run.training.dataset.class_name == sound_dataset.CLASS_NAME


def show(run: Run) -> None:
    """Where sounds come from, and what the model says of them."""
    came = st.segmented_control(
        *("Sounds from", [FROM_MICROPHONE, FROM_FILES]),
        default=FROM_MICROPHONE,
        key="predict-heard",
        required=True,
    )
    if came == FROM_FILES:
        drop_zone.show("predict-sounds", HINT, lambda dropped: _take(run, dropped))
        for name, answer in tab_state.recall(f"sounds-{run.id}") or []:
            st.subheader(escape_md(name), anchor=False)
            _show(answer)
        return
    _record(run)


@st.fragment
@page_frame.safe
def _record(run: Run) -> None:
    """A recording and its answer; a fragment, so that a recording runs nothing else."""
    left, right = st.columns([1, 1], gap="large")
    rate = 16_000 if run.training.dataset.config.get("rate", 8000) > 8000 else 8_000
    with left:
        sound = st.audio_input("Record a sound", sample_rate=rate, key="predict-microphone")
        seconds = {**ENTRY.args, **run.training.dataset.config}["seconds"]
        st.caption(f"The model hears the loudest {seconds:g} s of it.")
    with right, st.container(key="predict-answer"):
        if sound is None:
            st.caption("Record a sound: the answer appears here.")
            return
        artefact = str(jobs.artefact(run.id))
        call = "predict_sound.predict_bytes"
        _show(client.call(call, artefact, run.training, sound.getvalue(), recorded=True))


def _show(answer: Mapping[str, Any]) -> None:
    seen = image_data_url(answer["seen"])
    st.html(
        f'<div class="lw-said">{prediction.verdict_html(dict(answer))}</div>'
        f'<figure class="lw-seen"><img width="216" src="{seen}" alt="The sound as a picture: time'
        ' sideways, pitch upwards"><figcaption>What the model hears</figcaption></figure>'
        + prediction.bars_html(answer["classes"], answer["probabilities"])
    )
    st.audio(answer["heard"], format="audio/wav")


def _take(run: Run, dropped: DroppedFile) -> None:
    path = find_file(dropped.file)
    if path is None:
        raise FileError(f"{dropped.name} is no longer here.", "Drop it again.")
    try:
        call = "predict_sound.predict_file"
        answer = client.call(call, str(jobs.artefact(run.id)), run.training, str(path.resolve()))
    except LayerwiseError as error:
        raise FileError(f"{dropped.name}: {error.message}", error.hint) from None
    before = tab_state.recall(f"sounds-{run.id}") or []
    tab_state.remember(f"sounds-{run.id}", [(dropped.name, answer), *before][:6])
