"""Measures in a real browser what a person waits for, and the web process's memory.

    python -m tests.benchmarks.screen

Prints a Markdown table. The app as the README starts it, in a temporary workspace.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS, chromium, free_port, serving
from tests.browser.test_journey import draw, go

EDITS = 30
STROKES = 30


def main() -> None:
    """One journey, a line a figure."""
    print("| what | median | p95 |\n|---|---|---|")
    port, began = free_port(), time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as home,
        sync_playwright() as playwright,
        serving(Path(home), port) as address,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(address)
        page.get_by_role("button", name="Train it now").wait_for()
        print(f"| server's start → first page painted | {time.perf_counter() - began:.1f} s | |")
        web = _web_process(port)
        _report_memory("web process after the first page", web)
        _line("edit a layer's units → its row on screen", _edits(page))
        _train(page)
        _line("stroke's end → probabilities on screen", _strokes(page))
        for step in ("Evaluate", "Export", "Runs", "Data"):
            go(page, step)
            page.locator(f".st-key-page-{step.lower()}").wait_for()
            page.wait_for_timeout(3000)
        _report_memory("web process after every page was used", web)
        browser.close()


def _web_process(port: int) -> psutil.Process:
    mine = psutil.Process().children(recursive=True)
    return next(p for p in mine if "streamlit" in p.cmdline() and str(port) in p.cmdline())


def _report_memory(what: str, process: psutil.Process) -> None:
    print(f"| {what} | {process.memory_info().rss / 1e6:.0f} MB | |", flush=True)


def _line(what: str, seconds: list[float]) -> None:
    p95 = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
    print(
        f"| {what} | {1e3 * statistics.median(seconds):.0f} ms | {1e3 * p95:.0f} ms |", flush=True
    )


def _timed(page: Page, act: Callable[[], object], seen: str) -> float:
    """Seconds from ``act``'s end until the JavaScript condition ``seen`` holds."""
    act()
    began = time.perf_counter()
    page.wait_for_function(seen, polling="raf")
    return time.perf_counter() - began


def _edits(page: Page) -> list[float]:
    go(page, "Model")
    page.get_by_text("101,770").first.wait_for()
    page.locator("[class*='st-key-row-'] button").nth(2).click()
    field = page.get_by_role("spinbutton", name="Units")
    page.wait_for_timeout(2000)
    took = []
    for i in range(EDITS):
        units = 130 + i
        field.fill(str(units))
        seen = f"document.body.innerText.includes('{785 * units:,}')"
        took.append(_timed(page, lambda: field.press("Enter"), seen))
        page.wait_for_timeout(200)
    return took


def _train(page: Page) -> None:
    go(page, "Train")
    page.locator(".st-key-train button:visible").first.click()
    page.get_by_text("Finished 10 epochs").wait_for()


def _strokes(page: Page) -> list[float]:
    go(page, "Draw")
    page.locator(".lw-bars").wait_for()
    took = []
    bars = "document.querySelector('.lw-bars').innerText"
    for i in range(STROKES):
        if i % 5 == 0 and i:
            page.get_by_role("button", name="Clear").click()
            page.get_by_text("The canvas is empty").wait_for()
        before = page.evaluate(bars)
        x = 60 + 35 * (i % 5)
        points = [(x, 60), (x + 20, 130), (x, 220)]
        took.append(_timed(page, lambda p=points: draw(page, p), f"{bars} !== {before!r}"))
    return took


if __name__ == "__main__":
    main()
