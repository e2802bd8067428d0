"""Our few routes beside Streamlit's: scripts for the live chart and the canvas, and data."""

from __future__ import annotations

import functools
import gzip
import importlib.util
import math
import re
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from builder.errors import LayerwiseError
from builder.runs.queries import chart_rows
from pages.widgets.model import palette_items
from pages.widgets.shared.addresses import CANVAS, prefix

RUN_ID = re.compile(r"[A-Za-z0-9_-]{22}")
"""A run's id is 132 random bits: who knows it may read the run."""

DIGITS = 6
"""Significant digits of a number sent to the chart; its pixels show fewer."""


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
]
"""For ``st.App(routes=…)``."""
