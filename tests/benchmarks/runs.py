"""What a run costs beside its arithmetic: stop and pause, snapshots, two at once, click → 0.97.

    python -m tests.benchmarks.runs [orders learned together snapshots] [--rounds N]

Prints a Markdown table. Runs start as the Train page starts them, in a temporary workspace, on
MNIST from LAYERWISE_DATA (or ../shared/data).
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from builder.runs.engine_process import client
from builder.runs.queries import chart_rows
from builder.runs.scheduler import dispatch, jobs, worker_pool
from builder.runs.store import run_store
from builder.spec import ObjectSpec, TrainingSpec
from tests import zoo
from tests.benchmarks import bare
from tests.benchmarks.latency import settle

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("LAYERWISE_DATA", ROOT.parent / "shared" / "data"))
TIMES = 5


def tutorial(epochs: int, seed: int = 0) -> TrainingSpec:
    """The MNIST tutorial on MNIST itself."""
    from dataclasses import replace

    dataset = ObjectSpec("NpzFile", {"file": "mnist.npz", "labels": "one_hot", "scale": "unit"})  # type: ignore[arg-type]
    spec = replace(zoo.STACKS["tutorial"], dataset=dataset, seed=seed)
    return spec.with_fit(epochs=epochs)


def wait(done: Callable[[], bool]) -> float:
    """Seconds until ``done()``."""
    began = time.perf_counter()
    while not done():
        time.sleep(0.005)
    return time.perf_counter() - began


def begun(training: TrainingSpec) -> str:
    """A run that has shown its first point."""
    run = jobs.start(training)
    wait(lambda: bool(chart_rows.read_rows(run.id)["batches"]["x"]) or jobs.progress(run.id).ended)
    assert not jobs.progress(run.id).ended, jobs.get(run.id).error
    return run.id


def row(what: str, took: list[float], target: str) -> None:
    """One line of the table, seconds."""
    print(
        f"| {what} | {statistics.median(took):.2f} s | {max(took):.2f} s | {target} |", flush=True
    )


def orders() -> None:
    """Stop and pause, given while an epoch runs; until the run is told as ended."""
    for name, order, status in (("stop", jobs.stop, "stopped"), ("pause", jobs.pause, "paused")):
        took = []
        for i in range(TIMES):
            settle()
            run = begun(tutorial(100, i))
            time.sleep(0.5 + 0.37 * i)
            order(run)
            took.append(wait(lambda: jobs.progress(run).status == status))  # noqa: B023
        row(f"{name} → the run has {status}", took, "≤ 1 s")


def learned() -> None:
    """Click → 0.97 of MNIST's test images: four epochs, from the click to the stored result."""
    took = []
    for i in range(TIMES):
        settle()
        began = time.perf_counter()
        run = jobs.start(tutorial(4, i))
        wait(lambda: jobs.progress(run.id).ended)  # noqa: B023
        took.append(time.perf_counter() - began)
        accuracy = jobs.result(run.id)["test"]["accuracy"]
        assert accuracy >= 0.97, accuracy
    row(f"click → trained and tested at {accuracy:.3f} (4 epochs)", took, "0.97 in ≤ 6 s")


def convolutions(epochs: int, seed: int = 0) -> TrainingSpec:
    """A small CNN on MNIST; it trains with all threads."""
    from dataclasses import replace

    from tests.benchmarks.engine import MODELS

    return replace(tutorial(epochs, seed), model=MODELS["cnn"].model)


def seconds(make: Callable[[int, int], TrainingSpec], epochs: int, count: int, first: int) -> float:
    """The time of the steps of so many runs begun at once, the slowest one's."""
    settle()
    runs = [jobs.start(make(epochs, first + i)).id for i in range(count)]
    wait(lambda: all(jobs.progress(run).ended for run in runs))
    found = [run_store.row(run) for run in runs]
    return max(float(row["last_time"] - row["first_time"]) for row in found)


def together(rounds: int) -> None:
    """Two runs side by side against one alone, by the time of their steps; beside it what two bare
    processes reach on this machine, measured in turns with them; and what a run's telling costs."""
    ours, ceiling, telling, shared = [], [], [], []
    for i in range(rounds):
        alone = seconds(tutorial, bare.EPOCHS, 1, 10 * i)
        both = seconds(tutorial, bare.EPOCHS, 2, 10 * i + 1)
        settle()
        bare_alone, bare_both = bare.together(1), bare.together(2)
        ours.append(2 * alone / both)
        ceiling.append(2 * bare_alone / bare_both)
        telling.append(alone / bare_alone)
        alone, both = (seconds(convolutions, 1, n, 10 * i + n) for n in (1, 2))
        shared.append(2 * alone / both)
    for what, ratios, target in (
        ("two runs side by side, throughput against one", ours, "≥ 1.8×"),
        ("the same in two bare processes: what this machine gives", ceiling, ""),
        ("a run's time against a bare process's: curves, orders, snapshots", telling, "≤ 1.05×"),
        ("two CNNs side by side against one, which has all processors", shared, "≥ 1×"),
    ):
        print(f"| {what} | {statistics.median(ratios):.2f}× | | {target} |", flush=True)


def snapshots() -> None:
    """The part of a training's time that its snapshots take."""
    from builder.engine.data import loading
    from builder.engine.training import snapshot, train_run
    from builder.engine.training.reporting import NullSink

    spent = [0.0, 0.0]
    save = snapshot.Snapshots.save

    def timed(self: snapshot.Snapshots, at: snapshot.Position) -> None:
        began = time.perf_counter()
        save(self, at)
        spent[0] += time.perf_counter() - began
        spent[1] += 1

    snapshot.Snapshots.save = timed  # type: ignore[method-assign]
    training = tutorial(12)
    arrays = loading.load(training.dataset)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        train_run.train(training, Path(folder), NullSink(), lambda: None, arrays)
    share = spent[0] / (time.perf_counter() - began)
    each = 1000 * spent[0] / spent[1]
    print(f"| snapshots ({spent[1]:.0f}, {each:.0f} ms each) | {share:.1%} | | ≤ 2 % |", flush=True)


PARTS: dict[str, Callable[[int], None]] = {
    "orders": lambda _: orders(),
    "learned": lambda _: learned(),
    "together": together,
    "snapshots": lambda _: snapshots(),
}


def main() -> None:
    """Prints the table, or the parts of it that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument("--rounds", type=int, default=3, help="of runs side by side")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LAYERWISE_HOME"] = folder
        os.environ["LAYERWISE_DATA"] = str(DATA)
        try:
            print("| what | median | slowest | target |\n|---|---|---|---|")
            client.call("loading.describe", tutorial(1).dataset)
            worker_pool.prepare(tutorial(1).dataset)
            dispatch.warm()
            for part in (p for p in PARTS if p in (given.parts or PARTS)):
                PARTS[part](given.rounds)
        finally:
            worker_pool.close()
            client.close()


if __name__ == "__main__":
    main()
