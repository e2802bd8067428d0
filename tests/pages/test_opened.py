"""A dropped model file: it opens, nothing is wrong with it, and it predicts before any training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from builder.runs.disk import projects
from builder.runs.scheduler import jobs, worker_pool
from builder.runs.store import database, run_store
from pages.widgets.home import open_file
from pages.widgets.session import engine_facts
from pages.widgets.shared import problem_list, run_picker
from tests.builder.engine import older_kerases as old
from tests.builder.engine.older_kerases import obj, row, stack


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    yield
    worker_pool.close()
    database.close()


@pytest.fixture
def table_model(tmp_path: Path) -> Path:
    """A model of Keras 2.4 for tables of five columns and three classes, with its weights."""
    weights = {"d": [np.ones((5, 3), "f"), np.zeros(3, "f")]}
    written = stack([5], row("Dense", name="d", units=3, activation="softmax"))
    settings = {"loss": "categorical_crossentropy", "metrics": ["acc"],
                "optimizer_config": obj("Adam", lr=0.0003)}  # fmt: skip
    return old.write(tmp_path / "mine.h5", written, weights, training=settings)


def test_a_model_that_came_alone_predicts_at_once(visit, table_model):
    training, title, notes = open_file.read_file("mine.h5", table_model)
    assert (title, list(notes)) == ("mine", [])
    facts = engine_facts.find_facts(training)
    assert not problem_list.severe_problems(facts.errors)
    project = projects.create("local", title, training)
    run = jobs.keep_opened(training, project.token, "local")
    assert run.status == "finished" and not jobs.artefact_damage(run.id)
    assert run_store.by_status("queued") == []
    assert run_picker.run_label(run).endswith("as it was opened")
    for step in ("predict", "evaluate", "runs", "draw", "export", "train", "data"):
        app = visit(step, project.token)
        assert not app.exception and not app.error, step
    app = visit("predict", project.token)
    assert len(app.slider) == 5
