"""Models of several inputs and outputs train on columns as plain Keras trains on dicts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builder import binding, starters
from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.data import column_arrays, loading
from builder.engine.training import adapt_layers, train_run
from builder.engine.training.reporting import NullSink
from builder.errors import DataError
from builder.spec import Config, ModelSpec, Node, ObjectSpec, TrainingSpec
from tests.zoo import dense, given, layer

REVIEWS = ObjectSpec("Reviews", {"reviews": 500})
SHORT = starters.find_starter("reviews").training.with_fit(epochs=2)
SHORT = replace(SHORT, dataset=REVIEWS)


def renamed(training: TrainingSpec, **names: str) -> TrainingSpec:
    """The same model whose Inputs and outputs are called otherwise, still bound as before."""
    from builder import edit

    model, columns, compile = training.model, dict(training.columns), training.compile
    for old, new in names.items():
        model = edit.rename(model, old, new)
        columns[new] = columns.pop(old)
        for key in ("loss", "loss_weights", "metrics"):
            rows = {new if k == old else k: v for k, v in compile[key].items()}
            compile = compile.with_(**{key: Config(rows)})
    return replace(training, model=model, columns=Config(columns), compile=compile)


def by_hand() -> tuple[dict[str, Any], dict[str, float]]:
    """The starter's training as a tutorial of Keras has it."""
    found = loading.load(REVIEWS)
    parts = [
        {c.facts.name: getattr(c, part) for c in found.columns if c.facts.role == role}
        for part in ("train", "test")
        for role in ("input", "target")
    ]
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    layers = keras.layers
    text, price = keras.Input((14,), name="text"), keras.Input((1,), name="price")
    x = layers.Embedding(29, 16)(text)
    x = layers.Conv1D(32, 3, activation="relu", padding="same")(x)
    x = layers.Concatenate()([layers.GlobalAveragePooling1D()(x), price])
    x = layers.Dense(32, activation="relu")(x)
    answers = [
        layers.Dense(1, activation="sigmoid", name="sentiment")(x),
        layers.Dense(1, name="stars")(x),
    ]
    model = keras.Model([text, price], answers)
    model.compile(
        keras.optimizers.Adam(0.003),
        loss={"sentiment": "binary_crossentropy", "stars": "mean_squared_error"},
        loss_weights={"sentiment": 1.0, "stars": 0.5},
        metrics={"sentiment": ["accuracy"], "stars": [keras.metrics.MeanAbsoluteError()]},
    )
    kept = model.fit(parts[0], parts[1], epochs=2, batch_size=32, validation_split=0.2, verbose=0)
    return kept.history, model.evaluate(parts[2], parts[3], verbose=0, return_dict=True)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return train_run.train(SHORT, tmp_path_factory.mktemp("several"), NullSink(), lambda: None)


def test_it_takes_the_fast_loop_and_gives_the_numbers_of_fit(trained: dict[str, Any]) -> None:
    history, test = by_hand()
    assert trained["path"].startswith("Trained by the fast loop")
    assert trained["history"].keys() == history.keys()
    for name, values in history.items():
        assert trained["history"][name] == pytest.approx(values, rel=1e-5), name
    assert trained["test"] == pytest.approx(test, rel=1e-5)


def test_columns_are_found_by_binding_not_by_name(trained: dict[str, Any], tmp_path: Path) -> None:
    other = renamed(SHORT, text="words", stars="score")
    found = train_run.train(other, tmp_path, NullSink(), lambda: None)
    assert found["history"]["score_loss"] == trained["history"]["stars_loss"]
    assert found["history"]["loss"] == trained["history"]["loss"]


def test_one_input_and_one_output_of_many_columns_are_plain_arrays() -> None:
    model = ModelSpec(
        "alone",
        Config(price=given(1), stars=dense(1)),
        (Node("price", "price"), Node("stars", "stars", ("price",))),
        ("stars",),
    )
    training = TrainingSpec(model, REVIEWS, columns=Config(price="price", stars="stars"))
    arrays = column_arrays.bind_arrays(training, loading.load(REVIEWS))
    assert arrays.x_train.shape == (500, 1) and arrays.y_train.shape == (500,)
    assert arrays.x_test.shape == (100, 1)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"text": "nothing"}, "no column 'nothing'"),
        ({"text": "stars"}, "'text' is bound to 'stars', which is a target"),
        ({"stars": "price"}, "No output can answer the column 'price', which is an input"),
    ],
)
def test_a_wrong_binding_is_said(columns: dict[str, str], said: str) -> None:
    wrong = replace(SHORT, columns=SHORT.columns.with_(**columns))
    with pytest.raises(DataError, match=said):
        column_arrays.bind_arrays(wrong, loading.load(REVIEWS))


def test_layers_learn_from_the_input_they_read() -> None:
    names = ("left", "right")
    layers = {n: given(2) for n in names} | {f"scale_{n}": layer("Normalization") for n in names}
    model = ModelSpec(
        "scaled",
        Config(layers | {"both": layer("Concatenate"), "out": dense(1)}),
        (
            *(Node(n, n) for n in names),
            *(Node(f"scale_{n}", f"scale_{n}", (n,)) for n in names),
            Node("both", "both", tuple(f"scale_{n}" for n in names)),
            Node("out", "out", ("both",)),
        ),
        ("out",),
    )
    made = keras_model.build(model)
    x = {"left": np.full((8, 2), 3.0), "right": np.full((8, 2), 5.0)}
    assert set(adapt_layers.adapt(made, x)) == {"scale_left", "scale_right"}
    means = [made.get_layer(f"scale_{n}").mean.numpy().ravel()[0] for n in names]
    assert means == [3.0, 5.0]


def test_a_shared_layer_gives_one_output_its_own_name() -> None:
    shared = starters.find_starter("witness").training.model
    assert binding.keras_name(shared, "encoder_1") == "encoder"
    assert binding.keras_name(shared, "digit") == "digit"


def test_the_exam_looks_at_every_output(trained: dict[str, Any]) -> None:
    from builder.engine.inference import evaluation

    report = evaluation.report(trained["artefact"], SHORT)
    assert report["task"] == "several"
    assert report["test"] == pytest.approx(trained["test"], rel=1e-4)
    mood, stars = report["outputs"]
    assert mood["confusion"].sum() == 100 and mood["classes"] == ["negative", "positive"]
    assert mood["accuracy"] == pytest.approx(report["test"]["sentiment_accuracy"])
    assert stars["mae"] == pytest.approx(report["test"]["stars_mean_absolute_error"], rel=1e-4)
    assert [part["name"] for part in stars["misses"]["parts"]] == ["text", "price"]
    right = evaluation.cell(trained["artefact"], SHORT, 0, 0, output="sentiment")
    assert right["total"] == mood["confusion"][0, 0]
    assert len(right["parts"][0]["texts"]) == len(right["indices"]) > 0


def test_every_output_is_looked_at_closely(trained: dict[str, Any]) -> None:
    from builder.engine.analysis import class_curves, dependence, error_groups, importance

    asked = trained["artefact"], SHORT
    assert error_groups.list_features(SHORT) == ["price"]  # a text cannot be put in an order
    found = importance.permutation_importance(*asked, output="stars")
    assert found["metric"] == "stars_mean_absolute_error" and found["better"] == "down"
    assert found["score"] == pytest.approx(trained["test"][found["metric"]], rel=1e-4)
    assert {f["name"] for f in found["features"]} == {"text", "price"}
    values, chances = (
        np.asarray(dependence.partial_dependence(*asked, "price", output=output)["answers"])
        for output in ("stars", "sentiment")
    )
    assert values.shape[1] == 1 and chances.sum(axis=1) == pytest.approx(1)
    assert class_curves.curves(*asked, output="sentiment")["classes"] == ["negative", "positive"]
    groups = error_groups.error_groups(*asked, "price", output="stars")["groups"]
    assert sum(g["count"] for g in groups) == 100


@pytest.mark.parametrize("name", ["covered_digits", "digit_pairs", "reviews", "witness"])
def test_what_was_saved_opens_as_the_same_project(name: str, tmp_path: Path) -> None:
    from builder.engine.files import model_files

    training = starters.find_starter(name).training
    keras_model.build_compiled(training).save(tmp_path / "model.keras")
    opened = model_files.open_model(tmp_path / "model.keras")
    again = starters.project_for_model(opened["model"], opened["compile"])
    assert again.model == training.model and again.compile == training.compile
    assert again.columns == training.columns and again.dataset == training.dataset


def test_two_outputs_may_answer_the_only_target_there_is(tmp_path: Path) -> None:
    from builder import check
    from builder.engine.inference import evaluation

    layers = {"flower": given(4), "kind": dense(3, "softmax"), "again": dense(3, "softmax")}
    nodes = (Node("flower", "flower"), *(Node(n, n, ("flower",)) for n in ("kind", "again")))
    model = ModelSpec("twice", Config(layers), nodes, ("kind", "again"))
    iris = starters.find_starter("iris").training
    training = replace(iris, model=model).with_fit(epochs=1)
    facts = loading.describe(training.dataset)
    for _ in range(4):  # three bindings and the settings by output, a button each
        first = check.problems(training, facts, keras_model.summary(model))[0]
        training = first.fixes[0].training
    assert check.problems(training, facts, keras_model.summary(model)) == ()
    assert training.columns == {"flower": "x", "kind": "y", "again": "y"}
    trained = train_run.train(training, tmp_path, NullSink(), lambda: None)
    report = evaluation.report(trained["artefact"], training)
    assert [r["output"] for r in report["outputs"]] == ["kind", "again"]
    assert {"kind_accuracy", "again_accuracy"} <= report["test"].keys()
