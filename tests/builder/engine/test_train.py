"""Training is what a plain Keras script does, to the last bit; it can be stopped and explained."""

from __future__ import annotations

import errno
import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from builder.engine import build, files, fit, order, record, snapshot, train
from builder.engine.backend import keras
from builder.errors import BuildError, TrainingError
from builder.spec import ObjectSpec, TrainingSpec, chain
from tests import zoo
from tests.zoo import dense, given, layer

RNG = np.random.default_rng(0)
X = RNG.random((330, 28, 28)).astype("float32")
LABELS = RNG.integers(0, 10, 330)
SPARSE = SimpleNamespace(x_train=X[:270], y_train=LABELS[:270], x_test=X[270:], y_test=LABELS[270:])
ONE_HOT = SimpleNamespace(
    x_train=X[:270],
    y_train=np.eye(10, dtype="float32")[LABELS[:270]],
    x_test=X[270:],
    y_test=np.eye(10, dtype="float32")[LABELS[270:]],
)


@dataclass
class Heard:
    """A sink that remembers."""

    plans: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)
    steps: list[tuple[int, dict[str, np.ndarray[Any, Any]]]] = field(default_factory=list)
    epochs: list[tuple[int, dict[str, float]]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    snapshots: list[int] = field(default_factory=list)

    def plan(self, steps: int, epochs: int, path: str, notes: tuple[str, ...]) -> None:
        self.plans.append((steps, epochs, notes))

    def batches(self, step0: int, values: Mapping[str, np.ndarray[Any, Any]]) -> None:
        self.steps.append((step0, dict(values)))

    def epoch(self, n: int, values: Mapping[str, float]) -> None:
        self.epochs.append((n, dict(values)))

    def message(self, text: str) -> None:
        self.messages.append(text)

    def flush(self) -> None: ...

    def saved(self, step: int) -> None:
        self.snapshots.append(step)


def never() -> None:
    return None


def run(
    training: TrainingSpec, folder: Path, data: Any = ONE_HOT, stop: Any = never
) -> tuple[dict[str, Any], Heard]:
    heard = Heard()
    return train.train(training, folder, heard, stop, data), heard


TUTORIAL = zoo.STACKS["tutorial"]


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
    ours = files.load_artefact(result["artefact"]).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(ours, weights, strict=True))


def test_a_second_training_repeats_the_first(trained, tmp_path: Path) -> None:
    again, _ = run(TUTORIAL, tmp_path)
    assert again["history"] == trained[0]["history"]


def test_what_happened_before_in_the_process_does_not_matter(tmp_path: Path) -> None:
    accuracy = layer("SparseCategoricalAccuracy")
    spec = zoo.STACKS["sparse_logits"].with_compile(metrics=(accuracy,))
    first, _ = run(spec, tmp_path, SPARSE)
    build.compiled(TUTORIAL).predict(X[:3], verbose=0)
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
    assert record.FLUSH_SECONDS <= 0.25


def test_the_artefact_answers_as_the_trained_model(trained) -> None:
    result, _ = trained
    again = files.load_artefact(result["artefact"])
    test = again.evaluate(ONE_HOT.x_test, ONE_HOT.y_test, return_dict=True, verbose=0)
    assert test == result["test"]
    assert result["ended"] == "finished" and result["best"] is None
    assert {"keras", "tensorflow", "numpy", "python"} <= set(result["versions"])


# Orders are asked for before each of an epoch's two calls and after the one of validation.
PLACES = {"at once": 1, "training": 5, "validation": 6}
PLAIN = {"at once": 1, "training": 15, "validation": 18}
"""The same under ``model.fit``: at the beginning, then after each of 7 and 2 batches."""


@pytest.mark.parametrize("shuffle", [True, "batch"])
@pytest.mark.parametrize("where", PLACES)
def test_stop_breaks_off_between_batches(
    where: str, shuffle: Any, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(record, "ORDER_SECONDS", 0)
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
    files.load_artefact(result["artefact"])


@pytest.mark.parametrize("shuffle", [True, "batch", "epoch"])
def test_a_paused_run_goes_on_and_ends_as_if_it_never_had_been(
    shuffle: Any, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(record, "ORDER_SECONDS", 0)
    monkeypatch.setattr(snapshot, "REST_SECONDS", 0)
    spec = TUTORIAL.with_fit(epochs=4, shuffle=shuffle)
    whole, _ = run(spec, tmp_path / "whole")
    asked, heard = iter(range(100)), Heard()
    pauses = [16, 19, 30] if shuffle == "batch" else [4, 9, 10]
    ended = []
    for at in (*pauses, 10**6):
        order = lambda at=at: "pause" if next(asked, 0) >= at else None  # noqa: E731
        result = train.train(spec, tmp_path / "parts", heard, order, ONE_HOT)
        ended.append((result["ended"], result["artefact"] is None))
    assert ended == [("paused", True)] * 3 + [("finished", False)]
    assert result["history"] == whole["history"] and result["test"] == whole["test"]
    assert heard.snapshots == sorted(heard.snapshots) and heard.snapshots[-1] == 28


def test_a_finished_run_trains_on_as_if_it_had_been_longer(tmp_path: Path) -> None:
    run(TUTORIAL.with_fit(epochs=2), tmp_path / "two")
    shutil.copytree(tmp_path / "two", tmp_path / "five")
    longer, heard = run(TUTORIAL.with_fit(epochs=5), tmp_path / "five")
    five, _ = run(TUTORIAL.with_fit(epochs=5), tmp_path / "whole")
    assert longer["history"] == five["history"] and longer["test"] == five["test"]
    assert [n for n, _ in heard.epochs] == [2, 3, 4]
    again, silent = run(TUTORIAL.with_fit(epochs=5), tmp_path / "five")
    assert again["history"] == five["history"] and not silent.epochs, "it was over already"


def test_a_snapshot_that_cannot_be_read_means_to_begin_anew(trained, tmp_path: Path) -> None:
    (tmp_path / snapshot.FILE).write_bytes(b"PK half a file")
    assert run(TUTORIAL, tmp_path)[0]["history"] == trained[0]["history"]


def test_a_snapshot_of_another_model_is_refused(tmp_path: Path) -> None:
    run(TUTORIAL.with_fit(epochs=1), tmp_path)
    with pytest.raises(TrainingError, match="does not fit its model"):
        run(zoo.STACKS["sparse_logits"].with_fit(epochs=2), tmp_path, SPARSE)


def test_reshuffling_by_epoch_takes_another_order_each_time_the_same_for_a_seed() -> None:
    ours = order.Order(100, 8, "epoch", 7)
    first, rest = ours.epoch(0)
    assert first.shape == (12, 8) and rest.shape == (4,)
    assert sorted([*first.ravel(), *rest]) == list(range(100))
    assert not np.array_equal(first, ours.epoch(1)[0])
    assert np.array_equal(first, order.Order(100, 8, "epoch", 7).epoch(0)[0])


def test_a_loss_that_explodes_is_said_plainly_and_only_once(tmp_path: Path) -> None:
    spec = TUTORIAL.with_compile(optimizer=layer("SGD", learning_rate=1e20))
    result, heard = run(spec, tmp_path)
    assert math.isnan(result["history"]["loss"][-1])
    said = [m for m in heard.messages if "no longer a number" in m]
    assert len(said) == 1
    assert "the learning rate (1e+20) is most likely too high" in said[0]
    assert "set it to 0.001" in said[0]


def test_a_batch_larger_than_the_data_is_one_step(tmp_path: Path) -> None:
    _, heard = run(TUTORIAL.with_fit(epochs=1, batch_size=1000), tmp_path)
    assert heard.plans[0][0] == 1
    assert heard.plans[0][2] == (
        "The batch size (1000) is more than the 270 examples: one step an epoch.",
    )


@pytest.mark.parametrize("split", [0, 0.0, None])
def test_no_validation_is_no_validation(split: float | None, tmp_path: Path) -> None:
    result, heard = run(TUTORIAL.with_fit(epochs=1, validation_split=split), tmp_path)
    assert set(result["history"]) == {"loss", "accuracy"}
    assert heard.plans[0][0] == math.ceil(270 / 32)


def test_class_weights_weigh(tmp_path: Path) -> None:
    weights = {str(i): 0.0 for i in range(10)}
    result, _ = run(TUTORIAL.with_fit(epochs=1, class_weight=weights), tmp_path)
    assert result["history"]["loss"] == [0.0]
    assert fit.class_weight({"0": 1, "2": 2.5}) == {0: 1.0, 2: 2.5}


@pytest.mark.parametrize(
    "wrong", [{"cat": 1}, {"0": "much"}, {"0": -1}, {"-1": 1}, {"0": math.nan}]
)
def test_wrong_class_weights_say_how_to_write_them(wrong: dict[str, Any]) -> None:
    with pytest.raises(TrainingError) as caught:
        fit.class_weight(wrong)
    assert caught.value.where == "fit.class_weight" and caught.value.hint


def test_tensorboard_writes_its_logs_into_the_runs_folder(tmp_path: Path) -> None:
    board = layer("TensorBoard", log_dir="/elsewhere", histogram_freq=1)
    result, _ = run(TUTORIAL.with_fit(callbacks=(board,)), tmp_path)
    assert len(result["history"]["val_loss"]) == 2
    for part in ("train", "validation"):
        (log,) = (tmp_path / "tensorboard" / part).glob("events.out.tfevents.*")
        assert b"epoch_loss" in log.read_bytes()


def test_callbacks_act_and_write_in_the_runs_folder_only(tmp_path: Path) -> None:
    callbacks = (
        layer("EarlyStopping", monitor="val_loss", patience=0, baseline=0.0),
        layer("ModelCheckpoint", filepath="/nowhere/x.keras", save_best_only=True),
        layer("CSVLogger", filename="/nowhere/log.csv"),
        layer("TerminateOnNaN"),
        layer("ReduceLROnPlateau", patience=1),
    )
    result, heard = run(TUTORIAL.with_fit(epochs=50, callbacks=callbacks), tmp_path)
    assert len(heard.epochs) < 50
    assert result["best"] == str(tmp_path / "model.best.keras")
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "log.csv",
        "model.best.keras",
        "model.keras",
        "snapshot.npz",
    ]
    assert result["ended"] == "finished"


def test_the_best_weights_come_back_when_stopped_early(tmp_path: Path) -> None:
    early = layer(
        "EarlyStopping", monitor="loss", mode="max", patience=0, restore_best_weights=True
    )
    result, _ = run(TUTORIAL.with_fit(epochs=9, callbacks=(early,)), tmp_path)
    one, _ = run(TUTORIAL.with_fit(epochs=1), tmp_path / "one")
    assert result["test"] == one["test"]


def test_an_epoch_schedule_sets_the_rate(tmp_path: Path) -> None:
    slow = layer("LearningRateScheduler", schedule=layer("StepDecay", factor=0.1, every=1))
    result, _ = run(TUTORIAL.with_fit(callbacks=(slow,)), tmp_path)
    assert result["history"]["learning_rate"] == pytest.approx([1e-3, 1e-4])


def test_unseeded_trainings_differ(tmp_path: Path) -> None:
    free = replace(TUTORIAL.with_fit(epochs=1), seed=None)
    assert run(free, tmp_path / "a")[0]["history"] != run(free, tmp_path / "b")[0]["history"]


def test_labels_outside_the_classes_are_explained(tmp_path: Path) -> None:
    spec = zoo.STACKS["sparse_logits"]
    bad = SimpleNamespace(**{**vars(SPARSE), "y_train": SPARSE.y_train + 5})
    with pytest.raises(TrainingError, match="outside the valid range") as caught:
        run(spec, tmp_path, bad)
    assert caught.value.hint == "Give the last layer one unit for each class."
    assert "\n" not in caught.value.message


def test_a_loss_that_does_not_fit_the_labels_is_explained(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="must have the same rank"):
        run(TUTORIAL, tmp_path, SPARSE)
    assert list(tmp_path.iterdir()) == []


def test_too_little_data_to_split_is_explained(tmp_path: Path) -> None:
    one = SimpleNamespace(**{**vars(ONE_HOT), "x_train": X[:1], "y_train": ONE_HOT.y_train[:1]})
    with pytest.raises(TrainingError, match="not sufficient to split") as caught:
        run(TUTORIAL, tmp_path, one)
    assert caught.value.where == "fit.validation_split"


def test_a_model_too_big_for_this_machine_is_refused_before_it_is_built(tmp_path: Path) -> None:
    huge = TrainingSpec(
        chain("huge", given(28, 28), layer("Flatten"), dense(10**9), dense(10)),
        ObjectSpec("Digits"),
        compile=TUTORIAL.compile,
    )
    with pytest.raises(BuildError, match="parameters") as caught:
        run(huge, tmp_path)
    assert caught.value.where == "dense"


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    full = train.explained(OSError(errno.ENOSPC, "No space left on device"))
    assert full.message == "The disk is full: the run could not be saved."
    assert "free some space" in full.hint
    hdf5 = OSError("Can't write data (file write failed: errno = 28, error message = 'No space')")
    assert train.explained(hdf5).message == full.message


def test_a_half_written_model_never_takes_the_old_ones_place(trained, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    shutil.copy(trained[0]["artefact"], path)
    before = path.read_bytes()
    (tmp_path / "model.partial.keras").symlink_to("/dev/full")
    with pytest.raises(OSError):
        train.save(build.build(TUTORIAL.model), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]


@pytest.mark.parametrize("name", zoo.OFFLINE)
def test_every_offline_stack_of_the_zoo_trains_on_its_data(name: str, tmp_path: Path) -> None:
    spec = zoo.STACKS[name].with_fit(epochs=1)
    heard = Heard()
    result = train.train(spec, tmp_path, heard, never)
    assert all(np.isfinite(v).all() for v in result["history"].values())
    assert result["test"].keys() == {k for k in result["history"] if not k.startswith("val_")} - {
        "learning_rate"
    }
