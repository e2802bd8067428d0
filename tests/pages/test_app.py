"""The server's own part: a browser gets a name once, and only with a page."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response

import app as server
from pages.widgets import page, session


def cookies_set(answer: Response, cookie: str = "") -> list[str]:
    """The Set-Cookie headers of a request that is answered so."""
    headers = [(b"cookie", cookie.encode())] if cookie else []
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    asyncio.run(server.Owner(answer)(scope, receive, send))
    return [v.decode() for k, v in sent[0]["headers"] if k == b"set-cookie"]


PAGE = HTMLResponse("<p>page</p>")


def test_a_new_browser_gets_a_name_that_scripts_cannot_read():
    (cookie,) = cookies_set(PAGE)
    assert re.match(rf"{session.COOKIE}={session.OWNER};", cookie)
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert cookies_set(PAGE) != [cookie], "the next browser gets another"


def test_a_named_browser_keeps_its_name():
    (cookie,) = cookies_set(PAGE)
    assert cookies_set(PAGE, cookie.partition(";")[0]) == []


def test_what_is_no_page_sets_no_cookie():
    assert cookies_set(JSONResponse({})) == []


@pytest.mark.parametrize("value", ["../../etc", "short", "x" * 400, "ä" * 22, "", '"'])
def test_a_name_that_is_not_ours_is_replaced(value):
    assert cookies_set(PAGE, f"{session.COOKIE}={value}")


def test_every_step_of_the_journey_has_its_page():
    assert set(page.STEPS) == set(page.pages())


def test_text_for_the_screen_cannot_become_markup():
    assert page.plain("a_b *c* [x](y) $z$ :red[q] `k`") == (
        "a\\_b \\*c\\* \\[x\\](y) \\$z\\$ \\:red\\[q\\] \\`k\\`"
    )
