"""A place to drop files on: they are streamed into the workspace, and here is which arrived."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from builder import formatting
from builder.datasets._folders import find_file
from builder.runs.disk import data_files
from pages.widgets.session import tab_state, widget_sync
from pages.widgets.shared import addresses, page_frame
from pages.widgets.shared.asset_files import ASSETS

HTML = """
<section class="lwd" aria-label="Files from your computer">
  <label class="lwd-area"><input type="file" multiple>
    <span class="lwd-words"><svg width="20" height="20" viewBox="0 0 24 24" fill="none"
      stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"
      aria-hidden="true"><path d="M12 16V4m0 0L7 9m5-5 5 5M4 16v4h16v-4"/></svg>
      <span>Drop a file here or <u>choose one</u></span></span>
    <span class="lwd-hint"></span></label>
  <input type="file" webkitdirectory tabindex="-1" aria-hidden="true" hidden>
  <button type="button" class="lwd-folder">Choose a whole folder</button>
  <ul class="lwd-list" aria-label="Uploads"></ul>
</section>
"""

_mount = st.components.v2.component(
    "layerwise_drop_zone",
    html=HTML,
    css=(ASSETS / "drop_zone.css").read_text("utf-8"),
    js=(ASSETS / "drop_zone.js").read_text("utf-8"),
    isolate_styles=False,  # the accent and the focus ring are the page's own
)


@dataclass(frozen=True)
class DroppedFile:
    """A file that has arrived in the workspace.

    Args:
        file: its SHA-256.
        name: as its owner calls it.
        size: bytes.
    """

    file: str
    name: str
    size: int


@dataclass
class _Arrivals:
    """What the drop zone of a page has told this tab.

    Args:
        client: the browser page that tells.
        done: the number of the last arrival it was told of.
        waiting: arrived, and not dealt with yet.
        refused: what was said of those that came last.
        lock: one script deals with them at a time.
    """

    client: str = ""
    done: int = 0
    waiting: list[DroppedFile] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def show(key: str, hint: str, use: Callable[[DroppedFile], None]) -> bool:
    """Draw the place, and give ``use`` each file that arrived; whether there was one.

    Args:
        key: of the page.
        hint: which files, in a few words.
        use: may draw, and raise what is then said below the place until the next file comes.
    """
    arrivals = _arrivals(key)
    limit = data_files.limit()
    data = {
        "key": key,
        "hint": hint,
        "client": arrivals.client,
        "done": arrivals.done,
        "address": addresses.upload_address(),
        "ticket": addresses.upload_ticket(),
        "limit": limit,
        "tooLarge": f"This is larger than {formatting.size(limit)}, the most that is taken here.",
    }
    # In a list, because Streamlit searches a dict for data frames and loads pandas for it.
    _mount(key=key, data=[data], on_arrived_change=functools.partial(_note_arrivals, key))
    came = _use_each(arrivals, use)
    for text in arrivals.refused:
        st.error(text, icon=":material/error:")
    return came


def _use_each(arrivals: _Arrivals, use: Callable[[DroppedFile], None]) -> bool:
    with arrivals.lock:
        came = bool(arrivals.waiting)
        if came:
            arrivals.refused.clear()
        while arrivals.waiting:
            # a script that the next click breaks off here leaves the file to that click's script
            try:
                use(arrivals.waiting[0])
            except Exception as error:
                arrivals.refused.append(page_frame.error_sentence(error))
            arrivals.waiting.pop(0)
        return came


def _arrivals(key: str) -> _Arrivals:
    if tab_state.recall(f"arrivals-{key}") is None:
        tab_state.remember(f"arrivals-{key}", _Arrivals())
    return tab_state.recall(f"arrivals-{key}")  # type: ignore[no-any-return]


@page_frame.safe
def _note_arrivals(key: str) -> None:
    """Keep what the browser says has arrived, each once; it repeats what was not answered yet."""
    arrivals, component = _arrivals(key), widget_sync.widget_value(key)
    message = component.get("arrived") if isinstance(component, Mapping) else None
    if not isinstance(message, Mapping) or not isinstance(message.get("rows"), list):
        return
    if arrivals.client != message.get("client"):
        arrivals.client, arrivals.done = str(message.get("client")), 0
    for row in message["rows"]:
        if isinstance(row, Mapping) and isinstance(n := row.get("n"), int) and n > arrivals.done:
            arrivals.done = n
            if dropped := _check_row(row):
                arrivals.waiting.append(dropped)


def _check_row(row: Mapping[str, Any]) -> DroppedFile | None:
    """What a browser says of a file, as far as it is true."""
    path = find_file(file := row.get("file"))
    if path is None:
        return None
    return DroppedFile(str(file), data_files.clean_name(str(row.get("name"))), path.stat().st_size)
