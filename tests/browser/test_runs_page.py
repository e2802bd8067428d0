"""The Runs page by hand: order, filter, tag, note, the spread over seeds, compare, delete."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from builder.runs.disk import projects
from builder.runs.queries import run_queries
from builder.runs.store import database
from tests.browser.hand import pick
from tests.pages.past import run, xor

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


@pytest.fixture
def token(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A project with three runs equal but for the seed and, newest, one that failed."""
    monkeypatch.setenv("LAYERWISE_HOME", str(home))
    token = projects.create("somebody", "Seeds", xor()).token
    for seed, value in enumerate((0.7, 0.9, 0.8)):
        run(replace(xor(), seed=seed), token, value)
    run(xor(epochs=7), token, 0.1, status="failed")
    yield token
    database.close()


def shows(page: Page, *numbers: str) -> None:
    """The list holds runs with these best numbers, from above."""
    expect(page.locator(".lw-best b")).to_have_text(list(numbers))


def opened(page: Page) -> None:
    """The first run of the list; nothing moves before and after."""
    at_rest(page)
    first = page.locator(".lw-run").first
    expect(first).to_be_visible()
    first.click(force=True)  # its Open button lies over the line
    at_rest(page)


def at_rest(page: Page) -> None:
    page.wait_for_timeout(100)
    page.wait_for_function("!document.querySelector('[data-test-script-state=running]')")


def test_runs_are_ordered_filtered_named_compared_and_deleted(
    open_page: Opener, token: str
) -> None:
    page = open_page(f"/runs?p={token}")
    shows(page, "0.100", "0.800", "0.900", "0.700")
    pick(page, "Order", "Best validation acc")
    shows(page, "0.900", "0.800", "0.700", "0.100")
    pick(page, "Status", "Failed")
    shows(page, "0.100")
    pick(page, "Status", "Any")
    shows(page, "0.900", "0.800", "0.700", "0.100")

    opened(page)
    page.get_by_role("combobox", name="Tags").click()
    page.keyboard.type("good one")
    expect(page.get_by_role("option", name="Add: good one")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".lw-run i")).to_have_text("good one")
    page.get_by_label("Note").fill("more units next")
    page.get_by_placeholder("Search").click()
    page.get_by_placeholder("Search").fill("units next")
    page.keyboard.press("Enter")
    shows(page, "0.900")

    spread = page.locator(".st-key-run-spread")
    expect(spread).to_contain_text("3 finished runs equal but for the seed (0, 1, 2)")
    expect(spread).to_contain_text("0.800 ± 0.100")
    page.get_by_role("button", name="Lay their curves over each other").click()
    expect(page.locator(".lwc-legend")).to_contain_text("seed 0seed 1seed 2")
    page.get_by_role("button", name="Clear").click()

    opened(page)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_text("Delete this run").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("No run is like that")).to_be_visible()
    left = run_queries.rows(run_queries.Query(project=token))
    assert sorted(r.best["val_accuracy"] for r in left) == pytest.approx([0.1, 0.7, 0.8])
    assert re.search("[?&]p=", page.url), "the project is still this one"
