"""Use a trained model: fill in what it reads and see what it says, or give it a whole file."""

from __future__ import annotations

import streamlit as st

from builder import binding
from builder.facts import DataFacts
from builder.kinds.registry import find_kind
from builder.runs.engine_process import client
from builder.runs.scheduler import jobs
from builder.spec import Run
from pages.widgets.predict import (
    answer,
    file_predictions,
    forecasts,
    picture_answers,
    recommendations,
    row_form,
    sound_answers,
)
from pages.widgets.session import engine_facts
from pages.widgets.shared import asset_files, example_row, page_frame, run_picker
from pages.widgets.shared.page_frame import escape_md


def main() -> None:
    """The page."""
    for style in ("answers.css", "table.css"):
        st.html(asset_files.ROOT / "assets" / style)
    run = run_picker.choose("predict")
    if run is None:
        st.info(
            "There is no trained model yet. Train one, then come back.",
            icon=":material/table_edit:",
        )
        page_frame.link("train", "Go to Train")
        return
    if forecasts.forecasts(run):
        forecasts.show(run)
        return
    if picture_answers.reads_pictures(run):
        picture_answers.show(run)
        return
    if sound_answers.hears(run):
        sound_answers.show(run)
        return
    facts = engine_facts.find_facts(run.training).data
    if facts is None:
        st.info(
            "The data this model learned from are not here, so there is nothing to make a form of.",
            icon=":material/table_edit:",
        )
        return
    if not can_ask(run, facts):
        st.info(
            "A form cannot hold what this model reads. Draw for it, or evaluate it on its test.",
            icon=":material/draw:",
        )
        page_frame.link("draw", "Go to Draw")
        return
    recommendations.show(run, facts)
    _try_row(run, facts)
    file_predictions.show(run)


def can_ask(run: Run, facts: DataFacts) -> bool:
    """Whether a form has fields for all that the model of that run reads."""
    return all(
        find_kind(column.kind).fields(column)
        for name in binding.read_columns(run.training)
        if (column := facts.column(name)) is not None
    )


@st.fragment
@page_frame.safe
def _try_row(run: Run, facts: DataFacts) -> None:
    """Form and answer; a fragment, so that a field runs nothing else."""
    left, right = st.columns([5, 6], gap="large")
    read = [c for n in binding.read_columns(run.training) if (c := facts.column(n)) is not None]
    with left:
        st.subheader("One example", anchor=False)
        row, key = example_row.kept(), f"predict-{run.id}"
        if row is not None:
            st.caption(f"Begun from {escape_md(row.called)}; change what you like.")
            key += f"-{row.number}"
        values = row_form.ask(read, key, row.values if row else row_form.NOTHING)
    with right, st.container(key="predict-answer"):
        st.subheader("What the model says", anchor=False)
        artefact = str(jobs.artefact(run.id))
        answers = client.call("predict_example.predict_example", artefact, run.training, values)
        st.html("".join(answer.answer_html(one) for one in answers))


with page_frame.frame("predict"):
    main()
