"""Probabilities of a classifier: a threshold and what it costs, ROC, precision, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from builder import formatting
from builder.runs.engine_process import client
from builder.spec import Run
from pages.widgets.evaluate import threshold
from pages.widgets.evaluate.threshold import Decision
from pages.widgets.session import engine_facts
from pages.widgets.shared import figures, page_frame
from pages.widgets.shared.markup import table
from pages.widgets.shared.page_frame import escape_md

FEW = 6
"""Classes that are chosen from buttons; more are chosen from a list."""


@st.fragment
@page_frame.safe
def show(run: Run, artefact: str, output: str) -> None:
    """Everything about one class against the others; a fragment, so that a slider moves no more."""
    found = engine_facts.get_or_make(
        ("curves", run.id, output),
        lambda: client.call("class_curves.curves", artefact, run.training, output),
    )
    one = _choose_class(found, f"{run.id}-{output}")
    if one["roc"] is None:
        st.info(
            f"The test has only examples that are {'' if one['positives'] else 'not '}"
            f"{escape_md(str(one['class']))}: there is nothing to tell apart.",
            icon=":material/balance:",
        )
        return
    decision = _choose_threshold(one, f"{run.id}-{output}-{one['class']}")
    left, right = st.columns(2, gap="large")
    with left:
        _roc(one, decision)
    with right:
        _precision_recall(one, decision)
    left, right = st.columns(2, gap="large")
    with left:
        _calibration(one)
    if len(found["classes"]) > 2:
        with right:
            _by_class(found)


def _choose_class(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The class that is looked for: of two the last, which is the yes of most questions."""
    names = [str(name) for name in found["classes"]]
    start = names[-1] if len(names) == 2 else names[0]
    if len(names) <= FEW:
        chosen = st.segmented_control(
            "Looking for", names, default=start, required=True, key=f"class-{key}"
        )
    else:
        chosen = st.selectbox("Looking for", names, names.index(start), key=f"class-{key}")
    one: Mapping[str, Any] = found["by_class"][names.index(chosen or start)]
    return one


def _choose_threshold(one: Mapping[str, Any], key: str) -> Decision:
    """What comes of it, above the slider and the costs it is chosen by."""
    answer = st.container()
    at = f"threshold-{key}"
    left, middle, right = st.columns([6, 3, 3], gap="medium", vertical_alignment="bottom")
    with left:
        value = st.slider(
            f"Call it {escape_md(str(one['class']))} from this probability on",
            0.0,
            1.0,
            0.5,
            0.01,
            key=at,
        )
    with middle:
        alarm = st.number_input("A false alarm costs", 0.0, value=1.0, key=f"alarm-{key}")
    with right:
        miss = st.number_input("A miss costs", 0.0, value=1.0, key=f"miss-{key}")
    decision = threshold.decide(one, value)
    cheapest = threshold.find_cheapest(one, alarm, miss)
    _cost(decision, cheapest, (alarm, miss), at)
    with answer:
        _numbers(one, decision)
    return decision


def _cost(decision: Decision, cheapest: Decision, costs: tuple[float, float], at: str) -> None:
    here, least = decision.cost(*costs), cheapest.cost(*costs)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if least < here:
            st.markdown(
                f"The mistakes cost **{here:,.4g}** here, and only **{least:,.4g}** from"
                f" **{cheapest.threshold:.2f}** on.",
                width="content",
            )
            st.button(
                f"Set it to {cheapest.threshold:.2f}",
                key=f"cheapest-{at}",
                icon=":material/savings:",
                on_click=_set_threshold,
                args=(at, cheapest.threshold),
            )
        else:
            st.markdown(f"The mistakes cost **{here:,.4g}** here; no threshold is cheaper.")


def _set_threshold(key: str, value: float) -> None:
    st.session_state[key] = value


def _numbers(one: Mapping[str, Any], decision: Decision) -> None:
    """The four counts, and what they come to."""
    name = str(one["class"])
    with st.container(key="totals-class", horizontal=True, gap="large"):
        for title, value, meaning in (
            ("Precision", decision.precision, f"Of those called {name}, the share that is."),
            ("Recall", decision.recall, f"Of those that are {name}, the share that is found."),
            ("ROC AUC", one["auc"], "How often one of the class is put above another: 1 always,"
             " 0.5 by chance."),
            ("Average precision", one["precision"], "The area under precision over recall."),
        ):  # fmt: skip
            shown = "–" if value is None else formatting.score(value)
            st.metric(title, shown, help=meaning, width="content")
    rows = [
        (f"is {name}", f"{decision.hits:,} found", f"{decision.misses:,} missed"),
        ("is not", f"{decision.false_alarms:,} false alarms", f"{decision.rejections:,} right"),
    ]
    heads = ("", f"called {name}", "called something else")
    st.html(table(f"Answers at {decision.threshold:.2f}", heads, rows, row_heads=True))


def _roc(one: Mapping[str, Any], decision: Decision) -> None:
    st.subheader("ROC curve", anchor=False)
    st.caption("Found of the class, against false alarms among the others. Chance is the diagonal.")
    x, y = one["roc"]
    here = (decision.false_rate, decision.recall)
    chance = ([0, 1], [0, 1])
    figure = _curve(x, y, here, chance, f"AUC {one['auc']:.3f}")
    heads = ("false alarms (share)", "found (share)")
    figures.draw(figure, *heads, "exam-roc", f"ROC curve of {one['class']}, {one['auc']:.3f}")
    figures.as_table("ROC curve", heads, _sample(x, y), "roc")


def _precision_recall(one: Mapping[str, Any], decision: Decision) -> None:
    st.subheader("Precision and recall", anchor=False)
    st.caption("To find more of the class costs precision. Dashed: calling everything the class.")
    x, y = one["pr"]
    share = one["positives"] / (one["positives"] + one["negatives"])
    here = (decision.recall, decision.precision)
    figure = _curve(x, y, here, ([0, 1], [share, share]), f"average {one['precision']:.3f}")
    heads = ("found (recall)", "right (precision)")
    figures.draw(figure, *heads, "exam-pr", f"Precision over recall of {one['class']}")
    figures.as_table("Precision and recall", heads, _sample(x, y), "pr")


def _curve(
    x: Any,
    y: Any,
    here: tuple[float | None, float | None],
    chance: tuple[Sequence[float], Sequence[float]],
    name: str,
) -> go.Figure:
    accent, other = page_frame.colors()[:2]
    figure = go.Figure()
    line = {"dash": "dash", "color": other, "width": 1.5}
    figure.add_scatter(x=chance[0], y=chance[1], mode="lines", line=line, name="chance")
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": accent}, name=name)
    if None not in here:
        marker = {"size": 12, "color": accent, "symbol": "diamond", "line": {"width": 2}}
        figure.add_scatter(
            x=[here[0]], y=[here[1]], mode="markers", marker=marker, name="the threshold"
        )
    figure.update_xaxes(range=[-0.02, 1.02])
    figure.update_yaxes(range=[-0.02, 1.04])
    return figure


def _sample(x: Any, y: Any) -> list[tuple[str, str]]:
    """A dozen points of a curve."""
    step = max(1, len(x) // 12)
    return [(f"{a:.3f}", f"{b:.3f}") for a, b in zip(x[::step], y[::step], strict=True)]


def _calibration(one: Mapping[str, Any]) -> None:
    st.subheader("Calibration", anchor=False)
    st.caption(
        "Where the model says 70 %, are 70 % of the class? On the dashed line a probability is what"
        " it claims to be."
    )
    said, share, counts = one["calibration"]
    accent, other = page_frame.colors()[:2]
    figure = go.Figure()
    line = {"dash": "dash", "color": other, "width": 1.5}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, name="as claimed")
    figure.add_scatter(
        x=said, y=share, mode="lines+markers", marker={"color": accent}, name="the model"
    )
    heads = ("probability said", "share that is the class")
    figures.draw(figure, *heads, "exam-calibration", f"Calibration of {one['class']}")
    rows = [
        (f"{p:.2f}", f"{s:.2f}", f"{int(n):,}") for p, s, n in zip(said, share, counts, strict=True)
    ]
    figures.as_table("Calibration", (*heads, "examples"), rows, "calibration")


def _by_class(found: Mapping[str, Any]) -> None:
    st.subheader("Every class against the others", anchor=False)
    rows = [
        (
            str(one["class"]),
            *("–" if one[k] is None else f"{one[k]:.4f}" for k in ("auc", "precision")),
            f"{one['positives']:,}",
        )
        for one in found["by_class"]
    ]
    mean = "" if found["auc"] is None else f"The mean AUC is {found['auc']:.4f}."
    st.caption(mean)
    heads = ("Class", "ROC AUC", "Average precision", "Examples")
    st.html(table("Every class against the others", heads, rows, row_heads=True))
