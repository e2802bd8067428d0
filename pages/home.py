"""The Home page: the open project ready to train, my projects, files, and starters as cards."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from builder import edit, starters
from builder.runs import projects
from builder.runs.projects import Project
from builder.spec import TrainingSpec
from pages.widgets import (
    architectures,
    aside,
    opener,
    page,
    pasted,
    place,
    problems,
    session,
    trainer,
    upload,
    words,
)
from pages.widgets.page import plain

ACROSS = 4
"""Cards beside each other."""

SHOWN = 3
"""Projects listed before "Show all"."""


def main() -> None:
    """The page."""
    aside.show()
    left, right = st.columns([3, 2], gap="large")
    with left:
        _hero()
    with right:
        _projects()
        _empty()
        opener.show()
        pasted.show()
        architectures.show()
    st.header("Starters", anchor=False)
    st.caption("Each opens complete: data, model and training. Change what you like; it is yours.")
    _cards(starters.all())


def _hero() -> None:
    """The open project, one click from training."""
    training = session.training()
    session.expect()
    with st.container(key="hero", border=True):
        kind = "Your open project" if session.token() else "Ready to train"
        st.caption(kind)
        st.markdown(f"# {plain(session.title())}", anchors=False)
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
            page.link("model", "Look at the model")


def _empty() -> None:
    """A model wired from nothing: first the data, then Inputs for its columns."""
    if st.button(
        "Begin with an empty canvas",
        key="begin-empty",
        icon=":material/add:",
        help="Choose the data first; then wire the model from nothing",
    ):
        session.open_training(starters.empty(session.training().dataset), "My model")
        place.desk().view = place.CANVAS
        page.go("data")


def _sentence(training: TrainingSpec) -> str:
    """From the spec alone: Home asks Keras nothing, so it is there at once."""
    layers = sum(not n.off for n in training.model.nodes)
    kind = "stack" if edit.is_chain(training.model) else "network"
    epochs = training.fit.get("epochs") or 1
    return (
        f"A {kind} of {words.plural(layers, 'layer')} learns from"
        f" **{plain(upload.called(training.dataset))}**,"
        f" in {words.plural(epochs, 'epoch')}."
    )


def _train() -> None:
    """Start and watch; what cannot be trained is said on the Train page, with its fixes."""
    session.ensure_saved()
    if not problems.severe(session.problems()):
        trainer.start()
    page.go("train")


# --- starters ------------------------------------------------------------------------------------


def _cards(found: Sequence[starters.Starter]) -> None:
    for i in range(0, len(found), ACROSS):
        for cell, starter in zip(st.columns(ACROSS), found[i : i + ACROSS], strict=False):
            with cell:
                _card(starter)


def _card(starter: starters.Starter) -> None:
    with st.container(border=True, key=f"card-{starter.name}"):
        picture = page.ROOT / "assets" / "pictures" / f"{starter.picture}.svg"
        if picture.exists():
            st.image(picture.read_text(encoding="utf-8"), width="stretch", alt="")
        st.markdown(f"**{plain(starter.title)}**  \n{plain(starter.sentence)}")
        st.caption(words.label(starter.task))
        if st.button(
            "Open",
            key=f"open-{starter.name}",
            icon=":material/arrow_forward:",
            on_click=session.open_starter,  # done even when the next click breaks this script off
            args=(starter.name,),
        ):
            page.go("train")


# --- my projects ---------------------------------------------------------------------------------


def _projects() -> None:
    st.subheader("My projects", anchor=False)
    mine = projects.mine(session.owner())
    gone: Project | None = session.recall("deleted")
    if gone:
        with st.container(horizontal=True, vertical_alignment="center", key="deleted"):
            st.caption(f"“{plain(gone.title)}” is deleted.")
            st.button("Bring it back", key="undelete", icon=":material/undo:", on_click=_undelete)
    if not mine:
        st.caption("Nothing yet: a starter becomes your project at the first change or training.")
    everything = session.recall("all-projects", False)
    for project in mine if everything else mine[:SHOWN]:
        _row(project)
    if len(mine) > SHOWN and not everything:
        more = f"Show all {len(mine)}"
        st.button(more, key="all", on_click=session.remember, args=("all-projects", True))
    for damaged in projects.damaged():
        st.caption(f":material/error: {plain(damaged.message)}")


def _row(project: Project) -> None:
    token = project.token
    with st.container(key=f"project-{token}", border=True, gap="xsmall"):
        layers = words.plural(len(project.training.model.nodes), "layer")
        data = plain(upload.called(project.training.dataset))
        here = " · open now" if token == session.token() else ""
        st.markdown(
            f"**{plain(project.title)}**  \n:gray[:small[{layers} · {data} · saved"
            f" {ago(project.saved)}{here}]]"
        )
        with st.container(horizontal=True, gap="xsmall"):
            opened = st.button(
                "Open",
                key=f"project-open-{token}",
                icon=":material/folder_open:",
                on_click=page.safe(session.open_project),
                args=(token,),
            )
            if opened and session.token() == token:
                page.go("model")
            _more(project)


def _more(project: Project) -> None:
    """Its title and its end."""
    token = project.token
    with st.popover(
        "More", key=f"project-more-{token}", icon=":material/more_horiz:", type="tertiary"
    ):
        key = f"title-{token}"
        stands = session.hold(key, project.title, project.title)
        st.text_input("Title", stands, key=key, max_chars=80, on_change=_rename, args=(project,))
        st.button(
            "Delete this project",
            key=f"delete-{token}",
            icon=":material/delete:",
            on_click=_delete,
            args=(project,),
            help="Its runs stay; you can bring it back until you leave",
        )


@page.safe
def _rename(project: Project) -> None:
    new = str(session.typed(f"title-{project.token}") or "").strip()
    if not new or new == project.title:
        return
    if project.token == session.token():
        session.rename(new)
    else:
        projects.save(project.token, project.rev, new[:80], project.training)


@page.safe
def _delete(project: Project) -> None:
    projects.delete(project.token)
    session.remember("deleted", project)
    if project.token == session.token():
        session.leave()


@page.safe
def _undelete() -> None:
    gone: Project = session.recall("deleted")
    projects.create(gone.owner, gone.title, gone.training)
    session.remember("deleted", None)


def ago(then: float) -> str:
    """Seconds since the epoch as people say it: ``3 minutes ago``."""
    seconds = max(0, int(time.time() - then))
    for size, noun in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{words.plural(seconds // size, noun)} ago"
    return "just now"


with page.frame("home", project=False):
    main()
