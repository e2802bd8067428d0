"""A run cannot be lost: tabs, servers and workers end at the worst moment, its numbers do not."""

from __future__ import annotations

import itertools
import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from tests.browser.conftest import free_port, serving, web_process

pytestmark = pytest.mark.browser

EPOCHS = 1000
"""Three seconds on an idle machine: time for a snapshot, and to die after it."""

PATIENCE_SECONDS = 300
"""How long anything may take before it counts as lost."""

LINES = """(epochs) => {
  const lines = (document.querySelector('.lwc-plot')?.data ?? [])
    .filter((t) => ['training', 'validation'].includes(t.name));
  return lines.length === 4 && lines.every((t) => t.x.length === epochs)
    && lines.every((t) => t.x.every((x, i) => x === i + 1));
}"""
"""Whether the chart has every epoch once and in order, for loss and accuracy, in training and
validation."""


class House:
    """A workspace, the server on it, and what its store says of a run.

    Args:
        home: the workspace.
    """

    def __init__(self, home: Path) -> None:
        self.home, self._port, self._stack = home, free_port(), ExitStack()
        self.address = ""

    def start(self) -> None:
        """The server, always at the same address."""
        self.address = self._stack.enter_context(serving(self.home, self._port))

    def kill(self) -> None:
        """``kill -9`` of the server."""
        server = web_process(self.address)
        server.kill()
        self._stack.close()

    def close(self) -> None:
        self._stack.close()

    def rows(self, project: str) -> list[dict[str, Any]]:
        """The project's runs."""
        return self._ask("SELECT * FROM runs WHERE project = ?", project)

    def run(self, project: str) -> dict[str, Any]:
        """The project's only run."""
        (found,) = self.rows(project)
        return found

    def numbers(self, project: str) -> list[str]:
        """Those of the project's only run."""
        return self.numbers_of(self.run(project)["id"])

    def numbers_of(self, run: str) -> list[str]:
        """Every metric of every epoch, to the last digit."""
        asked = "SELECT epoch, metrics FROM epochs WHERE run = ? ORDER BY seq"
        found = self._ask(asked, run)
        assert [line["epoch"] for line in found] == list(range(1, EPOCHS + 1))
        return [line["metrics"] for line in found]

    def until(self, project: str, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Waits for something about the project's only run."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not (self.rows(project) and holds(self.run(project))):
            assert time.monotonic() < end, self.rows(project)
            time.sleep(0.02)
        return self.run(project)

    def _ask(self, sql: str, value: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.home / "runs.db", timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, (value,))]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Its own server, for it is killed."""
    made = House(tmp_path_factory.mktemp("lost"))
    made.start()
    yield made
    made.close()


Person = Callable[[], Page]


@pytest.fixture
def person(house: House, browser: Browser) -> Iterator[Person]:
    """Somebody new, before the Train page of a project of their own: xor, many epochs."""
    contexts: list[BrowserContext] = []

    def come() -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        return prepared(contexts[-1].new_page(), house)

    yield come
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def undisturbed(house: House, browser: Browser) -> Callable[[], list[str]]:
    """The numbers of a run nobody touches; it begins at once, and is waited for when asked."""
    page = prepared(browser.new_page(), house)
    project = token(page)
    train(page)
    house.until(project, lambda row: row["status"] == "running")
    page.close()

    def numbers() -> list[str]:
        house.until(project, lambda row: row["status"] == "finished")
        return house.numbers(project)

    return numbers


def prepared(page: Page, house: House) -> Page:
    page.set_default_timeout(180_000)
    page.goto(house.address)
    page.locator(".st-key-open-xor button").click()
    field = page.get_by_role("spinbutton", name="Epochs")
    field.fill(str(EPOCHS))
    field.press("Enter")
    page.wait_for_url("**p=*")  # the change made it a project of its own
    return page


def token(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query)["p"][0]


def train(page: Page) -> None:
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Stop")).to_be_enabled()


def said(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator(".st-key-run-status")).to_contain_text(text)


def finished(page: Page) -> None:
    """The page says so, and its chart is whole."""
    said(page, f"Finished {EPOCHS:,} epochs")
    page.wait_for_function(LINES, arg=EPOCHS)


def learning(row: dict[str, Any]) -> bool:
    return row["status"] == "running" and row["step"] > 0


@pytest.mark.long  # chaos_app kills all three, in any order
def test_tabs_and_servers_come_and_go_and_the_run_goes_on(
    house: House, person: Person, undisturbed: Callable[[], list[str]]
) -> None:
    page = person()
    train(page)
    run = house.until(token(page), learning)
    page.reload()
    second = page.context.new_page()
    second.goto(page.url)
    said(second, f"of {EPOCHS}")
    page.close()
    house.kill()
    os.kill(run["pid"], 0)  # the run does not notice
    house.start()
    third = second.context.new_page()
    third.goto(second.url)
    finished(third)
    finished(second)  # nobody has reloaded it
    last = house.run(token(third))
    assert (last["id"], last["pid"]) == (run["id"], run["pid"])
    assert house.numbers(token(third)) == undisturbed()


def test_many_clicks_are_one_run_that_dies_pauses_and_dies_again_with_the_same_numbers(
    house: House, person: Person, undisturbed: Callable[[], list[str]]
) -> None:
    page = person()
    click_often(page)
    first = house.until(token(page), lambda row: row["heartbeat"])
    os.kill(first["pid"], signal.SIGKILL)  # before its first snapshot: it begins again by itself
    house.until(token(page), lambda row: learning(row) and row["pid"] != first["pid"])
    page.get_by_role("button", name="Pause").click()
    said(page, re.compile(r"Paused in epoch \d+ of"))
    step = house.run(token(page))["step"]
    page.reload()
    said(page, re.compile(r"Paused in epoch \d+ of"))
    assert 0 < house.run(token(page))["step"] == step < 20 * EPOCHS
    page.get_by_role("button", name="Resume").dblclick()
    second = house.until(token(page), lambda row: learning(row) and row["step"] > step)
    os.kill(second["pid"], signal.SIGKILL)
    said(page, re.compile(r"was ended from outside at epoch \d+; it goes on from where it was"))
    finished(page)
    last = house.run(token(page))
    assert len({first["pid"], second["pid"], last["pid"]}) == 3
    assert house.numbers(token(page)) == undisturbed()


def click_often(page: Page) -> None:
    """A double click on Train, and ten times Enter."""
    button = page.locator(".st-key-train button:visible")
    button.dblclick()
    button.focus()
    for _ in range(10):
        page.keyboard.press("Enter")


def test_when_the_server_is_back_every_page_is_there_and_a_click_at_once_is_done(
    house: House, person: Person, browser: Browser
) -> None:
    """Of three pages one waits with Train before it, one does not know yet which it is, and one is
    just loading its scripts: its request is what the server dies of."""
    page, train = person(), lambda: page.get_by_role("button", name="Train", exact=True)
    expect(train()).to_be_enabled()
    with closing(nameless(house, browser)) as unnamed, closing(browser.new_page()) as torn:
        asked, scripts = itertools.count(), re.compile("/static/js/index\\.")
        torn.on("request", lambda r: scripts.search(r.url) and next(asked) == 0 and house.kill())
        torn.goto(f"{house.address}/runs")
        expect(page.get_by_text("The server does not answer.")).to_be_visible()
        expect(page.get_by_text("Is Streamlit still running?")).to_be_hidden()
        expect(torn.locator("#root > *")).to_have_count(0)  # nothing of Streamlit's has come
        house.start()
        train().click()  # as soon as it is enabled
        expect(page.get_by_text("The server does not answer.")).to_be_hidden()
        for other in (unnamed, torn):
            expect(other.locator(".st-key-page-runs")).to_be_visible()
            assert urlsplit(other.url).path == "/runs"
    house.until(token(page), learning)
    page.get_by_role("button", name="Stop").click()
    said(page, re.compile(r"Stopped in epoch \d+"))
    assert (row := house.run(token(page)))["status"] == "stopped"
    assert row["step"] < 20 * EPOCHS


def nameless(house: House, browser: Browser) -> Page:
    """A page that has heard of its first server only that there is an app."""
    page, told, sockets = browser.new_page(), list[Any](), itertools.count()

    def muffled(socket: WebSocketRoute) -> None:
        server, first = socket.connect_to_server(), next(sockets) == 0

        def pass_on(said: Any) -> None:
            told.append(said)
            if not first or len(told) <= 2:
                socket.send(said)

        server.on_message(pass_on)

    page.route_web_socket(re.compile("_stcore/stream"), muffled)
    page.goto(f"{house.address}/runs")
    end = time.monotonic() + PATIENCE_SECONDS
    while len(told) <= 2:  # until more is said than heard
        assert time.monotonic() < end
        page.wait_for_timeout(100)
    return page
