"""Preview of a dataset: examples by class, class balance, histograms, points, texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from builder import formatting
from builder.facts import DataFacts
from builder.kinds.registry import find_kind
from pages.widgets.shared import page_frame
from pages.widgets.shared.markup import Array, bar, image_data_url, table

CLASSES_SHOWN = 12
"""Class rows drawn before "Show all"."""


def show(preview: Mapping[str, Any], facts: DataFacts) -> None:
    """Draw the preview of that kind.

    Args:
        preview: what ``engine.data.preview`` answered.
        facts: of the same dataset.
    """
    match preview["style"]:
        case "gallery":
            show_gallery(preview["counts"], preview["images"])
        case "points":
            _points(preview, facts)
        case "table":
            _balance(preview["counts"])
            _table(preview, len(facts.input.features))
        case "texts":
            _balance(preview["counts"])
            _texts(preview)
        case _:
            _balance(preview["counts"])
            _sequences(preview)


def show_gallery(given: Sequence[tuple[Any, int]], pictures: Array) -> None:
    """A row a class: its name, how many there are, some of them.

    Args:
        given: names of classes with their numbers of examples.
        pictures: uint8 (classes, some, height, width[, 3]).
    """
    counts = list(given)
    everything = len(counts) <= CLASSES_SHOWN or st.toggle(f"Show all {len(counts)} classes")
    shown = counts if everything else counts[:CLASSES_SHOWN]
    most = max((n for _, n in counts), default=1) or 1
    rows = "".join(
        f'<tr><th scope="row">{escape(str(name))}</th>'
        f"<td>{bar(n / most, formatting.number(int(n)))}</td>"
        f'<td><img alt="Examples of {escape(str(name))}" src="{_strip(pictures[i])}"></td></tr>'
        for i, (name, n) in enumerate(shown)
    )
    head = "<tr><th>Class</th><th>Examples</th><th>Some of them</th></tr>"
    st.html(f'<div class="lw-scroll"><table class="lw-classes">{head}{rows}</table></div>')


def _strip(pictures: Array) -> str:
    """Pictures side by side as one PNG data address, a pixel of air between them."""
    gap = [(0, 0), (0, 0), (0, 1)] + [(0, 0)] * (pictures.ndim - 3)
    padded = np.pad(pictures, gap)
    strip = np.concatenate(list(padded), axis=1)
    return image_data_url(strip)


def _balance(counts: Sequence[tuple[Any, int]]) -> None:
    """How many examples each class has."""
    if not counts:
        return
    most = max(n for _, n in counts) or 1
    everything = len(counts) <= CLASSES_SHOWN or st.toggle(f"Show all {len(counts)} classes")
    rows = "".join(
        f'<tr><th scope="row">{escape(str(name))}</th>'
        f"<td>{bar(n / most, formatting.number(int(n)))}</td></tr>"
        for name, n in (counts if everything else counts[:CLASSES_SHOWN])
    )
    st.html(f'<table class="lw-classes"><tr><th>Class</th><th>Examples</th></tr>{rows}</table>')


def _points(preview: Mapping[str, Any], facts: DataFacts) -> None:
    """The points themselves, one colour a class."""
    x, y = np.asarray(preview["x"]), np.asarray(preview["y"]).reshape(-1)
    figure = go.Figure()
    colors = page_frame.colors()
    for index, name in enumerate(facts.target.classes):
        mine = x[y == index]
        figure.add_scatter(
            x=mine[:, 0],
            y=mine[:, 1],
            mode="markers",
            name=f"class {name}",
            marker={"size": 6, "opacity": 0.75, "color": colors[index % len(colors)]},
        )
    # above the plot: below it the legend would lie on the axis's title
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}
    figure.update_layout(height=430, margin={"l": 10, "r": 10, "t": 10, "b": 10}, legend=legend)
    across, up = facts.input.features or (None, None)
    figure.update_yaxes(scaleanchor="x", title=up)
    figure.update_xaxes(title=across)
    alt = f"{len(x)} points in the plane, coloured by class"
    st.plotly_chart(figure, key="preview-points", alt=alt, config={"displayModeBar": False})


def _table(preview: Mapping[str, Any], whole: int) -> None:
    """The distribution of a column, and the first rows as they came, of ``whole`` columns."""
    columns = [str(c) for c in preview["columns"]]
    if preview["histograms"]:
        name = st.selectbox("Distribution of", list(preview["histograms"]), key="preview-column")
        edges, counts = preview["histograms"][name]
        edges = np.asarray(edges)
        figure = go.Figure(
            go.Bar(
                x=(edges[1:] + edges[:-1]) / 2,
                y=counts,
                width=np.diff(edges) * 0.96,
                marker_color=page_frame.colors()[0],
                hovertemplate="around %{x:.4g}: %{y} examples<extra></extra>",
            )
        )
        figure.update_layout(height=230, margin={"l": 10, "r": 10, "t": 10, "b": 10})
        figure.update_xaxes(title=name)
        figure.update_yaxes(title="examples")
        alt = f"Histogram of {name}"
        st.plotly_chart(figure, key="preview-histogram", alt=alt, config={"displayModeBar": False})
    rows = np.asarray(preview["rows"])
    part = (
        f" and {len(columns)} of {formatting.number(whole)} columns" if len(columns) < whole else ""
    )
    st.caption(f"The first {len(rows)} rows{part}, as they came")
    caption = f"The first {len(rows)} rows of the data"
    shown = ([formatting.digits(v) for v in row] for row in rows)
    st.html(table(caption, columns[: rows.shape[1]], shown))


def _sequences(preview: Mapping[str, Any]) -> None:
    """Texts as read back from their numbers."""
    for text in preview["rows"][:6]:
        st.markdown(f"> {escape(str(text))[:400]} …", unsafe_allow_html=False)


def _texts(preview: Mapping[str, Any]) -> None:
    """How long the texts are, their most frequent words, and the first of them."""
    left, right = st.columns(2, gap="large")
    with left:
        st.caption("Words in a text")
        _lengths(*preview["lengths"])
    with right:
        most = max((n for _, n in preview["frequent"]), default=1)
        number = formatting.number
        rows = "".join(
            f'<tr><th scope="row">{escape(word)}</th><td>{bar(n / most, number(n))}</td></tr>'
            for word, n in preview["frequent"]
        )
        st.caption(f"Most frequent of {formatting.number(preview['different'])} different words")
        st.html(f'<table class="lw-classes"><tr><th>Word</th><th>Times</th></tr>{rows}</table>')
    st.caption("The first texts, as they came")
    rows = zip(preview["labels"], preview["rows"], strict=True)
    st.html(f'<div class="lw-texts">{table("The first texts", ("Label", "Text"), rows)}</div>')


def _lengths(edges: Sequence[float], counts: Sequence[int]) -> None:
    """A histogram of numbers of words."""
    at = (np.asarray(edges[1:]) + np.asarray(edges[:-1])) / 2
    figure = go.Figure(
        go.Bar(
            x=at,
            y=counts,
            marker_color=page_frame.colors()[0],
            hovertemplate="%{x:g} words: %{y} texts<extra></extra>",
        )
    )
    figure.update_layout(height=300, margin={"l": 10, "r": 10, "t": 10, "b": 10})
    figure.update_xaxes(title="words")
    figure.update_yaxes(title="texts")
    alt = "Histogram of the number of words in a text"
    st.plotly_chart(figure, key="preview-lengths", alt=alt, config={"displayModeBar": False})


# --- in words ------------------------------------------------------------------------------------


def summary_sentence(facts: DataFacts) -> str:
    """Sizes in words: how many examples, what each is, what is to be said about it."""
    many, test = formatting.number(facts.n_train), formatting.number(facts.n_test)
    each, answer = (find_kind(c.kind).describe_example(c) for c in (facts.input, facts.target))
    return (
        f"{many} examples to learn from and {test} kept aside for the final exam. Each is"
        f" {each}; the model answers with {answer}."
    )


def preparation_html(preview: Mapping[str, Any], facts: DataFacts) -> str:
    """HTML: what came, what the model sees, and one label before and after."""
    raw, now = preview["raw"], preview["prepared"]
    before, after = preview.get("y_before"), preview.get("y_after")
    cells = [("As it came", _describe_array(raw)), ("What the model sees", _describe_array(now))]
    if facts.input.is_text:
        cells[1] = (cells[1][0], "The same texts; TextVectorization makes numbers of their words")
    if before is None:
        before, after = now.get("y_before"), now.get("y_after")
    if before is not None:
        cells.append(("A label", f"<code>{_value(before)}</code> → <code>{_value(after)}</code>"))
    return (
        '<div class="lw-steps">'
        + "".join(f"<div><h4>{title}</h4><p>{body}</p></div>" for title, body in cells)
        + "</div>"
    )


def _describe_array(about: Mapping[str, Any]) -> str:
    shape = formatting.short(tuple(about["shape"])[1:])
    low, high = formatting.digits(about["min"]), formatting.digits(about["max"])
    many = formatting.number(int(about["shape"][0]))
    if "unit" in about:
        return f"{many} texts of {low} to {high} {about['unit']}"
    kind = escape(str(about["dtype"]))
    return f"{many} × <code>{shape}</code>, numbers from {low} to {high} <code>{kind}</code>"


def _value(value: Any) -> str:
    flat = np.asarray(value).reshape(-1)
    if flat.dtype.kind in "US":
        return escape(" ".join(flat[:12]))
    text = " ".join(f"{float(v):g}" for v in flat[:12])
    return text + (" …" if len(flat) > 12 else "")
