"""The model beside honest baselines: guessing, a straight line, trees."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from builder import formatting
from builder.runs.engine_process import client
from builder.spec import Run
from pages.widgets.session import engine_facts
from pages.widgets.shared import page_frame

CLOSE = 0.01
"""Share of the better score within which two models count as equally good."""


@st.fragment
@page_frame.safe
def show(run: Run, results: Mapping[str, Any]) -> None:
    """What simple models reach on the same test, and a sentence about it.

    Args:
        results: one output's report, as ``evaluation.report`` gives it.
    """
    st.subheader("Is a network needed?", anchor=False)
    key = ("baselines", run.training.dataset, run.training.columns, results.get("column"))
    is_table = bool(run.training.dataset.config.get("inputs"))
    if not is_table and not st.toggle(
        "Compare with simple models", key=f"compare-{run.id}", help="It takes a few seconds."
    ):
        st.caption("Guessing, a straight line and trees learn from the same examples in seconds.")
        return
    with st.spinner("Training simple models …"):
        target = str(results.get("column") or "")
        compared = engine_facts.get_or_make(
            key, lambda: client.call("baselines.compare", run.training, target)
        )
    st.markdown(sentence(results, compared))
    st.html(table_html(results, compared))
    if compared["rows"] < compared["of"]:
        st.caption(
            f"The simple models learned from {formatting.number(compared['rows'])} of"
            f" {formatting.number(compared['of'])} examples."
        )


def sentence(results: Mapping[str, Any], compared: Mapping[str, Any]) -> str:
    """Who wins, honestly."""
    guess, *others = compared["models"]
    score, better, word = _measure(compared["task"])
    mine, best = float(results[score]), max(others, key=lambda m: better * m[score])
    lead = better * (mine - best[score])
    numbers = (
        f"Your model reaches {word} {formatting.digits(mine)};"
        f" {best['name'].lower()} {formatting.digits(best[score])},"
        f" {guess['name'].lower()} {formatting.digits(guess[score])}."
    )
    if better * (mine - guess[score]) <= 0:
        return f"{numbers} It has learned nothing that guessing does not know."
    if abs(lead) <= CLOSE * max(abs(mine), abs(best[score])):
        return f"{numbers} That is as good: take the simpler one where it suffices."
    if lead < 0:
        return f"{numbers} That is better: here a network is not worth its trouble yet."
    return f"{numbers} The network is worth it."


def table_html(results: Mapping[str, Any], compared: Mapping[str, Any]) -> str:
    """A row a model, the best first, as HTML."""
    score, better, word = _measure(compared["task"])
    rows = [(m["name"], float(m[score]), False) for m in compared["models"]]
    rows.append(("Your model", float(results[score]), True))
    rows.sort(key=lambda row: -better * row[1])
    most = max(value for _, value, _ in rows) or 1.0
    lines = "".join(
        f'<tr{" class=top" if mine else ""}><th scope="row">{escape(name)}</th>'
        f'<td><i style="width:{100 * value / most:.0f}%"></i></td>'
        f"<td>{formatting.digits(value)}</td></tr>"
        for name, value, mine in rows
    )
    head = f'<caption class="lw-hidden">{escape(word)} on the test, the best first</caption>'
    return f'<table class="lw-bars">{head}<tbody>{lines}</tbody></table>'


def _measure(task: str) -> tuple[str, int, str]:
    """The score that is compared, whether more of it is better, and its name for people."""
    if task == "classification":
        return "accuracy", 1, "an accuracy of"
    return "mae", -1, "a mean error of"
