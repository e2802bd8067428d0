"""Pictures, masks and windows that a model answered with, beside the truth; and with noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from builder import formatting
from builder.compare.settings import may_read_the_same
from builder.runs.engine_process import client
from builder.runs.scheduler import jobs
from builder.spec import Run
from pages.widgets.forms import column_form
from pages.widgets.session import engine_facts
from pages.widgets.shared import figures, page_frame, run_picker
from pages.widgets.shared.page_frame import escape_md

NOBODY = ""
"""The option of no other run."""


def show(run: Run, artefact: str, output: str) -> None:
    """Where it was furthest off, as it usually is, and at its best; how the errors are spread."""
    found = engine_facts.get_or_make(
        ("answer-pictures", run.id, output),
        lambda: client.call("shaped_answers.answer_pictures", artefact, run.training, output),
    )
    if found["overlap"] is not None:
        st.metric(
            "Overlap of the masks",
            f"{found['overlap']:.3f}",
            help="Intersection over union: what both masks cover, divided by what either covers."
            " The model's mask is where it answers more than one half.",
            width="content",
        )
    if found["again"]:
        st.caption(
            "The model gives back what it reads. An example with a large error is unlike what it"
            " learned from: that is how autoencoders find anomalies."
        )
    names = [group["name"] for group in found["groups"]]
    chosen = st.segmented_control(
        *("Test examples", names), default=names[0], required=True, key=f"pictures-{run.id}"
    )
    group = found["groups"][names.index(chosen or names[0])]
    st.html(rows_html(group, found["again"]))
    left, right = st.columns(2, gap="large")
    with left:
        _spread(np.asarray(found["errors"]), run.id)
    if found["again"]:
        with right:
            _try_noise(run, artefact, output)


def rows_html(group: Mapping[str, Any], again: bool) -> str:
    """A row for each example: what was read, the truth unless it is just that, the answer."""
    parts = list(group["read"])
    if not again:
        parts.append({**group["true"], "name": "Truth"})
    parts.append({**group["said"], "name": "Answer"})
    numbers = [str(int(i)) for i in group["indices"]]
    errors = [formatting.digits(float(e), 3) for e in group["errors"]]
    return column_form.example_rows(parts, group["name"], (("Test", numbers), ("Error", errors)))


def _spread(errors: Any, key: str) -> None:
    st.subheader("Error of each example", anchor=False)
    st.caption("The mean absolute error over all numbers of one answer.")
    figure = go.Figure(go.Histogram(x=errors, nbinsx=40, marker={"color": page_frame.colors()[0]}))
    alt = "Histogram of the errors of the test examples"
    figures.draw(figure, "error", "examples", f"errors-{key}", alt, height=300)
    shares = (0, 25, 50, 75, 95, 99, 100)
    rows = [(f"{share} %", formatting.digits(np.percentile(errors, share), 3)) for share in shares]
    figures.as_table(alt, ("of the examples lie below", "error"), rows, f"errors-{key}")


@st.fragment
@page_frame.safe
def _try_noise(run: Run, artefact: str, output: str) -> None:
    """What the model makes of examples that somebody shook, and whether another run reads it."""
    st.subheader("With noise in what it reads", anchor=False)
    noise = st.slider(
        "Noise",
        *(0.0, 1.0, 0.5, 0.05),
        key=f"noise-{run.id}",
        help="The standard deviation of what is added to every number that the model reads.",
    )
    readers = {r.id: r for r in run_picker.usable_runs(lambda r: _is_reader(r, run))}
    chosen = NOBODY
    if readers:
        chosen = st.selectbox(
            "Read by",
            [NOBODY, *readers],
            format_func=lambda i: run_picker.run_label(readers[i]) if i else "no other run",
            key=f"reader-{run.id}",
            help="A classifier of the same pictures: how many does it read before and after?",
        )
    reader = readers.get(chosen)
    asked = (jobs.artefact(reader.id), reader.training) if reader else None
    with st.spinner("Adding noise …"):
        found = client.call(
            *("shaped_answers.answer_noisy", artefact, run.training, noise, output),
            (str(asked[0]), asked[1]) if asked else None,
        )
    st.markdown(escape_md(sentence(found)))
    st.html(rows_html(found["group"], again=False))


def _is_reader(other: Run, run: Run) -> bool:
    columns = other.training.columns
    return other.id != run.id and not columns and may_read_the_same(other.training, run.training)


def sentence(found: Mapping[str, Any]) -> str:
    """Whether the answers are nearer to the truth than what was read."""
    before, after = found["noisy"], found["said"]
    rows = formatting.plural(found["rows"], "test example")
    if before is None:
        return f"Mean error of {rows}: {after:.3f}."
    change = "nearer to" if after < before else "further from"
    text = (
        f"Mean error of {rows}: {before:.3f} as read, {after:.3f} as answered: {change} the truth."
    )
    if shares := found.get("accuracy"):
        clean, noisy, said = (f"{100 * shares[k]:.1f} %" for k in ("clean", "noisy", "said"))
        text += (
            f" The other run reads {clean} without noise, {noisy} with it, {said} of the answers."
        )
    return text
