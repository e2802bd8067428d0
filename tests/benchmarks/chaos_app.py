"""Kills workers, the web server and the browser of the app as people use it, at random moments.

    python -m tests.benchmarks.chaos_app [--kills 50] [--seed 0] [--damage] [--evidence FOLDER]

Somebody trains the xor starter on the Train page, again and again. ``kill -9`` strikes the worker,
the server or the whole browser; the server is started again, the browser opened again at the same
address. Every click on Train must be exactly one run; each must end with the numbers of an
undisturbed run and a whole chart on the page. Where the page offers Resume, it is clicked. When
something is lost, what the page and the browser then said lies in the folder of the evidence. With
``--damage`` a file is damaged before every kill: a snapshot, the copy of a row, or the project.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright

from tests.benchmarks.chaos import damage_one
from tests.browser.conftest import FLAGS, chromium
from tests.browser.test_lost import House, finished, prepared, token
from tests.damage import DAMAGES

WAIT_SECONDS = (0.2, 5.0)
"""Between two kills."""

PATIENCE_SECONDS = 300.0
"""How long nothing may happen to a run."""

VICTIMS = ("worker", "worker", "server", "browser", "browser", "all three")

SEEN = """async () => ({
  painted: await Promise.race([
    new Promise((done) => requestAnimationFrame(() => done(true))),
    new Promise((done) => setTimeout(() => done(false), 2000))]),
  address: location.href,
  chart: (document.querySelector('.lwc-plot')?.data ?? []).map((t) => [
    t.name, t.x.length, t.x.findIndex((x, i) => x !== i + 1)]),
  note: document.querySelector('.lwc-note')?.textContent,
  run: (document.querySelector('.lwc-live')?.lwChart?.runs ?? [])
    .map(({ id, after, status, more, again, gone }) => ({ id, after, status, more, again, gone })),
  app: document.querySelector('[data-testid=stApp]')?.dataset,
  text: document.body.innerText,
})"""
"""What the page shows and its chart knows."""

GOING = re.compile(r"of 1,?500|Waiting|Starting|Loading|Paused|Interrupted|Finished")
"""What the page says of a run that is not lost."""


class Chaos:
    """An app, somebody who trains, and someone who kills.

    Args:
        playwright: opens the browsers.
        house: the workspace; its server runs.
        seed: of the kills: whom and when.
        damage: whether files are damaged, too.
    """

    def __init__(self, playwright: Playwright, house: House, seed: int, damage: bool) -> None:
        self._playwright, self._house, self._damages = playwright, house, damage
        self.damaged: Counter[str] = Counter()
        self.remarks = 0
        self._chance = random.Random(seed)
        self.kills: Counter[str] = Counter()
        self.finished = self.clicks = 0
        self._console: list[str] = []
        self._browser, self._page = self._opened()
        self._project = token(prepared(self._page, house))
        self._train()
        finished(self._page)
        self._truth = house.numbers_of(self._last()["id"])

    def run(self, kills: int) -> None:
        """Kills so often, then lets the run end; AssertionError when anything is lost."""
        self._train()
        while sum(self.kills.values()) < kills:
            time.sleep(self._chance.uniform(*WAIT_SECONDS))
            if self._damages:
                self._damage()
            self._kill(self._chance.choice(VICTIMS))
            self._look()
        self._end()

    def _opened(self) -> tuple[Browser, Page]:
        browser = self._playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(180_000)
        page.on("console", lambda said: self._console.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: self._console.append(f"error: {error}"))
        return browser, page

    def evidence(self, folder: Path) -> None:
        """Writes down what the page shows, what its chart knows and what the browser said."""
        folder.mkdir(parents=True, exist_ok=True)
        told: dict[str, Any] = {"row": self._last(), "console": self._console}
        with contextlib.suppress(Error):  # the browser may be what died
            told["seen"] = self._page.evaluate(SEEN)
            self._page.screenshot(path=folder / "chaos.png", full_page=True)
        (folder / "chaos.json").write_text(json.dumps(told, indent=1, default=str), "utf-8")

    def _train(self) -> None:
        """One click, one run more."""
        before = len(self._house.rows(self._project))
        self._page.get_by_role("button", name=re.compile("^Train( again)?$")).click()
        until = time.monotonic() + PATIENCE_SECONDS
        while len(self._house.rows(self._project)) == before:
            assert time.monotonic() < until, "a click on Train was lost"
            time.sleep(0.05)

    def _kill(self, whom: str) -> None:
        if whom in ("worker", "all three"):
            with contextlib.suppress(psutil.Error, TypeError):  # it has ended or not begun
                psutil.Process(self._last()["pid"]).kill()
        if whom in ("server", "all three"):
            self._house.kill()
        if whom in ("browser", "all three"):
            self._kill_browser()
        if whom in ("server", "all three"):
            self._house.start()
        if whom in ("browser", "all three"):
            self._browser, self._page = self._opened()
            self._page.goto(f"{self._house.address}/train?p={self._project}")
        self.kills[whom] += 1
        print(sum(self.kills.values()), whom, file=sys.stderr, flush=True)

    def _damage(self) -> None:
        """A file of the run or, now and then, of the project."""
        project = self._house.home / "projects" / f"{self._project}.json"
        if self._chance.random() < 0.3 and project.exists():
            how = self._chance.choice(sorted(DAMAGES))
            DAMAGES[how](project)
            self.damaged[f"project {how}"] += 1
        else:
            run = self._house.home / "runs" / self._last()["id"]
            damage_one(run, self._chance, self.damaged)

    def _kill_browser(self) -> None:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if "chrom" in process.name():
                    process.kill()
        with contextlib.suppress(Error):  # there is nobody to take leave of
            self._browser.close()

    def _look(self) -> None:
        """The page tells of the run; what has ended is examined, and the next one begins."""
        expect(self._page.locator(".st-key-run-status")).to_contain_text(GOING)
        if self._last()["status"] == "interrupted":
            self._resume()
        if self._last()["status"] == "finished":
            self._end()
            self._train()

    def _end(self) -> None:
        """Waits until the run has finished, and compares it."""
        until = time.monotonic() + PATIENCE_SECONDS
        while (row := self._last())["status"] != "finished":
            assert time.monotonic() < until and row["status"] in (
                "queued", "running", "interrupted",
            ), row  # fmt: skip
            if row["status"] == "interrupted":
                self._resume()
            time.sleep(0.1)
        finished(self._page)
        assert self._house.numbers_of(row["id"]) == self._truth
        self.remarks += len(row["remarks"].splitlines())
        self.finished += 1

    def _resume(self) -> None:
        self._page.get_by_role("button", name="Resume").click()
        self.clicks += 1
        until = time.monotonic() + PATIENCE_SECONDS
        while self._last()["status"] == "interrupted":
            assert time.monotonic() < until, "a click on Resume was lost"
            time.sleep(0.05)

    def _last(self) -> dict[str, Any]:
        return max(self._house.rows(self._project), key=lambda row: row["created"])


def main() -> None:
    """Prints how many kills the runs survived."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--damage", action="store_true")
    options.add_argument("--evidence", type=Path, default=Path(tempfile.gettempdir()))
    given = options.parse_args()
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,
        sync_playwright() as playwright,
    ):
        house = House(Path(home))
        house.start()
        try:
            chaos = Chaos(playwright, house, given.seed, given.damage)
            try:
                chaos.run(given.kills)
            except (AssertionError, Error):
                chaos.evidence(given.evidence)
                raise
        finally:
            house.close()
    kinds = ", ".join(f"{n} of {whom}" for whom, n in sorted(chaos.kills.items()))
    print(
        f"{sum(chaos.kills.values())} kills ({kinds}) in {time.monotonic() - began:.0f} s:"
        f" {chaos.finished} runs finished, each with the undisturbed run's numbers;"
        f" {chaos.clicks} clicks on Resume."
    )
    if given.damage:
        kinds = ", ".join(f"{n} {how}" for how, n in sorted(chaos.damaged.items()))
        print(f"{sum(chaos.damaged.values())} files damaged ({kinds}); {chaos.remarks} remarks.")


if __name__ == "__main__":
    main()
