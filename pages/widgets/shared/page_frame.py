"""The frame every page stands in: project title, undo and redo, banners, and no traceback ever.

A page's last lines are ``with page.frame("model"): body()``; a fragment's function is decorated
``@st.fragment`` over ``@page.safe``, because a fragment reruns outside its page's frame.
"""

from __future__ import annotations

import base64
import functools
import json
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from builder.errors import LayerwiseError
from pages.widgets.session import browser, current_project, tab_state, undo_history, widget_sync
from pages.widgets.shared import addresses
from pages.widgets.shared.asset_files import ROOT

LOG = logging.getLogger("layerwise")
P = ParamSpec("P")
R = TypeVar("R")

DAY = 24 * 60 * 60.0
"""In seconds."""

STEPS: dict[str, tuple[str, str, str]] = {
    "home": ("Home", ":material/home:", "Starters, your projects, and files from elsewhere"),
    "data": ("Data", ":material/table_view:", "What the model learns from"),
    "model": ("Model", ":material/layers:", "The layers, as a stack or on a canvas"),
    "train": ("Train", ":material/show_chart:", "How it learns, and watching it"),
    "evaluate": ("Evaluate", ":material/fact_check:", "How good it is on examples it never saw"),
    "draw": ("Draw", ":material/draw:", "Try it by hand"),
    "predict": ("Predict", ":material/table_edit:", "Fill in an example, or give it a whole file"),
    "export": ("Export", ":material/download:", "Take the Python, the model or the picture home"),
    "runs": ("Runs", ":material/history:", "Every training so far"),
}
"""Every page in the order of the journey: file name → title, icon, one line."""


def pages() -> dict[str, st.Page]:  # type: ignore[valid-type]
    """The pages there are, as Streamlit wants them; absolute paths, or a cold deep link fails."""
    there = {k: ROOT / "pages" / f"{k}.py" for k in STEPS}
    return {
        k: st.Page(path, title=STEPS[k][0], url_path="" if k == "home" else k, default=k == "home")
        for k, path in there.items()
        if path.exists()
    }


def follow_address(current: Any) -> None:
    """Leave for the page of the address, on a tab's first run, should it be another one.

    Where the server dies after it has told a browser of the app and before it told of the page,
    Streamlit's client asks the next server for the first page, and the address follows.
    """
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    step = browser.path().strip("/").removeprefix(base).strip("/")
    if tab_state.is_first_run() and step in STEPS and step not in ("home", current.url_path):
        st.switch_page(ROOT / "pages" / f"{step}.py", query_params=st.query_params.to_dict())


@st.fragment(run_every=DAY)
def rerun_on_reconnect() -> None:
    """Has the browser ask for the page again as soon as it is connected again.

    Streamlit's client does so only for pages that renew themselves. Without it a new server would
    learn of a button by its click, and not do what the click asks for.
    """


def link(step: str, label: str = "", *, key: str = "", help: str | None = None) -> None:
    """A link to another page that keeps the project."""
    target = ROOT / "pages" / f"{step}.py"
    if target.exists():
        name, icon, line = STEPS[step]
        st.page_link(
            target,
            label=label or name,
            icon=icon,
            help=help or (None if label else line),
            query_params=current_project.address(),
        )


def navigation(pages: dict[str, Any], current: Any) -> None:
    """The bar above every page: the mark and the steps, each link keeping the project."""
    with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(_mark(), width="content")
        with st.container(key="steps", horizontal=True, wrap=False, gap="xxsmall"):
            for step in pages:
                with st.container(key=f"step-{step}", width="content"):
                    link(step)


@functools.cache
def _mark() -> str:
    svg = base64.b64encode((ROOT / "assets" / "logo.svg").read_bytes()).decode()
    image = f'<img alt="" width="26" height="26" src="data:image/svg+xml;base64,{svg}">'
    return f'<div class="lw-mark">{image}<span>Layerwise</span></div>'


def script(step: str) -> str:
    """The only script of ours on every page, as HTML."""
    constants = (
        f"const step = {json.dumps(step)}, plotly = {json.dumps(addresses.plotly_address())};"
    )
    return f"<script>{{{constants}{_script()}}}</script>"


@functools.cache
def _script() -> str:
    return (ROOT / "assets" / "page.js").read_text("utf-8")


def go(step: str) -> None:
    """Leave for another page, keeping the project; not in a callback."""
    st.switch_page(ROOT / "pages" / f"{step}.py", query_params=current_project.address())


@contextmanager
def frame(step: str, *, project: bool = True) -> Iterator[None]:
    """Title row and banners, then the page's body inside the error boundary.

    Args:
        step: the page's key in ``STEPS``.
        project: False for pages that stand above the projects (Home).
    """
    tab_state.enter_page(step)
    # The body runs first: undo, title and banners then show what it changed, in the same run.
    top = st.container(key="top" if project else "top-bare", gap="xsmall")
    place = top.empty()
    new = project and widget_sync.widget_value(f"project-title-{step}") is None
    # an empty container is not drawn: this keeps its place; on a new page the title stands there
    place.html(f'<p class="lw-early">{escape(current_project.title())}</p>' if new else "<i></i>")
    with st.container(key=f"page-{step}"), guard():
        yield
    place.html("<i></i>")
    with top, guard():
        if project:
            _title_row(step)
        _banners()


@contextmanager
def guard() -> Iterator[None]:
    """Turn any error of the body into a sentence; what is no LayerwiseError is logged."""
    try:
        yield
    except Exception as error:  # the last line of defense before the screen
        show_error(error)


def safe(function: Callable[P, R]) -> Callable[P, R | None]:
    """``function`` inside ``guard``, for fragments and callbacks."""

    @functools.wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R | None:
        with guard():
            return function(*args, **kwargs)
        return None

    return inside


def show_error(error: Exception) -> None:
    """Say an error on screen."""
    st.error(error_sentence(error), icon=":material/error:")


def error_sentence(error: Exception) -> str:
    """An error's sentence and remedy, or a reference into the log, as Markdown."""
    if isinstance(error, LayerwiseError):
        hint = f"  \n{error.hint}" if error.hint else ""
        return f"{escape_md(error.message)}{escape_md(hint)}"
    reference = secrets.token_hex(3)
    LOG.error("reference %s", reference, exc_info=error)
    return (
        "Something in Layerwise went wrong here. Your work is kept. Undo the last step or open"
        f" another page; the log has the details under **{reference}**."
    )


def escape_md(text: str) -> str:
    """``text`` with Markdown's signs made harmless, so that ``a_b`` and ``*`` show as written."""
    for sign in "\\`*_[]$:~":
        text = text.replace(sign, f"\\{sign}")
    return text


BACK = ("undo", "Undo", "Mod+Z", "One step back (Ctrl+Z)")
FORTH = ("redo", "Redo", "Mod+Shift+Z", "One step forward (Ctrl+Shift+Z)")


def _title_row(step: str) -> None:
    key = f"project-title-{step}"  # another page's widget is another widget, even under one key
    with st.container(key="title-row", horizontal=True, vertical_alignment="center"):
        current = widget_sync.sync_widget(key, current_project.title(), current_project.title())
        st.text_input(
            "Project title",
            current,
            key=key,
            label_visibility="collapsed",
            max_chars=80,
            on_change=_rename,
            args=(key,),
            help=None,
        )
        with st.container(key="history", horizontal=True, width="content", gap="xxsmall"):
            _history_button(BACK, undo_history.can_undo(), undo_history.undo)
            _history_button(FORTH, undo_history.can_redo(), undo_history.redo)


def _history_button(button: tuple[str, str, str, str], can: bool, do: Callable[[], None]) -> None:
    key, label, shortcut, help = button
    st.button(
        label,
        key=key,
        icon=f":material/{key}:",
        type="tertiary",
        disabled=not can,
        on_click=do,
        help=help,
        shortcut=shortcut,
    )


def _rename(key: str) -> None:
    current_project.rename(str(widget_sync.widget_value(key) or ""))


def colors() -> list[str]:
    """The theme's chart colors, the accent first: for figures Streamlit does not color itself."""
    return list(st.get_option(f"theme.{browser.theme()}.chartCategoricalColors"))


def _banners() -> None:
    for text in tab_state.take_notes():
        st.info(escape_md(text), icon=":material/info:")
    if current_project.is_stale():
        _stale_banner()
    elif error := current_project.save_error():
        with st.container(key="banner-trouble"):
            text = f"**Not saved.** {escape_md(error.message)} {escape_md(error.hint)}"
            st.warning(text, icon=":material/sync_problem:")
            st.button("Try again", key="save-again", on_click=current_project.save)


def _stale_banner() -> None:
    with st.container(key="banner-stale"):
        st.warning(
            "**This project was changed in another tab or window.** Your last change is on this"
            " screen only. Which one do you want to keep?",
            icon=":material/sync_problem:",
        )
        with st.container(horizontal=True):
            st.button("Load the newer one", key="stale-load", on_click=current_project.load_newer)
            st.button("Save mine as a copy", key="stale-copy", on_click=current_project.save_copy)
