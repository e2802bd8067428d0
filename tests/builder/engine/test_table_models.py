"""A model of a person's table is used: one row with its reasons, a whole file, honest baselines."""

from __future__ import annotations

import io
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from builder import binding
from builder.engine.analysis import dependence, error_groups, importance
from builder.engine.data import column_arrays, loading
from builder.engine.inference import (
    baselines,
    evaluation,
    model_cache,
    predict_example,
    predict_file,
)
from builder.engine.training import train_run
from builder.engine.training.reporting import NullSink
from builder.errors import DataError
from builder.runs.disk import data_files
from tests.zoo import tables

TRAINING = tables.GUESTS.with_fit(epochs=25)
GUEST = {"age": [70], "paid": [20], "town": ["Ulm"], "street": ["Street 3"], "smokes": ["yes"],
         "day": ["2022-06-01"]}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def workspace(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERWISE_HOME", str(tmp_path_factory.mktemp("home")))
        data_files.keep(tables.NAME, tables.text().encode())
        loading.forget()
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory, workspace):
    result = train_run.train(TRAINING, tmp_path_factory.mktemp("run"), NullSink(), lambda: None)
    return str(result["artefact"]), result["test"]


def ask(trained, **changes):
    return predict_example.predict_example(trained[0], TRAINING, {**GUEST, **changes})[0]


def test_the_suggested_model_learns_what_brings_guests_back(trained):
    assert trained[1]["accuracy"] >= 0.75  # always "never" gets 0.58


def test_the_saved_model_answers_missing_names_as_the_run_did(trained):
    """Keras forgets an empty word that ends a vocabulary when it opens a model."""
    found = evaluation.report(trained[0], TRAINING)["test"]
    assert found == pytest.approx(trained[1], abs=1e-6)


def test_a_row_of_a_form_is_answered_as_keras_answers_it(trained):
    data = loading.load(TRAINING.dataset)
    arrays = column_arrays.bind_arrays(TRAINING, data)
    keras_says = model_cache.get_model(trained[0]).predict(arrays.x_test, verbose=0)[:, 0]
    for place in range(5):
        values = {}
        for column in data.facts.inputs:
            raw = data.column(column.name).raw.test[place]
            values[column.name] = [as_typed(column, raw)]
        (answer,) = predict_example.predict_example(trained[0], TRAINING, values)
        assert answer["probabilities"][1] == pytest.approx(float(keras_says[place]), abs=1e-5)


def as_typed(column, raw):
    """What a person would type for a raw value."""
    if isinstance(raw, str):
        return raw
    if np.isnan(raw):
        return None
    if column.name == "day":
        return str(np.datetime64(0, "D") + int(raw))
    return column.classes[int(raw)] if column.classes else float(raw)


def test_the_reasons_name_the_columns_that_push_the_answer(trained):
    reasons = dict(ask(trained)["reasons"])
    assert ask(trained)["class"] == "again"
    strongest = sorted(reasons, key=lambda name: -abs(reasons[name]))[:3]
    assert set(strongest) == {"age", "town", "smokes"}
    assert all(reasons[name] > 0 for name in strongest)


def test_it_is_not_sure_of_what_no_training_row_was_like(trained):
    assert "Rome, which no training row has" in ask(trained, town=["Rome"])["why"]
    far = ask(trained, age=[700])
    assert not far["sure"]
    assert "age is 700" in far["why"]


def test_missing_values_are_answered_as_in_training(trained):
    missing = {name: [None] for name in ("age", "town", "smokes", "day")}
    answer = ask(trained, **missing)
    assert 0 < answer["probabilities"][0] < 1


@pytest.mark.parametrize(("name", "value"), [("age", "old"), ("day", "someday"), ("paid", [1])])
def test_what_cannot_be_read_is_told_by_its_column(name, value, trained):
    with pytest.raises(DataError) as caught:
        ask(trained, **{name: [value]})
    assert name in caught.value.message
    assert caught.value.hint


def test_a_file_comes_back_with_its_answers_in_its_order(trained, tmp_path):
    frame = pd.read_csv(io.StringIO(tables.text())).drop(columns="came")
    frame["note"] = [f"row {i}" for i in range(len(frame))]
    frame.to_csv(tmp_path / "new.csv", index=False, sep=";")
    out = tmp_path / "out.csv"
    result = predict_file.predict_file(trained[0], TRAINING, tmp_path / "new.csv", str(out))
    answered = pd.read_csv(out)
    assert result["rows"] == len(frame) == len(answered)
    assert answered["note"].tolist() == frame["note"].tolist()
    truth = pd.read_csv(io.StringIO(tables.text()))["came"]
    assert (answered["predicted_came"] == truth).mean() > 0.8
    assert answered["probability_came"].between(0.5, 1).all()


def test_answers_do_not_hang_on_the_other_rows_of_a_file(trained, tmp_path):
    frame = pd.read_csv(io.StringIO(tables.text()))
    chosen = frame[frame["smokes"] == "yes"]  # one of the two answers is not in this file
    for name, part in (("all", frame), ("some", chosen)):
        part.to_csv(tmp_path / f"{name}.csv", index=False)
        source, out = tmp_path / f"{name}.csv", str(tmp_path / f"{name}-out.csv")
        predict_file.predict_file(trained[0], TRAINING, source, out)
    both = [
        pd.read_csv(tmp_path / f"{name}-out.csv")["probability_came"] for name in ("all", "some")
    ]
    np.testing.assert_allclose(both[0][chosen.index], both[1], rtol=1e-5)


def test_a_file_without_a_column_is_told_which(trained, tmp_path):
    (tmp_path / "new.csv").write_text("age,paid\n30,20\n40,22\n")
    with pytest.raises(DataError, match="no column 'town', which the model reads"):
        predict_file.predict_file(
            trained[0], TRAINING, tmp_path / "new.csv", str(tmp_path / "out.csv")
        )


def test_baselines_are_those_of_scikit_learn():
    data = loading.load(TRAINING.dataset)
    compared = baselines.compare(TRAINING)
    scores = {m["name"]: m["accuracy"] for m in compared["models"]}
    y, y_test = data.column("came").train, data.column("came").test
    guess = DummyClassifier(strategy="most_frequent").fit(y[:, None], y)
    assert scores["Always the commonest class"] == guess.score(y_test[:, None], y_test)
    assert scores["Logistic regression"] == pytest.approx(logistic(data), abs=0.03)
    assert compared["rows"] == compared["of"] == len(y)
    assert compared["models"][0]["is_guess"] and compared["tested"] == len(y_test)


def test_popularity_is_the_mean_of_what_a_film_and_a_person_lie_above_it():
    films, people = np.repeat(["a", "b"], 30), np.tile(["x", "y", "z"], 20)
    rows = SimpleNamespace(
        x=pd.DataFrame({"0:0": people, "1:0": films}),
        x_test=pd.DataFrame({"0:0": ["x", "new"], "1:0": ["a", "new"]}),
        y=3.0 + (films == "a") - (films == "b") + 0.5 * (people == "x"),
    )
    mean = rows.y.mean()
    film = ((rows.y - mean)[films == "a"]).sum() / 40
    person = (rows.y - mean - np.where(films == "a", film, -film))[people == "x"].sum() / 30
    said = baselines.predict_popularity(rows)
    assert said == pytest.approx([mean + film + person, mean])


def logistic(data):
    """The same by hand: numbers filled and scaled with a flag, names one-hot."""
    parts = []
    for part in ("train", "test"):
        columns = []
        for column in data.facts.inputs:
            rows = getattr(data.column(column.name), part)
            first = data.column(column.name).train
            if rows.dtype == object:
                names = OneHotEncoder(handle_unknown="ignore").fit(first[:, None])
                columns.append(names.transform(rows[:, None]).toarray())
                continue
            middle = np.nanmedian(first)
            scale = StandardScaler().fit(np.nan_to_num(first, nan=middle)[:, None])
            columns.append(scale.transform(np.nan_to_num(rows, nan=middle)[:, None]))
            columns.append(np.isnan(rows)[:, None])
        parts.append(np.hstack(columns))
    model = LogisticRegression(max_iter=1000).fit(parts[0], data.column("came").train)
    return model.score(parts[1], data.column("came").test)


def test_a_test_row_is_shown_in_full(trained):
    data = loading.load(TRAINING.dataset)
    index = int(evaluation.report(trained[0], TRAINING)["mistakes"]["indices"][0])
    row = evaluation.row(trained[0], TRAINING, index)
    assert [p["name"] for p in row["parts"]] == [c.name for c in data.facts.inputs]
    assert row["true"] != row["predicted"] == row["classes"][int(np.argmax(row["probabilities"]))]
    assert row["true"] == row["classes"][data.column("came").raw.test[index]]
    with pytest.raises(DataError, match="no example 10000"):
        evaluation.row(trained[0], TRAINING, 10_000)


def test_what_the_table_was_made_from_matters(trained):
    found = importance.permutation_importance(trained[0], TRAINING)
    ranked = [f["name"] for f in found["features"]]
    assert set(ranked[:3]) == {"age", "town", "smokes"} and len(ranked) == 6
    assert found["metric"] == "accuracy" and found["better"] == "up"
    assert found["score"] == pytest.approx(trained[1]["accuracy"])


def test_names_and_dates_are_varied_and_grouped_as_people_read_them(trained):
    assert error_groups.list_features(TRAINING) == ranges_of(TRAINING)
    data = loading.load(TRAINING.dataset)
    moved = dependence.partial_dependence(trained[0], TRAINING, "smokes")
    assert set(moved["values"]) >= {"no", "yes"} and len(moved["classes"]) == 2
    yes, no = (moved["answers"][moved["values"].index(v)] for v in ("yes", "no"))
    assert yes[0] > no[0]  # who smokes comes again
    assert dependence.partial_dependence(trained[0], TRAINING, "day")["values"][0][:2] == "20"
    for name in error_groups.list_features(TRAINING):
        groups = error_groups.error_groups(trained[0], TRAINING, name)["groups"]
        assert sum(g["count"] for g in groups) == data.facts.n_test
    towns = error_groups.error_groups(trained[0], TRAINING, "town")["groups"]
    assert {g["name"] for g in towns} <= {*data.facts.column("town").classes, "missing"}


def ranges_of(training):
    return list(binding.read_columns(training))
