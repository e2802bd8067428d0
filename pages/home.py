"""The Home page: the open project ready to train, my projects, files, and starters as cards."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from builder import edit, formatting, starters
from builder.runs.disk import projects
from builder.runs.disk.projects import Project
from builder.spec import TrainingSpec
from pages.widgets.home import architectures, damaged_store, open_file, paste_code
from pages.widgets.model.canvas_state import CANVAS, canvas_state
from pages.widgets.session import current_project, tab_state, widget_sync
from pages.widgets.shared import asset_files, own_files, page_frame, problem_list
from pages.widgets.shared.page_frame import escape_md
from pages.widgets.train import live_run

ACROSS = 4
"""Cards beside each other."""

SHOWN = 3
"""Projects listed before "Show all"."""


def main() -> None:
    """The page."""
    damaged_store.show()
    left, right = st.columns([3, 2], gap="large")
    with left:
        _hero()
    with right:
        _projects()
        _empty()
        open_file.show()
        paste_code.show()
        architectures.show()
    st.header("Starters", anchor=False)
    st.caption("Each opens complete: data, model and training. Change what you like; it is yours.")
    _cards(starters.all_starters())


def _hero() -> None:
    """The open project, one click from training."""
    training = current_project.training()
    current_project.prefetch_facts()
    with st.container(key="hero", border=True):
        kind = "Your open project" if current_project.token() else "Ready to train"
        st.caption(kind)
        st.markdown(f"# {escape_md(current_project.title())}", anchors=False)
        st.markdown(_sentence(training))
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                "Train it now",
                key="train-now",
                type="primary",
                icon=":material/play_arrow:",
                help="Starts the training and shows its curves",
            ):
                _train()
            page_frame.link("model", "Look at the model")


def _empty() -> None:
    """A model wired from nothing: first the data, then Inputs for its columns."""
    if st.button(
        "Begin with an empty canvas",
        key="begin-empty",
        icon=":material/add:",
        help="Choose the data first; then wire the model from nothing",
    ):
        current_project.open_training(
            starters.empty_project(current_project.training().dataset), "My model"
        )
        canvas_state().view = CANVAS
        page_frame.go("data")


def _sentence(training: TrainingSpec) -> str:
    """From the spec alone: Home asks Keras nothing, so it is there at once."""
    layers = sum(not n.off for n in training.model.nodes)
    kind = "stack" if edit.is_chain(training.model) else "network"
    epochs = training.fit.get("epochs") or 1
    return (
        f"A {kind} of {formatting.plural(layers, 'layer')} learns from"
        f" **{escape_md(own_files.dataset_title(training.dataset))}**,"
        f" in {formatting.plural(epochs, 'epoch')}."
    )


def _train() -> None:
    """Start and watch; what cannot be trained is said on the Train page, with its fixes."""
    current_project.ensure_saved()
    if not problem_list.severe_problems(current_project.problems()):
        live_run.start()
    page_frame.go("train")


# --- starters ------------------------------------------------------------------------------------


def _cards(shown: Sequence[starters.Starter]) -> None:
    for i in range(0, len(shown), ACROSS):
        for cell, starter in zip(st.columns(ACROSS), shown[i : i + ACROSS], strict=False):
            with cell:
                _card(starter)


def _card(starter: starters.Starter) -> None:
    with st.container(border=True, key=f"card-{starter.name}"):
        picture = asset_files.ROOT / "assets" / "pictures" / f"{starter.picture}.svg"
        if picture.exists():
            st.image(picture.read_text(encoding="utf-8"), width="stretch", alt="")
        st.markdown(f"**{escape_md(starter.title)}**  \n{escape_md(starter.sentence)}")
        st.caption(formatting.label(starter.task))
        if st.button(
            "Open",
            key=f"open-{starter.name}",
            icon=":material/arrow_forward:",
            # a callback, so that it is done even when the next click breaks this script off
            on_click=current_project.open_starter,
            args=(starter.name,),
        ):
            page_frame.go("train")


# --- my projects ---------------------------------------------------------------------------------


def _projects() -> None:
    st.subheader("My projects", anchor=False)
    mine = current_project.list_mine()
    gone: Project | None = tab_state.recall("deleted")
    if gone:
        with st.container(horizontal=True, vertical_alignment="center", key="deleted"):
            st.caption(f"“{escape_md(gone.title)}” is deleted.")
            st.button("Bring it back", key="undelete", icon=":material/undo:", on_click=_undelete)
    if not mine:
        st.caption("Nothing yet: a starter becomes your project at the first change or training.")
    everything = tab_state.recall("all-projects", False)
    for project in mine if everything else mine[:SHOWN]:
        _row(project)
    if len(mine) > SHOWN and not everything:
        more = f"Show all {len(mine)}"
        st.button(more, key="all", on_click=tab_state.remember, args=("all-projects", True))
    for damaged in projects.list_damaged():
        st.caption(f":material/error: {escape_md(damaged.message)}")


def _row(project: Project) -> None:
    token = project.token
    with st.container(key=f"project-{token}", border=True, gap="xsmall"):
        layers = formatting.plural(len(project.training.model.nodes), "layer")
        data = escape_md(own_files.dataset_title(project.training.dataset))
        here = " · open now" if token == current_project.token() else ""
        st.markdown(
            f"**{escape_md(project.title)}**  \n:gray[:small[{layers} · {data} · saved"
            f" {formatting.ago(time.time() - project.saved)}{here}]]"
        )
        with st.container(horizontal=True, gap="xsmall"):
            opened = st.button(
                "Open",
                key=f"project-open-{token}",
                icon=":material/folder_open:",
                on_click=page_frame.safe(current_project.open_project),
                args=(token,),
            )
            if opened and current_project.token() == token:
                page_frame.go("model")
            _more(project)


def _more(project: Project) -> None:
    """Its title and its end."""
    token = project.token
    with st.popover(
        "More", key=f"project-more-{token}", icon=":material/more_horiz:", type="tertiary"
    ):
        key = f"title-{token}"
        current = widget_sync.sync_widget(key, project.title, project.title)
        st.text_input("Title", current, key=key, max_chars=80, on_change=_rename, args=(project,))
        st.button(
            "Delete this project",
            key=f"delete-{token}",
            icon=":material/delete:",
            on_click=_delete,
            args=(project,),
            help="Its runs stay; you can bring it back until you leave",
        )


@page_frame.safe
def _rename(project: Project) -> None:
    new = str(widget_sync.widget_value(f"title-{project.token}") or "").strip()
    if not new or new == project.title:
        return
    if project.token == current_project.token():
        current_project.rename(new)
    else:
        projects.save(project.token, project.rev, new[:80], project.training)


@page_frame.safe
def _delete(project: Project) -> None:
    projects.delete(project.token)
    tab_state.remember("deleted", project)
    if project.token == current_project.token():
        current_project.close_project()


@page_frame.safe
def _undelete() -> None:
    gone: Project = tab_state.recall("deleted")
    projects.create(gone.owner, gone.title, gone.training)
    tab_state.remember("deleted", None)


with page_frame.frame("home", project=False):
    main()
