"""Our few routes beside Streamlit's: scripts for chart and canvas, rows of runs, uploads."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gzip
import hmac
import importlib.util
import math
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from builder.errors import FileError, LayerwiseError
from builder.runs.disk import data_files, hashed_files
from builder.runs.queries import chart_rows
from pages.widgets.model import palette_items
from pages.widgets.shared.addresses import CANVAS, prefix, upload_address, upload_ticket

RUN_ID = re.compile(r"[A-Za-z0-9_-]{22}")
"""A run's id is 132 random bits: who knows it may read the run."""

DIGITS = 6
"""Significant digits of a number sent to the chart; its pixels show fewer."""


STALL_SECONDS = 30.0
"""How long an upload may send nothing before it is given up."""

FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""For what has its version in its address."""


@functools.cache
def _plotly_gzip() -> bytes:
    """Plotly's own browser bundle, as pip installed it; compressed once (4.7 MB → 1.4 MB)."""
    spec = importlib.util.find_spec("plotly")
    assert spec is not None and spec.origin is not None, "requirements.txt names plotly"
    bundle = Path(spec.origin).with_name("package_data") / "plotly.min.js"
    return gzip.compress(bundle.read_bytes(), 6)


def warm() -> None:
    """Compress Plotly before the first chart waits for it (0.3 s)."""
    _plotly_gzip()


async def plotly_js(request: Request) -> Response:
    """The Plotly bundle."""
    return await _script(request, await run_in_threadpool(_plotly_gzip))


async def _script(request: Request, body: bytes) -> Response:
    """A compressed script, unpacked for those who ask for it so; it never changes."""
    headers = dict(FOR_EVER)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    else:
        body = await run_in_threadpool(gzip.decompress, body)
    return Response(body, media_type="text/javascript", headers=headers)


@functools.cache
def _canvas_gzip() -> bytes:
    """The canvas's bundle, compressed once."""
    return gzip.compress(CANVAS.read_bytes(), 6)


async def canvas_js(request: Request) -> Response:
    """The bundle of the node canvas."""
    return await _script(request, _canvas_gzip())


async def palette_json(_request: Request) -> Response:
    """The layers that can be added."""
    return Response(palette_items.palette_json(), media_type="application/json", headers=FOR_EVER)


async def rows(request: Request) -> Response:
    """What a run wrote after row ``after``: 400 for a malformed question, 404 for no such run."""
    run, after = request.query_params.get("run", ""), request.query_params.get("after", "0")
    if not RUN_ID.fullmatch(run):
        return _json({"error": "'run' must be the 22 characters of a run's id."}, 400)
    if not re.fullmatch(r"\d{1,12}", after):
        return _json({"error": "'after' must be a whole number of at most 12 digits."}, 400)
    try:
        answer = await run_in_threadpool(chart_rows.read_rows, run, int(after))
    except LayerwiseError as error:
        return _json({"error": error.message}, 404)
    return _json(to_json_value(answer))


async def upload(request: Request) -> Response:
    """Stores a file that one of our pages sends as the body; its SHA-256, name and size.

    403 for other pages, 413 over the limit, 507 where the disk has no room, 408 when it stalls.
    """
    if _is_foreign(request):
        message = "Files are taken from Layerwise's own pages only. Reload this page."
        return _json({"error": message}, 403)
    name = data_files.clean_name(request.query_params.get("name", ""))
    length = request.headers.get("content-length", "")
    try:
        with data_files.Upload(name, int(length) if length.isdecimal() else 0) as file:
            async for part in _body(request):
                await run_in_threadpool(file.write, part)
            stored = await run_in_threadpool(file.keep)
    except FileError as error:
        status = 413 if error.where == data_files.TOO_LARGE else 507
        return _json({"error": f"{error.message} {error.hint}"}, status)
    except TimeoutError:
        return _json({"error": f"{name} stopped coming. Check the network and try again."}, 408)
    except ClientDisconnect:
        return Response(status_code=400)  # cancelled: nobody reads it
    return _json({"file": stored, "name": name, "size": file.size})


def _is_foreign(request: Request) -> bool:
    """Whether another site's page asks, or one of before the server's start."""
    ticket = request.headers.get("x-layerwise-ticket", "")
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    elsewhere = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if site is not None:  # the browser itself knows; behind a proxy hosts may differ
        elsewhere = site != "same-origin"
    return elsewhere or not hmac.compare_digest(ticket.encode(), upload_ticket().encode())


async def _body(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces of about a megabyte.

    Raises:
        TimeoutError: nothing came for a while.
        ClientDisconnect: the browser is gone.
    """
    parts, piece = aiter(request.stream()), bytearray()
    with contextlib.suppress(StopAsyncIteration):
        while True:
            piece += await asyncio.wait_for(anext(parts), STALL_SECONDS)
            if len(piece) >= hashed_files.CHUNK:
                yield bytes(piece)
                piece.clear()
    yield bytes(piece)


def to_json_value(value: Any) -> Any:
    """``value`` as JSON knows it: NumPy arrays as lists, numbers rounded, NaN and infinity None."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    match value:
        case bool() | int() | str() | None:
            return value
        case float():
            return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
        case dict():
            return {str(k): to_json_value(v) for k, v in value.items()}
        case list() | tuple():
            return [to_json_value(v) for v in value]
    raise TypeError(f"{type(value).__name__} does not go into JSON")


def _json(content: Any, status: int = 200) -> JSONResponse:
    return JSONResponse(content, status, headers={"Cache-Control": "no-store"})


ROUTES: list[Route] = [
    Route(f"{prefix()}/plotly.js", plotly_js),
    Route(f"{prefix()}/canvas.js", canvas_js),
    Route(f"{prefix()}/palette.json", palette_json),
    Route(f"{prefix()}/rows", rows),
    Route(upload_address(), upload, methods=["POST"]),
]
"""For ``st.App(routes=…)``."""
