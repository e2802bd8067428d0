"""The next steps of a series, drawn behind its last ones, for the project's file or a newer one."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from builder import formatting
from builder.datasets._folders import find_file
from builder.datasets.contract import resolve_settings
from builder.datasets.registry import find_dataset
from builder.errors import FileError
from builder.runs.disk import workspace
from builder.runs.engine_process import client
from builder.runs.scheduler import jobs
from builder.spec import Run
from pages.widgets.code import lazy_download
from pages.widgets.session import engine_facts, tab_state, widget_sync
from pages.widgets.shared import drop_zone, page_frame
from pages.widgets.shared.drop_zone import DroppedFile
from pages.widgets.shared.markup import table
from pages.widgets.shared.page_frame import escape_md

PAST = 4
"""Horizons of the past that are drawn before the forecast, at least ``FEWEST`` steps."""

FEWEST = 60

MEMORY = 4 * 2**30
HINT = "a newer file with the same columns"


def forecasts(run: Run) -> bool:
    """Whether the model of that run continues a series."""
    return hasattr(find_dataset(run.training.dataset.class_name), "series_to_continue")


@st.fragment
@page_frame.safe
def show(run: Run) -> None:
    """How many steps, the chart and the numbers."""
    dataset = run.training.dataset
    entry = find_dataset(dataset.class_name).ENTRY
    config = resolve_settings(entry, dataset.config)
    newer = tab_state.recall(f"forecast-file-{run.id}")
    file = newer[0] if newer else None
    first, second, third = st.columns(3, vertical_alignment="bottom")
    with first:
        steps = int(
            st.number_input(
                "Steps ahead",
                1,
                1000,
                int(config["horizon"]),
                key=f"forecast-steps-{run.id}",
                help="More than one horizon are forecast from forecasts, and less certain.",
            )
        )
    with third:
        _name_newer(run, newer)
    key = f"forecast-group-{run.id}"
    group = str(widget_sync.widget_value(key) or "")
    asked = engine_facts.get_or_make(
        ("known-ahead", run.id, file, steps, group),
        lambda: _call(run, "forecast.known_ahead", file, steps, group),
    )
    if asked["groups"]:
        with second:
            st.selectbox(str(config["group"]), asked["groups"], key=key)
    ahead = _fill_in(asked, f"forecast-known-{run.id}-{file}-{steps}-{group}")
    if ahead is None:
        _drop_newer(run)
        return
    found = _call(run, "forecast.forecast", file, steps, group, ahead)
    for name in found["values"]:
        _draw(name, found)
    _show_numbers(found, str(config.get("time") or "step"))
    if "file" in config:
        _drop_newer(run)


def _call(run: Run, name: str, file: str | None, *more: Any) -> Mapping[str, Any]:
    """What the engine says of the project's own file, or of a newer one that nobody vouches for."""
    artefact = [str(jobs.artefact(run.id))] if name.endswith(".forecast") else []
    call = (name, *artefact, run.training)
    if file is None:
        own: Mapping[str, Any] = client.call(*call, None, *more)
        return own
    path = find_file(file)
    if path is None:
        raise FileError("The newer file is no longer here.", "Drop it again.")
    with st.spinner("Reading the newer file …"):
        found: Mapping[str, Any] = client.call_guarded(
            *(*call, str(path.resolve()), *more),
            reads=(workspace.home(), *workspace.linked_folders()),
            memory_bytes=MEMORY,
        )
    return found


def _name_newer(run: Run, newer: tuple[str, str] | None) -> None:
    """Which newer file is gone on from, and the way back from it."""
    if not newer:
        return
    st.markdown(f"From the end of **{escape_md(newer[1])}**")
    st.button(
        "From the project's own file",
        key="forecast-own",
        on_click=tab_state.remember,
        args=(f"forecast-file-{run.id}", None),
    )


def _fill_in(asked: Mapping[str, Any], key: str) -> Sequence[Sequence[float]] | None:
    """What is known of the steps to come, as a table to fill in where the file does not say it; ()
    where nothing is needed, None while something is missing."""
    if not asked["columns"]:
        return ()
    if not any(None in row for row in asked["rows"]):
        known: Sequence[Sequence[float]] = asked["rows"]
        return known
    import pandas as pd  # not for those who are asked nothing

    names = " and ".join(escape_md(n) for n in asked["columns"])
    st.markdown(
        f"**{names}** of the next {formatting.plural(len(asked['rows']), 'step')} is known in"
        " advance: fill it in, or drop a file below that has rows for them."
    )
    frame = pd.DataFrame(asked["rows"], asked["times"], asked["columns"], "float64")
    filled = st.data_editor(frame, key=key, width="content", disabled=["_index"])
    if filled.isna().any(axis=None):
        st.info("The forecast follows when every cell is filled.", icon=":material/edit:")
        return None
    rows: Sequence[Sequence[float]] = filled.to_numpy("float64").tolist()
    return rows


def _drop_newer(run: Run) -> None:
    st.subheader("Go on from newer data", anchor=False)
    drop_zone.show("forecast-files", HINT, lambda dropped: _take(run, dropped))


def _take(run: Run, dropped: DroppedFile) -> None:
    asks = bool(run.training.dataset.config.get("known"))
    call = "forecast.known_ahead" if asks else "forecast.forecast"
    _call(run, call, dropped.file)  # refused before it counts
    tab_state.remember(f"forecast-file-{run.id}", (dropped.file, dropped.name))
    st.rerun()


def _draw(name: str, found: Mapping[str, Any]) -> None:
    past, values = found["past"], found["values"][name]
    shown = max(FEWEST, PAST * len(values))
    before, times = past["values"][name][-shown:], past["times"][-shown:]
    figure = go.Figure()
    figure.add_scatter(x=times, y=before, mode="lines", name="was")
    joined = [times[-1], *found["times"]], [before[-1], *values]
    mode = "lines+markers" if len(values) <= FEWEST else "lines"
    figure.add_scatter(
        x=joined[0], y=joined[1], mode=mode, name="forecast", line={"dash": "dot", "width": 2.5}
    )
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}
    figure.update_layout(height=340, margin={"l": 10, "r": 10, "t": 10, "b": 10}, legend=legend)
    figure.update_yaxes(title=name)
    low, high = formatting.digits(min(values)), formatting.digits(max(values))
    alt = f"{name}: the next {formatting.plural(len(values), 'step')} go from {low} to {high}"
    st.plotly_chart(figure, key=f"forecast-{name}", alt=alt, config={"displayModeBar": False})


def _show_numbers(found: Mapping[str, Any], clock: str) -> None:
    rows = _rows(found)
    heads = [clock, *found["values"]]
    with st.expander("As a table", key="forecast-table"):
        shown = [[str(t), *map(formatting.digits, said)] for t, *said in rows]
        st.html(table("The next steps", heads, shown))
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow([clock, *(f"predicted_{name}" for name in found["values"])])
    writer.writerows([t, *(f"{v:.7g}" for v in said)] for t, *said in rows)
    data = sheet.getvalue().encode()
    lazy_download.button(
        "Download the forecast", lambda: data, "forecast.csv", "forecast-csv", mime="text/csv"
    )


def _rows(found: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    return list(zip(found["times"], *found["values"].values(), strict=True))
