"""ASGI middleware for every page: the owner cookie, and a script that repairs a broken load.

Middleware, for nothing of Streamlit's is there yet: its HTML asks for some sixty
scripts before one line of ours runs.
"""

from __future__ import annotations

import functools
import re
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import Any

from pages.widgets.session.browser import COOKIE, OWNER
from pages.widgets.shared.asset_files import ASSETS

HTML = (b"content-type", b"text/html; charset=utf-8")


class OwnerCookie:
    """Give a browser without a name one, so that its projects can be found again.

    The cookie is no login: it separates people who share a server, and scripts cannot read it.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request; only the answer that is a page gets the cookie."""
        if scope["type"] != "http" or _has_owner(scope):
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Any) -> None:
            if message["type"] == "http.response.start" and HTML in message.get("headers", ()):
                value = f"{COOKIE}={secrets.token_urlsafe(16)}"
                cookie = f"{value}; Path=/; Max-Age=315360000; HttpOnly; SameSite=Lax"
                message["headers"] = [*message["headers"], (b"set-cookie", cookie.encode())]
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _has_owner(scope: Any) -> bool:
    cookies = b"; ".join(v for k, v in scope["headers"] if k == b"cookie").decode("latin-1")
    try:
        cookie = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return False
    return cookie is not None and re.fullmatch(OWNER, cookie.value) is not None


class LoadRepair:
    """Put ``assets/mend.js`` at the head of every page, so that a broken load repairs itself."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request; only the whole answer that is a page gets the script."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        if any(k == b"accept" and b"text/html" in v for k, v in scope["headers"]):
            # a packed page could not be written into
            kept = [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]
            scope = {**scope, "headers": kept}
        start: Any = None
        body = b""

        async def send_with_script(message: Any) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    body = body.replace(b"<head>", b"<head>" + _script(), 1)
                    length = (b"content-length", b"%d" % len(body))
                    others = [h for h in start["headers"] if h[0] != length[0]]
                    await send({**start, "headers": [*others, length]})
                    await send({**message, "body": body})

        await self.app(scope, receive, send_with_script)


def _is_page(start: Any) -> bool:
    headers = start.get("headers", ())
    packed = any(name == b"content-encoding" for name, _ in headers)
    return start["status"] == 200 and HTML in headers and not packed


@functools.cache
def _script() -> bytes:
    text = (ASSETS / "mend.js").read_bytes()
    return b"<script>" + text + b"</script>"
