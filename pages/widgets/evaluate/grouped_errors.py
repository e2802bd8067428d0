"""On which examples a model errs more: its errors by the values of one column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from builder import formatting
from builder.runs.engine_process import client
from builder.spec import Run
from pages.widgets.session import engine_facts
from pages.widgets.shared import page_frame
from pages.widgets.shared.page_frame import escape_md


@st.fragment
@page_frame.safe
def show(run: Run, artefact: str, output: str, names: Sequence[str]) -> None:
    """A column to choose, and the error of each group of its values."""
    chosen = st.selectbox("Group by", names, key=f"groups-{run.id}-{output}")
    found = engine_facts.get_or_make(
        ("groups", run.id, output, chosen),
        lambda: client.call("error_groups.error_groups", artefact, run.training, chosen, output),
    )
    st.markdown(escape_md(sentence(found, chosen)))
    st.html(groups_html(found))
    st.caption(
        "± is twice the standard error: groups that differ by less may differ by chance. ▲ marks a"
        " group that is worse than all examples together by more than that."
        + (" Leaning: predicted minus true, on average." if "bias" in found["groups"][0] else "")
    )


def sentence(found: Mapping[str, Any], column: str) -> str:
    """Which group is worst, and whether that is more than chance."""
    worse = [g for g in found["groups"] if is_worse(g, found["all"])]
    whole = f"The {found['measure']} of all test examples is {_value(found, found['all'])}."
    if not worse:
        return f"{whole} By {column}, no group is worse by more than chance."
    worst = max(worse, key=lambda g: g["error"])
    return (
        f"{whole} It is highest where {column} is {worst['name']}: {_value(found, worst['error'])}"
        f" in {formatting.plural(worst['count'], 'example')}."
    )


def is_worse(group: Mapping[str, Any], whole: float) -> bool:
    """Whether a group of examples errs more than all of them, by more than chance."""
    return bool(group["count"] > 1 and group["error"] - group["margin"] > whole)


def groups_html(found: Mapping[str, Any]) -> str:
    """A row for each group, as HTML."""
    groups = found["groups"]
    most = max(g["error"] for g in groups) or 1.0
    leaning = "bias" in groups[0]
    heads = ("Group", found["measure"].capitalize(), *(["Leaning"] if leaning else []), "Examples")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    rows = "".join(
        f'<tr><th scope="row">{escape(g["name"])}</th><td>'
        f'<span class="lw-bar" style="--w:{100 * g["error"] / most:.0f}%"></span>'
        f"{_value(found, g['error'])} ± {_value(found, g['margin'])}"
        f"{' ▲' if is_worse(g, found['all']) else ''}</td>"
        + (f"<td>{_lean(g['bias'])}</td>" if leaning else "")
        + f"<td>{formatting.number(g['count'])}</td></tr>"
        for g in groups
    )
    return (
        '<div class="lw-scroll lw-scores" tabindex="0" role="region" aria-label="Errors by group">'
        f'<table class="lw-classes"><tr>{head}</tr>{rows}</table></div>'
    )


def _value(found: Mapping[str, Any], value: float) -> str:
    return f"{100 * value:.1f} %" if found["measure"] == "error rate" else f"{value:.4g}"


def _lean(value: float) -> str:
    return f"{'−' if value < 0 else '+'}{formatting.digits(abs(value), 3)}"
