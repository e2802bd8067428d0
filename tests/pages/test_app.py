"""The server's own part: names for browsers, and pages that mend their load."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from typing import Any

import pytest
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response

from pages import entrance
from pages.widgets.session import browser
from pages.widgets.shared import asset_files, page_frame


def answered(middleware: Any, answer: Any, cookie: str = "", **more: Any) -> tuple[Any, bytes]:
    """Start message and body of a request, as a browser asks, that is answered so."""
    headers = [(b"accept", b"text/html"), (b"accept-encoding", b"gzip")]
    headers += [(b"cookie", cookie.encode())] if cookie else []
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, **more}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    asyncio.run(middleware(answer)(scope, receive, send))
    return sent[0], b"".join(message["body"] for message in sent[1:])


def cookies_set(answer: Response, cookie: str = "") -> list[str]:
    """The Set-Cookie headers of a request that is answered so."""
    start, _ = answered(entrance.OwnerCookie, answer, cookie)
    return [v.decode() for k, v in start["headers"] if k == b"set-cookie"]


PAGE = HTMLResponse("<p>page</p>")


def test_a_new_browser_gets_a_name_that_scripts_cannot_read():
    (cookie,) = cookies_set(PAGE)
    assert re.match(rf"{browser.COOKIE}={browser.OWNER};", cookie)
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert cookies_set(PAGE) != [cookie], "the next browser gets another"


def test_a_named_browser_keeps_its_name():
    (cookie,) = cookies_set(PAGE)
    assert cookies_set(PAGE, cookie.partition(";")[0]) == []


def test_what_is_no_page_sets_no_cookie():
    assert cookies_set(JSONResponse({})) == []


@pytest.mark.parametrize("value", ["../../etc", "short", "x" * 400, "ä" * 22, "", '"'])
def test_a_name_that_is_not_ours_is_replaced(value):
    assert cookies_set(PAGE, f"{browser.COOKIE}={value}")


async def parts(scope: Any, receive: Any, send: Any) -> None:
    """A page in two pieces, with the head's beginning across both."""
    headers = [entrance.HTML, (b"content-length", b"13")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"<he", "more_body": True})
    await send({"type": "http.response.body", "body": b"ad></head>"})


WHOLE = HTMLResponse("<head></head>")


@pytest.mark.parametrize("answer", [WHOLE, GZipMiddleware(WHOLE, 0), parts])
def test_a_page_begins_with_the_script_that_mends_its_load(answer: Any):
    start, body = answered(entrance.LoadRepair, answer)
    script = (asset_files.ROOT / "assets" / "mend.js").read_bytes()
    assert body == b"<head><script>" + script + b"</script></head>"
    assert dict(start["headers"])[b"content-length"] == b"%d" % len(body)


@pytest.mark.parametrize("answer", [JSONResponse("<head>"), HTMLResponse("<head>", 404)])
def test_what_is_no_page_is_left_alone(answer: Response):
    start, body = answered(entrance.LoadRepair, answer)
    assert body == answer.body and dict(start["headers"]) == dict(answer.raw_headers)


def test_who_asks_for_a_pages_head_alone_gets_it():
    start, _ = answered(entrance.LoadRepair, WHOLE, method="HEAD")
    assert dict(start["headers"])[b"content-length"] == b"%d" % len(WHOLE.body)


def test_every_step_of_the_journey_has_its_page():
    assert set(page_frame.STEPS) == set(page_frame.pages())


def test_text_for_the_screen_cannot_become_markup():
    assert page_frame.escape_md("a_b *c* [x](y) $z$ :red[q] `k`") == (
        "a\\_b \\*c\\* \\[x\\](y) \\$z\\$ \\:red\\[q\\] \\`k\\`"
    )


def test_the_server_imports_what_every_page_needs_before_anybody_asks() -> None:
    """In a process of its own, because the app registers itself with Streamlit."""
    code = (
        "import sys, app\n"
        "app.routes.warm = app._collect_ended_sessions = lambda: None\n"
        "app._preload()\n"
        "print(*(m for m in sys.modules if m.startswith('pages.widgets.')))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=asset_files.ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    there = (asset_files.ROOT / "pages" / "widgets").rglob("*.py")
    rooms = {f"pages.widgets.{p.parent.name}.{p.stem}" for p in there if p.stem != "__init__"}
    assert rooms <= set(ran.stdout.split())
