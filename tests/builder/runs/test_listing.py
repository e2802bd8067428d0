"""The list of runs: found, sorted and paged by SQLite as a person expects, and quick to read."""

from __future__ import annotations

import json
import os
import statistics
from dataclasses import replace
from typing import Any

import psutil
import pytest

from builder.runs.queries import run_queries
from builder.runs.queries.run_queries import Query
from builder.runs.store import database, housekeeping, metric_rows, run_store, worker_rows
from builder.spec import TrainingSpec
from tests.builder.runs.conftest import tiny

pytestmark = pytest.mark.usefixtures("own_home")
MINE = Query(owner="me")


def run(
    *accuracies: float,
    name: str = "tiny",
    project: str | None = "p",
    owner: str = "me",
    status: str = "finished",
    parent: str | None = None,
    training: TrainingSpec | None = None,
    **columns: Any,
) -> str:
    """A run that was given to this process and ended with these validation accuracies."""
    spec = training or tiny()
    spec = replace(spec, model=replace(spec.model, name=name))
    run_id = run_store.add(spec, project, owner, parent, None)
    if status != "queued":
        born = psutil.Process().create_time()
        assert run_store.claim(run_id, os.getpid(), born, 99)
        worker_rows.write_plan(run_id, 5, 10)
        values = [(i + 1, {"loss": 1 - a, "val_accuracy": a}) for i, a in enumerate(accuracies)]
        metric_rows.append(run_id, 1, [], values)
    if status not in ("queued", "running"):
        test = {"accuracy": accuracies[-1]} if accuracies else {}
        run_store.end(run_id, os.getpid(), status, None, {"test": test, "path": "The fast loop."})
    for column, value in columns.items():
        sql = f"UPDATE runs SET {column} = ? WHERE id = ?"
        database.database().change(sql, value, run_id)
    return run_id


def ids(query: Query = MINE) -> list[str]:
    found = [r.id for r in run_queries.rows(query)]
    assert run_queries.count(query) >= len(found)
    return found


def test_each_run_says_what_a_list_shows() -> None:
    run_id = run(0.5, 0.9, 0.7, created=100.0, started=101.0, ended=104.5)
    (found,) = run_queries.rows(MINE)
    assert (found.id, found.name, found.status, found.project) == (run_id, "tiny", "finished", "p")
    assert found.best["val_accuracy"] == 0.9 and found.best["loss"] == pytest.approx(0.1)
    assert found.seconds() == 3.5 and found.path == "The fast loop."
    assert run_queries.get([run_id, "gone"]) == [found]


def test_only_whose_they_are() -> None:
    mine, other = run(project="p"), run(project="q")
    strange = run(project="p", owner="you")
    assert set(ids()) == {mine, other}
    assert set(ids(Query(project="p"))) == {mine, strange}
    assert run_queries.count(Query()) == 3


def test_words_are_looked_for_in_names_notes_and_tags() -> None:
    named, noted, tagged = run(name="Deep_net"), run(), run()
    housekeeping.set_note(noted, "wider than before, 100% better")
    housekeeping.set_tags(tagged, ("sweep", "Größe"))
    assert ids(replace(MINE, text="deep_")) == [named]
    assert ids(replace(MINE, text="better wider")) == [noted]
    assert ids(replace(MINE, text="0% b")) == [noted]
    assert ids(replace(MINE, text="SWEEP größe")) == [tagged]
    assert ids(replace(MINE, text="d%p")) == [], "signs of SQL mean themselves"
    assert run_queries.tags(MINE) == ["Größe", "sweep"]


def test_statuses_and_what_was_put_away() -> None:
    kinds = {s: run(status=s) for s in ("finished", "stopped", "failed", "running", "queued")}
    assert ids(replace(MINE, statuses=("failed", "stopped"))) == [kinds["failed"], kinds["stopped"]]
    housekeeping.archive(kinds["finished"])
    assert kinds["finished"] not in ids()
    assert ids(replace(MINE, archived=True)) == [kinds["finished"]]
    assert run_queries.count(replace(MINE, archived=None)) == 5
    waiting = run_queries.get([kinds["queued"]])[0]
    assert waiting.progress.position == 1 and waiting.seconds() is None
    assert [r.status for r in run_queries.rows(replace(MINE, sort="status"))] == [
        "running", "queued", "failed", "stopped",
    ]  # fmt: skip


def test_every_order() -> None:
    b = run(0.7, name="b", created=1.0, started=1.0, ended=9.0)
    a = run(0.9, name="a", created=2.0, started=2.0, ended=3.0)
    c = run(name="C", created=3.0, started=3.0, ended=5.0)
    orders = {"newest": [c, a, b], "oldest": [b, a, c], "name": [a, b, c], "longest": [b, c, a]}
    assert {sort: ids(replace(MINE, sort=sort)) for sort in orders} == orders
    high = replace(MINE, sort="highest", metric="val_accuracy")
    assert ids(high) == [a, b, c], "those without a number come last"
    assert ids(replace(high, sort="lowest", metric="loss")) == [a, b, c]
    assert set(run_queries.metrics(MINE)) == {"loss", "val_accuracy"}


def test_pages_do_not_overlap() -> None:
    every = [run(created=5.0) for _ in range(7)]  # all at the same moment
    pages = [ids(replace(MINE, offset=i, limit=3)) for i in (0, 3, 6, 9)]
    assert [len(p) for p in pages] == [3, 3, 1, 0]
    assert sorted(x for p in pages for x in p) == sorted(every)


def test_what_a_run_is_compared_with() -> None:
    first = run(created=1.0)
    other = run(project="q", created=2.0)
    second = run(created=3.0)
    child = run(parent=first, created=4.0)
    orphan = run(parent="x" * 22, created=5.0)
    before = {r.id: r.before for r in run_queries.rows(MINE)}
    assert before == {first: None, other: None, second: first, child: first, orphan: child}


def test_runs_equal_but_for_the_seed_and_how_they_scatter() -> None:
    seeds = [run(a, training=replace(tiny(), seed=s)) for s, a in enumerate((0.8, 0.9, 0.7))]
    wider = run(0.1, training=tiny(units=5))
    other = run(0.1, project="q")
    assert run_queries.twins(seeds[1]) == seeds
    assert run_queries.twins(wider) == [wider] and run_queries.twins(other) == [other]
    finals = run_queries.final_values(seeds)
    assert finals[seeds[0]] == {"test_accuracy": 0.8, "loss": 1 - 0.8, "val_accuracy": 0.8}
    found = run_queries.spread(finals.values())["val_accuracy"]
    assert (found.low, found.high, found.runs) == (0.7, 0.9, 3)
    assert found.mean == pytest.approx(0.8)
    assert found.deviation == pytest.approx(statistics.stdev((0.8, 0.9, 0.7)))
    assert run_queries.spread([{"loss": 2.0}, {"loss": None}])["loss"].deviation == 0


def test_a_list_reads_no_training() -> None:
    run(0.5)
    sql = "UPDATE runs SET training = 'no JSON', result = 'nor this'"
    database.database().change(sql)
    (found,) = run_queries.rows(MINE)
    assert run_queries.count(MINE) == 1 and found.best["val_accuracy"] == 0.5


def test_the_settings_of_some_runs() -> None:
    one, two = run(), run(training=tiny(units=9))
    found = run_queries.trainings([one, two, "gone"])
    assert found == {i: run_store.training_of(run_store.row(i)["training"]) for i in (one, two)}
    assert json.loads(run_store.row(one)["tags"]) == []
