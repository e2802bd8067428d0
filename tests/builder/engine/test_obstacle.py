"""Which trainings our loop leaves to ``model.fit``, and the reason a person is given for each."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest

from builder.engine.build.backend import keras
from builder.engine.data.column_arrays import Arrays
from builder.engine.training.fit import find_obstacle
from builder.spec import TrainingSpec, chain
from tests import zoo
from tests.zoo import dense, given, layer

TABLE = chain("table", given(6), dense(4, "softmax"))
PICTURES = chain("pictures", given(6, 6, 1), layer("Conv2D", filters=2, kernel_size=3))
ROWS = np.zeros((8, 6), "float32")
DATA = Arrays(ROWS, np.eye(4, dtype="float32")[[0, 1, 2, 3] * 2], ROWS[:0], ROWS[:0])


def training(model: Any = TABLE, **settings: Any) -> TrainingSpec:
    return zoo.training(model, zoo.DIGITS, **settings)


class OwnWay(keras.Model):
    """Tests in a way of its own."""

    def test_step(self, data: Any) -> Any:
        return super().test_step(data)


def model(kind: type[Any] = keras.Model, *metrics: Any, **compiled: Any) -> Any:
    x = keras.Input((6,))
    made = kind(x, keras.layers.Dense(4, "softmax")(x))
    made.compile("adam", "categorical_crossentropy", metrics=[*metrics], **compiled)
    return made


def averaged(average: str | None) -> Any:
    return keras.metrics.F1Score(average=average)


MAKERS = {
    "plain": lambda: model(keras.Model, "accuracy"),
    "eager": lambda: model(run_eagerly=True),
    "xla": lambda: model(jit_compile=True),
    "own way": lambda: model(OwnWay),
    "vector": lambda: model(keras.Model, averaged(None)),
    "number": lambda: model(keras.Model, averaged("macro")),
    "squares": lambda: model(keras.Model, keras.metrics.R2Score(class_aggregation=None)),
}


@pytest.fixture(scope="module")
def models() -> dict[str, Any]:
    return {name: make() for name, make in MAKERS.items()}


class Stranger(keras.callbacks.Callback):
    """A callback of somebody's own."""


WINDOWS = "XLA is switched on and convolutions are slow inside a compiled loop"
STRANGER = "the callback Stranger may want more than our loop offers"


@pytest.mark.parametrize(
    ("name", "spec", "callbacks", "reason"),
    [
        ("eager", training(), [], "the model runs eagerly, step by step"),
        ("xla", training(PICTURES), [], WINDOWS),
        ("plain", training(steps_per_epoch=2), [], "steps_per_epoch is set"),
        ("plain", training(initial_epoch=1), [], "initial_epoch is set"),
        ("plain", training(shuffle="batch"), [], "the order of examples is to be 'batch'"),
        ("own way", training(), [], "the model tests in a way of its own"),
        ("plain", training(), [keras.callbacks.TerminateOnNaN(), Stranger()], STRANGER),
        ("vector", training(), [], "the metric f1_score is more than one number"),
        ("squares", training(), [], "the metric r2_score is more than one number"),
    ],
)
def test_what_keras_must_train_is_left_to_it_and_the_reason_is_told(
    models: dict[str, Any], name: str, spec: TrainingSpec, callbacks: list[Any], reason: str
) -> None:
    assert find_obstacle(models[name], spec, DATA, callbacks) == reason


@pytest.mark.parametrize(
    ("name", "spec", "callbacks"),
    [
        ("plain", training(), []),
        ("plain", training(shuffle=False), []),
        ("plain", training(shuffle="epoch"), []),
        ("plain", training(steps_per_epoch=None, initial_epoch=0), []),
        ("plain", training(PICTURES), []),
        ("plain", training(), [keras.callbacks.EarlyStopping(), keras.callbacks.TerminateOnNaN()]),
        ("xla", training(), []),
        ("number", training(), []),
    ],
)
def test_any_other_training_is_our_loops(
    models: dict[str, Any], name: str, spec: TrainingSpec, callbacks: list[Any]
) -> None:
    assert find_obstacle(models[name], spec, DATA, callbacks) == ""


def endless(width: int) -> Any:
    """So many columns of 10⁸ rows, 0.4 GB each, that take no memory."""
    return np.broadcast_to(np.zeros(width, "float32"), (10**8, width))


@pytest.mark.parametrize("x", [endless(6), {"left": endless(2), "right": endless(4)}])
def test_data_of_more_than_half_the_free_memory_are_left_to_keras(
    models: dict[str, Any], x: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Arrays(x, endless(4), ROWS[:0], ROWS[:0])
    free = {"now": 8.0e9}
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free["now"]))
    assert find_obstacle(models["plain"], training(), data, []) == ""
    free["now"] = 7.9e9
    told = "the data (4 GB) would fill the memory (7.9 GB free)"
    assert find_obstacle(models["plain"], training(), data, []) == told
