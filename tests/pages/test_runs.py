"""The Runs page: every training with its figures, curves over each other, settings brought back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
from streamlit.testing.v1 import AppTest

from builder import starters
from builder.runs import database, projects, store
from builder.spec import TrainingSpec

Visit = Callable[..., AppTest]
OWNER = "local"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    database.close()


def xor(**fit: Any) -> TrainingSpec:
    return starters.get("xor").training.with_fit(**fit)


def run(
    training: TrainingSpec, project: str | None, *values: float, status: str = "finished"
) -> str:
    """A run that ended, with these validation accuracies by epoch."""
    run_id = store.add(training, project, OWNER, None, None)
    assert store.claim(run_id, os.getpid(), psutil.Process().create_time(), 99)
    store.accept(run_id, {"keras": "3.15"})
    store.plan(run_id, 5, len(values))
    epochs = [
        (i + 1, {"loss": 1 / (i + 1), "accuracy": v, "val_accuracy": v})
        for i, v in enumerate(values)
    ]
    store.append(run_id, 1, [], epochs)
    result = {"test": {"loss": 0.2, "accuracy": values[-1]}, "versions": {"keras": "3.15.1"}}
    error = "The disk is full: the run could not be saved." if status == "failed" else None
    store.end(run_id, os.getpid(), status, error, result)
    return run_id


def texts(at: AppTest) -> str:
    return "\n".join(str(e.value) for e in (*at.markdown, *at.caption)).replace("\\", "")


def curves(at: AppTest) -> list[str]:
    """The runs whose curves the chart shows."""
    chart = next(c for c in at.get("bidi_component") if "runs-curves" in c.proto.id)
    return [r["id"] for r in json.loads(chart.proto.json)[0]["runs"]]


def test_without_runs_it_says_where_to_begin(visit: Visit) -> None:
    assert "No training yet" in texts(visit("runs"))


def test_every_run_is_listed_with_its_figures(visit: Visit) -> None:
    token = projects.create(OWNER, "Mine", xor()).token
    run(xor(), token, 0.7, 0.95, 0.9)
    run(xor(), token, 0.5, status="failed")
    said = texts(visit("runs", token))
    assert "Test accuracy 0.900. Best validation accuracy 0.950 in epoch 2." in said
    assert "The disk is full" in said
    assert "keras: 3.15.1" in said and "Seed: 0" in said


def test_two_runs_lie_over_each_other(visit: Visit) -> None:
    token = projects.create(OWNER, "Mine", xor()).token
    first, second = run(xor(), token, 0.7), run(xor(), token, 0.8)
    at = visit("runs", token)
    assert curves(at) == [second]
    at.checkbox(key=f"compare-{first}").check().run()
    at.checkbox(key=f"compare-{second}").check().run()
    assert curves(at) == [second, first]


def test_no_more_curves_than_can_be_told_apart(visit: Visit) -> None:
    token = projects.create(OWNER, "Mine", xor()).token
    ids = [run(xor(), token, 0.7) for _ in range(7)]
    at = visit("runs", token)
    for run_id in ids[:6]:
        at.checkbox(key=f"compare-{run_id}").check()
    at.run()
    assert len(curves(at)) == 6
    assert at.checkbox(key=f"compare-{ids[6]}").disabled


def test_a_runs_exact_settings_come_back_and_undo_returns(visit: Visit) -> None:
    token = projects.create(OWNER, "Mine", xor(epochs=99)).token
    old = run(xor(epochs=3), token, 0.7)
    at = visit("runs", token)
    at.button(key=f"restore-{old}").click().run()
    assert projects.load(token).training == xor(epochs=3)
    at.button(key="undo").click().run()
    assert projects.load(token).training == xor(epochs=99)


def test_a_run_of_another_project_becomes_a_project_of_its_own(visit: Visit) -> None:
    token = projects.create(OWNER, "Mine", xor(epochs=99)).token
    other = projects.create(OWNER, "Other", xor(epochs=4)).token
    strange = run(xor(epochs=4), other, 0.7)
    at = visit("runs", token)
    at.segmented_control(key="runs-scope").set_value("All my runs").run()
    at.button(key=f"restore-{strange}").click().run()
    assert projects.load(token).training == xor(epochs=99)
    restored = [p for p in projects.mine(OWNER) if p.token not in (token, other)]
    assert [p.training for p in restored] == [xor(epochs=4)]


def test_runs_of_another_person_are_not_listed(visit: Visit) -> None:
    store.add(xor(), None, "somebody else", None, None)
    assert "No training yet" in texts(visit("runs"))
