"""Measures what a person waits for: edit → shapes, click on Train → first point; and memory.

    python -m tests.benchmarks.latency

Prints a Markdown table. Everything runs in a temporary workspace, on built-in data.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable

import psutil

from builder.facts import DataFacts, ModelFacts
from builder.runs.engine_process import client
from builder.runs.queries import chart_rows
from builder.runs.scheduler import dispatch, jobs, worker_pool
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, chain

EDITS = 100
"""Edits measured a model size."""

CLICKS = 5
"""Clicks on Train measured."""


def stack(layers: int, units: int) -> ModelSpec:
    """``layers`` Dense layers on a flattened 28×28 picture; the first of ``units``."""
    return chain(
        "bench",
        ObjectSpec("InputLayer", Config(shape=(28, 28))),
        ObjectSpec("Flatten"),
        ObjectSpec("Dense", Config(units=units, activation="relu")),
        *(ObjectSpec("Dense", Config(units=64, activation="relu")) for _ in range(layers - 3)),
        ObjectSpec("Dense", Config(units=10, activation="softmax")),
    )


def digits(units: int) -> TrainingSpec:
    """The MNIST tutorial's kind of model on the built-in digits."""
    return TrainingSpec(
        stack(3, units),
        ObjectSpec("Digits"),
        compile=Config(
            optimizer=ObjectSpec("Adam"),
            loss=ObjectSpec("CategoricalCrossentropy"),
            metrics=(ObjectSpec("accuracy"),),
        ),
        fit=Config(epochs=2, batch_size=32, validation_split=0.2),
    )


def milliseconds(work: Callable[[int], object], times: int) -> list[float]:
    """How long ``work(i)`` took, each time."""
    took = []
    for i in range(times):
        began = time.perf_counter()
        work(i)
        took.append(1000 * (time.perf_counter() - began))
    return took


def row(what: str, took: list[float], target: str) -> None:
    """One line of the table."""
    ordered = sorted(took)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print(f"| {what} | {statistics.median(took):,.1f} ms | {p95:,.1f} ms | {target} |", flush=True)


def edits() -> None:
    """Edit → shapes, as the page calls it; every edit gives a model not seen before."""
    client.call("keras_model.summary", stack(3, 1))
    empty = milliseconds(lambda _: client.call("keras_model.summary", ModelSpec()), EDITS)
    row("call of the warm child alone (empty model)", empty, "")
    for layers in (3, 20, 60):
        models = [stack(layers, 10 + i) for i in range(EDITS)]
        took = milliseconds(lambda i, m=models: client.call("keras_model.summary", m[i]), EDITS)
        row(f"edit → shapes, {layers} layers", took, "p95 ≤ 100 ms")


def click(data: DataFacts, model: ModelFacts, units: int) -> float:
    """Milliseconds from the click to the first point a chart can read."""
    began = time.perf_counter()
    run = jobs.start(digits(units), data=data, model=model)
    while not chart_rows.read_rows(run.id)["batches"]["x"]:
        assert not jobs.progress(run.id).ended, jobs.get(run.id).error
        time.sleep(0.005)
    took = 1000 * (time.perf_counter() - began)
    while not jobs.progress(run.id).ended:
        time.sleep(0.05)
    return took


def clicks() -> None:
    """Click on Train → first point, with the spare worker that has had time to warm up."""
    data: DataFacts = client.call("loading.describe", digits(64).dataset)
    worker_pool.prepare(digits(64).dataset)
    dispatch.warm()
    took = []
    for i in range(CLICKS):
        settle()
        units = 64 + i
        took.append(click(data, client.call("keras_model.summary", digits(units).model), units))
    row("click Train → first point, warm worker", took, "≤ 1,500 ms")


def settle() -> None:
    """Waits until the spare worker is there and idle."""
    quiet = 0
    while quiet < 4:
        time.sleep(0.5)
        spare = worker_pool.spares.get(worker_pool.FIRST_KIND)
        busy = spare is None or psutil.Process(spare.pid).cpu_percent(0.5) > 5
        quiet = 0 if busy else quiet + 1


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LAYERWISE_HOME"] = folder
        try:
            print("| what | median | p95 | target |\n|---|---|---|---|")
            edits()
            clicks()
            memory = psutil.Process().memory_info().rss / 2**20
            print(f"| memory of this process (holds no Keras) | {memory:,.0f} MB | | ≤ 150 MB |")
        finally:
            worker_pool.close()
            client.close()


if __name__ == "__main__":
    main()
