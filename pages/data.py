"""The Data page: what the model learns from, how it is prepared, and what that does to it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from builder import binding
from builder.datasets.registry import all_datasets
from builder.facts import DataFacts
from builder.runs.disk import folder_files
from builder.runs.engine_process import client
from builder.spec import ObjectSpec
from builder.suggest import series_dataset, table_dataset
from builder.suggest.media import picture_dataset, sound_dataset
from pages.widgets.data import (
    arrived_file,
    collect_pictures,
    data_preview,
    dataset_download,
    further_file,
    kept_files,
    npz_upload,
    open_table,
    pasted_cells,
    picture_screen,
    series_screen,
    sound_screen,
    table_screen,
)
from pages.widgets.forms import column_form, form
from pages.widgets.session import current_project, engine_facts, widget_sync
from pages.widgets.shared import drop_zone, explanation, own_files, page_frame, problem_list
from pages.widgets.shared.drop_zone import DroppedFile
from pages.widgets.shared.page_frame import escape_md

SCREENS = {
    table_dataset.CLASS_NAME: table_screen,
    series_dataset.CLASS_NAME: series_screen,
    picture_dataset.CLASS_NAME: picture_screen,
    sound_dataset.CLASS_NAME: sound_screen,
}
"""Datasets of one's own with a screen: what it asks for, and how it is shown."""

FOLLOWED = (picture_dataset.CLASS_NAME, sound_dataset.CLASS_NAME)
"""Those whose preparation decides the shape that a model reads."""


def main() -> None:
    """The choices are drawn first, so that the preview already shows what they changed."""
    _bring_in()
    left, right = st.columns([5, 7], gap="large")
    with left:
        chosen = _choose(current_project.training().dataset)
        if chosen != current_project.training().dataset:
            if chosen.class_name in FOLLOWED:
                open_table.use(chosen)  # a suggested model follows it
            current_project.push(replace(current_project.training(), dataset=chosen))
        bindings = st.container()
    dataset = current_project.training().dataset
    screen = SCREENS.get(dataset.class_name)
    with right:
        problem_place = st.container()
        model_place = screen.show(dataset) if screen else None
    # what Keras says may take its time: all that needs none is drawn by then
    facts = current_project.data_facts()
    problems = problem_list.problems_at(current_project.problems(), "dataset.*")
    with problem_place:
        problem_list.show(problems, key="data")
        if dataset.class_name in FOLLOWED:
            picture_screen.offer_cleaning(dataset, problems)
    with bindings:
        _edit_bindings(folded=screen is not None)
    with right:
        if model_place is not None:
            with model_place:
                table_screen.choose_model(facts)
            _follow_up()
        elif facts is None:
            dataset_download.show(dataset)
        else:
            _show_data(dataset, facts)
            _follow_up()


def _bring_in() -> None:
    """Data of one's own."""
    left, right = st.columns([5, 7], gap="large")
    with left:
        if drop_zone.show("data-files", arrived_file.HINT, _receive):
            st.rerun()
        if own := further_file.ask():
            table_screen.arrive(*own)
            st.rerun()
    with right:
        collect_pictures.show()
        pasted_cells.show()
        kept_files.show()
        if table := npz_upload.choose():
            arrived_file.receive(folder_files.keep_table(table), table.rpartition("/")[2])
            st.rerun()


def _receive(dropped: DroppedFile) -> None:
    with st.spinner(f"Reading {dropped.name} …"):
        arrived_file.receive(dropped.file, dropped.name)


def _choose(dataset: ObjectSpec) -> ObjectSpec:
    """Which dataset, and its preparation."""
    st.subheader("Dataset", anchor=False)
    datasets, current = all_datasets(), dataset
    names = [n for n, d in datasets.items() if not d.CONTENTS.is_guess or dataset.class_name == n]
    # what this version does not know stays chosen until another is
    names += [] if dataset.class_name in datasets else [dataset.class_name]
    key = "dataset-class"
    at = widget_sync.sync_choice(key, dataset.class_name, names)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="dataset"):
        name = st.selectbox(
            "Dataset",
            names,
            at,
            key=key,
            format_func=lambda n: _title(current if n == current.class_name else ObjectSpec(n)),
            label_visibility="collapsed",
            help="Type to search",
        )
        widget_sync.record_value(key, name)
        entry = form.find_entry("datasets", name)
        if entry:
            explanation.show(entry, key=f"explain-{name}")
    if entry:
        st.caption(entry.summary)
    if name != dataset.class_name:
        dataset = ObjectSpec(name)
    if getattr(datasets.get(name), "columns", None):  # as the code says them
        return dataset
    st.subheader("Preparation", anchor=False)
    screen = SCREENS.get(name)
    skip = screen.ASKED if screen else ("file", "name")
    return form.edit("datasets", dataset, key=f"dataset-{name}", skip=skip)


def _edit_bindings(folded: bool) -> None:
    """Which column each Input and output stands for, where that is a question."""
    training, facts = current_project.training(), current_project.data_facts()
    if facts is None or not training.model.outputs:
        return
    if binding.is_single_column(training) and not facts.is_named:
        if len(column_form.answers(facts)) < 2:
            return
        place = st.expander("What the model answers", key="bindings")
    else:
        place = st.expander("What each Input reads", key="bindings") if folded else st.container()
    with place:
        new = column_form.edit_bindings(training, facts)
    if new != training:
        current_project.push(new)


def _title(dataset: ObjectSpec) -> str:
    """A line of the list: what it is called, its group, and whether it needs the network."""
    plugin = all_datasets().get(dataset.class_name)
    if plugin is None:
        return dataset.class_name
    network = "" if plugin.OFFLINE else ", downloaded once"
    return f"{own_files.dataset_title(dataset)} · {plugin.ENTRY.group.lower()}{network}"


def _show_data(dataset: ObjectSpec, facts: DataFacts) -> None:
    st.subheader(escape_md(own_files.dataset_title(dataset)), anchor=False)
    st.markdown(
        column_form.summary_sentence(facts)
        if facts.is_named
        else data_preview.summary_sentence(facts)
    )
    if facts.warning:
        st.info(escape_md(facts.warning), icon=":material/info:")
    preview = engine_facts.get_or_make(
        ("preview", dataset), lambda: client.call("loading.preview", dataset)
    )
    if facts.is_named:
        column_form.show(preview)
        return
    st.html(data_preview.preparation_html(preview, facts))
    data_preview.show(preview, facts)


def _follow_up() -> None:
    """What the choice of data asks of the model and the training, each with its fix."""
    others = problem_list.severe_problems(current_project.problems())
    rest = [p for p in others if not p.where.startswith("dataset")]
    if rest:
        st.subheader("What this asks of the rest", anchor=False)
        problem_list.show(rest, key="follow-up")


with page_frame.frame("data"):
    main()
