"""Measures in a real browser what a person waits for, and the web process's memory.

    python -m tests.benchmarks.screen

Prints a Markdown table. The app as the README starts it, in a temporary workspace.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from playwright.sync_api import Locator, Page, sync_playwright

from tests.browser.conftest import FLAGS, chromium, serving, web_process
from tests.browser.test_journey import draw, go

EDITS = 30
STROKES = 30
CLICKS = 5
"""Clicks on Train, on each of two starters."""

LONG = 100
"""Epochs of the run in which it is counted how often the chart grows."""

WATCH = """
const points = () => (document.querySelector(".lwc-plot")?.data ?? [])
  .reduce((n, trace) => n + Array.from(trace.x).filter((x) => x !== null).length, 0);
window.firstPoint = null;
window.grown = [];
const watch = window.watch = {};
let clicked = null, emptied = false, before = 0;
const note = () => (clicked ??= performance.now());
document.addEventListener("click", note, { capture: true, once: true });
const look = () => {
  if (watch !== window.watch) return;
  const seen = points();
  emptied ||= clicked !== null && seen === 0;
  if (emptied && seen > before) {
    window.firstPoint ??= performance.now() - clicked;
    window.grown.push(performance.now());
  }
  before = emptied ? seen : 0;
  requestAnimationFrame(look);
};
look();
"""
"""Notes when the chart, emptied by a new run, shows its first point: milliseconds after the click;
and all moments at which it grew. The next watch ends this one.

An axis without lines holds one point that is null.
"""


def main() -> None:
    """One journey, a line a figure."""
    print("| what | median | p95 |\n|---|---|---|")
    began = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as home,
        sync_playwright() as playwright,
        serving(Path(home)) as address,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(address)
        page.get_by_role("button", name="Train it now").wait_for()
        print(f"| server's start → first page painted | {time.perf_counter() - began:.1f} s | |")
        web = web_process(address)
        _report_memory("web process after the first page", web)
        settle(web)
        first = _first_point(page, page.get_by_role("button", name="Train it now"))
        page.get_by_text("Finished 10 epochs").wait_for()
        _line("Home, Train it now → first point on screen, once", [first, first])
        _line("edit a layer's units → its row on screen", _edits(page))
        _line("Train → first point on screen, digits", _clicks(page, web))
        print(f"| the chart of a run of {LONG} epochs grows, a second | {_growth(page):.1f} | |")
        _line("stroke's end → probabilities on screen", _strokes(page))
        for step in ("Evaluate", "Export", "Runs", "Data"):
            go(page, step)
            page.locator(f".st-key-page-{step.lower()}").wait_for()
            page.wait_for_timeout(3000)
        go(page, "Home")
        page.locator(".st-key-open-iris button").click()
        _line("Train → first point on screen, iris", _clicks(page, web))
        go(page, "Evaluate")
        page.locator(".lw-matrix td").first.click()
        page.wait_for_timeout(3000)
        _report_memory("web process after every page was used", web)
        browser.close()


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


def _first_point(page: Page, button: Locator) -> float:
    """Seconds from the click on ``button`` to the first point of the new run on screen."""
    page.evaluate(f"() => {{{WATCH}}}")
    button.click()
    page.wait_for_function("window.firstPoint", polling="raf")
    return float(page.evaluate("window.firstPoint")) / 1e3


def _clicks(page: Page, web: psutil.Process) -> list[float]:
    go(page, "Train")
    button = page.locator(".st-key-train button:visible").first
    took = []
    for _ in range(CLICKS):
        button.wait_for()
        settle(web)
        took.append(_first_point(page, button))
        page.get_by_text("Finished").first.wait_for()
    return took


def _growth(page: Page) -> float:
    """How many times a second the curves of a long run grow."""
    field = page.get_by_role("spinbutton", name="Epochs")
    field.fill(str(LONG))
    field.press("Enter")
    page.wait_for_timeout(1000)
    _first_point(page, page.locator(".st-key-train button:visible").first)
    page.get_by_text(f"Finished {LONG} epochs").wait_for()
    first, *_, last = grown = page.evaluate("window.grown")
    return 1e3 * (len(grown) - 1) / (last - first)


def settle(web: psutil.Process) -> None:
    """Waits until a spare worker is there and idle, and so is the web process."""
    quiet = 0
    while quiet < 4:
        time.sleep(0.5)
        idle = False
        with contextlib.suppress(psutil.Error):  # a worker that just ended
            spare = [p for p in web.children() if "builder.runs.scheduler.worker" in p.cmdline()]
            idle = bool(spare) and all(p.cpu_percent(0.3) < 5 for p in (*spare, web))
        quiet = quiet + 1 if idle else 0


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
