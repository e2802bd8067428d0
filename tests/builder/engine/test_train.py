"""Training is what a plain Keras script does, to the last bit; it can be stopped and explained."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.inference import artefact
from builder.engine.training import batch_order, loop, reporting, snapshot, train_run
from tests import zoo
from tests.asked import longer
from tests.builder.engine.heard import ONE_HOT, SPARSE, TUTORIAL, Heard, X, never, run
from tests.zoo import layer


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Heard]:
    """The tutorial, two epochs."""
    return run(TUTORIAL, tmp_path_factory.mktemp("run"))


def plain_tutorial() -> tuple[dict[str, list[float]], dict[str, float], list[Any]]:
    """What the tutorial's own script does."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    kept = model.fit(
        ONE_HOT.x_train,
        ONE_HOT.y_train,
        epochs=2,
        batch_size=32,
        validation_split=0.2,
        verbose=0,
    )
    test = model.evaluate(ONE_HOT.x_test, ONE_HOT.y_test, return_dict=True, verbose=0)
    return kept.history, test, model.get_weights()


def test_history_test_and_weights_are_a_plain_scripts_to_the_last_bit(trained) -> None:
    result, _ = trained
    history, test, weights = plain_tutorial()
    assert result["history"] == history
    assert result["test"] == test
    ours = artefact.load_artefact(result["artefact"]).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(ours, weights, strict=True))


def test_a_second_training_repeats_the_first(trained, tmp_path: Path) -> None:
    again, _ = run(TUTORIAL, tmp_path)
    assert again["history"] == trained[0]["history"]


def test_what_happened_before_in_the_process_does_not_matter(tmp_path: Path) -> None:
    accuracy = layer("SparseCategoricalAccuracy")
    spec = zoo.STACKS["sparse_logits"].with_compile(metrics=(accuracy,))
    first, _ = run(spec, tmp_path, SPARSE)
    keras_model.build_compiled(TUTORIAL).predict(X[:3], verbose=0)
    keras.metrics.SparseCategoricalAccuracy()
    second, _ = run(spec, tmp_path, SPARSE)
    assert first["history"] == second["history"]
    assert set(first["history"]) == {
        "loss",
        "val_loss",
        "sparse_categorical_accuracy",
        "val_sparse_categorical_accuracy",
    }


def test_every_batch_and_epoch_is_reported(trained) -> None:
    result, heard = trained
    steps = math.ceil(270 * 0.8 / 32)
    assert heard.plans == [(steps, 2, ())]
    at = 0
    for step0, values in heard.steps:
        assert step0 == at
        assert {len(v) for v in values.values()} == {len(values["loss"])}
        at += len(values["loss"])
    assert at == 2 * steps
    assert [n for n, _ in heard.epochs] == [0, 1]
    assert [v["val_loss"] for _, v in heard.epochs] == result["history"]["val_loss"]
    # Keras's batch values are means since the epoch began: the last one is the epoch's.
    losses = np.concatenate([v["loss"] for _, v in heard.steps])
    assert losses[steps - 1] == np.float32(result["history"]["loss"][0])


def test_batches_reach_the_sink_at_least_four_times_a_second() -> None:
    assert reporting.FLUSH_SECONDS <= 0.25


def test_the_artefact_answers_as_the_trained_model(trained) -> None:
    result, _ = trained
    again = artefact.load_artefact(result["artefact"])
    test = again.evaluate(ONE_HOT.x_test, ONE_HOT.y_test, return_dict=True, verbose=0)
    assert test == result["test"]
    assert result["ended"] == "finished" and result["best"] is None
    assert {"keras", "tensorflow", "numpy", "python"} <= set(result["versions"])


# Orders are asked for before each call, here of one batch, but the run's first of four; and after
# the one of validation: three times in the first epoch and once, then six times and once.
PLACES = {"at once": 1, "training": 7, "validation": 11}
PLAIN = {"at once": 1, "training": 15, "validation": 18}
"""The same under ``model.fit``: at the beginning, then after each of 7 and 2 batches."""


@pytest.mark.parametrize("shuffle", [True, "batch"])
@pytest.mark.parametrize("where", PLACES)
def test_stop_breaks_off_between_batches(
    where: str, shuffle: Any, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(reporting, "ORDER_SECONDS", 0)
    monkeypatch.setattr(loop, "CALL_SECONDS", 0.0)  # else a call grows with the machine's speed
    after = (PLACES if shuffle is True else PLAIN)[where]
    asked = iter(range(1, 10_000))
    spec = TUTORIAL.with_fit(epochs=1000, shuffle=shuffle)
    result, heard = run(spec, tmp_path, stop=lambda: "stop" if next(asked) >= after else None)
    assert next(asked) == after + 1, "asked once more after it said stop"
    assert result["ended"] == "stopped"
    assert ("model.fit, because" in result["path"]) is (shuffle == "batch")
    whole = 0 if where == "at once" else 1
    assert {len(v) for v in result["history"].values()} <= {whole}
    assert len(heard.epochs) == whole
    assert heard.messages == ["Stopped; the model is kept as it was at that moment."]
    assert 0 <= result["test"]["accuracy"] <= 1
    artefact.load_artefact(result["artefact"])


@pytest.mark.parametrize("shuffle", [True, "batch", "epoch"])
def test_a_paused_run_goes_on_and_ends_as_if_it_never_had_been(
    shuffle: Any, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(reporting, "ORDER_SECONDS", 0)
    monkeypatch.setattr(snapshot, "REST_SECONDS", 0)
    spec = TUTORIAL.with_fit(epochs=4, shuffle=shuffle)
    whole, _ = run(spec, tmp_path / "whole")
    asked, heard = iter(range(100)), Heard()
    pauses = [16, 19, 30] if shuffle == "batch" else [4, 9, 10]
    ended = []
    for at in (*pauses, 10**6):
        order = lambda at=at: "pause" if next(asked, 0) >= at else None  # noqa: E731
        result = train_run.train(spec, tmp_path / "parts", heard, order, ONE_HOT)
        ended.append((result["ended"], result["artefact"] is None))
    assert ended == [("paused", True)] * 3 + [("finished", False)]
    assert result["history"] == whole["history"] and result["test"] == whole["test"]
    assert heard.snapshots == sorted(heard.snapshots) and heard.snapshots[-1] == 28


def test_a_finished_run_trains_on_as_if_it_had_been_longer(trained, tmp_path: Path) -> None:
    shutil.copytree(Path(trained[0]["artefact"]).parent, tmp_path / "five")
    longer, heard = run(TUTORIAL.with_fit(epochs=5), tmp_path / "five")
    five, _ = run(TUTORIAL.with_fit(epochs=5), tmp_path / "whole")
    assert longer["history"] == five["history"] and longer["test"] == five["test"]
    assert [n for n, _ in heard.epochs] == [2, 3, 4]
    again, silent = run(TUTORIAL.with_fit(epochs=5), tmp_path / "five")
    assert again["history"] == five["history"] and not silent.epochs, "it was over already"


def test_reshuffling_by_epoch_takes_another_order_each_time_the_same_for_a_seed() -> None:
    ours = batch_order.BatchOrder(100, 8, "epoch", 7)
    first, rest = ours.epoch(0)
    assert first.shape == (12, 8) and rest.shape == (4,)
    assert sorted([*first.ravel(), *rest]) == list(range(100))
    assert not np.array_equal(first, ours.epoch(1)[0])
    assert np.array_equal(first, batch_order.BatchOrder(100, 8, "epoch", 7).epoch(0)[0])


def test_a_half_written_model_never_takes_the_old_ones_place(trained, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    shutil.copy(trained[0]["artefact"], path)
    before = path.read_bytes()
    (tmp_path / "model.partial.keras").symlink_to("/dev/full")
    with pytest.raises(OSError):
        train_run.save(keras_model.build(TUTORIAL.model), path, TUTORIAL.model)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]


TOLD = ("tutorial", "nested_choices", "normalized", "half_precision", "compiled", "sentences")
"""Stacks that test_histories trains, where all numbers must be Keras's."""


@pytest.mark.parametrize(
    "name",
    [*(n for n in zoo.OFFLINE if n not in TOLD), *longer(n for n in zoo.OFFLINE if n in TOLD)],
)
def test_every_offline_stack_of_the_zoo_trains_on_its_data(name: str, tmp_path: Path) -> None:
    spec = zoo.brief(zoo.STACKS[name]).with_fit(batch_size=256)
    heard = Heard()
    result = train_run.train(spec, tmp_path, heard, never)
    assert all(np.isfinite(v).all() for v in result["history"].values())
    assert result["test"].keys() == {k for k in result["history"] if not k.startswith("val_")} - {
        "learning_rate"
    }
