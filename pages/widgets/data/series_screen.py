"""A person's own series: what is forecast from how much of the past, its chart and its season."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from builder import formatting
from builder.datasets._table_format import table_format
from builder.datasets.series_file import ENTRY
from builder.kinds.registry import find_kind
from builder.runs.engine_process import client
from builder.spec import Config, ObjectSpec
from builder.tables.table_records import (
    LEFT_OUT,
    ColumnProfile,
    SeriesOutline,
    TableOverview,
)
from pages.widgets.data import open_table, table_screen
from pages.widgets.session import engine_facts, widget_sync
from pages.widgets.shared import asset_files
from pages.widgets.shared.page_frame import escape_md

ASKED = ("file", "name", "format", "time", "group", "values", "known", "others", "names")
"""Settings of the dataset that this screen asks for."""

ONE = ""
"""The choice of a table that holds one series."""

IN_ORDER = ""
"""The choice of no clock: the rows follow each other evenly."""


def show(dataset: ObjectSpec) -> Any:
    """The screen of this series; the container in which the model is chosen.

    Raises:
        DataError: the file is not here or cannot be read.
    """
    st.html(asset_files.ROOT / "assets" / "table.css")
    config = Config({**ENTRY.args, **dataset.config})
    seen = _look(dataset, config)
    st.subheader(escape_md(str(config["name"])), anchor=False)
    st.markdown(_sentence(config, seen))
    _choose_columns(dataset, config, seen)
    model_place = st.container()
    season = seen.task.season if seen.task else 0
    outlines = _outline(config, season, _choose_drawn(config, seen))
    names = ("Series", *(["Season"] if season else []), "Rows")
    tabs = dict(zip(names, st.tabs(names, key="series-tabs"), strict=True))
    with tabs["Series"]:
        for outline in outlines:
            _draw_series(outline, config)
    if season:
        with tabs["Season"]:
            _draw_season(outlines[0], season)
    with tabs["Rows"]:
        table_screen.show_rows(seen)
    st.button(
        "Take each row by itself instead",
        key="series-as-table",
        help="As a table: every row is an example, and no row knows what was before it",
        on_click=table_screen.arrive_again,
        args=(str(config["file"]), str(config["name"]), False),
    )
    return model_place


def _look(dataset: ObjectSpec, config: Config) -> TableOverview:
    path, form = open_table.find_path(config), table_format(config["format"])
    asked = (form, {}, list(config["values"]), list(config["others"]), True)
    found: TableOverview = engine_facts.get_or_make(
        ("series", dataset), lambda: open_table.read(path, *asked)
    )
    return found


def _choose_drawn(config: Config, seen: TableOverview) -> str:
    """Which of several series is drawn."""
    card = seen.profile.column(config["group"]) if config["group"] else None
    if card is None:
        return ""
    names = sorted(name for name, _ in card.frequent)
    chosen = st.selectbox(f"{card.name} that is drawn", names, key="series-drawn")
    return str(chosen or names[0])


def _outline(config: Config, season: int, drawn: str) -> Sequence[SeriesOutline]:
    path, form = open_table.find_path(config), table_format(config["format"])
    only = (config["group"], drawn)
    asked = (str(path.resolve()), form, config["time"], list(config["values"]), season, only)
    call = "table_overview.outline_file"
    found: Sequence[SeriesOutline] = engine_facts.get_or_make(
        ("outline", path, repr(asked)),
        lambda: client.call_guarded(call, *asked, reads=(path,), light=True),
    )
    return found


def _sentence(config: Config, seen: TableOverview) -> str:
    steps = formatting.plural(config["horizon"], "step")
    past = formatting.plural(config["window"], "step")
    names = " and ".join(f"'{escape_md(n)}'" for n in config["values"])
    each = f", for each {escape_md(config['group'])} by itself" if config["group"] else ""
    said = (
        f"{formatting.number(seen.profile.rows)} rows{each}. {names}: the next {steps} from the"
        f" last {past}."
    )
    if seen.task and seen.task.season:
        said += (
            f" After {seen.task.season} steps it is much the same again (autocorrelation"
            f" {seen.task.strength:.2f})."
        )
    return said


def _choose_columns(dataset: ObjectSpec, config: Config, seen: TableOverview) -> None:
    """What each column of the table is for the forecast."""
    cards = seen.profile.columns
    numbers = [c.name for c in cards if _holds_numbers(c) or c.name in _used(config)]
    dates = [c.name for c in cards if _is_clock(c) or c.name == config["time"]]
    left, right = st.columns(2, gap="small")
    with left:
        values = _several("Forecast", "values", numbers, config, "Which numbers are to go on.")
        known = _several(
            *("Known in advance", "known", [n for n in numbers if n not in values], config),
            "Numbers that are known for the steps to come as well: a holiday, a price.",
        )
    with right:
        key = "series-time"
        options = [*dates, IN_ORDER]
        at = widget_sync.option_index(
            options, widget_sync.sync_widget(key, config["time"], config["time"])
        )
        time = st.selectbox(
            "In the order of",
            options,
            at,
            key=key,
            format_func=lambda n: n or "the rows, evenly",
            help="The column of dates; its gaps and doubles are found and told.",
        )
        widget_sync.record_value(key, time)
        group = _choose_group(config, seen)
        rest = [n for n in numbers if n not in (*values, *known)]
        others = _several(
            *("Read the past of", "others", rest, config),
            "Other numbers whose past may tell something.",
        )
    chosen = {
        "values": dict.fromkeys(values, "number"),
        "known": dict.fromkeys(known, "number"),
        "others": dict.fromkeys(others, "number"),
        "time": time or "",
        "group": group,
    }
    new = dataset.with_(**chosen)
    if values and any(new.config[name] != config[name] for name in chosen):
        open_table.use(new)


def _choose_group(config: Config, seen: TableOverview) -> str:
    """The column that names the series, where there is one that may."""
    names = [c.name for c in seen.profile.columns if c.frequent and not _is_clock(c)]
    names = [n for n in names if n not in _used(config)]
    if not names:
        return ONE
    key, current = "series-group", config["group"]
    options = [ONE, *names]
    at = widget_sync.option_index(options, widget_sync.sync_widget(key, current, current))
    chosen = st.selectbox(
        "A series for each",
        options,
        at,
        key=key,
        format_func=lambda n: n or "no column: it is one series",
        help="A shop, a sensor, a patient: no window reaches from one into another.",
    )
    widget_sync.record_value(key, chosen)
    return chosen or ONE


def _holds_numbers(column: ColumnProfile) -> bool:
    return column.kind not in LEFT_OUT and find_kind(column.kind).reads_numbers


def _is_clock(column: ColumnProfile) -> bool:
    return column.even or isinstance(column.low, str)


def _used(config: Config) -> list[str]:
    return [*config["values"], *config["known"], *config["others"]]


def _several(label: str, role: str, names: Sequence[str], config: Config, words: str) -> list[str]:
    current = [n for n in config[role] if n in names]
    key = f"series-{role}"
    shown = widget_sync.sync_widget(key, tuple(current), current)
    chosen = st.multiselect(label, names, shown, key=key, help=words, placeholder="None")
    widget_sync.record_value(key, tuple(chosen))
    return list(chosen)


def _draw_series(outline: SeriesOutline, config: Config) -> None:
    """The values by time; those of the test on a shaded ground."""
    x: Sequence[Any] = outline.times or outline.places
    figure = go.Figure(
        go.Scatter(x=list(x), y=list(outline.values), mode="lines", line={"width": 1.3})
    )
    cut = outline.rows - max(config["horizon"], round(outline.rows * config["test_split"]))
    behind = [at for at, place in zip(x, outline.places, strict=True) if place >= cut]
    if behind:
        figure.add_vrect(
            x0=behind[0], x1=x[-1], fillcolor="gray", opacity=0.15, line_width=0,
            annotation_text="test", annotation_position="top left",
        )  # fmt: skip
    figure.update_layout(height=300, margin={"l": 10, "r": 10, "t": 10, "b": 10})
    figure.update_yaxes(title=outline.name)
    known = [v for v in outline.values if v == v]
    alt = f"{outline.name}: {formatting.plural(outline.rows, 'step')}"
    if known:
        low, high = formatting.digits(min(known)), formatting.digits(max(known))
        alt += f" from {low} to {high}; the last {outline.rows - cut} are for the test"
    st.plotly_chart(figure, key=f"series-{outline.name}", alt=alt, config={"displayModeBar": False})


def _draw_season(outline: SeriesOutline, season: int) -> None:
    """The mean of every step of a season."""
    x = list(range(1, season + 1))
    figure = go.Figure(go.Scatter(x=x, y=list(outline.season), mode="lines+markers"))
    figure.update_layout(height=300, margin={"l": 10, "r": 10, "t": 10, "b": 10})
    figure.update_xaxes(title=f"step of {season}")
    figure.update_yaxes(title=f"mean of {outline.name}")
    top = outline.season.index(max(outline.season)) + 1
    alt = f"Mean {outline.name} at each of {season} steps; highest at step {top}"
    st.plotly_chart(figure, key="series-season", alt=alt, config={"displayModeBar": False})
