"""What lies in the datasets folder, to choose from; and an .npz file as the dataset on screen."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from builder.errors import DataError
from builder.facts import Problem
from builder.runs.disk import folder_files
from builder.spec import Config, ObjectSpec
from pages.widgets.session import current_project, engine_facts, tab_state, widget_sync
from pages.widgets.shared import own_files


def choose() -> str:
    """Offer what lies in the datasets folder; the table that was chosen, "" for none."""
    names, tables = own_files.list_folder(), folder_files.list_tables()
    if names:
        _choose_npz(names)
    if not tables:
        return ""
    with st.container(horizontal=True, vertical_alignment="bottom", key="folder-tables"):
        chosen = st.selectbox(
            "Tables in the datasets folder",
            tables,
            None,
            key="folder-table",
            placeholder="Choose a table",
            help="What was put into the folder LAYERWISE_DATA on the server",
        )
        asked = st.button("Use it", key="folder-use", disabled=chosen is None)
    return chosen or "" if asked else ""


def _choose_npz(names: list[str]) -> None:
    current = current_project.training().dataset.config.get("file")
    stands = widget_sync.sync_widget("own-file", current if current in names else None, current)
    st.selectbox(
        "Files in the datasets folder",
        names,
        widget_sync.option_index(names, stands),
        key="own-file",
        format_func=own_files.file_title,
        placeholder="Choose a file",
        on_change=_use_chosen,
        help="What was put into the folder LAYERWISE_DATA on the server",
    )


def _use_chosen() -> None:
    name = widget_sync.widget_value("own-file")
    if name:
        _use(Config(file=str(name)))


def _use(config: Config) -> None:
    dataset = ObjectSpec(own_files.PLUGIN, config)
    current_project.apply_fix(replace(current_project.training(), dataset=dataset))


def use_dropped(file: str, name: str) -> None:
    """Check the file of that SHA-256 and make it the dataset on screen.

    Raises:
        DataError: it holds no arrays in Keras's layout.
    """
    config = Config(file=file, name=name)
    wrong = _find_problem(config)
    amounts = Config(config, labels="values")
    if wrong and wrong.where == "dataset.labels" and not _find_problem(amounts):
        config = amounts
        tab_state.add_note(
            f"{wrong.message} They are taken for amounts: the model predicts a number."
        )
    elif wrong:
        raise DataError(wrong.message, wrong.hint, "dataset")
    _use(_with_names(config))


def _with_names(config: Config) -> Config:
    """With what the file calls its classes, where it does not number them from 0."""
    facts = _facts(config).data
    classes = facts.target.classes if facts else ()
    if classes == tuple(str(i) for i in range(len(classes))):
        return config
    shown = ", ".join(classes[:6]) + (" …" if len(classes) > 6 else "")
    tab_state.add_note(f"Its {len(classes)} classes keep their names: {shown}.")
    return Config(config, classes=Config({name: i for i, name in enumerate(classes)}))


def _facts(config: Config) -> engine_facts.EngineFacts:
    trial = replace(current_project.training(), dataset=ObjectSpec(own_files.PLUGIN, config))
    return engine_facts.find_facts(trial)


def _find_problem(config: Config) -> Problem | None:
    """Why that file cannot be the dataset on screen."""
    errors = _facts(config).errors
    return next((p for p in errors if p.where.startswith("dataset")), None)
