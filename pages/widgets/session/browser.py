"""The browser of a request: its owner cookie, its theme and its address."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

COOKIE = "layerwise"
"""The cookie naming a browser; ``pages.entrance`` sets it."""

OWNER = r"[A-Za-z0-9_-]{22}"
"""What that cookie looks like; anything else is not ours."""


def owner() -> str:
    """The token of this browser (its cookie), ``"local"`` where there are no cookies."""
    name = str(st.context.cookies.get(COOKIE))
    return name if re.fullmatch(OWNER, name) else "local"


def theme() -> str:
    """``"light"`` or ``"dark"``: what this browser shows."""
    return "dark" if st.context.theme.type == "dark" else "light"


def path() -> str:
    """The path in the browser's address, ``"/train"``; empty where there is no browser.

    ``st.context.url`` names the page that runs instead, whatever the address says.
    """
    context = get_script_run_ctx()
    info = context.context_info if context else None
    return urlsplit(info.url).path if info else ""
