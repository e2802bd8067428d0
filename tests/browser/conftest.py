"""The app on a free port with an empty workspace, and a Chromium that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from builder import starters
from builder.runs.disk import projects
from builder.spec import ModelSpec

ROOT = Path(__file__).resolve().parent.parent.parent
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first without a window's parts: a fifth less of the processor."""

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY_SECONDS = 300

expect.set_options(timeout=120_000)  # the first page waits for Keras to load


def chromium() -> str | None:
    """The system's Chromium; None lets Playwright use the one it installed itself."""
    names = (os.environ.get("CHROMIUM") or "", *BROWSERS)
    return next((found for n in names if n and (found := shutil.which(n))), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(home: Path, port: int | None = None) -> Iterator[str]:
    """The app as the README starts it, with ``home`` as its workspace; yields its address."""
    port = port or free_port()
    address = f"http://localhost:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = ["--server.port", str(port), "--server.headless", "true"]
    log = home / "server.log"
    home.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        env = os.environ | {"LAYERWISE_HOME": str(home)}
        server = subprocess.Popen(
            [*command, *options],
            cwd=ROOT,
            env=env,
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
        )
        try:
            _wait(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def web_process(address: str) -> psutil.Process:
    """The process that serves ``address``, one of our own."""
    port = address.rpartition(":")[2]
    mine = psutil.Process().children(recursive=True)
    return next(p for p in mine if "streamlit" in p.cmdline() and port in p.cmdline())


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the app did not start:\n{log.read_text()}")


FIRST = ("test_lost.py", "test_journey.py", "test_train_journey.py", "test_wired.py")
"""Files that take longest begin: two processes share them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="session")
def app(home: Path) -> Iterator[str]:
    with serving(home) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield chrome
        chrome.close()


Opener = Callable[..., Page]

AT_ONCE = """new MutationObserver((_, self) => {
  if (!document.documentElement) return;
  self.disconnect();
  const style = document.createElement("style");
  style.textContent = `*, *::before, *::after { animation-duration: 1ms !important;
    animation-iteration-count: 1 !important; transition-duration: 1ms !important; }`;
  document.documentElement.append(style);
}).observe(document, { childList: true });"""
"""What fades or turns has ended at once: every picture of it is drawn by the processor."""


@contextmanager
def opening(browser: Browser, app: str) -> Iterator[Opener]:
    """``open_page(path, width=1280, dark=False, touch=False)``: a new person's browser."""
    contexts = []

    def opener(path: str = "/", width: int = 1280, dark: bool = False, touch: bool = False) -> Page:
        scheme = "dark" if dark else "light"
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, color_scheme=scheme, has_touch=touch)  # type: ignore[arg-type]
        contexts.append(context)
        context.add_init_script(AT_ONCE)
        page = context.new_page()
        page.set_default_timeout(180_000)
        page.goto(app + path)
        return page

    yield opener
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(browser: Browser, app: str) -> Iterator[Opener]:
    with opening(browser, app) as opener:
        yield opener


@pytest.fixture
def save(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[ModelSpec], str]:
    """``save(model)``: the address of a project with that model."""
    monkeypatch.setenv("LAYERWISE_HOME", str(home))
    training = starters.find_starter("iris").training

    def saved(model: ModelSpec) -> str:
        token = projects.create("somebody", model.name, replace(training, model=model)).token
        return f"/model?p={token}"

    return saved
