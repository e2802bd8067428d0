"""Runs compared: curves over each other, settings that differ, numbers side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from builder.runs.store import database, housekeeping
from tests.pages.past import curves, mine, press, run, texts, xor

Visit = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    database.close()


def test_ticked_runs_are_compared(visit: Visit) -> None:
    token = mine()
    first, second = run(xor(), token, 0.7), run(xor(epochs=8, batch_size=64), token, 0.8)
    at = visit("runs", token)
    assert list(curves(at)) == [second]
    at.checkbox(key=f"compare-{first}").check().run()
    at.checkbox(key=f"compare-{second}").check().run()
    assert curves(at) == {first: "epochs 30, batch size 32", second: "epochs 8, batch size 64"}
    said = texts(at)
    assert "Epochs 30 8" in said and "Batch size 32 64" in said
    assert "Test accuracy 0.700 0.800 ★" in said
    press(at, "compare-clear")
    assert len(curves(at)) == 1 and not at.checkbox(key=f"compare-{first}").value


def test_a_run_is_compared_with_its_parent_by_one_click(visit: Visit) -> None:
    token = mine()
    first = run(xor(), token, 0.7)
    child = run(replace(xor(), seed=5), token, 0.8, parent=first)
    at = press(visit("runs", token), f"with-parent-{child}")
    assert curves(at) == {first: "seed 0", child: "seed 5"}
    assert at.checkbox(key=f"compare-{child}").value


def test_no_more_curves_than_can_be_told_apart(visit: Visit) -> None:
    token = mine()
    ids = [run(xor(), token, 0.7) for _ in range(7)]
    at = visit("runs", token)
    for run_id in ids[:6]:
        at.checkbox(key=f"compare-{run_id}").check()
    at.run()
    assert len(curves(at)) == 6 == len(set(curves(at).values()))
    assert at.checkbox(key=f"compare-{ids[6]}").disabled


def test_a_ticked_run_that_was_deleted_elsewhere_is_forgotten(visit: Visit) -> None:
    token = mine()
    ids = [run(xor(), token, 0.7) for _ in range(3)]
    at = visit("runs", token)
    for run_id in ids:
        at.checkbox(key=f"compare-{run_id}").check()
    at.run()
    housekeeping.delete(ids[0])
    at.run()
    assert set(curves(at)) == set(ids[1:]) and not at.exception and not at.error
