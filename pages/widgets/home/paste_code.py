"""Import pasted or dropped Keras code: show what was understood, then open it as a project."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from builder import parse
from builder.datasets import _said_of_data
from builder.errors import LayerwiseError
from builder.parse import Parsed
from builder.spec import Config, ModelSpec, TrainingSpec
from pages.widgets.session import current_project, tab_state
from pages.widgets.shared import own_files, page_frame
from pages.widgets.shared.page_frame import escape_md

EXAMPLE = "\n".join(
    (
        "import keras",
        "from keras import layers",
        "",
        "(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()",
        'model = keras.Sequential([layers.Flatten(), layers.Dense(10, activation="softmax")])',
        "…",
    )
)

WORDS = {
    parse.UNKNOWN: ("Not understood", ":material/help:"),
    parse.DIFFERENT: ("Taken differently", ":material/alt_route:"),
    parse.TRANSLATED: ("Translated from an older spelling", ":material/translate:"),
    parse.NOTED: ("Nothing to do here", ":material/check:"),
}
"""Severity of a remark → its heading and icon, the most important first."""

SHOWN = 12
"""Remarks listed before "and N more"."""


def show() -> None:
    """The field, the reading and the button that opens what was read."""
    kept = tab_state.recall("pasted")
    with st.expander("Paste Keras code", kept is not None, icon=":material/code:", key="paste"):
        text = st.text_area(
            "Keras code",
            key="paste-text",
            height=200,
            max_chars=parse.MAX_CHARACTERS,
            placeholder=EXAMPLE,
            help="A script or a tutorial's cells, one after the other. It is read, never run.",
        )
        if st.button("Read the code", key="paste-read"):
            kept = (text, read_code(text) if text.strip() else "Paste some code first.")
            tab_state.remember("pasted", kept)
        if kept is not None and kept[0] in (None, text):
            show_report(kept[1])


def report_file(name: str, data: bytes) -> None:
    """A ``.py`` or ``.ipynb`` file instead of pasted text; its report appears in the same place."""
    tab_state.remember("pasted", (None, read_file(name, data)))


def read_file(name: str, data: bytes) -> Parsed | str:
    """What such a file came to, or in one sentence why it cannot be read."""
    stem = name.rpartition(".")[0]
    try:
        if name.lower().endswith(".ipynb"):
            return _with_stored_files(parse.add_seed(parse.parse_notebook(data, stem)))
        return _with_stored_files(parse.add_seed(parse.parse(data.decode("utf-8-sig"), stem)))
    except UnicodeDecodeError:
        return f"{name} is no text in UTF-8. Save it as UTF-8 and open it again."
    except LayerwiseError as error:
        return error_text(error)


def read_code(text: str, title: str = "", around: TrainingSpec | None = None) -> Parsed | str:
    """What the text came to, or in one sentence why it cannot be read.

    Args:
        around: gives what the text does not say, where it changes a project.
    """
    try:
        parsed = _with_stored_files(parse.parse(text, title, around))
        return parsed if around is not None else parse.add_seed(parsed)
    except LayerwiseError as error:
        return error_text(error)


def _with_stored_files(parsed: Parsed) -> Parsed:
    """A file of one's own that the code loads is found where it is kept."""
    if parsed.training is None:
        return parsed
    return replace(parsed, training=own_files.with_stored_names(parsed.training))


def error_text(error: LayerwiseError) -> str:
    """An error in one paragraph."""
    return f"{error.message} {error.hint}".strip()


def show_report(parsed: Parsed | str) -> None:
    """What was understood and what was not; the button when there is a model."""
    if isinstance(parsed, str):
        st.error(escape_md(parsed))
        return
    show_remarks(parsed)
    if parsed.training is not None:
        count = len(parsed.training.model.nodes)
        st.markdown(f"{count} layers, data {escape_md(parsed.training.dataset.class_name)}.")
        chosen = _choose_model(parsed, parsed.training)
        if st.button("Open as a project", key="paste-open", type="primary"):
            current_project.open_training(chosen, _title(parsed, chosen))
            tab_state.remember("pasted", None)
            page_frame.go("model")


def _choose_model(parsed: Parsed, training: TrainingSpec) -> TrainingSpec:
    """The model to open, of a text with several."""
    if not parsed.others:
        return training
    choices = {"The one it trains": training, **dict(parsed.others)}
    name = st.selectbox(
        "Model",
        list(choices),
        key="paste-model",
        help="The text has several models; each opens as a project of its own.",
    )
    return choices[name]


def _title(parsed: Parsed, training: TrainingSpec) -> str:
    """The text's own, else what its model is called, else its data."""
    name = training.model.name
    unnamed = name in ("", ModelSpec().name)
    awaited = _said_of_data.file_name(training.dataset.config.get("said", Config()))
    data = awaited.partition(".")[0] or own_files.dataset_title(training.dataset)
    return parsed.title or (data if unnamed else name)


def show_remarks(parsed: Parsed) -> None:
    """What was said of a text, the most important first, each with its line."""
    if parsed.training is None:
        st.warning("No model was found in this code.")
    for severity, (heading, icon) in WORDS.items():
        if notes := parsed.of(severity):
            lines = [f"- {escape_md(r.where)}: {escape_md(r.message)}" for r in notes[:SHOWN]]
            if len(notes) > SHOWN:
                lines.append(f"- and {len(notes) - SHOWN} more")
            st.markdown(f"{icon} **{heading}**\n" + "\n".join(lines))
