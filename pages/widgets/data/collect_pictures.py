"""Collect pictures class by class, by camera or dropped, and make a project of them at once."""

from __future__ import annotations

import io
import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from html import escape
from typing import cast

import streamlit as st
from PIL import Image, ImageOps

from builder import formatting
from builder.datasets._folders import find_file
from builder.errors import FileError
from builder.media import collected_pictures
from builder.runs.disk import data_files, workspace
from pages.widgets.data import arrived_file
from pages.widgets.session import tab_state, widget_sync
from pages.widgets.shared import drop_zone, page_frame
from pages.widgets.shared.drop_zone import DroppedFile
from pages.widgets.shared.markup import image_data_url
from pages.widgets.shared.page_frame import escape_md

KEY = "collected"
NAME = "collected-pictures.zip"
SIDE = 72
"""Points of a side of the small pictures on screen."""

SHOWN = 24
"""Of each class."""

MAX_BYTES = 50_000_000
"""Of one picture; it is opened here to be shown small."""


@dataclass
class _Collection:
    """What this tab has collected.

    Args:
        classes: class → its pictures: SHA-256, name, and as HTML a small picture.
        shots: how many photos were taken; each gets a camera of its own, which opens again.
    """

    classes: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    shots: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def _collection() -> _Collection:
    if tab_state.recall(KEY) is None:
        tab_state.remember(KEY, _Collection())
    return cast(_Collection, tab_state.recall(KEY))


def show() -> None:
    """The folded place, open once there is something in it."""
    mine = _collection()
    label = "Collect pictures: camera or files, class by class"
    with st.expander(
        label, icon=":material/add_a_photo:", key="collect", expanded=bool(mine.classes)
    ):
        _name_class(mine)
        if not mine.classes:
            st.caption("Name a class, such as the first thing the model is to tell apart.")
            return
        current = _choose_class(mine)
        _take(mine, current)
        st.html("".join(_row_html(name, mine.classes[name]) for name in mine.classes))
        _finish(mine, current)


def _name_class(mine: _Collection) -> None:
    st.text_input(
        "New class",
        key="collect-name",
        max_chars=80,
        placeholder="cup",
        on_change=_add_class,
        args=(mine,),
        help="Press Enter to add it",
    )


@page_frame.safe
def _add_class(mine: _Collection) -> None:
    name = collected_pictures.clean_class(str(widget_sync.widget_value("collect-name") or ""))
    if name:
        known = {label.lower(): label for label in mine.classes}
        mine.classes.setdefault(known.get(name.lower(), name), [])
        tab_state.remember("collect-class", known.get(name.lower(), name))
    widget_sync.clear_widget("collect-name")


def _choose_class(mine: _Collection) -> str:
    names = list(mine.classes)
    last = tab_state.recall("collect-class")
    at = widget_sync.sync_widget("collect-which", last if last in names else names[0], last)
    chosen = st.segmented_control(
        "Pictures are taken of",
        names,
        default=at if at in names else names[0],
        key="collect-which",
        required=True,
    )
    widget_sync.record_value("collect-which", chosen)
    tab_state.remember("collect-class", chosen)
    return str(chosen or names[0])


def _take(mine: _Collection, current: str) -> None:
    left, right = st.columns(2, gap="small")
    with left:
        camera = st.toggle("Camera", key="collect-camera", help="The browser asks to use it")
        if camera:
            photo = st.camera_input(f"A photo of {current}", key=f"collect-shot-{mine.shots}")
            if photo is not None:
                data = photo.getvalue()
                file = data_files.keep("photo.jpg", data)
                mine.shots += 1  # another camera, so that the next photo is one click
                _add(mine, current, file, f"photo-{mine.shots}.jpg", data)
                st.rerun()
    with right:
        hint = f"pictures of {current}, several at once"
        drop_zone.show("collect-files", hint, lambda dropped: _receive(mine, current, dropped))


def _receive(mine: _Collection, current: str, dropped: DroppedFile) -> None:
    path = find_file(dropped.file)
    if path is None or dropped.size > MAX_BYTES:
        raise FileError(f"{dropped.name} is too large or no longer here.", "Drop a smaller one.")
    _add(mine, current, dropped.file, dropped.name, path.read_bytes())


def _add(mine: _Collection, current: str, file: str, name: str, data: bytes) -> None:
    """One more picture of a class; the same one again changes nothing.

    Raises:
        FileError: it is no picture that can be opened.
    """
    with mine.lock:
        if all(file != kept for pictures in mine.classes.values() for kept, _, _ in pictures):
            mine.classes[current].append((file, name, _small(name, data)))


def _small(name: str, data: bytes) -> str:
    from builder.media.picture_headers import LEFT_OUT, ODD, known_formats, read_header

    suffix = f".{name.rpartition('.')[2].lower()}"
    odd = read_header(io.BytesIO(data), suffix).odd
    if odd in LEFT_OUT:
        raise FileError(f"{name} {ODD[odd][0]}.", "Choose another picture.")
    try:
        with Image.open(io.BytesIO(data), formats=known_formats()) as picture:
            picture.thumbnail((4 * SIDE, 4 * SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            square = ImageOps.fit(upright, (SIDE, SIDE))
    except (OSError, ValueError, SyntaxError):
        raise FileError(f"{name} cannot be opened.", "Choose another picture.") from None
    import numpy as np

    return f'<img width="{SIDE}" alt="{escape(name)}" src="{image_data_url(np.asarray(square))}">'


def _row_html(name: str, pictures: list[tuple[str, str, str]]) -> str:
    images = "".join(html for _, _, html in pictures[-SHOWN:])
    many = formatting.plural(len(pictures), "picture")
    return f"<h4>{escape(name)} <small>{many}</small></h4><div>{images}</div>"


def _finish(mine: _Collection, current: str) -> None:
    counts = {name: len(pictures) for name, pictures in mine.classes.items()}
    with st.container(horizontal=True, gap="xsmall"):
        made = st.button(
            "Make a project of them", key="collect-done", type="primary", icon=":material/check:"
        )
        st.button(
            f"Remove the last of {escape_md(current)}",
            key="collect-undo",
            on_click=_remove_last,
            args=(mine, current),
        )
    if made:
        with page_frame.guard():
            collected_pictures.require_enough(counts)
            arrived_file.receive(_archive(mine), NAME)
            page_frame.go("train")


def _remove_last(mine: _Collection, current: str) -> None:
    with mine.lock:
        if mine.classes.get(current):
            mine.classes[current].pop()
        elif current in mine.classes:
            del mine.classes[current]


def _archive(mine: _Collection) -> str:
    """The pictures as a data file of its own; its SHA-256."""
    places = {}
    for label, pictures in mine.classes.items():
        found = [(name, find_file(file)) for file, name, _ in pictures]
        places[label] = [(name, path) for name, path in found if path is not None]
    with tempfile.TemporaryFile(dir=workspace.folder("tmp")) as made:
        collected_pictures.write_archive(made, places)
        size = made.tell()
        made.seek(0)
        with data_files.Upload(NAME, size) as upload:
            shutil.copyfileobj(made, upload, 1 << 20)
            return upload.keep()
