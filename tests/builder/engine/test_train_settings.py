"""What a training's settings do to it, and how it says what is wrong with them."""

from __future__ import annotations

import errno
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from builder.engine.training import fit, train_run
from builder.errors import BuildError, TrainingError
from builder.facts import SNAPSHOTS
from builder.spec import ObjectSpec, TrainingSpec, chain
from tests import zoo
from tests.builder.engine.heard import ONE_HOT, SPARSE, TUTORIAL, X, run
from tests.zoo import dense, given, layer


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
    written = {p.name for p in tmp_path.iterdir()}
    assert {"log.csv", "model.best.keras", "model.keras", SNAPSHOTS[0]} <= written
    assert len(written - {SNAPSHOTS[1]}) == 4  # a slow machine has taken two
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
    full = train_run.explain_error(OSError(errno.ENOSPC, "No space left on device"))
    assert full.message == "The disk is full: the run could not be saved."
    assert "free some space" in full.hint
    hdf5 = OSError("Can't write data (file write failed: errno = 28, error message = 'No space')")
    assert train_run.explain_error(hdf5).message == full.message


def test_too_little_memory_is_said_and_what_helps() -> None:
    with pytest.raises(MemoryError) as numpys:
        np.empty(2**60, "int8")  # more than any machine can address
    # as TensorFlow raises it, but only after ten seconds of trying
    said = "OOM when allocating tensor with shape[1125899906842624] and type float [Op:Fill] name: "
    tensorflows = tf.errors.ResourceExhaustedError(None, None, said)
    for error in (numpys.value, tensorflows):
        told = train_run.explain_error(error)
        assert told.message == "There was not enough memory for this training."
        assert told.hint == "Use a smaller batch size or a smaller model."
        assert told.where == "fit.batch_size"
