"""The first minutes of a new person: train, draw a 3, see it read, come back and find it all."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import hand
from tests.browser.conftest import web_process

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]

THREE = [(80, 60), (130, 40), (190, 60), (190, 110), (140, 130), (190, 150), (200, 210), (140, 240)]
THREE += [(80, 220)]
"""A 3 on the 280×280 canvas, in pixels."""


def draw(page: Page, points: list[tuple[int, int]]) -> None:
    """One stroke with the mouse; waits until the canvas stands still first."""
    canvas = page.locator(".st-key-paper canvas").last
    hand.settled(page)
    hand.still(canvas)
    box = canvas.bounding_box()
    assert box
    x, y = box["x"], box["y"]
    page.mouse.move(x + points[0][0], y + points[0][1])
    page.mouse.down()
    for px, py in points[1:]:
        page.mouse.move(x + px, y + py, steps=6)
    page.mouse.up()


def go(page: Page, step: str) -> None:
    page.get_by_role("link", name=step, exact=True).first.click()
    page.locator(f".st-key-page-{step.lower()}").wait_for()


def finished(page: Page) -> Locator:
    """What the Train page says in the end; the Runs page, perhaps still there, says it too."""
    return page.locator(".st-key-page-train").get_by_text("Finished 10 epochs")


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def verdict(page: Page) -> Locator:
    return page.locator(".lw-verdict b")


@pytest.fixture(scope="module")
def outside() -> list[str]:
    """Addresses beyond this server that the first person's browser asked for."""
    return []


@pytest.fixture(scope="module")
def trained(browser: Browser, app: str, outside: list[str]) -> Iterator[Page]:
    """A new person's browser after the first training."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(180_000)
    page.on("request", lambda r: outside.append(r.url) if not _inside(r.url) else None)
    page.goto(app)
    page.get_by_role("button", name="Train it now").click()
    page.get_by_text("Finished 10 epochs").wait_for(timeout=120_000)
    yield page
    context.close()


def _inside(url: str) -> bool:
    return url.startswith(("http://localhost", "ws://localhost", "data:", "blob:"))


def test_three_clicks_to_a_digit_read(trained: Page) -> None:
    expect(trained.get_by_text("Test accuracy").first).to_be_visible()
    go(trained, "Draw")
    draw(trained, THREE)
    expect(verdict(trained)).to_have_text("3")


def test_nothing_was_asked_of_the_outside(trained: Page, outside: list[str]) -> None:
    assert outside == []


def test_the_drawing_survives_a_page_and_a_reload_and_is_undone_and_cleared(trained: Page) -> None:
    go(trained, "Evaluate")
    trained.get_by_text("Confusion matrix").wait_for()
    go(trained, "Draw")
    expect(verdict(trained)).to_have_text("3")
    trained.reload()
    expect(verdict(trained)).to_have_text("3")
    trained.get_by_role("button", name="Clear").click()
    expect(trained.get_by_text("The canvas is empty")).to_be_visible()
    draw(trained, THREE)
    expect(verdict(trained)).to_have_text("3")
    draw(trained, [(20, 260), (60, 262)])
    trained.wait_for_timeout(800)
    trained.get_by_role("button", name="Undo stroke").click()
    expect(trained.locator(".lw-verdict span")).to_contain_text("on 3")


def test_a_cell_of_the_confusion_matrix_is_chosen_by_keyboard(trained: Page) -> None:
    go(trained, "Evaluate")
    grid = trained.get_by_role("grid", name="Confusion matrix")
    grid.get_by_role("gridcell", name="0: ").first.focus()
    trained.keyboard.press("ArrowRight")
    trained.keyboard.press("ArrowDown")
    trained.keyboard.press("Enter")
    expect(grid.locator("[aria-selected=true]")).to_have_attribute("aria-label", re.compile("^1: "))
    expect(trained.get_by_role("heading", name=re.compile(r"\d+ right: 1"))).to_be_visible()
    trained.keyboard.press("Escape")
    expect(trained.get_by_role("heading", name="Most confident mistakes")).to_be_visible()


def test_the_web_process_loads_no_data_frames(trained: Page, app: str) -> None:
    """pandas and pyarrow would be 80 of its megabytes, and nobody needs them on screen."""
    for step in ("Data", "Model", "Train", "Evaluate", "Draw", "Export", "Runs"):
        go(trained, step)
        if step == "Draw":
            draw(trained, [(140, 60), (140, 220)])
    loaded = {part for m in web_process(app).memory_maps() for part in Path(m.path).parts}
    assert "numpy" in loaded
    assert not loaded & {"pandas", "pyarrow", "keras", "tensorflow", "sklearn", "scipy"}


def test_a_refresh_finds_the_run_again(trained: Page) -> None:
    go(trained, "Train")
    finished(trained).wait_for()
    trained.reload()
    expect(finished(trained)).to_be_visible()


def test_a_second_tab_and_a_phone_see_the_same_project(trained: Page, open_page: Opener) -> None:
    phone = open_page(path_of(trained.url), width=390, dark=True, touch=True)
    expect(finished(phone)).to_be_visible()
    wide = phone.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


def test_touch_draws_on_a_phone(trained: Page, open_page: Opener) -> None:
    go(trained, "Draw")
    trained.wait_for_url("**/draw?p=*")
    phone = open_page(path_of(trained.url), width=390, touch=True)
    draw(phone, THREE)
    expect(verdict(phone)).to_have_text("3")


def test_stop_and_a_killed_tab_lose_nothing(open_page: Opener) -> None:
    page = open_page("/")
    page.locator(".st-key-open-digits_dense button").click()
    hand.number(page, "Epochs", 1000)  # time to stop it
    page.wait_for_url("**p=*")
    page.locator(".st-key-train button:visible").first.click()
    page.get_by_text(re.compile(r"Epoch \d+ of 1000")).first.wait_for(timeout=240_000)
    address = page.url
    page.context.close()  # the browser is gone; the run is not
    again = open_page(path_of(address))
    stop = again.get_by_role("button", name="Stop")
    expect(stop).to_be_enabled()
    clicked = time.monotonic()
    stop.click()
    again.get_by_text("Stopped in epoch").wait_for()
    assert time.monotonic() - clicked < 20
    go(again, "Draw")
    draw(again, THREE)
    expect(verdict(again)).to_be_visible()


def test_a_cold_deep_link_has_its_frame_and_is_no_wider_than_a_phone(open_page: Opener) -> None:
    for step in ("", "data", "model", "train", "evaluate", "draw", "export", "runs"):
        page = open_page(f"/{step}", width=390)
        page.locator(f".st-key-page-{step or 'home'}").wait_for()
        hand.settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, step
        page.set_viewport_size({"width": 1280, "height": 900})
        expect(page.get_by_role("link", name="Home", exact=True).first).to_be_visible()
        expect(page.get_by_text("Something in Layerwise went wrong")).to_have_count(0)
        page.context.close()


def test_a_wrong_file_is_refused_in_a_sentence(open_page: Opener, tmp_path: Path) -> None:
    bad = tmp_path / "evil.keras"
    bad.write_bytes(b"PK\x03\x04 this is no model")
    page = open_page("/")
    page.locator("input[type=file]").first.set_input_files(bad)
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_text("Something in Layerwise went wrong")).to_have_count(0)
