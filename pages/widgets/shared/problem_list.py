"""The problems of a place on screen, each with its hint and a button for every fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import streamlit as st

from builder.facts import Problem
from pages.widgets.session import current_project
from pages.widgets.shared.page_frame import escape_md


def problems_at(problems: Iterable[Problem], *places: str) -> tuple[Problem, ...]:
    """The problems of these places, ``"model.dense"``, or of all below one: ``"model.*"``."""

    def here(where: str) -> bool:
        return any(
            where == p or (p.endswith(".*") and (where == p[:-2] or where.startswith(p[:-1])))
            for p in places
        )

    return tuple(p for p in problems if here(p.where))


def severe_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those that keep the training from starting."""
    return tuple(p for p in problems if p.severe)


def show(problems: Iterable[Problem], key: str) -> None:
    """Draw each problem: sentence, remedy, and a button for every mechanical fix.

    Args:
        problems: what ``session.problems()`` said, filtered with ``at``.
        key: unique on the page.
    """
    shown: Counter[str] = Counter()
    for i, problem in enumerate(problems):
        tone = "wrong" if problem.severe else "advice"
        with st.container(key=f"problem-{tone}-{key}-{i}", gap="xsmall"):
            icon = ":material/error:" if problem.severe else ":material/lightbulb:"
            hint = f" {escape_md(problem.hint)}" if problem.hint else ""
            st.markdown(f"{icon} {escape_md(problem.message)}{hint}")
            if problem.fixes:
                with st.container(horizontal=True, gap="xsmall"):
                    for fix in problem.fixes:
                        # by what it does: a click that meets a changed list presses no other fix
                        sign = f"{problem.where}-{fix.label}"
                        shown[sign] += 1
                        st.button(
                            fix.label,
                            key=f"fix-{key}-{sign}-{shown[sign]}",
                            icon=":material/build:",
                            on_click=current_project.apply_fix,
                            args=(fix.training,),
                        )
