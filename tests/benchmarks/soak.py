"""Uses the app for a while with several people at once, and says whether it grows.

    python -m tests.benchmarks.soak [--minutes 20] [--sessions 5] [--seed 0] [--evidence FOLDER]

The app as the README starts it, in a temporary workspace; live Chromium sessions walk its pages,
edit, train, pause, resume, stop, draw, reload. Each makes one full round first; then the server's
processes are weighed every 15 seconds. Prints a Markdown table of the medians of each third, and
what went wrong on the way; pictures of troubles lie in the evidence's folder. What still
grows from the second third to the last grows; the first one fills what is kept on purpose.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.async_api import Browser, Error, Locator, Page, async_playwright, expect

from tests.browser.conftest import FLAGS, chromium, serving, web_process

SAMPLE_SECONDS = 15.0

PATIENCE_SECONDS = 180.0
"""How long one thing may take: five people share two cores, and a run may have to queue."""

STARTERS = {"digits_dense": 1, "xor": 60, "iris": 40, "circles": 40, "wine": 30}
"""What people open, and the epochs of a small run of it: a second or two."""

MANY = 100_000
"""Epochs of a run that will be paused and stopped."""

STEPS = ("Data", "Model", "Train", "Evaluate", "Draw", "Export", "Runs")

STATES = """JSON.stringify([document.readyState, document.querySelector("#root > *") !== null,
  document.querySelector("[data-testid=stApp]")?.dataset])"""
"""How far the page has come, as Streamlit has it."""

LEAST = {"MB": (1.05, 5e6), "": (1.1, 3.0)}
"""Part of a figure's name → from which ratio of the last third's median to the second's, and from
which difference on, it grows; the first that fits counts."""


# --- what a person does --------------------------------------------------------------------------


class Person:
    """One browser and its owner.

    Args:
        page: on the app's first page.
        starter: what they work on; a key of ``STARTERS``.
        chance: decides what comes next.
        evidence: the folder for pictures of troubles.
    """

    def __init__(
        self, page: Page, starter: str, chance: random.Random, evidence: Path | None = None
    ) -> None:
        self._page, self._starter, self._chance = page, starter, chance
        self._evidence = evidence
        self.acts: Counter[str] = Counter()
        self.troubles: list[str] = []

    async def round(self) -> None:
        """Everything once."""
        for act in (self.open, self.tour, self.edit, self.train, self.pause, self.draw):
            await self._do(act)

    async def live(self, until: float) -> None:
        """One thing after the other until that moment of the monotonic clock."""
        acts = (self.tour, self.edit, self.edit, self.train, self.pause, self.draw, self.reload)
        while time.monotonic() < until:
            rare = self._chance.random() < 0.05
            await self._do(self.open if rare else self._chance.choice(acts))

    async def _do(self, act: Callable[[], Awaitable[None]]) -> None:
        name = act.__name__
        try:
            await act()
            if await self._page.get_by_text("Something in Layerwise went wrong").count():
                raise AssertionError("the page says that something went wrong")
            self.acts[name] += 1
        except (Error, AssertionError) as error:
            said = " ".join(str(error).split())[:300]
            self.troubles.append(f"{self._starter}, {name}, {self._page.url}: {said}")
            await self._keep(f"{self._starter}-{len(self.troubles)}-{name}")
            await self._again()

    async def _keep(self, name: str) -> None:
        if self._evidence:
            with contextlib.suppress(Error):
                await self._page.screenshot(path=self._evidence / f"{name}.png", timeout=20_000)
                states = await self._page.evaluate(STATES)
                (self._evidence / f"{name}.txt").write_text(f"{self.troubles[-1]}\n{states}")

    async def _again(self) -> None:
        """After trouble: a fresh page of the same project, nothing training."""
        with contextlib.suppress(Error, AssertionError):
            await self._page.reload()
            await self._go("Train")
            await self._read()
            stop = self._button("Stop")
            if await stop.is_enabled():
                await stop.click()

    async def open(self) -> None:
        """A new project from a starter; its first change or training saves it."""
        await self._page.get_by_role("link", name="Home", exact=True).first.click()
        await self._page.locator(f".st-key-open-{self._starter} button:visible").click()
        await self._page.locator(".st-key-page-train").wait_for()

    async def tour(self) -> None:
        """Every page, in any order."""
        for step in self._chance.sample(STEPS, len(STEPS)):
            await self._go(step)
            await self._page.wait_for_timeout(500)

    async def edit(self) -> None:
        """Another width of the first hidden layer, and sometimes back."""
        await self._go("Model")
        await self._page.locator(".st-key-row-dense button:visible").first.click()
        # another layer's form may have stood there: people type when they see the right one
        name = self._page.get_by_role("textbox", name="Layer name")
        await expect(name).to_have_value("dense")
        await self._read()
        units = self._page.get_by_role("spinbutton", name="Units", exact=True)
        now = await units.input_value()
        await units.fill(self._chance.choice([str(n) for n in range(4, 65) if str(n) != now]))
        await units.press("Enter")
        undo = self._button("Undo")
        await expect(undo).to_be_enabled()
        if self._chance.random() < 0.5:
            await undo.click()

    async def train(self) -> None:
        """A small run to its end."""
        await self._go("Train")
        await self._epochs(STARTERS[self._starter])
        await self._start()
        await self._said(re.compile(r"Finished \d+ epoch"))

    async def pause(self) -> None:
        """A long run, paused, found paused after a reload, resumed and stopped."""
        await self._go("Train")
        await self._epochs(MANY)
        await self._start()
        await self._said(re.compile(r"Epoch \d+ of"))
        await self._button("Pause").click()
        await self._said("Paused")
        await self._page.reload()
        await self._button("Resume").click()
        await self._said(re.compile(r"Epoch \d+ of"))
        await self._button("Stop").click()
        await self._said("Stopped in epoch")

    async def draw(self) -> None:
        """A stroke on the canvas; people whose model cannot read digits look at the page."""
        await self._go("Draw")
        canvas = self._page.locator(".st-key-paper canvas").last
        await self._page.wait_for_timeout(1500)
        if not await canvas.count():
            return
        box = await canvas.bounding_box()
        assert box
        x, y = (box[side] + self._chance.randint(60, 200) for side in "xy")
        await self._page.mouse.move(x, y)
        await self._page.mouse.down()
        for _ in range(3):
            x, y = (at + self._chance.randint(-25, 25) for at in (x, y))
            await self._page.mouse.move(x, y, steps=4)
        await self._page.mouse.up()
        await expect(self._page.locator(".lw-verdict b")).to_be_visible()

    async def reload(self) -> None:
        """The same address once more."""
        await self._page.reload()
        await self._page.get_by_role("link", name="Train", exact=True).first.wait_for()

    async def _go(self, step: str) -> None:
        await self._page.get_by_role("link", name=step, exact=True).first.click()
        await self._page.locator(f".st-key-page-{step.lower()}").wait_for()

    async def _epochs(self, count: int) -> None:
        field = self._page.get_by_role("spinbutton", name="Epochs")
        await expect(field).to_be_visible()
        await self._read()
        if await field.input_value() != str(count):
            await field.fill(str(count))
            await field.press("Enter")

    async def _start(self) -> None:
        await self._page.get_by_role("button", name=re.compile("^Train( again)?$")).click()
        await expect(self._button("Stop")).to_be_enabled()

    async def _read(self) -> None:
        """Waits as a person does until the page has answered the last click."""
        await self._page.wait_for_timeout(300)
        await self._page.locator('[data-test-script-state="notRunning"]').wait_for()

    async def _said(self, text: str | re.Pattern[str]) -> None:
        await expect(self._page.locator(".st-key-run-status")).to_contain_text(text)

    def _button(self, name: str) -> Locator:
        return self._page.get_by_role("button", name=name, exact=True)


# --- what is weighed -----------------------------------------------------------------------------

ROLES = {"serve --warm build": "quick child", "serve --warm": "slow child", "worker": "a worker"}
"""Part of a command line → whose it is; the first that fits counts."""


@dataclass
class Scales:
    """Weighs the server's processes.

    Args:
        web: the process that serves.
    """

    web: psutil.Process
    samples: list[dict[str, float]] = field(default_factory=list)

    async def weigh(self, until: float) -> None:
        """Every ``SAMPLE_SECONDS`` until that moment of the monotonic clock."""
        while time.monotonic() < until:
            self.samples.append(await asyncio.to_thread(self._sample))
            web = self.samples[-1]["web: MB (RSS)"] / 1e6
            print(f"{len(self.samples)}: web {web:.0f} MB", file=sys.stderr, flush=True)
            await asyncio.sleep(SAMPLE_SECONDS)

    def _sample(self) -> dict[str, float]:
        """Figures by name: of a role that several processes have, their mean."""
        found: dict[str, list[float]] = {}
        processes = [self.web, *self.web.children(recursive=True)]
        for process in processes:
            with contextlib.suppress(psutil.Error):  # it may just have ended
                role = "web" if process == self.web else _role(process)
                for name, value in _weight(process).items():
                    found.setdefault(f"{role}: {name}", []).append(value)
        figures = {name: statistics.mean(values) for name, values in found.items()}
        figures["processes in all"] = len(processes)
        return figures


def _role(process: psutil.Process) -> str:
    line = " ".join(process.cmdline())
    return next((role for part, role in ROLES.items() if f"runs.{part}" in line), "another")


def _weight(process: psutil.Process) -> dict[str, float]:
    memory = process.memory_full_info()
    return {
        "MB (RSS)": memory.rss,
        "MB (PSS)": getattr(memory, "pss", memory.rss),
        "threads": process.num_threads(),
        "open files": process.num_fds(),
    }


def report(samples: list[dict[str, float]]) -> str:
    """A Markdown table: each figure's median in every third, and whether it is flat at last."""
    third = max(1, len(samples) // 3)
    parts = (samples[:third], samples[third:-third] or samples, samples[-third:])
    lines = ["| what | first third | second | last | |", "|---|---|---|---|---|"]
    for name in sorted({name for sample in samples for name in sample}):
        medians = [statistics.median([s[name] for s in p if name in s] or [0.0]) for p in parts]
        _, before, last = medians
        ratio, least = next(limits for part, limits in LEAST.items() if part in name)
        said = "**growing**" if last > before * ratio and last - before > least else "flat"
        unit = 1e6 if "MB" in name else 1.0
        shown = " | ".join(f"{m / unit:.0f}" for m in medians)
        lines.append(f"| {name} | {shown} | {said} |")
    return "\n".join(lines)


# --- all together --------------------------------------------------------------------------------


async def enter(
    browser: Browser, address: str, number: int, seed: int, evidence: Path | None
) -> Person:
    """A new person's browser."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(1e3 * PATIENCE_SECONDS)
    await page.goto(address)
    names = list(STARTERS)
    chance = random.Random(f"{seed} {number}")
    return Person(page, names[number % len(names)], chance, evidence)


async def soak(
    address: str, sessions: int, minutes: float, seed: int, evidence: Path | None
) -> bool:
    """Lets them in, lets them live, weighs, reports.

    Returns:
        Whether nothing went wrong; what grows is for people to judge.
    """
    expect.set_options(timeout=1e3 * PATIENCE_SECONDS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        people = [await enter(browser, address, i, seed, evidence) for i in range(sessions)]
        await asyncio.gather(*(person.round() for person in people))
        scales, until = Scales(web_process(address)), time.monotonic() + 60 * minutes
        await asyncio.gather(scales.weigh(until), *(person.live(until) for person in people))
        await browser.close()
    acts = sum((person.acts for person in people), Counter[str]())
    did = ", ".join(f"{count} × {act}" for act, count in acts.most_common())
    troubles = [trouble for person in people for trouble in person.troubles]
    print(f"{minutes:g} minutes, {sessions} sessions: {did}; {len(troubles)} troubles.\n")
    print(report(scales.samples), *troubles, sep="\n", flush=True)
    return not troubles


def main() -> None:
    """Prints the table; status 1 when there was trouble."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--minutes", type=float, default=20)
    options.add_argument("--sessions", type=int, default=5)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--evidence", type=Path)
    given = options.parse_args()
    if given.evidence:
        given.evidence.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, serving(Path(home)) as address:
        calm = asyncio.run(soak(address, given.sessions, given.minutes, given.seed, given.evidence))
    sys.exit(not calm)


if __name__ == "__main__":
    main()
