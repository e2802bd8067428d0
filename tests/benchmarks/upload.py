"""Uploads in a real browser: how long a large file takes, and what the web process weighs.

    python -m tests.benchmarks.upload [--megabytes 150]

Prints a Markdown table. The app as the README starts it, in a temporary workspace; the file is
made here, of numbers as text.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, chromium, serving, web_process

STEP_SECONDS = 0.02
"""Between two looks at the memory."""


def write_table(path: Path, megabytes: int) -> None:
    """A CSV of about that size."""
    rng = random.Random(0)
    block = "".join(f"{rng.random()},{rng.random()},{rng.random()}\n" for _ in range(20_000))
    with path.open("w") as file:
        file.write("a,b,c\n")
        while file.tell() < megabytes * 1_000_000:
            file.write(block)


def main() -> None:
    """One upload on the Data page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--megabytes", type=int, default=150)
    megabytes = options.parse_args().megabytes
    with (
        tempfile.TemporaryDirectory() as home,
        sync_playwright() as playwright,
        serving(Path(home) / "workspace") as address,
    ):
        table = Path(home) / "table.csv"
        write_table(table, megabytes)
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(600_000)
        page.goto(f"{address}/data")
        page.get_by_text("11,520 examples to learn from").wait_for()
        page.wait_for_timeout(5_000)
        web = web_process(address).memory_info
        before = peak = web().rss
        began = time.perf_counter()
        page.locator(".lwd input").first.set_input_files(table)
        while not page.locator("[class*=st-key-arrived-]").count():
            peak = max(peak, web().rss)
            time.sleep(STEP_SECONDS)
        took = time.perf_counter() - began
        print("| what | figure |\n|---|---|")
        print(f"| {megabytes} MB dropped → its card on the Data page | {took:.2f} s |")
        for when, size in (("before", before), ("at most meanwhile", peak), ("after", web().rss)):
            print(f"| web process {when} | {size / 1e6:.0f} MB |")
        browser.close()


if __name__ == "__main__":
    main()
