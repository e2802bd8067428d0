"""Measures a table of a million rows: first cards, everything, and the memory of the process.

    python -m tests.benchmarks.data [table] [--rows 1000000] [--rounds 3]

Makes a CSV of 20 columns (about 150 MB) in a temporary folder. Each round asks a fresh process, as
a page asks the engine's child, and prints a Markdown table with the median and the slowest. The
processor's seconds tell on a busy machine what the clock cannot.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

PARTS = ("table",)
GOALS = {"preview": "≤ 3 s", "everything": "≤ 10 s"}


def main() -> None:
    """Every part, or those named."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("part", nargs="*", help=f"of {', '.join(PARTS)}; all of them by default")
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--once", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.once:
        print(json.dumps(measure(Path(given.once))))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        make_table(path, given.rows)
        report(path, given.rows, given.rounds)


def make_table(path: Path, rows: int) -> None:
    """Numbers with gaps, whole numbers, categories, a date, a yes/no and an id."""
    import pyarrow as pa
    from pyarrow import csv

    random = np.random.default_rng(0)
    columns: dict[str, object] = {}
    for i in range(8):
        values = np.round(random.normal(size=rows) * 100, 4)
        columns[f"number_{i}"] = pa.array(values, mask=random.random(rows) < 0.03)
    for i in range(4):
        columns[f"whole_{i}"] = random.integers(0, 10 ** (i + 1), rows)
    for i in range(5):
        names = np.array([f"value {j}" for j in range(3 ** (i + 1))])
        columns[f"category_{i}"] = names[random.integers(0, len(names), rows)]
    days = np.datetime64("2000-01-01") + (np.arange(rows) // 100).astype("timedelta64[D]")
    columns["date"] = days
    columns["flag"] = np.array(["yes", "no"])[random.integers(0, 2, rows)]
    columns["id"] = np.arange(rows)
    csv.write_csv(pa.table(columns), path)


def measure(path: Path) -> dict[str, float]:
    """Seconds of clock and processor, and MB at the peak, of this process."""
    from builder.tables import table_overview
    from builder.tables.reading.read_table import read_table

    found: dict[str, float] = {"start MB": _peak()}
    for name, ask in (
        ("preview", lambda: table_overview.preview(path)),
        ("read", lambda: read_table(path)),
        ("everything", lambda: table_overview.overview(path)),
        ("with warnings", lambda: table_overview.overview(path, targets=["flag"])),
    ):
        clock, processor = time.perf_counter(), time.process_time()
        ask()
        found[name] = time.perf_counter() - clock
        found[f"{name}, processor"] = time.process_time() - processor
    return found | {"peak MB": _peak()}


def _peak() -> float:
    # the kernel's own line: what getrusage says begins with the peak of the process that forked us
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def report(path: Path, rows: int, rounds: int) -> None:
    """One fresh process a round."""
    command = [sys.executable, "-m", "tests.benchmarks.data", "--once", str(path)]
    done = [json.loads(subprocess.check_output(command)) for _ in range(rounds)]
    size = path.stat().st_size / 1e6
    load = os.getloadavg()[0]
    print(f"{rows:,} rows, 20 columns, {size:.0f} MB; load of the machine {load:.1f}\n")
    print("| what | median | slowest | target |\n|---|---|---|---|")
    for name in done[0]:
        values = [d[name] for d in done]
        unit = "" if name.endswith("MB") else " s"
        middle, worst = statistics.median(values), max(values)
        print(f"| {name} | {middle:.2f}{unit} | {worst:.2f}{unit} | {GOALS.get(name, '')} |")


if __name__ == "__main__":
    main()
