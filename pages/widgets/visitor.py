"""Who looks at the app: the name of their browser, and whether it is dark."""

from __future__ import annotations

import re

import streamlit as st

COOKIE = "layerwise"
"""The cookie naming a browser; ``app.py`` sets it."""

OWNER = r"[A-Za-z0-9_-]{22}"
"""What that cookie looks like; anything else is not ours."""


def owner() -> str:
    """The token of this browser (its cookie), ``"local"`` where there are no cookies."""
    name = str(st.context.cookies.get(COOKIE))
    return name if re.fullmatch(OWNER, name) else "local"


def theme() -> str:
    """``"light"`` or ``"dark"``: what this browser shows."""
    return "dark" if st.context.theme.type == "dark" else "light"
