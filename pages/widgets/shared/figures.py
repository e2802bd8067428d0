"""Draw the charts of an exam, each with its numbers as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import plotly.graph_objects as go
import streamlit as st

from pages.widgets.shared.markup import table

QUIET = {"displayModeBar": False}


def draw(figure: go.Figure, x: str, y: str, key: str, alt: str, height: int = 390) -> None:
    """A chart with these titles of its axes; ``alt`` says what it shows to who sees none."""
    # above the plot: below it the legend would lie on the axis's title
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}
    margin = {"l": 10, "r": 10, "t": 10, "b": 10}
    figure.update_layout(height=height, margin=margin, legend=legend)
    figure.update_xaxes(title=x)
    figure.update_yaxes(title=y)
    st.plotly_chart(figure, key=key, alt=alt, config=QUIET)


def as_table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], key: str) -> None:
    """The numbers of a chart, for who would rather read them."""
    with st.expander("As a table", key=f"table-{key}"):
        st.html(table(title, heads, rows))
