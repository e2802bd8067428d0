"""Forecasts over the truth of the test part, and how far off they are at each step ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from builder import formatting
from builder.runs.engine_process import client
from builder.spec import Run
from pages.widgets.session import engine_facts
from pages.widgets.shared import figures

LINES = 200
"""Windows, at most, that the table beside the chart lists: evenly spaced over the test part."""


def show(run: Run, artefact: str, output: str) -> None:
    """Both charts of an output.

    Args:
        output: name of the model's output; "" where it has one.
    """
    found: Sequence[Mapping[str, Any]] = engine_facts.get_or_make(
        ("back-test", run.id), lambda: client.call("back_test.back_test", artefact, run.training)
    )
    names = [one["column"] for one in found]
    column = run.training.columns.get(output) if output else None
    one = found[names.index(column)] if column in names else found[0]
    horizon = len(one["mae"])
    if one["groups"]:
        one = _choose_group(run, one)
    _draw_over_truth(run, one, horizon)
    if horizon > 1:
        _draw_errors(run, one)


def _choose_group(run: Run, one: Mapping[str, Any]) -> Mapping[str, Any]:
    """The windows of one of several series; the errors by step stay those of all."""
    groups = np.asarray(one["groups"])
    column = str(run.training.dataset.config["group"])
    chosen = st.selectbox(column, sorted(set(one["groups"])), key=f"back-test-group-{run.id}")
    rows = np.flatnonzero(groups == chosen)
    return {
        **one,
        "times": [one["times"][i] for i in rows],
        "true": one["true"][rows],
        "said": one["said"][rows],
        "of": len(rows),
    }


def _draw_over_truth(run: Run, one: Mapping[str, Any], horizon: int) -> None:
    step = 1
    if horizon > 1:
        step = st.slider(
            "Steps ahead",
            1,
            horizon,
            1,
            key=f"back-test-step-{run.id}-{one['column']}",
            help="1 is the first step after the window, forecast when all before it was known",
        )
    at = step - 1
    times = [window[at] for window in one["times"]]
    figure = go.Figure()
    figure.add_scatter(x=times, y=one["true"][:, at], mode="lines", name="was")
    figure.add_scatter(
        x=times, y=one["said"][:, at], mode="lines", name="forecast", line={"dash": "dot"}
    )
    off = np.abs(one["true"][:, at] - one["said"][:, at])
    alt = (
        f"{one['column']} in the test part, forecast {formatting.plural(step, 'step')} ahead and"
        f" as it was: off by {formatting.digits(off.mean())} on the average"
    )
    key = f"back-test-{run.id}-{one['column']}"
    figures.draw(figure, "time" if times else "", str(one["column"]), key, alt)
    shown = np.unique(np.linspace(0, len(times) - 1, min(len(times), LINES)).astype(int))
    rows = [
        [str(times[i]), *(formatting.digits(one[side][i, at]) for side in ("true", "said"))]
        for i in shown
    ]
    heads = ("time" if one["times"] else "step", "was", "forecast")
    figures.as_table(f"{one['column']} and its forecast", heads, rows, key)
    if len(times) < one["of"]:
        st.caption(f"{formatting.number(len(times))} of {formatting.number(one['of'])} windows.")


def _draw_errors(run: Run, one: Mapping[str, Any]) -> None:
    """The mean absolute error at each step ahead, beside the naive forecasts."""
    x = list(range(1, len(one["mae"]) + 1))
    figure = go.Figure()
    figure.add_scatter(x=x, y=one["mae"], mode="lines+markers", name="this model")
    symbols = ("diamond-open", "square-open")
    for (name, errors), symbol in zip(one["naive"].items(), symbols, strict=False):
        figure.add_scatter(
            x=x, y=errors, mode="lines+markers", name=name, line={"dash": "dash"},
            marker={"symbol": symbol},
        )  # fmt: skip
    first, last = formatting.digits(one["mae"][0]), formatting.digits(one["mae"][-1])
    alt = f"Mean absolute error from {first} one step ahead to {last} {len(x)} steps ahead"
    key = f"back-test-errors-{run.id}-{one['column']}"
    figures.draw(figure, "steps ahead", "mean absolute error", key, alt, 300)
    heads = ["Steps ahead", "This model", *one["naive"]]
    columns = [one["mae"], *one["naive"].values()]
    rows = [
        [str(i), *map(formatting.digits, values)] for i, *values in zip(x, *columns, strict=True)
    ]
    figures.as_table("Mean absolute error by step", heads, rows, key)
