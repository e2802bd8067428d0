"""A model that came without its data: nothing is reported against data that it never had."""

from __future__ import annotations

from typing import Any

import pytest

from builder import check
from builder.datasets.registry import find_dataset
from builder.engine.build import keras_model
from builder.engine.data import loading
from builder.spec import Config, ModelSpec, chain
from builder.suggest import opened_model
from tests import zoo

MODELS: dict[str, tuple[ModelSpec, Config | None]] = {
    "pictures": (chain("m", zoo.given(64, 48, 3), zoo.layer("Conv2D", filters=2, kernel_size=3),
                       zoo.layer("GlobalAveragePooling2D"), zoo.dense(3, "softmax")), None),
    "digits without a channel": (chain("m", zoo.given(28, 28), zoo.layer("Flatten"),
                                       zoo.dense(26, "softmax")),
                                 Config(loss=zoo.layer("SparseCategoricalCrossentropy"))),
    "a table": (chain("m", zoo.given(11), zoo.dense(1, "sigmoid")), None),
    "amounts": (chain("m", zoo.given(11), zoo.dense(2)),
                Config(loss=zoo.layer("MeanSquaredError"), optimizer=zoo.layer("SGD"))),
    "steps": (chain("m", zoo.given(60, 1), zoo.layer("LSTM", units=2), zoo.dense(1)), None),
    "words": (chain("m", zoo.given(37), zoo.layer("Embedding", input_dim=50, output_dim=2),
                    zoo.layer("GlobalAveragePooling1D"), zoo.dense(4, "softmax")), None),
    "several": (zoo.SEVERAL[next(iter(zoo.SEVERAL))], None),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_nothing_is_wrong_with_a_model_without_data(name: str) -> None:
    model, compiled = MODELS[name]
    said = keras_model.summary(model)
    training = opened_model.project_for_opened(model, compiled, said)
    assert training.model == model
    if compiled:
        assert compiled.items() <= training.compile.items()
    facts = loading.load(training.dataset).facts
    found: Any = check.problems(training, facts, said)
    assert [p.message for p in found if p.severe] == []
    assert all(fix.training.model == model for p in found for fix in p.fixes)


def test_digits_of_mnists_shape_get_the_digits() -> None:
    training = opened_model.project_for_opened(zoo.CNN)
    assert training.dataset.class_name == "Digits"


def test_what_is_said_of_the_data_is_about_a_model() -> None:
    training = opened_model.project_for_opened(*MODELS["pictures"])
    module = find_dataset(training.dataset.class_name)
    assert module.awaits(training.dataset.config) == (
        "This model came without its data; those here are made up."
    )
    assert "Use it as it is" in module.remedy(training.dataset.config)
