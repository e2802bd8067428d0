"""Takes the README's picture of each page: ``.venv/bin/python -m tests.screenshots [FOLDER]``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS, ROOT, chromium, serving
from tests.browser.test_journey import THREE, draw, go

STEPS = ("Data", "Model", "Train", "Evaluate", "Draw", "Export", "Runs")
SETTLED_MS = 2500


def main() -> None:
    """One new person's journey, a picture a page: light at 1280 px, and the first theme at 390."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "assets" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        serving(Path(home)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.set_default_timeout(120_000)
        page.goto(address)
        page.get_by_role("button", name="Train it now").wait_for()
        _shoot(page, folder, "home")
        page.get_by_role("button", name="Train it now").click()
        page.get_by_text("Finished 10 epochs").wait_for()
        for step in STEPS:
            go(page, step)
            page.locator(f".st-key-page-{step.lower()}").wait_for()
            if step == "Draw":
                draw(page, THREE)
            _shoot(page, folder, step.lower())
        _others(browser.new_context, page.url, folder)
        _canvas(page, address, folder)
        browser.close()


def _canvas(page: Page, address: str, folder: Path) -> None:
    """The starter that reads a picture and a note, as a graph."""
    page.goto(address)
    page.locator(".st-key-open-witness button").click()
    page.locator(".st-key-page-train").wait_for()
    go(page, "Model")
    page.locator(".lwg-shape").first.wait_for()
    _shoot(page, folder, "canvas")


def _others(new_context: object, url: str, folder: Path) -> None:
    """The same project in the dark and on a phone, for looking at (not committed)."""
    if folder == ROOT / "assets" / "screenshots":
        return
    for name, width, scheme in (
        ("dark", 1280, "dark"),
        ("phone", 390, "light"),
        ("night", 390, "dark"),
    ):
        context = new_context(viewport={"width": width, "height": 860}, color_scheme=scheme)  # type: ignore[operator]
        page = context.new_page()
        for step in ("", *(s.lower() for s in STEPS)):
            page.goto(url.replace("/runs", f"/{step}"))
            page.locator(f".st-key-page-{step or 'home'}").wait_for()
            _shoot(page, folder, f"{step or 'home'}-{name}", full=True)
        context.close()


def _shoot(page: Page, folder: Path, name: str, full: bool = False) -> None:
    page.mouse.move(2, 500)  # where it is over nothing; what it was over hides its hint meanwhile
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=folder / f"{name}.png", full_page=full)
    print(folder / f"{name}.png", flush=True)


if __name__ == "__main__":
    main()
