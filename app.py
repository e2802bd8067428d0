"""The server: ``streamlit run app.py`` serves ``pages/shell.py`` and our few routes."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import itertools
import pkgutil
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from builder import starters
from builder.datasets.registry import all_datasets
from builder.errors import LayerwiseError
from builder.exporters.registry import all_exporters
from builder.runs.engine_process import client
from builder.runs.scheduler import dispatch, worker_pool
from builder.runs.store import housekeeping
from pages import entrance, routes, widgets
from pages.widgets.session import current_project, engine_facts
from pages.widgets.shared import page_frame

TIDY_SECONDS = 60.0
"""Between two searches for ended sessions; one takes some ten milliseconds."""

FILES_MINUTES = 60
"""Between two searches for files that nothing refers to any more."""


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Warm the helpers while the browser still loads, so that nobody waits for Keras."""
    await asyncio.to_thread(_warm)
    yield


def _warm() -> None:
    client.warm()
    # a module that lacks a part of its contract is named now, not on the first page that needs it
    all_datasets(), all_exporters()
    first = starters.find_starter(current_project.FIRST).training
    worker_pool.prepare(first.dataset)
    dispatch.warm()
    engine_facts.prefetch_facts(first)
    threading.Thread(target=_preload, name="layerwise-preload", daemon=True).start()


def _preload() -> None:
    """Import what the next pages need while nobody waits for it."""
    for module in pkgutil.walk_packages(widgets.__path__, f"{widgets.__name__}."):
        importlib.import_module(module.name)
    routes.warm()
    _collect_ended_sessions()


def _collect_ended_sessions() -> None:
    """Let go of the sessions that have ended, for as long as the server runs.

    Streamlit leaves them, with three open files each, to the collector, which comes the more rarely
    the more there is. What was loaded so far stays for good and need not be searched.
    """
    gc.collect()
    gc.freeze()
    for minute in itertools.count(1):
        time.sleep(TIDY_SECONDS)
        gc.collect()
        if minute % FILES_MINUTES == 0:
            with contextlib.suppress(LayerwiseError, OSError):
                housekeeping.tidy()


def on_script_error(error: Exception) -> bool:
    """Errors outside a page's frame (callbacks, the shell) are said in words as well."""
    page_frame.show_error(error)
    return True


app = st.App(
    Path(__file__).parent / "pages" / "shell.py",
    routes=routes.ROUTES,
    middleware=[Middleware(entrance.OwnerCookie), Middleware(entrance.LoadRepair)],
    lifespan=lifespan,
    on_script_error=on_script_error,
)
