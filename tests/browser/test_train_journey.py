"""Training in a browser: curves that grow in one chart, zoom that stays, runs found again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import opening

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
POINTS = "document.querySelector('.lwc-plot')?.data?.reduce((n, t) => n + t.x.length, 0) ?? 0"
RANGES = """(() => { const l = document.querySelector('.lwc-plot').layout;
  return [l.xaxis.range, l.yaxis.range]; })()"""


def xor(open_page: Opener, epochs: int, **how: Any) -> Page:
    """The Train page of the xor starter with that many epochs, and its chart drawn."""
    page = open_page("/", **how)
    page.locator(".st-key-open-xor button").click()
    expect(page.locator(".lwc-plot .xy").first).to_be_visible()
    field = page.get_by_role("spinbutton", name="Epochs")
    field.fill(str(epochs))
    field.press("Enter")
    page.wait_for_url("**p=*")  # the change made it a project of its own
    return page


def train(page: Page) -> None:
    page.get_by_role("button", name="Train", exact=True).dblclick()  # people do
    grown(page, 10)


@pytest.fixture(scope="module")
def finished(browser: Browser, app: str) -> Iterator[Page]:
    """A dark phone on which three epochs were trained."""
    with opening(browser, app) as open_page:
        page = xor(open_page, 3, width=390, dark=True)
        train(page)
        yield page


def path_of(page: Page) -> str:
    return "/train" + page.url.partition("/train")[2]


def grown(page: Page, beyond: int) -> int:
    page.wait_for_function(f"({POINTS}) > {beyond}", timeout=240_000)
    return int(page.evaluate(POINTS))


def changed(page: Page, expression: str, before: Any) -> None:
    """Waits until the browser sees another value than ``before``."""
    same = f"was => JSON.stringify({expression}) !== JSON.stringify(was)"
    page.wait_for_function(same, arg=before)


def zoom(page: Page) -> None:
    box = page.locator(".lwc-plot .nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 240, box["y"] + 110, steps=5)
    page.mouse.up()


def test_curves_grow_in_one_chart_and_keep_the_zoom(open_page: Opener) -> None:
    page = xor(open_page, 3000)
    train(page)
    before = page.evaluate(RANGES)
    zoom(page)
    changed(page, RANGES, before)
    zoomed, count = page.evaluate(RANGES), page.evaluate(POINTS)
    grown(page, count + 20)  # through polls and status ticks
    page.get_by_role("spinbutton", name="Seed").fill("7")  # through a full rerun
    page.get_by_role("spinbutton", name="Seed").press("Enter")
    grown(page, page.evaluate(POINTS) + 20)
    assert page.evaluate(RANGES) == zoomed
    assert page.evaluate("window.__lwMounts") == 1
    page.locator(".lwc-reset").click()
    changed(page, RANGES, zoomed)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".st-key-run-status")).to_contain_text("Stopped in epoch")


def test_a_run_is_found_again_after_reload_and_in_a_second_tab(open_page: Opener) -> None:
    page = xor(open_page, 3000)
    train(page)
    page.reload()
    grown(page, 10)
    other = page.context.new_page()
    other.goto(page.url)
    grown(other, 10)
    expect(other.locator(".st-key-run-status")).to_contain_text("of 3000")
    other.get_by_role("button", name="Stop").click()
    expect(page.locator(".st-key-run-status")).to_contain_text("Stopped in epoch")
    page.goto(page.url.replace("/train", "/runs"))
    expect(page.locator("[class*='st-key-compare-']")).to_have_count(1)  # the double click was one


def test_a_finished_run_is_read_aloud_scaled_and_smoothed(
    finished: Page, open_page: Opener
) -> None:
    page = open_page(path_of(finished))
    expect(page.locator(".st-key-run-status")).to_contain_text("Test accuracy")
    picture = page.locator(".lwc-picture")
    expect(picture).to_have_attribute("aria-label", re.compile(r"epoch 3: .*Validation loss \d"))
    page.get_by_text("Numbers of every epoch").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".lwc-table tr")).to_have_count(4)
    expect(page.locator(".lwc-table")).to_contain_text("Validation loss")
    page.get_by_label("Log scale").check()
    axis = "document.querySelector('.lwc-plot').layout.yaxis.type"
    page.wait_for_function(f"{axis} === 'log'")
    batch = "document.querySelector('.lwc-plot').data.find(t => t.name === 'each batch').y"
    before = page.evaluate(batch)
    page.locator(".lwc-smooth").fill("0.9")
    changed(page, batch, before)
    assert page.evaluate(batch)[0] == pytest.approx(before[0])


def test_the_page_fits_a_phone_and_follows_the_theme(finished: Page, open_page: Opener) -> None:
    """Trained on a dark phone, looked at on a light one."""
    fits(finished, "#e6eaea")
    light = open_page(path_of(finished), width=390)
    fits(light, "#1c2426")


def fits(page: Page, text: str) -> None:
    expect(page.locator(".st-key-run-status")).to_contain_text("Test accuracy")
    page.wait_for_function(f"({POINTS}) > 0")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    color = page.evaluate("document.querySelector('.lwc-plot').layout.font.color")
    assert color.lower() == text
    curves = page.locator(".lwc-plot").bounding_box()
    settings = page.locator(".st-key-settings-fit").bounding_box()
    assert curves and settings and curves["y"] < settings["y"]


@pytest.mark.long  # test_journey hears all that is asked, on this page too
def test_nothing_is_asked_of_the_outside(open_page: Opener, app: str) -> None:
    asked: list[str] = []
    page = open_page("/train")
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.locator(".lwc-plot .xy").first).to_be_visible()
    outside = [
        u for u in asked if not u.startswith((app, app.replace("http", "ws"), "blob:", "data:"))
    ]
    assert not outside
