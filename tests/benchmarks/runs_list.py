"""Measures the runs list at ten thousand runs with a million metric rows.

    python -m tests.benchmarks.runs_list

Prints a Markdown table: each question the Runs page asks, then its whole list call.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable

import numpy as np

from builder import document, starters
from builder.runs.disk import workspace
from builder.runs.queries import run_queries
from builder.runs.queries.run_queries import Query
from builder.runs.store import database
from builder.spec import TrainingSpec

RUNS = 10_000
CHUNKS, EPOCHS = 90, 10
"""Metric rows a run: a million in all."""

PROJECTS = 40
OWNER = "benchmark-person-00000"
REPEAT = 25
STATUSES = ("finished",) * 16 + ("stopped", "failed", "interrupted", "paused")


def main() -> None:
    """A store in a temporary workspace, filled, then asked."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERWISE_HOME"] = home
        began = time.perf_counter()
        projects = fill()
        size = (workspace.home() / "runs.db").stat().st_size / 1e6
        took = time.perf_counter() - began
        print(f"{RUNS:,} runs, {RUNS * (CHUNKS + EPOCHS):,} rows, {size:.0f} MB, {took:.0f} s\n")
        print("| what | median | p95 |\n|---|---|---|")
        for what, ask in questions(projects).items():
            report(what, ask)
        database.close()


def questions(projects: list[str]) -> dict[str, Callable[[], object]]:
    """What is measured, by name."""
    mine = Query(owner=OWNER)
    best = Query(owner=OWNER, sort="highest", metric="val_accuracy")
    deep = Query(owner=OWNER, sort="name", offset=9_000)
    some = run_queries.rows(Query(project=projects[0]))[0].id
    return {
        "all my runs, newest first": lambda: run_queries.rows(mine),
        "all my runs, counted": lambda: run_queries.count(mine),
        "best validation accuracy first": lambda: run_queries.rows(best),
        "page 361, by name": lambda: run_queries.rows(deep),
        "text in name, note or tag": lambda: run_queries.rows(Query(owner=OWNER, text="try 77")),
        "failed ones": lambda: run_queries.rows(Query(owner=OWNER, statuses=("failed",))),
        "longest first": lambda: run_queries.rows(Query(owner=OWNER, sort="longest")),
        "one project": lambda: run_queries.rows(Query(project=projects[0])),
        "metrics to sort by": lambda: run_queries.metrics(mine),
        "equal but for the seed": lambda: run_queries.twins(some),
        "the page's list: newest": lambda: whole(mine),
        "the page's list: best accuracy": lambda: whole(best),
    }


def whole(query: Query) -> None:
    """Everything the Runs page reads and works out for its list."""
    from pages.widgets.runs import run_list

    run_list.read_page(query)


def report(what: str, ask: Callable[[], object]) -> None:
    """One line of the table."""
    took = []
    for _ in range(REPEAT):
        began = time.perf_counter()
        ask()
        took.append(time.perf_counter() - began)
    p95 = statistics.quantiles(took, n=20, method="inclusive")[-1]
    print(f"| {what} | {1e3 * statistics.median(took):.0f} ms | {1e3 * p95:.0f} ms |", flush=True)


def fill() -> list[str]:
    """The store's rows; returns the projects' tokens."""
    chance = random.Random(0)
    projects = [workspace.token() for _ in range(PROJECTS)]
    training = starters.find_starter("digits_dense").training
    names = json.dumps(["loss", "accuracy"])
    data = np.random.default_rng(0).random((30, 2), np.float32).tobytes()
    with database.database().transaction() as db:
        for i in range(RUNS):
            run_id, made = workspace.token(), 1.7e9 + 60 * i
            values = row(chance, training, i, made) | {
                "id": run_id,
                "project": chance.choice(projects),
            }
            marks = ", ".join(f":{k}" for k in values)
            db.execute(f"INSERT INTO runs ({', '.join(values)}) VALUES ({marks})", values)
            chunks = [(run_id, s, 30 * s, 30, names, data) for s in range(1, CHUNKS + 1)]
            db.executemany("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?)", chunks)
            epochs = [
                (
                    run_id,
                    CHUNKS + e,
                    e,
                    json.dumps({"loss": 1 / e, "val_accuracy": 1 - 1 / (e + 1)}),
                )
                for e in range(1, EPOCHS + 1)
            ]
            db.executemany("INSERT INTO epochs VALUES (?, ?, ?, ?)", epochs)
    return projects


def row(chance: random.Random, training: TrainingSpec, i: int, made: float) -> dict[str, object]:
    """One run as table ``runs`` has it, with a result as long as ten epochs make it."""
    spec = training.with_fit(epochs=chance.randint(5, 50))
    history = {k: [chance.random() for _ in range(EPOCHS)] for k in ("loss", "val_accuracy")}
    return {
        "owner": OWNER,
        "training": document.to_json(spec, indent=None),
        "name": chance.choice(("digits_dense", "digits_cnn", "mine", "deeper")),
        "status": chance.choice(STATUSES),
        "created": made,
        "started": made + 1,
        "ended": made + chance.uniform(2, 300),
        "epochs": EPOCHS,
        "steps": 270,
        "step": 2700,
        "best": json.dumps({"loss": 0.1, "val_loss": 0.2, "val_accuracy": chance.random()}),
        "tags": json.dumps(["sweep"] if i % 3 else []),
        "note": f"try {i}" if i % 10 == 0 else "",
        "result": json.dumps({"history": history, "test": {"accuracy": chance.random()}}),
        "rank": made,
    }


if __name__ == "__main__":
    main()
