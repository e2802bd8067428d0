"""A file that came while a table was on screen: its test, more of its rows, or another project."""

from __future__ import annotations

import streamlit as st

from builder.errors import DataError
from builder.spec import ObjectSpec
from builder.suggest import further_files
from builder.suggest.table_dataset import CLASS_NAME
from builder.tables.table_records import TableProfile
from pages.widgets.data import open_table
from pages.widgets.session import current_project, tab_state
from pages.widgets.shared import page_frame
from pages.widgets.shared.page_frame import escape_md

WAITING = "further-file"
"""What the tab remembers of a file whose use is still to be chosen."""


def take(file: str, name: str, profile: TableProfile) -> bool:
    """Give the table on screen a file of its columns, or ask what it is for; whether it was one.

    A file called test is the test of one that is not; and where it came first, the other way round.

    Raises:
        DataError: a file for the test lacks what is to be predicted.
    """
    dataset = current_project.training().dataset
    if not further_files.may_follow(dataset, profile):
        if further_files.is_test(name) and further_files.lacks_answers(dataset, profile):
            targets = ", ".join(f"'{n}'" for n in dataset.config["targets"])
            raise DataError(
                f"{name} has no {targets}, which is to be predicted, so it cannot be the test.",
                "Drop it on Predict to have it filled in.",
                "dataset.more",
            )
        return False
    mine = str(dataset.config["name"])
    if further_files.is_test(name) and not further_files.is_test(mine):
        _add(file, name, profile, "test")
        return True
    if further_files.is_test(mine) and not further_files.is_test(name):
        return False  # see ``take_back``
    tab_state.remember(WAITING, (file, name))
    return True


def take_back(before: ObjectSpec) -> None:
    """Where the table that was on screen before is the test of the one there now: it becomes it."""
    now = current_project.training().dataset
    file, name = str(before.config.get("file", "")), str(before.config.get("name", ""))
    names = str(now.config.get("name", "")), name
    is_table = before.class_name == now.class_name == CLASS_NAME and before != now
    if not is_table or [further_files.is_test(n) for n in names] != [False, True]:
        return
    profile = open_table.read_profile(file, name)
    if further_files.may_follow(now, profile):
        _add(file, name, profile, "test")


def ask() -> tuple[str, str] | None:
    """Ask what the waiting file is for, if one waits; the file and its name where it is to become
    a project of its own."""
    waiting: tuple[str, str] | None = tab_state.recall(WAITING)
    if not waiting:
        return None
    file, name = waiting
    mine = escape_md(str(current_project.training().dataset.config.get("name", "")))
    with st.container(border=True, key="further-file"):
        st.markdown(f"**{escape_md(name)}** has the columns of {mine}. What is it for?")
        with st.container(horizontal=True, gap="xsmall"):
            for part, label in (("test", "It is the test"), ("train", "Learn from its rows, too")):
                st.button(
                    label, key=f"further-{part}", on_click=_choose, args=(file, name, part)
                )  # fmt: skip
            if st.button("A project of its own", key="further-own"):
                tab_state.remember(WAITING, None)
                return waiting
    return None


@page_frame.safe
def _choose(file: str, name: str, part: str) -> None:
    tab_state.remember(WAITING, None)
    _add(file, name, open_table.read_profile(file, name), part)


def _add(file: str, name: str, profile: TableProfile, part: str) -> None:
    dataset = current_project.training().dataset
    open_table.follow(further_files.add_file(dataset, file, name, profile, part))
    use = "the test" if part == "test" else "learned from, too"
    tab_state.add_note(f"The rows of {name} are {use}.")


def list_files(dataset: ObjectSpec) -> None:
    """The further files of a table, each with a button that takes it away."""
    for name, one in dataset.config.get("more", {}).items():
        use = "for the test" if one["part"] == "test" else "learned from, too"
        with st.container(horizontal=True, vertical_alignment="center", key=f"more-{name}"):
            st.markdown(f"**{escape_md(name)}** :gray[{use}]", width="stretch")
            st.button(
                "Take away", key=f"more-remove-{name}", type="tertiary", on_click=_remove,
                args=(dataset, name),
            )  # fmt: skip


@page_frame.safe
def _remove(dataset: ObjectSpec, name: str) -> None:
    open_table.follow(further_files.remove_file(dataset, name))
