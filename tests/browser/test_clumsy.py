"""What clumsy hands type and leave lying about: nothing is dropped or ignored without a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


def enter(page: Page, field: str, value: str) -> None:
    box = page.get_by_role("spinbutton", name=field, exact=True)
    box.fill(value)
    box.press("Enter")


def test_units_beyond_the_range_are_refused_in_words(open_page: Opener) -> None:
    page = open_page("/model")
    page.locator(".st-key-row-dense button").first.click()
    expect(page.get_by_role("textbox", name="Layer name")).to_have_value("dense")
    for wrong in ("1000000000", "0"):
        enter(page, "Units", wrong)
        problem = page.locator(".st-key-problem-wrong-row-dense-0")
        expect(problem).to_contain_text(f"from 1 to 100,000,000 but is {wrong}.")
        problem.get_by_role("button", name="Set units to 64").first.click()
        expect(problem).to_have_count(0)
        expect(page.get_by_role("spinbutton", name="Units", exact=True)).to_have_value("64")


BEYOND = (
    ("Epochs", "0", "from 1 to 100,000 but is 0."),
    ("Batch size", "0", "from 1 to 1,000,000 but is 0."),
    ("Validation split", "1.5", "from 0 to 0.95 but is 1.5."),
    ("Seed", "-1", "but is -1."),
    ("Learning rate: value", "-1", "The learning rate is -1: it must be above 0."),
)


def test_settings_beyond_the_range_are_refused_in_words(open_page: Opener) -> None:
    page = open_page("/train")
    severe = page.locator("[class*='st-key-problem-wrong-train']")
    train = page.locator(".st-key-train button").first
    for field, wrong, said in BEYOND:
        box = page.get_by_role("spinbutton", name=field, exact=True)
        before = box.input_value()
        enter(page, field, wrong)
        expect(severe.filter(has_text=said)).to_be_visible()
        expect(train).to_be_disabled()
        enter(page, field, before)
        expect(severe).to_have_count(0)
        expect(train).to_be_enabled()


def test_a_picture_left_in_place_says_why_the_drawing_is_not_read(
    open_page: Opener, tmp_path: Path
) -> None:
    page = open_page("/train")
    enter(page, "Epochs", "1")
    page.wait_for_url("**p=*")
    page.locator(".st-key-train button").first.click()
    page.get_by_text("Finished 1 epoch,").wait_for(timeout=240_000)
    page.get_by_role("link", name="Draw", exact=True).first.click()
    photo = Image.new("L", (100, 100), 255)
    ImageDraw.Draw(photo).line([(50, 15), (50, 85)], fill=0, width=8)
    photo.save(tmp_path / "one.png")
    page.get_by_text("Use a picture instead").click()
    page.locator(".st-key-draw-file input[type=file]").set_input_files(tmp_path / "one.png")
    expect(page.get_by_text("Remove it below to have the drawing read again")).to_be_visible()
