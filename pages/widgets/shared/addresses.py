"""The URLs of our own routes: Plotly, the canvas, rows of a run, uploads."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import secrets

import streamlit as st

from pages.widgets.shared.asset_files import ASSETS

CANVAS = ASSETS / "canvas" / "canvas.js"
"""The bundle of the node canvas; ``assets/canvas`` holds its source and how it is built."""


def prefix() -> str:
    """Where our routes begin, below the server's own base path: ``/lw`` or ``/base/lw``."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/lw" if base else "/lw"


@functools.cache
def plotly_address() -> str:
    """Where browsers find Plotly; the installed version is in it, so that they cache for ever."""
    return f"{prefix()}/plotly.js?v={importlib.metadata.version('plotly')}"


@functools.cache
def canvas_address() -> str:
    """Where browsers find the canvas; its hash is in it, so that they cache for ever."""
    return f"{prefix()}/canvas.js?v={hashlib.sha256(CANVAS.read_bytes()).hexdigest()[:12]}"


def upload_address() -> str:
    """Where browsers send files."""
    return f"{prefix()}/files"


@functools.cache
def upload_ticket() -> str:
    """What our own pages show when they send a file; nobody else's can know it."""
    return secrets.token_urlsafe(16)
