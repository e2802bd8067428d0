"""Rows of the test with truth, answer and error; a chosen one is shown with all its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from builder import formatting
from builder.runs.engine_process import client
from builder.spec import Run
from pages.widgets.evaluate import prediction
from pages.widgets.forms import column_form
from pages.widgets.shared import example_row, page_frame

PREVIEW = 6
"""Values of a row that its line shows."""


def are_rows(parts: Sequence[Mapping[str, Any]]) -> bool:
    """Whether these examples are rows of a table, rather than pictures or single texts."""
    several = len(parts) > 1
    return all("values" in p or "rows" in p or ("texts" in p and several) for p in parts)


@st.fragment
@page_frame.safe
def show(
    run: Run,
    artefact: str,
    output: str,
    examples: Mapping[str, Any],
    classes: Sequence[str] = (),
) -> None:
    """A line for each row, the worst first; the whole of it opens it.

    Args:
        examples: as ``evaluation.cell`` gives them, or ``misses`` of ``evaluation.report``.
        classes: of a classification.
    """
    st.caption("Choose a row to see all its values.")
    indices = [int(i) for i in examples["indices"]]
    values = _values(examples["parts"])
    with st.container(key="worst-rows", gap=None):
        for place, index in enumerate(indices):
            headline = _headline(examples, place, classes)
            with st.container(key=f"row-{index}", horizontal=True, gap="xsmall"):
                line = " · ".join(f"{escape(n)} {v}" for n, v in values[place][:PREVIEW])
                st.html(f'<div class="lw-row"><p>{headline}</p><p>{line}</p></div>')
                if st.button(f"Open test row {index}", key=f"show-{index}", type="tertiary"):
                    _open(run, artefact, output, index)


def _headline(examples: Mapping[str, Any], place: int, classes: Sequence[str]) -> str:
    true, said = examples["true"][place], examples["predicted"][place]
    if classes:
        sure = 100 * float(examples["confidence"][place])
        return (
            f"is <b>{escape(str(classes[int(true)]))}</b>, answered"
            f" <b>{escape(str(classes[int(said)]))}</b> ({sure:.0f} % sure)"
        )
    miss = float(said) - float(true)
    sign = "−" if miss < 0 else "+"
    return (
        f"is <b>{formatting.digits(true)}</b>, predicted <b>{formatting.digits(said)}</b>"
        f" ({sign}{formatting.digits(abs(miss), 3)})"
    )


def _values(parts: Sequence[Mapping[str, Any]]) -> list[list[tuple[str, str]]]:
    """For each row the names and values of its columns; values are HTML."""
    columns: list[tuple[str, list[str]]] = []
    for part in parts:
        if "rows" in part and len(part["features"]) > 1:
            rows = np.asarray(part["rows"])
            for i, name in enumerate(part["features"]):
                columns.append((str(name), [formatting.digits(v) for v in rows[:, i]]))
        else:
            columns.append((str(part["name"]), column_form.example_cells(part)))
    count = len(columns[0][1]) if columns else 0
    return [[(name, cells[i]) for name, cells in columns] for i in range(count)]


@st.dialog("One row of the test", width="medium", icon=":material/table_rows:")
def _open(run: Run, artefact: str, output: str, index: int) -> None:
    with page_frame.guard():
        row = client.call("evaluation.row", artefact, run.training, index, output)
        st.html(row_html(row, index))
        if st.button("Try it on Predict", key="try-row", icon=":material/table_edit:"):
            example_row.try_on_predict(f"test row {index}", row["fields"], run.id)


def row_html(row: Mapping[str, Any], index: int) -> str:
    """All of one row: what it is, what was answered, and its values; as HTML."""
    name = escape(str(row["column"]))
    true, said = (
        escape(v) if isinstance(v, str) else formatting.digits(v)
        for v in (row["true"], row["predicted"])
    )
    head = f"<p>Test row {index}: {name} is <b>{true}</b>, the model says <b>{said}</b>.</p>"
    bars = ""
    if "probabilities" in row:
        bars = prediction.bars_html(row["classes"], row["probabilities"])
    lines = "".join(
        f"<dt>{escape(n)}{'' if _is_read(row, n) else ' (not read)'}</dt><dd>{v}</dd>"
        for n, v in _values(row["parts"])[0]
    )
    return f'{head}{bars}<dl class="lw-facts">{lines}</dl>'


def _is_read(row: Mapping[str, Any], name: str) -> bool:
    """Whether the model reads it; the numbers of one row of numbers go by names of their own."""
    columns = {str(part["name"]) for part in row["parts"]}
    return name not in columns or name in row["read"]
