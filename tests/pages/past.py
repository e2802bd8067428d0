"""Runs that already happened, for tests of the pages that show them, and what the pages say."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import numpy as np
import psutil
from streamlit.testing.v1 import AppTest

from builder import starters
from builder.runs.disk import projects, workspace
from builder.runs.scheduler import dispatch
from builder.runs.store import metric_rows, run_store, worker_rows
from builder.runs.store.database import database
from builder.spec import TrainingSpec

OWNER = "local"


def xor(**fit: Any) -> TrainingSpec:
    return starters.find_starter("xor").training.with_fit(**fit)


def run(
    training: TrainingSpec,
    project: str | None,
    *values: float,
    status: str = "finished",
    parent: str | None = None,
) -> str:
    """A run that was given to this process, with these validation accuracies by epoch."""
    if status == "queued":
        return run_store.add(training, project, OWNER, parent, None)
    run_id = taken(training, project, OWNER, parent)
    worker_rows.accept(run_id, {"keras": "3.15"})
    worker_rows.write_plan(run_id, 5, 10)
    steps = np.full((5, 1), 0.5, np.float32)
    for i, value in enumerate(values):
        epoch = {"loss": 1 / (i + 1), "accuracy": value, "val_accuracy": value}
        metric_rows.append(run_id, 1, [(5 * i, ("loss",), steps)], [(i + 1, epoch)])
    if status == "running":
        return run_id
    if status == "paused":
        run_store.order_pause(run_id)
    result = {"test": {"loss": 0.2, "accuracy": values[-1] if values else 0.0}, "path": WAY}
    ended = result if status in ("finished", "stopped") else None
    error = BROKEN if status in ("failed", "interrupted") else None
    run_store.end(run_id, os.getpid(), status, error, ended)
    return run_id


def taken(
    training: TrainingSpec,
    project: str | None,
    owner: str,
    parent: str | None = None,
    worker: tuple[int, float] | None = None,
) -> str:
    """A run that this process (or ``worker``: id and birth) has, before the sweep of the pages, or
    of a server beside, can give it to another."""
    run_id = workspace.token()
    with dispatch._lock, database().transaction() as db:
        assert run_store._insert(db, run_id, training, project, owner, parent, None)
        assert run_store.claim(
            run_id, *(worker or (os.getpid(), psutil.Process().create_time())), 99
        )
    return run_id


WAY = "Trained by the fast loop."
BROKEN = "The disk is full: the run could not be saved."


def mine(**fit: Any) -> str:
    return projects.create(OWNER, "Mine", xor(**fit)).token


def texts(at: AppTest) -> str:
    """Everything the page says, without Markdown's escapes and HTML's marks."""
    shown = [str(e.value) for e in (*at.markdown, *at.caption, *at.error)]
    shown += [re.sub("<[^>]*>", " ", e.proto.body) for e in at.get("html")]
    return " ".join("\n".join(shown).replace("\\", "").split())


def listed(at: AppTest) -> list[str]:
    """The runs in the list, from above."""
    return [str(b.key).removeprefix("open-") for b in at.button if str(b.key).startswith("open-")]


def curves(at: AppTest) -> dict[str, str]:
    """The runs whose curves the chart shows, with their names there."""
    chart = next(c for c in at.get("bidi_component") if "runs-curves" in c.proto.id)
    return {r["id"]: r["label"] for r in json.loads(chart.proto.json)[0]["runs"]}


def press(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click().run()
    assert not at.exception
    return at
