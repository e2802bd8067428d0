"""The Train page as a person meets it: settings, starting once, watching, reading the result."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from builder import starters
from builder.datasets.registry import find_dataset
from builder.runs.disk import projects
from builder.runs.scheduler import dispatch, jobs, recovery
from builder.runs.store import database, metric_rows, run_store, worker_rows
from builder.spec import ObjectSpec, TrainingSpec
from tests.pages import past

Visit = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def one_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One run at a time may go."""
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "1")
    yield
    database.close()


@pytest.fixture
def busy() -> Iterator[str]:
    """Somebody else's run that takes the only place, so that ours waits in the queue."""
    run_id = running(starters.find_starter("xor").training, project=None)
    yield run_id
    run_store.end(run_id, os.getpid(), "stopped", None)


def running(training: TrainingSpec, project: str | None) -> str:
    """A run whose worker is this process."""
    run_id = past.taken(training, project, "somebody")
    worker_rows.accept(run_id, {"keras": "3"})
    return run_id


def project(training: TrainingSpec) -> str:
    return projects.create("local", "Mine", training).token


def texts(at: AppTest) -> str:
    """Everything the page says, without Markdown's escapes."""
    said = [str(e.value) for e in (*at.markdown, *at.caption, *at.error, *at.warning)]
    said += [e.proto.text for e in at.get("progress")]
    return "\n".join(said).replace("\\", "")


def xor(**fit: Any) -> TrainingSpec:
    training = starters.find_starter("xor").training
    return training.with_fit(**fit) if fit else training


OFFLINE = [
    s.name for s in starters.all_starters() if find_dataset(s.training.dataset.class_name).OFFLINE
]


@pytest.mark.parametrize("name", OFFLINE)
def test_looking_changes_nothing(visit: Visit, name: str) -> None:
    token = project(starters.find_starter(name).training)
    at = visit("train", token)
    assert not at.exception and not at.error
    assert projects.load(token).rev == 1
    assert not at.button(key="train").disabled


def test_an_edit_is_kept_and_can_be_undone(visit: Visit) -> None:
    token = project(xor())
    before = xor().fit["epochs"]
    at = visit("train", token)
    at.number_input(key="fit-epochs").set_value(7).run()
    assert projects.load(token).training.fit["epochs"] == 7
    at.button(key="undo").click().run()
    assert projects.load(token).training == xor()
    assert at.number_input(key="fit-epochs").value == before


def test_what_nobody_chose_is_there_and_no_step_to_be_undone(visit: Visit) -> None:
    token = project(replace(xor(), compile=xor().compile.without("loss", "metrics", "optimizer")))
    at = visit("train", token)
    chosen = projects.load(token).training.compile
    assert chosen["loss"].class_name == "BinaryCrossentropy" and len(chosen["metrics"]) == 1
    assert chosen["optimizer"].class_name == "Adam"
    assert at.button(key="undo").disabled and not at.button(key="train").disabled


def test_what_cannot_be_trained_says_why_and_offers_the_fix(visit: Visit) -> None:
    wrong = xor().with_compile(loss=ObjectSpec("CategoricalCrossentropy"))
    token = project(wrong)
    at = visit("train", token)
    assert at.button(key="train").disabled
    assert "Cannot start yet" in at.button(key="train").help
    for _ in range(3):  # a fix may show the next problem
        if at.button(key="train").disabled:
            next(b for b in at.button if str(b.key).startswith("fix-train-")).click().run()
    assert not at.button(key="train").disabled


def test_a_second_click_on_a_button_not_yet_grey_is_the_same_run(visit: Visit, busy: str) -> None:
    token = project(xor())
    one, two = visit("train", token), visit("train", token)
    one.button(key="train").click().run()
    two.button(key="train").click().run()
    assert len(run_store.list_runs(project=token)) == 1
    assert "Waiting, next in the queue" in texts(one)
    assert two.button(key="train").disabled and not two.button(key="stop").disabled


def test_what_was_typed_before_the_click_is_what_is_trained(visit: Visit, busy: str) -> None:
    """The browser may tell of both at once; the click must not overtake the number."""
    token = project(xor())
    at = visit("train", p=token)
    at.number_input(key="fit-epochs").set_value(7)
    at.button(key="train").click().run()
    (run,) = run_store.list_runs(project=token)
    assert run.training.fit["epochs"] == 7
    assert projects.load(token).training == run.training
    at.run()
    assert len(run_store.list_runs(project=token)) == 1, "one click, one run"


def test_the_seed_is_emptied_by_a_person_alone_and_not_by_a_lost_message(
    visit: Visit, busy: str
) -> None:
    """A browser that was not told the number says "empty" with the next click, or another field."""
    token = project(xor())
    at = visit("train", p=token)
    at.number_input(key="fit-seed").set_value(None)
    at.number_input(key="fit-epochs").set_value(7).run()
    assert projects.load(token).training == xor(epochs=7)
    at.number_input(key="fit-seed").set_value(None)
    at.button(key="train").click().run()
    (run,) = run_store.list_runs(project=token)
    assert run.training.seed == 0 and at.number_input(key="fit-seed").value == 0
    another = visit("train", p=token)
    another.number_input(key="fit-seed").set_value(None).run()
    assert projects.load(token).training.seed is None


def test_stop_ends_it_and_train_is_there_again(visit: Visit, busy: str) -> None:
    token = project(xor())
    at = visit("train", token)
    at.button(key="train").click().run()
    at.button(key="stop").click().run()
    assert run_store.list_runs(project=token)[0].status == "stopped"
    assert "Stopped" in texts(at)
    assert not at.button(key="train").disabled and at.button(key="stop").disabled


def test_pause_and_resume_share_a_place(visit: Visit, busy: str) -> None:
    token = project(xor())
    at = visit("train", token)
    at.button(key="train").click().run()
    assert at.button(key="pause").label == "Pause"
    at.button(key="pause").click().run()
    run_id = run_store.list_runs(project=token)[0].id
    assert jobs.get(run_id).status == "paused"
    assert at.button(key="pause").label == "Resume" and not at.button(key="stop").disabled
    assert not at.button(key="train").disabled, "another training can begin meanwhile"
    at.button(key="pause").click().run()
    assert jobs.get(run_id).status == "queued"
    jobs.stop(run_id)


def test_an_interrupted_run_says_why_and_can_go_on(visit: Visit, busy: str) -> None:
    token = project(xor())
    run_id = running(xor(), token)
    worker_rows.write_plan(run_id, 10, 4)
    why = "The training process was ended by the system because the memory was full."
    run_store.end(run_id, os.getpid(), "interrupted", why)
    at = visit("train", token)
    assert "Interrupted" in texts(at) and why in texts(at)
    at.button(key="pause").click().run()
    assert jobs.get(run_id).status == "queued"
    jobs.stop(run_id)


def test_a_run_says_which_way_it_was_trained(visit: Visit) -> None:
    token = project(xor())
    run_id = running(xor(), token)
    way = "Trained by model.fit, for the data comes from a generator."
    run_store.end(run_id, os.getpid(), "finished", None, {"test": {}, "path": way})
    assert way in texts(visit("train", token))


def test_more_epochs_go_on_from_what_was_kept_once(visit: Visit, busy: str) -> None:
    token = project(xor(epochs=3))
    run_id = running(xor(epochs=3), token)
    metric_rows.append(run_id, 1, [], [(n, {"loss": 1 / n}) for n in (1, 2, 3)])
    run_store.end(run_id, os.getpid(), "finished", None, {"test": {}})
    assert visit("train", token).button(key="more").disabled, "nothing was kept"
    (jobs.folder(run_id) / "snapshot.npz").write_bytes(b"of the third epoch")
    tabs = [visit("train", token), visit("train", token)]
    for tab in tabs:
        tab.button(key="more").click().run()
    child, parent = run_store.list_runs(project=token)
    assert (parent.id, child.parent, child.training) == (run_id, run_id, xor(epochs=8))
    assert "Waiting" in texts(tabs[0])
    jobs.stop(child.id)


def test_a_reopened_page_finds_the_run_that_goes_on(visit: Visit) -> None:
    token = project(xor(epochs=4))
    run_id = running(xor(epochs=4), token)
    worker_rows.write_plan(run_id, 10, 4)
    metric_rows.append(run_id, 1, [(0, ("loss",), np.full((15, 1), 0.5, np.float32))], [])
    metric_rows.append(run_id, 2, [], [(1, {"loss": 0.5123, "val_loss": 0.6})])
    at = visit("train", token)
    assert "Epoch 2 of 4" in texts(at)
    assert {m.label: m.value for m in at.metric}["Loss"] == "0.512"
    run_store.end(run_id, os.getpid(), "stopped", None)


def test_a_finished_run_is_read_in_words(visit: Visit) -> None:
    token = project(xor())
    run_id = running(xor(), token)
    worker_rows.write_plan(run_id, 10, 3)
    losses = [(1.0, 1.1), (0.5, 0.6), (0.49, 0.59)]
    epochs = [(i + 1, {"loss": a, "val_loss": b}) for i, (a, b) in enumerate(losses)]
    metric_rows.append(run_id, 1, [], epochs)
    run_store.end(run_id, os.getpid(), "finished", None, {"test": {"loss": 0.5, "accuracy": 0.957}})
    at = visit("train", token)
    assert "Test accuracy 0.957." in texts(at)
    assert "stay together: no overfitting" in texts(at)


def test_a_result_of_older_settings_says_so(visit: Visit) -> None:
    token = project(xor(epochs=9))
    run_id = running(xor(epochs=3), token)
    metric_rows.append(run_id, 1, [], [(1, {"loss": 1.0})])
    run_store.end(run_id, os.getpid(), "finished", None, {"test": {}})
    assert "The settings were changed since" in texts(visit("train", token))


def test_a_dead_worker_is_noticed_and_its_reason_said(visit: Visit) -> None:
    token = project(xor())
    run_id = past.taken(xor(), token, "local", worker=(2**22 - 3, 1.0))
    worker_rows.accept(run_id, {})
    database.database().change("UPDATE runs SET tries = ? WHERE id = ?", recovery.TRIES, run_id)
    dispatch.sweep()
    assert jobs.get(run_id).status == "interrupted"
    at = visit("train", token)
    assert str(jobs.get(run_id).error) in texts(at)
    assert not at.button(key="train").disabled


def test_a_callback_can_be_added_set_and_removed(visit: Visit) -> None:
    token = project(xor())
    at = visit("train", token)
    at.selectbox(key="callback-add").select("EarlyStopping").run()
    kept = projects.load(token).training.fit["callbacks"]
    assert [c.class_name for c in kept] == ["EarlyStopping"]
    at.number_input(key="callback-0-EarlyStopping-patience").set_value(5).run()
    assert projects.load(token).training.fit["callbacks"][0].config["patience"] == 5
    at.button(key="callback-remove-0").click().run()
    assert projects.load(token).training.fit["callbacks"] == ()


def test_a_learning_rate_schedule_is_drawn(visit: Visit) -> None:
    rule = ObjectSpec(
        "ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 100, "decay_rate": 0.5}
    )
    at = visit(
        "train", project(xor().with_compile(optimizer=ObjectSpec("SGD", {"learning_rate": rule})))
    )
    drawn = [c for c in at.get("bidi_component") if "rate" in c.proto.id]
    assert not at.exception and drawn
    assert "ExponentialDecay: from 0.1 at the start" in json.loads(drawn[0].proto.json)[0]


def test_the_other_metrics_of_the_task_can_be_chosen(visit: Visit) -> None:
    token = project(xor())
    at = visit("train", token)
    at.multiselect(key="metrics").select("Precision").run()
    names = [m.class_name for m in projects.load(token).training.compile["metrics"]]
    assert names == ["accuracy", "Precision"]
