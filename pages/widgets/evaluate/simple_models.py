"""The model beside honest baselines: guessing, a straight line, trees."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from builder import binding, formatting
from builder.compare import standing
from builder.runs.queries import baseline_scores
from builder.spec import TrainingSpec
from pages.widgets.shared import baseline_watch, page_frame
from pages.widgets.shared.page_frame import escape_md

MEASURE = {"classification": "accuracy", "regression": "mae"}
"""Task → what the models are compared by."""


def show(training: TrainingSpec, results: Mapping[str, Any]) -> None:
    """What simple models reach on the same test, and a sentence about it.

    Args:
        results: one output's report, as ``evaluation.report`` gives it.
    """
    st.subheader("Is a network needed?", anchor=False)
    target, measure = str(results.get("column") or ""), MEASURE[results["task"]]
    _show(training, target, measure, float(results[measure]), with_table=True)


def show_beside(training: TrainingSpec, test: Mapping[str, float]) -> None:
    """The sentence alone, beside a run's own numbers; nothing where they have none in common.

    Args:
        test: the run's metrics of the test, by Keras's names.
    """
    if len(binding.outputs(training.model)) == 1 and (own := standing.find_measure(test)):
        _show(training, "", *own)


def _show(
    training: TrainingSpec, target: str, measure: str, score: float, *, with_table: bool = False
) -> None:
    """The sentence, and the table where it is wanted; looks again while they are being trained.

    Args:
        measure: what is compared, as ``standing.find_measure`` names it.
        score: the model's own on the test.
    """
    if baseline_watch.is_quick(training) and not _scores(training, target):
        baseline_watch.begin(training, target)
    going = baseline_watch.is_going(training, target)
    every = baseline_watch.TICK if going else None
    st.fragment(page_frame.safe(_watch), run_every=every)(
        training, target, measure, score, with_table, going
    )


def _scores(training: TrainingSpec, target: str) -> Mapping[str, Any] | None:
    return baseline_scores.find_scores(training, target)


def _watch(
    training: TrainingSpec, target: str, measure: str, score: float, with_table: bool, going: bool
) -> None:
    if compared := _scores(training, target):
        weighted = bool(training.fit.get("class_weight"))
        if stand := standing.judge(measure, score, compared, weighted=weighted):
            st.markdown(f"**{escape_md(stand.numbers)}** {escape_md(stand.advice)}")
            if with_table:
                _show_table(measure, score, compared)
    elif error := baseline_watch.find_error(training, target):
        st.caption(escape_md(f"The simple models could not be trained: {error.message}"))
    elif baseline_watch.is_going(training, target):
        st.caption("Training simple models on the same examples to compare with …")
    else:
        st.button(
            "Compare with simple models",
            key=f"simple-{target}",
            icon=":material/balance:",
            type="tertiary",
            help="Guessing, a straight line and trees learn from the same examples, in seconds.",
            on_click=baseline_watch.begin,
            args=(training, target),
        )
    if going != baseline_watch.is_going(training, target):
        st.rerun()


def _show_table(measure: str, score: float, compared: Mapping[str, Any]) -> None:
    st.html(table_html(measure, score, compared))
    if compared["rows"] < compared["of"]:
        st.caption(
            f"The simple models learned from {formatting.number(compared['rows'])} of"
            f" {formatting.number(compared['of'])} examples."
        )


def table_html(measure: str, score: float, compared: Mapping[str, Any]) -> str:
    """A row a model, the best first, as HTML."""
    rows = [(m["name"], float(m[measure]), False) for m in compared["models"]]
    rows.append(("Your model", score, True))
    rows.sort(key=lambda row: -row[1] if measure in standing.BETTER_HIGHER else row[1])
    most = max(value for _, value, _ in rows) or 1.0
    lines = "".join(
        f'<tr{" class=top" if mine else ""}><th scope="row">{escape(name)}</th>'
        f'<td><i style="width:{100 * value / most:.0f}%"></i></td>'
        f"<td>{formatting.digits(value)}</td></tr>"
        for name, value, mine in rows
    )
    word = standing.MEASURES[measure][0]
    head = f'<caption class="lw-hidden">{escape(word)} on the test, the best first</caption>'
    return f'<table class="lw-bars">{head}<tbody>{lines}</tbody></table>'
