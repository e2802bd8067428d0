"""What the curves say: each rule on curves anyone would read the same way, and at its borders."""

from __future__ import annotations

import math

import pytest

from builder import diagnose, formatting
from builder.spec import ObjectSpec, TrainingSpec, chain


def training(**fit: object) -> TrainingSpec:
    model = chain("m", ObjectSpec("InputLayer", {"shape": (4,)}))
    compiled = {"optimizer": ObjectSpec("Adam"), "loss": ObjectSpec("MeanSquaredError")}
    given = {"epochs": 10, "validation_split": 0.2} | fit
    return TrainingSpec(model, ObjectSpec("Iris"), compile=compiled, fit=given)  # type: ignore[arg-type]


def verdict(history: dict[str, list[float]], **fit: object) -> str:
    return diagnose.diagnose_history(history, training(**fit)).verdict


TOGETHER = {"loss": [1.0, 0.5, 0.31, 0.305], "val_loss": [1.1, 0.55, 0.36, 0.355]}


def test_curves_that_stay_together_are_good() -> None:
    reading = diagnose.diagnose_history(TOGETHER, training())
    assert reading.verdict == "good"
    assert reading.sentence == "Training and validation curves stay together: no overfitting."


def test_validation_that_turns_while_training_falls_is_overfitting() -> None:
    history = {"loss": [1, 0.6, 0.3, 0.1, 0.05], "val_loss": [1, 0.7, 0.6, 0.75, 0.9]}
    reading = diagnose.diagnose_history(history, training())
    assert reading.verdict == "overfitting"
    assert "After epoch 3" in reading.sentence
    assert reading.fix is not None
    assert reading.fix.training.fit["callbacks"][0].class_name == "EarlyStopping"


def test_a_gap_in_accuracy_is_overfitting_too() -> None:
    accuracy = {"accuracy": [0.5, 0.8, 0.95, 0.99], "val_accuracy": [0.5, 0.8, 0.86, 0.87]}
    assert verdict(TOGETHER | accuracy) == "overfitting"


def test_a_gap_that_the_test_does_not_show_is_only_named() -> None:
    accuracy = {"accuracy": [0.5, 0.7, 0.80, 0.81], "val_accuracy": [0.5, 0.6, 0.70, 0.71]}
    reading = diagnose.diagnose_history(
        TOGETHER | accuracy, training(), {"accuracy": 0.916, "loss": 0.3}
    )
    assert reading.verdict == "apart" and reading.fix is None
    assert "0.810 is well above validation accuracy 0.710" in reading.sentence
    tested_badly = diagnose.diagnose_history(TOGETHER | accuracy, training(), {"accuracy": 0.7})
    assert tested_badly.verdict == "overfitting"


def test_early_stopping_is_not_offered_twice() -> None:
    history = {"loss": [1, 0.6, 0.3, 0.1, 0.05], "val_loss": [1, 0.7, 0.6, 0.75, 0.9]}
    guarded = training(callbacks=(ObjectSpec("EarlyStopping"),))
    assert diagnose.diagnose_history(history, guarded).fix is None


@pytest.mark.parametrize("bad", [math.nan, math.inf, None])
def test_a_loss_that_is_no_number_has_exploded(bad: float | None) -> None:
    reading = diagnose.diagnose_history(
        {"loss": [2.0, bad, bad], "val_loss": [1.0, bad, bad]}, training()
    )
    assert reading.verdict == "exploded"
    assert "epoch 2" in reading.sentence
    assert reading.fix is not None
    assert reading.fix.label == "Set the learning rate to 0.0001"
    assert reading.fix.training.compile["optimizer"].config["learning_rate"] == 0.0001


def test_a_loss_that_grows_has_exploded() -> None:
    assert verdict({"loss": [1.0, 5.0, 80.0], "val_loss": [2.0, 9.0, 90.0]}) == "exploded"


def test_a_schedule_gets_no_button_for_its_rate() -> None:
    schedule = ObjectSpec("ExponentialDecay", {"initial_learning_rate": 1.0})
    optimizer = ObjectSpec("SGD", {"learning_rate": schedule})
    scheduled = training().with_compile(optimizer=optimizer)
    assert diagnose.diagnose_history({"loss": [math.nan]}, scheduled).fix is None


def test_a_loss_that_hardly_moves_is_stuck() -> None:
    flat = {"loss": [2.303, 2.302, 2.301, 2.301], "accuracy": [0.1, 0.11, 0.1, 0.11]}
    assert verdict(flat) == "stuck"


def test_a_model_that_was_good_from_the_start_is_not_stuck() -> None:
    flat = {"loss": [0.02, 0.02, 0.0199, 0.0199], "accuracy": [0.99] * 4}
    assert verdict(flat, validation_split=0) == "unwatched"


def test_a_loss_still_falling_asks_for_more_epochs() -> None:
    reading = diagnose.diagnose_history(
        {"loss": [1, 0.8, 0.6], "val_loss": [1, 0.82, 0.65]}, training()
    )
    assert reading.verdict == "unfinished"
    assert reading.fix is not None and reading.fix.training.fit["epochs"] == 20


def test_without_validation_nobody_can_see_overfitting() -> None:
    reading = diagnose.diagnose_history({"loss": [1, 0.5, 0.499]}, training(validation_split=0))
    assert reading.verdict == "unwatched" and "validation" in reading.hint


def test_no_epoch_no_reading() -> None:
    assert verdict({}) == "nothing"


def test_the_result_names_the_metric_before_the_loss() -> None:
    assert diagnose.describe_test({"loss": 0.14, "accuracy": 0.9571}) == "Test accuracy 0.957."
    assert diagnose.describe_test({"loss": 2906.4}) == "Test loss 2,906."
    assert diagnose.describe_test({}) == ""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.9571, "0.957"),
        (0.00012, "0.00012"),
        (43.219, "43.2"),
        (0.0, "0.000"),
        (None, "not a number"),
    ],
)
def test_numbers_read_as_people_write_them(value: float | None, said: str) -> None:
    assert formatting.metric_value(value) == said
