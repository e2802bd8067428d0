"""What a model's answers hang on: each column's importance, and how the answer moves with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from builder import formatting
from builder.runs.engine_process import client
from builder.spec import Run
from pages.widgets.session import engine_facts
from pages.widgets.shared import figures, page_frame
from pages.widgets.shared.page_frame import escape_md

SHOWN = 20
"""Columns that are shown, those that matter most."""

CLASSES = 6
"""Classes whose probabilities are drawn."""

MARKS = (("circle", "solid"), ("diamond", "dash"), ("square", "dot"), ("x", "dashdot"))
"""Symbol and line of each class: colour alone tells nobody apart who sees none."""


def show(run: Run, artefact: str, output: str, names: Sequence[str]) -> None:
    """Importance first, then one column and the answer."""
    left, right = st.columns(2, gap="large")
    with left:
        ranked = _importance(run, artefact, output)
    with right:
        _dependence(run, artefact, output, names, ranked)


def _importance(run: Run, artefact: str, output: str) -> list[str]:
    """The bars; returns the columns that matter most first."""
    st.subheader("What matters", anchor=False)
    with st.spinner("Shuffling each column and asking the model again …"):
        found = engine_facts.get_or_make(
            ("importance", run.id, output),
            lambda: client.call(
                "importance.permutation_importance", artefact, run.training, output
            ),
        )
    metric = formatting.metric_name(found["metric"])
    change = "drops" if found["better"] == "up" else "grows"
    part = "" if found["rows"] == found["of"] else f" {found['rows']:,} of {found['of']:,}"
    st.caption(
        f"How much the {escape_md(metric)} ({formatting.metric_value(found['score'])}) {change} on"
        f" the test{part} when a column is shuffled, so that it tells nothing: the mean of"
        f" {formatting.plural(found['shuffles'], 'shuffle')} ± their deviation. Columns that tell"
        " the same share what they matter."
    )
    st.html(importance_html(found["features"]))
    return [feature["name"] for feature in found["features"]]


def importance_html(features: Sequence[Mapping[str, Any]]) -> str:
    """A bar for each column, as HTML."""
    most = max((f["mean"] for f in features), default=0.0) or 1.0
    rows = "".join(
        f'<tr><th scope="row">{escape(f["name"])}</th>'
        f'<td><i style="width:{max(0.0, 100 * f["mean"] / most):.0f}%"></i></td>'
        f"<td>{_signed(f['mean'])} ± {formatting.digits(f['deviation'], 2)}</td></tr>"
        for f in features[:SHOWN]
    )
    caption = '<caption class="lw-hidden">Importance of each column, the most first</caption>'
    return f'<table class="lw-bars lw-wide">{caption}<tbody>{rows}</tbody></table>'


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else ''}{formatting.digits(abs(value), 3)}"


@st.fragment
@page_frame.safe
def _dependence(
    run: Run, artefact: str, output: str, names: Sequence[str], ranked: Sequence[str]
) -> None:
    st.subheader("How the answer moves with one column", anchor=False)
    single = [name for name in ranked if name in names]
    chosen = st.selectbox("Column", single, key=f"moves-{run.id}-{output}")
    found = engine_facts.get_or_make(
        ("dependence", run.id, output, chosen),
        lambda: client.call(
            "dependence.partial_dependence", artefact, run.training, chosen, output
        ),
    )
    st.caption(
        f"The mean answer for {formatting.plural(found['rows'], 'test example')} when all have this"
        " value, the rest of them as it is (partial dependence)."
    )
    answers, what = np.asarray(found["answers"]), "mean answer"
    lines = [("answer", answers[:, 0])]
    if classes := found["classes"]:
        what = f"probability of {classes[1]}" if len(classes) == 2 else "probability"
        shown = [1] if len(classes) == 2 else _widest(answers)
        lines = [(classes[i], answers[:, i]) for i in shown]
    figure = _figure(found["values"], lines)
    alt = f"{what} against {chosen}"
    figures.draw(figure, chosen, what, f"exam-moves-{output}", alt)
    rows = [
        (_text(value), *(formatting.digits(line[i], 3) for _, line in lines))
        for i, value in enumerate(found["values"])
    ]
    heads = (chosen, *(str(name) if len(lines) > 1 else what for name, _ in lines))
    figures.as_table(alt, heads, rows, f"moves-{output}")


def _widest(answers: Any) -> list[int]:
    """The classes whose probability moves most, in their order."""
    moves = answers.max(axis=0) - answers.min(axis=0)
    return sorted(int(i) for i in np.argsort(-moves, kind="stable")[:CLASSES])


def _figure(values: Sequence[Any], lines: Sequence[tuple[str, Any]]) -> go.Figure:
    """Lines over numbers and dates, dots over names."""
    colors, figure = page_frame.colors(), go.Figure()
    is_names = isinstance(values[0], str) and not values[0][:4].isdigit()
    for i, (name, line) in enumerate(lines):
        symbol, dash = MARKS[i % len(MARKS)]
        color = colors[i % len(colors)]
        figure.add_scatter(
            x=list(values),
            y=line,
            mode="markers" if is_names else "lines+markers",
            marker={"symbol": symbol, "size": 10 if is_names else 6, "color": color},
            line={"dash": dash, "color": color},
            name=str(name),
            showlegend=len(lines) > 1,
        )
    if is_names:
        figure.update_xaxes(type="category")
    return figure


def _text(value: Any) -> str:
    return value if isinstance(value, str) else formatting.digits(value)
