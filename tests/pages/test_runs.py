"""The Runs page: every training listed, one looked at, put away, repeated."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from builder.runs.disk import projects
from builder.runs.queries import baseline_scores, run_queries
from builder.runs.scheduler import jobs
from builder.runs.store import database, housekeeping, run_store, worker_rows
from builder.spec import ObjectSpec
from pages.widgets.runs import run_actions, run_detail, run_list, run_sentences
from tests.pages.conftest import SHELL
from tests.pages.past import BROKEN, OWNER, WAY, curves, listed, mine, press, run, texts, xor

Visit = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    database.close()


# --- the list ------------------------------------------------------------------------------------


def test_without_runs_it_says_where_to_begin(visit: Visit) -> None:
    assert "No training yet" in texts(visit("runs"))


def test_every_run_is_listed_with_its_figures_and_what_is_new(visit: Visit) -> None:
    token = mine()
    first = run(xor(), token, 0.7, 0.95, 0.9)
    second = run(xor(epochs=7), token, 0.5, status="failed")
    third = run(xor(epochs=9), token, 0.6, parent=first)
    at = visit("runs", token)
    assert listed(at) == [third, second, first]
    said = texts(at)
    assert "epochs 30 → 9" in said and BROKEN in said and "The first one here" in said
    assert "Finished 10 epochs" in said and "0.950 validation accuracy" in said
    assert "3 runs ·" in said and "in the workspace" in said


def test_simple_models_of_the_same_data_stand_in_the_list_and_beside_a_run(visit: Visit) -> None:
    token = mine()
    first, second = run(xor(), token, 0.7), run(xor(epochs=7), token, 0.9)
    scores = [("Always the commonest class", "guessing", 0.5), ("Trees", "trees", 0.75)]
    models = [
        {"name": n, "word": w, "is_guess": w == "guessing", "accuracy": a} for n, w, a in scores
    ]
    kept = {"models": models, "tested": 100, "rows": 400, "of": 400}
    baseline_scores.train_baselines(xor(), compare=lambda training, target: kept)
    at = visit("runs", token)
    said = texts(at)
    assert "Trees Simple model" in said and "0.750 test accuracy" in said
    assert "Accuracy 0.9; trees gets 0.75, guessing 0.5." in said
    at.checkbox(key=f"compare-{first}").check()
    at.checkbox(key=f"compare-{second}").check().run()
    assert "Test accuracy 0.900 ★ 0.700 0.500 0.750" in texts(at)
    run(replace(xor(), dataset=ObjectSpec("Circles")), token, 0.9)
    assert "Simple model" not in texts(at.run())


@pytest.mark.parametrize("status", run_sentences.STATES)
def test_every_status_has_its_words_and_its_buttons(
    visit: Visit, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "1")
    busy = run(xor(), None, status="running")  # one that waits goes on waiting
    token = mine()
    one = run(xor(), token, 0.7, status=status)
    at = visit("runs", token)
    assert run_sentences.STATES[status][1] in texts(at) or status == "running"
    can = {name: not at.button(key=f"{name}-{one}").disabled for name in ("pause", "stop", "more")}
    resumes = at.button(key=f"pause-{one}").label == "Resume"
    assert resumes == (status in ("paused", "interrupted", "stopped", "failed"))
    assert can["pause"] == (status != "finished")
    assert can["stop"] == (status in ("running", "queued", "paused"))
    assert not can["more"], "nothing was kept to go on from"
    for left in (one, busy):
        run_store.end(left, os.getpid(), "stopped", None)


def test_what_was_damaged_is_said_on_the_runs_page_and_resume_mends_it(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "1")
    busy = run(xor(), None, status="running")
    token = mine()
    one = run(xor(), token, 0.7)
    worker_rows.add_remark(one, "The newest snapshot is missing. The run went on.")
    at = visit("runs", token)
    assert "The newest snapshot is missing. The run went on." in texts(at)
    assert at.button(key=f"pause-{one}").label == "Pause"
    left_a_model(one)
    at = visit("runs", token)
    (warning,) = at.warning
    said = str(warning.value).replace("\\", "")
    assert said == "The trained model cannot be used: it is missing. Resume makes it again."
    at.button(key=f"pause-{one}").click().run()
    assert jobs.get(one).status == "queued"
    jobs.stop(one)
    run_store.end(busy, os.getpid(), "stopped", None)


def left_a_model(run_id: str) -> None:
    result = json.dumps({"test": {}, "artefact": "model.keras"})
    database.database().change("UPDATE runs SET result = ? WHERE id = ?", result, run_id)


def test_it_can_be_searched_filtered_and_sorted(visit: Visit) -> None:
    token = mine()
    good, bad = run(xor(), token, 0.9), run(xor(), token, 0.3, status="failed")
    housekeeping.set_note(good, "with patience")
    at = visit("runs", token)
    at.text_input(key="runs-text").set_value("patience").run()
    assert listed(at) == [good]
    at.text_input(key="runs-text").set_value("nowhere").run()
    assert "No run is like that" in texts(at)
    at.text_input(key="runs-text").set_value("").run()
    at.selectbox(key="runs-sort").set_value("val_accuracy").run()
    assert listed(at) == [good, bad]
    at.selectbox(key="runs-status").set_value("Failed").run()
    assert listed(at) == [bad]
    at.switch_page(str(SHELL.parent / "train.py")).run()
    at.switch_page(str(SHELL.parent / "runs.py")).run()
    assert listed(at) == [bad], "the filters are still there"


def test_more_runs_than_fit_are_on_the_next_page(visit: Visit) -> None:
    token = mine()
    every = [run_store.add(xor(), token, OWNER, None, None) for _ in range(run_list.LIMIT + 2)]
    for run_id in every:
        run_store.order_stop(run_id)
    at = visit("runs", token)
    first = listed(at)
    assert len(first) == run_list.LIMIT and at.button(key="runs-previous").disabled
    press(at, "runs-next")
    assert sorted(first + listed(at)) == sorted(every)
    assert at.button(key="runs-next").disabled
    at.selectbox(key="runs-sort").set_value("Oldest first").run()
    assert len(listed(at)) == run_list.LIMIT, "another order begins at its first page"


def test_runs_of_another_person_are_not_listed(visit: Visit) -> None:
    run_store.add(xor(), None, "somebody else", None, None)
    assert "No training yet" in texts(visit("runs"))


# --- one run -------------------------------------------------------------------------------------


def test_a_run_that_is_opened_says_everything(visit: Visit) -> None:
    token = mine()
    old = run(xor(), token, 0.7, 0.95, 0.9)
    run(xor(epochs=7), token, 0.5)
    at = press(visit("runs", token), f"open-{old}")
    said = texts(at)
    assert list(curves(at)) == [old]
    assert "Accuracy 0.900 0.900 0.950 0.900" in said, "last, validation, best, test"
    assert WAY in said and "keras 3.15" in said and "Seed 0" in said


def test_tags_and_notes_are_kept(visit: Visit) -> None:
    token = mine()
    one = run(xor(), token, 0.7)
    at = visit("runs", token)
    at.multiselect(key=f"tags-{one}").set_value(["good one"]).run()
    at.text_area(key=f"note-{one}").set_value("Try more units").run()
    (found,) = run_queries.get([one])
    assert found.tags == ("good one",) and found.note == "Try more units"
    again = visit("runs", token)
    assert again.multiselect(key=f"tags-{one}").value == ["good one"]
    assert "good one" in texts(again)


def test_a_runs_exact_settings_come_back_and_undo_returns(visit: Visit) -> None:
    token = mine(epochs=99)
    run(xor(epochs=3), token, 0.7)
    old = run_queries.rows(run_queries.Query(project=token))[0].id
    at = press(visit("runs", token), f"restore-{old}")
    assert projects.load(token).training == xor(epochs=3)
    press(at, "undo")
    assert projects.load(token).training == xor(epochs=99)


def test_a_run_of_another_project_becomes_a_project_of_its_own(visit: Visit) -> None:
    token = mine(epochs=99)
    other = projects.create(OWNER, "Other", xor(epochs=4)).token
    strange = run(xor(epochs=4), other, 0.7)
    at = visit("runs", token)
    at.selectbox(key="runs-scope").set_value("All my runs").run()
    press(at, f"restore-{strange}")
    assert projects.load(token).training == xor(epochs=99)
    restored = [p for p in projects.list_projects(OWNER) if p.token not in (token, other)]
    assert [p.training for p in restored] == [xor(epochs=4)]


def test_archived_runs_are_out_of_sight_and_come_back(visit: Visit) -> None:
    token = mine()
    kept, away = run(xor(), token, 0.7), run(xor(), token, 0.8)
    at = press(visit("runs", token), f"archive-{away}-1")
    assert listed(at) == [kept]
    at.selectbox(key="runs-status").set_value("Archived").run()
    assert listed(at) == [away]
    press(at, f"archive-{away}-1")
    assert not run_queries.get([away])[0].archived


def test_deleting_asks_first(visit: Visit) -> None:
    token = mine()
    kept, gone = run(xor(), token, 0.7), run(xor(), token, 0.8)
    folder = jobs.folder(gone)
    at = visit("runs", token)
    at.checkbox(key=f"sure-{gone}-1").check().run()
    assert folder.exists() and len(listed(at)) == 2
    press(at, f"delete-{gone}-1")
    assert listed(at) == [kept] == list(curves(at)) and not folder.exists()


def test_a_run_that_goes_cannot_be_deleted(visit: Visit) -> None:
    token = mine()
    one = run(xor(), token, 0.7, status="running")
    assert visit("runs", token).checkbox(key=f"sure-{one}-1").disabled
    run_store.end(one, os.getpid(), "stopped", None)


def test_one_click_asks_for_three_more_seeds_once(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "1")
    token = mine()
    busy = run(xor(), None, 0.5, status="running")  # so that the new ones wait
    one = run(xor(), token, 0.7)
    tabs = [visit("runs", token), visit("runs", token)]
    for tab in tabs:
        press(tab, f"open-{one}")
    for tab in tabs:  # the second tab still shows what was before
        press(tab, f"seeds-{one}")
    seeds = [t.seed for t in run_queries.trainings(run_queries.twins(one)).values()]
    assert sorted(s for s in seeds if s is not None) == [0, 1, 2, 3]
    assert "1 finished run equal but for the seed (0), 3 still to come" in texts(tabs[0])
    assert all(
        r.parent == one for r in run_queries.rows(run_queries.Query(project=token)) if r.id != one
    )
    for r in run_queries.rows(run_queries.Query(project=token, statuses=("queued",))):
        jobs.stop(r.id)
    run_store.end(busy, os.getpid(), "stopped", None)


def test_a_waiting_run_can_go_before_the_others(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "1")
    token = mine()
    busy = run(xor(), None, 0.5, status="running")
    first, last = (run(xor(), token, status="queued") for _ in range(2))
    at = visit("runs", token)
    assert "Waiting, 2nd in the queue" in texts(at)
    press(at, f"next-{last}")
    assert [jobs.progress(r).position for r in (last, first)] == [1, 2]
    assert at.button(key=f"next-{last}").disabled
    for run_id in (first, last):
        jobs.stop(run_id)
    run_store.end(busy, os.getpid(), "stopped", None)


def test_a_waiting_run_changes_places_with_the_others_of_its_project(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "1")
    token = mine()
    busy = run(xor(), None, 0.5, status="running")
    a, b, c = (run(xor(), token, status="queued") for _ in range(3))
    at = press(visit("runs", token), f"open-{c}")
    for key, ends, order in (
        ("", ("later",), [a, b, c]),
        ("earlier", (), [a, c, b]),
        ("earlier", ("next", "earlier"), [c, a, b]),
        ("later", (), [a, c, b]),
        ("next", ("next", "earlier"), [c, a, b]),
    ):
        if key:
            press(at, f"{key}-{c}")
        assert sorted((a, b, c), key=lambda r: jobs.progress(r).position or 0) == order
        for name in ("next", "earlier", "later"):
            button = at.button(key=f"{name}-{c}")
            assert button.disabled == (name in ends)
            why = run_actions.LAST if name == "later" else run_actions.FIRST
            assert (button.help == why) == button.disabled
    for run_id in (a, b, c):
        jobs.stop(run_id)
    run_store.end(busy, os.getpid(), "stopped", None)


def test_the_page_follows_when_a_waiting_run_gets_room_to_move(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "1")
    token = mine()
    busy = run(xor(), None, 0.5, status="running")
    one = run(xor(), token, status="queued")

    def stage() -> tuple[object, ...]:
        (found,) = run_queries.get([one])
        return run_detail._stage(found, found.progress)

    alone = stage()
    other = run(xor(), token, status="queued")
    assert stage() != alone
    jobs.stop(other)
    assert stage() == alone
    jobs.stop(one)
    run_store.end(busy, os.getpid(), "stopped", None)


def test_the_spread_over_seeds_counts_each_seed_once(visit: Visit) -> None:
    token = mine()
    for seed, value in ((0, 0.8), (1, 0.9), (1, 0.9)):
        run(replace(xor(), seed=seed), token, value)
    said = texts(visit("runs", token))
    assert "2 finished runs equal but for the seed (0, 1)" in said
    assert "Test accuracy 0.850 ± 0.071 0.800 0.900" in said
