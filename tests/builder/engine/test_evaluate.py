"""The final exam agrees with Keras's own evaluation and with scikit-learn's metrics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sklearn.inspection
from sklearn import metrics
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.calibration import calibration_curve

from builder.engine.analysis import class_curves, dependence, error_groups, importance
from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.data import loading
from builder.engine.inference import evaluation
from builder.errors import DataError, FileError
from builder.runs.engine_process import wire
from builder.spec import ObjectSpec, TrainingSpec, chain
from pages.widgets.evaluate import threshold
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


# --- closer: probabilities, importance, dependence, groups ---------------------------------------


def scores_of(artefact, spec):
    data = loading.load(spec.dataset)
    said = keras.models.load_model(artefact).predict(data.input.test, verbose=0).astype("float64")
    said = np.hstack([1 - said, said]) if said.shape[1] == 1 else said
    return data.target.raw.test, said


@pytest.mark.parametrize("name", ["Circles", "Digits"])
def test_curves_are_those_of_scikit_learn(runs, name):
    found = class_curves.curves(runs[name], ZOO[name])
    true, said = scores_of(runs[name], ZOO[name])
    assert wire.loads(wire.dumps(found))["classes"] == found["classes"]
    areas = []
    for i, one in enumerate(found["by_class"]):
        positive, probability = true == i, said[:, i]
        areas.append(metrics.roc_auc_score(positive, probability))
        assert one["auc"] == pytest.approx(areas[-1], abs=1e-6)
        average = metrics.average_precision_score(positive, probability)
        assert one["precision"] == pytest.approx(average, abs=1e-6)
        x, y = one["roc"]
        assert metrics.auc(x, y) == pytest.approx(areas[-1], abs=0.01)
        assert one["positives"] == positive.sum()
        assert one["positives"] + one["negatives"] == len(true)
    assert found["auc"] == pytest.approx(np.mean(areas))


def test_thresholds_count_what_scikit_learn_counts(runs):
    found = class_curves.curves(runs["Circles"], ZOO["Circles"])
    true, said = scores_of(runs["Circles"], ZOO["Circles"])
    one = found["by_class"][1]
    for at in (0.25, 0.5, 0.9):
        decision = threshold.decide(one, at)
        called = (said[:, 1] >= at).astype(int)
        ((right, alarms), (missed, hits)) = metrics.confusion_matrix(true, called)
        counts = decision.rejections, decision.false_alarms, decision.misses, decision.hits
        assert counts == (right, alarms, missed, hits)
        assert decision.precision == pytest.approx(metrics.precision_score(true, called))
        assert decision.recall == pytest.approx(metrics.recall_score(true, called))
    share, mean = calibration_curve(true, said[:, 1], n_bins=10)
    assert one["calibration"][0] == pytest.approx(mean, abs=1e-6)
    assert one["calibration"][1] == pytest.approx(share, abs=1e-6)


def test_the_cheapest_threshold_is_the_cheapest_of_all():
    one = {
        **{"positives": 10, "negatives": 90, "thresholds": np.array([0.0, 0.2, 0.5, 0.8, 1.0])},
        **{"hits": [10, 9, 6, 2, 0], "false_alarms": [90, 20, 5, 1, 0]},
    }
    # costs by threshold: 90, 21, 9, 9, 10; of equal ones the nearest to a half
    assert threshold.find_cheapest(one, 1, 1).threshold == 0.5
    assert threshold.find_cheapest(one, 1, 20).threshold == 0.2
    assert threshold.find_cheapest(one, 100, 1).threshold == 1.0
    assert threshold.decide(one, 0.49).cost(2, 3) == 22.0


class Answering(BaseEstimator):
    """A Keras model as scikit-learn asks models."""

    def __init__(self, model=None):
        self.model = model

    def fit(self, x, y):
        return self

    def predict(self, x):
        return np.asarray(self.model(np.asarray(x, "float32")))[:, 0]


class Classifying(ClassifierMixin, Answering):
    classes_ = np.arange(3)

    def predict(self, x):
        return self.predict_proba(x).argmax(axis=1)

    def predict_proba(self, x):
        return np.asarray(self.model(np.asarray(x, "float32")))


class Regressing(RegressorMixin, Answering):
    pass


@pytest.mark.parametrize(
    ("name", "kind", "scoring", "metric"),
    [
        ("Iris", Classifying, "accuracy", "accuracy"),
        ("Diabetes", Regressing, "neg_mean_absolute_error", "mean_absolute_error"),
    ],
)
def test_importance_is_that_of_scikit_learn(runs, name, kind, scoring, metric):
    found = importance.permutation_importance(runs[name], ZOO[name], seed=3)
    assert found["metric"] == metric and found["shuffles"] == 5
    data = loading.load(ZOO[name].dataset)
    model = kind(keras.models.load_model(runs[name]))
    x, y = data.input.test, data.target.raw.test
    theirs = sklearn.inspection.permutation_importance(
        model, x, y, scoring=scoring, n_repeats=5, random_state=3
    )
    by_name = {f["name"]: f for f in found["features"]}
    assert list(by_name) == sorted(by_name, key=lambda n: -by_name[n]["mean"])
    for i, feature in enumerate(data.facts.input.features):
        mine = by_name[feature]
        assert mine["mean"] == pytest.approx(theirs.importances_mean[i], abs=2e-4, rel=1e-3)
        assert mine["deviation"] == pytest.approx(theirs.importances_std[i], abs=2e-4, rel=1e-3)
    assert found["score"] == pytest.approx(keras_says(runs[name], ZOO[name])[metric], rel=1e-4)


def test_dependence_is_that_of_scikit_learn(runs):
    spec = ZOO["Diabetes"]
    data = loading.load(spec.dataset)
    found = dependence.partial_dependence(runs["Diabetes"], spec, "bmi")
    model = Regressing(keras.models.load_model(runs["Diabetes"]))
    model.fitted_ = True
    place = data.facts.input.features.index("bmi")
    low, high = np.quantile(data.input.raw.test[:, place], (0.05, 0.95))
    assert found["values"] == pytest.approx(np.linspace(low, high, 25), rel=1e-3)
    raw = np.zeros((25, 10)) + data.input.raw.test[0]
    raw[:, place] = np.linspace(low, high, 25)
    grid = data.input.scaling(raw)[:, place]
    theirs = sklearn.inspection.partial_dependence(
        *(model, data.input.test, [place]), method="brute", custom_values={place: grid}
    )
    assert found["answers"][:, 0] == pytest.approx(theirs["average"][0], rel=1e-4)
    assert found["rows"] == 89 and found["classes"] == []


def test_groups_hold_every_example_once_and_their_errors_add_up(runs):
    spec = ZOO["Diabetes"]
    found = error_groups.error_groups(runs["Diabetes"], spec, "bmi")
    groups = found["groups"]
    assert len(groups) == 8 and sum(g["count"] for g in groups) == 89
    whole = sum(g["count"] * g["error"] for g in groups) / 89
    report = evaluation.report(runs["Diabetes"], spec)
    assert whole == pytest.approx(found["all"]) == pytest.approx(report["mae"])
    leaning = sum(g["count"] * g["bias"] for g in groups) / 89
    assert leaning == pytest.approx((report["predicted"] - report["true"]).mean(), rel=1e-5)
    wrong = error_groups.error_groups(runs["Iris"], ZOO["Iris"], "petal width (cm)")
    assert wrong["measure"] == "error rate" and "bias" not in wrong["groups"][0]
    assert 1 - wrong["all"] == pytest.approx(
        evaluation.report(runs["Iris"], ZOO["Iris"])["accuracy"]
    )


def test_a_picture_has_no_columns_to_look_at(runs):
    assert error_groups.list_features(ZOO["Digits"]) == []
    with pytest.raises(DataError, match="no columns to shuffle"):
        importance.permutation_importance(runs["Digits"], ZOO["Digits"])
    with pytest.raises(DataError, match="no single number or name 'x'"):
        error_groups.error_groups(runs["Digits"], ZOO["Digits"], "x")
    with pytest.raises(DataError, match="no classes"):
        class_curves.curves(runs["Diabetes"], ZOO["Diabetes"])


def test_answers_in_several_axes_are_compared_number_by_number(tmp_path: Path) -> None:
    net = read(MASKS)
    path = str(tmp_path / "model.keras")
    keras_model.build_compiled(net).save(path)
    found = evaluation.report(path, net)
    truth = loading.load(net.dataset).target.test
    assert len(found["true"]) == truth.size and found["rmse"] > 0
    assert set(found["test"]) == {"loss", "accuracy"}
