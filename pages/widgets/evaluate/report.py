"""Test results as charts and tables: scores, confusion, examples, residuals, surface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from builder import catalog, formatting
from pages.widgets.evaluate import confusion_matrix
from pages.widgets.forms import column_form
from pages.widgets.shared import figures, page_frame
from pages.widgets.shared.markup import bar, image_data_url, table
from pages.widgets.shared.page_frame import escape_md

PLAYED = 6
"""Sounds that can be played beside each other."""


def scores(results: Mapping[str, Any]) -> None:
    """Keras's own test metrics, then scikit-learn's for regression; help says what each means."""
    shown = dict(results["test"])
    if results["task"] == "regression":
        ours = ("r2", "mae", "rmse")
        shown |= {n: results[n] for n in ours if MEANINGS[n][0] not in map(formatting.label, shown)}
    with st.container(key="totals", horizontal=True, gap="large"):
        for name, value in shown.items():
            st.metric(
                _metric_title(name) if name in results["test"] else MEANINGS[name][0],
                formatting.score(value),
                help=_meaning(name),
                width="content",
            )


def _metric_title(name: str) -> str:
    """``auc`` → ``Test AUC``: an abbreviation is no word."""
    words = formatting.label(name).split()
    lower = (w if w == "IoU" else w.lower() for w in words)
    return "Test " + " ".join(w.upper() if w in SHORT else w for w in lower)


SHORT = frozenset({"auc"})
"""Names of metrics that are said letter by letter."""


def output_scores(results: Mapping[str, Any]) -> None:
    """What scikit-learn says of one output among several, beside Keras's metrics."""
    names = ("r2", "mae", "rmse") if results["task"] == "regression" else ("accuracy",)
    with st.container(key="totals-output", horizontal=True, gap="large"):
        for name in names:
            title, meaning = MEANINGS[name]
            st.metric(title, formatting.score(results[name]), help=meaning, width="content")


SHOWN = 24
"""Examples of a cell that are shown."""

MEANINGS = {
    "loss": ("Loss", "How bad the meal tastes: what training tried to make small."),
    "r2": ("R²", "Share of the ups and downs explained: 1 is perfect, 0 is guessing the mean."),
    "mae": ("Mean absolute error", "How far off a prediction is on average, in the target's unit."),
    "rmse": ("Root mean squared error", "As above, but large misses weigh more."),
    "accuracy": ("Accuracy", "Share of the examples that got the right answer."),
}


def _meaning(name: str) -> str:
    if name in MEANINGS:
        return MEANINGS[name][1]
    # a model of several outputs puts the output's name before the metric's
    parts = name.split("_")
    for i in range(len(parts)):
        tail = "_".join(parts[i:])
        if tail in MEANINGS:
            return MEANINGS[tail][1]
        if entry := catalog.find("metrics", "".join(part.title() for part in parts[i:])):
            return entry.summary
    return "A metric of this run."


def confusion(results: Mapping[str, Any], key: str) -> tuple[int, int] | None:
    """The matrix; returns the chosen cell as (true, predicted) class numbers."""
    st.subheader("Confusion matrix", anchor=False)
    st.caption(
        "A row is the truth, a column the answer. Choose a cell to see its examples; choose it"
        " again to leave it."
    )
    return confusion_matrix.choose(results["confusion"], results["classes"], key)


def per_class(results: Mapping[str, Any]) -> None:
    """Precision, recall and F1 of each class."""
    st.subheader("Class by class", anchor=False)
    st.caption(
        "Precision: of the answers that named this class, the share that was right. Recall: of the"
        " examples of this class, the share that was found. F1: both in one number (their harmonic"
        " mean)."
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Class", *MEASURES, "Examples"))
    rows = "".join(
        f'<tr><th scope="row">{escape(str(row["class"]))}</th>'
        + "".join(f"<td>{bar(row[m.lower()], f'{row[m.lower()]:.3f}')}</td>" for m in MEASURES)
        + f"<td>{formatting.number(int(row['support']))}</td></tr>"
        for row in results["per_class"]
    )
    st.html(
        '<div class="lw-scroll lw-scores" tabindex="0" role="region" aria-label="Class by class">'
        f'<table class="lw-classes"><tr>{head}</tr>{rows}</table></div>'
    )


MEASURES = ("Precision", "Recall", "F1")


def cell_title(true: str, predicted: str, total: int) -> str:
    """What the examples of a cell have in common."""
    if true == predicted:
        return f"{total} right: {true}"
    return f"{formatting.plural(total, 'mistake')}: {true} taken for {predicted}"


def gallery(examples: Mapping[str, Any], names: Sequence[str], none: str) -> None:
    """Examples with truth, answer and confidence: pictures as a grid, rows as a table."""
    if not len(examples["indices"]):
        st.caption(none)
        return
    true = [names[int(i)] for i in examples["true"]]
    answers = [names[int(i)] for i in examples["predicted"]]
    confidence = [float(c) for c in examples["confidence"]]
    parts = examples["parts"]
    if len(parts) > 1:
        shares = [f"{100 * c:.0f} %" for c in confidence]
        more = (("Is", true), ("Answer", answers), ("Confidence", shares))
        st.html(column_form.example_rows(parts, "Test examples", more))
        return
    if "images" in parts[0]:
        st.caption("Bold: what the model answered, and how sure it was. Below: what it really is.")
        st.html(_grid(examples, true, answers, confidence))
        return
    shown = table("Test examples", *_lines(parts[0], true, answers, confidence))
    st.html(shown if "rows" in parts[0] else f'<div class="lw-texts">{shown}</div>')


def play(examples: Mapping[str, Any], names: Sequence[str], rate: int) -> None:
    """The first examples, which are sounds, to be heard.

    Args:
        rate: values a second.
    """
    sounds = examples["parts"][0]["sounds"]
    for sound, true, said in zip(
        sounds[:PLAYED], examples["true"], examples["predicted"], strict=False
    ):
        st.caption(f"{escape_md(names[int(said)])}, is {escape_md(names[int(true)])}")
        st.audio(np.asarray(sound), sample_rate=rate)


def _lines(
    part: Mapping[str, Any],
    true: Sequence[str],
    answers: Sequence[str],
    confidence: Sequence[float],
) -> tuple[list[str], list[list[str]]]:
    """Head and rows of examples that are no pictures."""
    rows = [[formatting.digits(v) for v in row] for row in part.get("rows", ())]
    heads = part["features"] if rows else ["Text" if "texts" in part else part["name"]]
    rows = rows or [[str(one)] for one in part.get("texts", part.get("values", ()))]
    each = zip(true, answers, confidence, rows, strict=True)
    lines = [[is_, answer, f"{100 * c:.0f} %", *row] for is_, answer, c, row in each]
    return ["True", "Answer", "Confidence", *map(str, heads)], lines


def _grid(
    examples: Mapping[str, Any],
    true: Sequence[str],
    answers: Sequence[str],
    confidence: Sequence[float],
) -> str:
    figures = []
    for i, image in enumerate(np.asarray(examples["parts"][0]["images"])):
        number = int(examples["indices"][i])
        alt = f"Test example {number}: a {true[i]} taken for {answers[i]}"
        figures.append(
            f'<figure title="Test example {number}">'
            f'<img src="{image_data_url(image)}" alt="{escape(alt)}">'
            f"<figcaption><b>{escape(answers[i])}</b> {100 * confidence[i]:.0f} %"
            f"<br><span>is {escape(true[i])}</span></figcaption></figure>"
        )
    return f'<div class="lw-gallery">{"".join(figures)}</div>'


def regression(results: Mapping[str, Any]) -> None:
    """Predicted against true, and the misses against the prediction."""
    true, predicted = np.asarray(results["true"]), np.asarray(results["predicted"])
    accent, other = page_frame.colors()[:2]
    line, dots = {"dash": "dash", "color": other}, {"color": accent}
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Predicted against true", anchor=False)
        st.caption("On the dashed line a prediction is exactly right.")
        both = [float(min(true.min(), predicted.min())), float(max(true.max(), predicted.max()))]
        figure = go.Figure()
        figure.add_scatter(x=both, y=both, mode="lines", line=line, name="exact")
        name = "test example"
        figure.add_scatter(x=true, y=predicted, mode="markers", marker=dots, name=name, opacity=0.7)
        alt = "Predicted against true values"
        figures.draw(figure, "true", "predicted", "exam-true", alt)
        heads = ("true, from", "to", "examples", "mean true", "mean predicted")
        figures.as_table(alt, heads, _tenths(true, predicted), "exam-true")
    with right:
        st.subheader("Residuals against the prediction", anchor=False)
        st.caption("A bend or a funnel is something the model has not learned; a cloud is chance.")
        ends = [float(predicted.min()), float(predicted.max())]
        figure = go.Figure()
        figure.add_scatter(x=ends, y=[0, 0], mode="lines", line=line, name="exact")
        rest = true - predicted
        figure.add_scatter(x=predicted, y=rest, mode="markers", marker=dots, name=name, opacity=0.7)
        alt = "Residuals against predicted values"
        figures.draw(figure, "predicted", "true − predicted", "exam-leaning", alt)
        heads = ("predicted, from", "to", "examples", "mean predicted", "mean true")
        figures.as_table(alt, heads, _tenths(predicted, true), "exam-leaning")


def _tenths(by: Any, other: Any) -> list[list[str]]:
    """Examples in ten equal parts by one value: its ends, how many, and both means."""
    parts = np.array_split(np.argsort(by, kind="stable"), min(10, len(by)))
    return [
        [
            *(formatting.digits(v, 3) for v in (by[p].min(), by[p].max())),
            formatting.number(len(p)),
            *(formatting.digits(v, 3) for v in (by[p].mean(), other[p].mean())),
        ]
        for p in parts
    ]


def residuals(results: Mapping[str, Any]) -> None:
    """Their histogram, and the shares of it as a table."""
    rest = np.asarray(results["true"]) - np.asarray(results["predicted"])
    st.subheader("Residuals", anchor=False)
    st.caption("True minus predicted: centred on zero when the model leans neither way.")
    figure = go.Figure(go.Histogram(x=rest, nbinsx=40, marker={"color": page_frame.colors()[0]}))
    alt = "Histogram of residuals"
    figures.draw(figure, "true − predicted", "examples", "exam-residuals", alt)
    shares = (0, 5, 25, 50, 75, 95, 100)
    rows = [(f"{share} %", formatting.digits(np.percentile(rest, share), 3)) for share in shares]
    figures.as_table(alt, ("of the examples lie below", "true − predicted"), rows, "residuals")


def misses(examples: Mapping[str, Any]) -> None:
    """The examples whose value was missed by most, with all the model read."""
    values = {
        name: [formatting.digits(v, 3) for v in examples[name]] for name in ("true", "predicted")
    }
    more = (("True", values["true"]), ("Predicted", values["predicted"]))
    st.html(
        column_form.example_rows(examples["parts"], "Test examples with the largest misses", more)
    )


def surface(plane: Mapping[str, Any], preview: Mapping[str, Any], names: Sequence[str]) -> None:
    """What the model says all over the plane, under the points it learned from."""
    st.subheader("Decision surface", anchor=False)
    st.caption("The background is the model's answer at that place; the points are the data.")
    colors = [page_frame.colors()[i % len(page_frame.colors())] for i in range(len(names))]
    figure = go.Figure(_background(plane, names, colors))
    x, y = np.asarray(preview["x"]), np.asarray(preview["y"]).reshape(-1)
    for i, name in enumerate(names):
        mine = x[y == i]
        symbol = SYMBOLS[i % len(SYMBOLS)]
        marker = {"size": 6, "color": colors[i], "symbol": symbol, "line": {"width": 0.5}}
        figure.add_scatter(
            x=mine[:, 0], y=mine[:, 1], mode="markers", marker=marker, name=f"class {name}"
        )
    # equal scales, and no more of the plane than was asked of the model
    across = [float(np.min(plane["x"])), float(np.max(plane["x"]))]
    figure.update_xaxes(range=across, constrain="domain", zeroline=False)
    figure.update_yaxes(scaleanchor="x", constrain="domain", zeroline=False)
    with st.container(width=620):
        figures.draw(
            figure, "x", "y", "exam-surface", "Decision surface of the model with the data"
        )


SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "x")
"""One a class: colour alone tells nobody apart who sees none."""


def _background(
    plane: Mapping[str, Any], names: Sequence[str], colors: Sequence[str]
) -> go.Heatmap:
    """Two classes fade into each other by probability; of more, each place has its likeliest."""
    place = {k: np.asarray(plane[k]) for k in ("x", "y", "z")}
    if len(names) == 2:
        return go.Heatmap(
            **place,
            **{"zmin": 0, "zmax": 1, "zsmooth": "best", "opacity": 0.55},
            colorscale=[[0, colors[0]], [0.5, "rgba(140,140,140,0.12)"], [1, colors[1]]],
            colorbar={"title": names[1], "thickness": 10},
            hovertemplate=f"probability of {names[1]}: %{{z:.2f}}<extra></extra>",
        )
    count = len(names)
    steps = [[(i + side) / count, color] for i, color in enumerate(colors) for side in (0, 1)]
    likeliest = [[names[int(n)] for n in row] for row in place["z"]]
    return go.Heatmap(
        **place,
        **{"zmin": -0.5, "zmax": count - 0.5, "opacity": 0.4, "showscale": False},
        colorscale=steps,
        text=likeliest,
        hovertemplate="likeliest: %{text}<extra></extra>",
    )
