"""The final exam agrees with Keras's own evaluation and with scikit-learn's metrics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics

from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.data import loading
from builder.engine.inference import evaluation
from builder.errors import DataError, FileError
from builder.runs.engine_process import wire
from builder.spec import ObjectSpec, TrainingSpec, chain
from tests.zoo.awaited import MASKS, read


def training(dataset, shape, units, activation, loss, metric, hidden="relu") -> TrainingSpec:
    layers = [
        ObjectSpec("InputLayer", {"shape": shape}),
        *([ObjectSpec("Flatten")] if len(shape) > 1 else []),
        ObjectSpec("Dense", {"units": 32, "activation": hidden}),
        ObjectSpec("Dense", {"units": units, "activation": activation}),
    ]
    compile_ = {
        "optimizer": ObjectSpec("Adam", {"learning_rate": 0.01}),
        "loss": ObjectSpec(loss),
        "metrics": (ObjectSpec(metric),),
    }
    return TrainingSpec(chain("model", *layers), dataset, compile=compile_)


ZOO = {
    "Digits": training(
        ObjectSpec("Digits", {"variants": 1, "distortion": 0.0}),
        *((28, 28), 10, "softmax", "CategoricalCrossentropy", "accuracy"),
    ),
    "Iris": training(ObjectSpec("Iris"), (4,), 3, "softmax", "CategoricalCrossentropy", "accuracy"),
    "Wine": training(
        ObjectSpec("Wine", {"labels": "integers"}),
        *((13,), 3, "softmax", "SparseCategoricalCrossentropy", "accuracy"),
    ),
    "Circles": training(
        ObjectSpec("Circles"), (2,), 1, "sigmoid", "BinaryCrossentropy", "accuracy", "tanh"
    ),
    "Diabetes": training(
        ObjectSpec("Diabetes"), (10,), 1, None, "MeanSquaredError", "MeanAbsoluteError"
    ),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> dict[str, str]:
    folder, found = tmp_path_factory.mktemp("runs"), {}
    for name, spec in ZOO.items():
        loaded = loading.load(spec.dataset)
        model = keras_model.build_compiled(spec)
        epochs = {"Digits": 3, "Diabetes": 20}.get(name, 15)
        model.fit(loaded.input.train, loaded.target.train, epochs=epochs, verbose=0)
        found[name] = str(folder / f"{name}.keras")
        model.save(found[name])
    return found


def keras_says(artefact: str, spec: TrainingSpec) -> dict[str, float]:
    loaded = loading.load(spec.dataset)
    model = keras.models.load_model(artefact)
    return model.evaluate(loaded.input.test, loaded.target.test, verbose=0, return_dict=True)


@pytest.mark.parametrize("name", ZOO)
def test_test_metrics_are_keras_own(runs, name):
    found = evaluation.report(runs[name], ZOO[name])
    expected = keras_says(runs[name], ZOO[name])
    assert found["test"].keys() == expected.keys()
    assert found["test"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", ["Digits", "Iris", "Wine", "Circles"])
def test_classification_agrees_with_scikit_learn(runs, name):
    spec = ZOO[name]
    found = evaluation.report(runs[name], spec)
    loaded = loading.load(spec.dataset)
    scores = keras.models.load_model(runs[name]).predict(loaded.input.test, verbose=0)
    predicted = scores.argmax(axis=1) if scores.shape[1] > 1 else (scores[:, 0] > 0.5).astype(int)
    true = loaded.target.raw.test
    assert np.array_equal(found["confusion"], metrics.confusion_matrix(true, predicted))
    assert found["accuracy"] == pytest.approx(found["test"]["accuracy"], abs=1e-6)
    assert found["classes"] == list(loaded.facts.target.classes)
    expected = metrics.classification_report(
        true, predicted, target_names=loaded.facts.target.classes, output_dict=True, zero_division=0
    )
    for row in found["per_class"]:
        theirs = expected[row["class"]]
        assert row["precision"] == pytest.approx(theirs["precision"])
        assert row["recall"] == pytest.approx(theirs["recall"])
        assert row["f1"] == pytest.approx(theirs["f1-score"])
        assert row["support"] == theirs["support"]


def test_mistakes_are_the_most_confident_ones_with_their_pictures(runs):
    spec = ZOO["Digits"]
    found = evaluation.report(runs["Digits"], spec)["mistakes"]
    data = loading.load(spec.dataset)
    n = len(found["indices"])
    assert 0 < n <= 24 and found["total"] >= n
    assert (found["true"] != found["predicted"]).all()
    assert (np.diff(found["confidence"]) <= 0).all()
    assert (found["probability"] <= found["confidence"]).all()
    assert np.array_equal(found["parts"][0]["images"], data.input.raw.test[found["indices"]])
    assert np.array_equal(found["true"], data.target.raw.test[found["indices"]])


def test_a_cell_holds_what_the_matrix_counts(runs):
    spec = ZOO["Digits"]
    confusion = evaluation.report(runs["Digits"], spec)["confusion"]
    for true, predicted in ((3, 3), (9, 8), (0, 1)):
        found = evaluation.cell(runs["Digits"], spec, true, predicted, limit=5)
        assert found["total"] == confusion[true, predicted]
        assert len(found["indices"]) == min(5, found["total"]) == len(found["parts"][0]["images"])
        assert (found["true"] == true).all() and (found["predicted"] == predicted).all()


def test_tables_show_their_rows(runs):
    found = evaluation.cell(runs["Iris"], ZOO["Iris"], 0, 0)
    data = loading.load(ZOO["Iris"].dataset)
    assert found["parts"][0]["features"][0] == "sepal length (cm)"
    assert np.array_equal(found["parts"][0]["rows"], data.input.raw.test[found["indices"]])


def test_regression_agrees_with_scikit_learn(runs):
    found = evaluation.report(runs["Diabetes"], ZOO["Diabetes"])
    loaded = loading.load(ZOO["Diabetes"].dataset)
    said = keras.models.load_model(runs["Diabetes"]).predict(loaded.input.test, verbose=0)[:, 0]
    assert np.allclose(found["predicted"], said, rtol=1e-5)
    assert np.array_equal(found["true"], loaded.target.test)
    assert found["r2"] == pytest.approx(metrics.r2_score(loaded.target.test, said), abs=1e-5)
    assert found["mae"] == pytest.approx(found["test"]["mean_absolute_error"], rel=1e-4)
    assert found["rmse"] == pytest.approx(found["test"]["loss"] ** 0.5, rel=1e-4)


def test_the_surface_is_the_models_answer_over_the_plane(runs):
    spec = ZOO["Circles"]
    found = evaluation.surface(runs["Circles"], spec, steps=20)
    assert found["z"].shape == (20, 20) and len(found["x"]) == len(found["y"]) == 20
    model = keras.models.load_model(runs["Circles"])
    at = np.array([[found["x"][4], found["y"][11]]], "float32")
    assert found["z"][11, 4] == pytest.approx(float(model.predict(at, verbose=0)[0, 0]), abs=1e-5)
    data = loading.load(spec.dataset)
    assert (
        found["x"][0] < data.input.raw.train[:, 0].min()
        and found["y"][-1] > data.input.raw.train[:, 1].max()
    )
    with pytest.raises(DataError, match="two numbers"):
        evaluation.surface(runs["Iris"], ZOO["Iris"])


@pytest.mark.parametrize("name", ["Digits", "Diabetes", "Iris"])
def test_reports_cross_to_another_process(runs, name):
    found = evaluation.report(runs[name], ZOO[name])
    assert wire.loads(wire.dumps(found))["test"] == found["test"]


def test_a_model_of_other_data_is_refused_in_words(runs, tmp_path):
    with pytest.raises(DataError) as caught:
        evaluation.report(runs["Iris"], ZOO["Wine"])
    assert "(None, 4)" in caught.value.message and "(13,)" in caught.value.message
    with pytest.raises(FileError):
        evaluation.report(str(tmp_path / "none.keras"), ZOO["Iris"])


@pytest.mark.parametrize("name", ["Iris", "Diabetes"])
def test_a_model_that_gave_nan_is_refused_in_words(runs, tmp_path, name):
    model = keras.models.load_model(runs[name])
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    path: Path = tmp_path / "nan.keras"
    model.save(path)
    with pytest.raises(DataError, match="its training exploded"):
        evaluation.report(str(path), ZOO[name])


def test_answers_in_several_axes_are_compared_number_by_number(tmp_path: Path) -> None:
    net = read(MASKS)
    path = str(tmp_path / "model.keras")
    keras_model.build_compiled(net).save(path)
    found = evaluation.report(path, net)
    truth = loading.load(net.dataset).target.test
    assert len(found["true"]) == truth.size and found["rmse"] > 0
    assert set(found["test"]) == {"loss", "accuracy"}
