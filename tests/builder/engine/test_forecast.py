"""A model of a series is used: what comes next, how it would have done, and what naive ones do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from builder import check, edit, starters
from builder.datasets import series_file
from builder.engine.build import keras_model
from builder.engine.data import loading
from builder.engine.data.naive_forecasts import last_season, last_value, season_of
from builder.engine.forecasting import back_test, forecast
from builder.engine.inference import baselines, evaluation, model_cache
from builder.engine.training import train_run
from builder.engine.training.reporting import NullSink
from builder.errors import DataError
from builder.kinds._windows import Windows
from builder.runs.disk import data_files
from builder.spec import Config, ObjectSpec
from builder.suggest.table_model import suggest

ROWS, WEEK = 240, 7
NAME = "shop.csv"


def shop() -> pd.DataFrame:
    """Sales that rise and have a week, more on promoted days, and the rain, which does nothing."""
    rng, day = np.random.default_rng(0), np.arange(ROWS)
    promoted = rng.random(ROWS) < 0.3
    sold = 50 + day * 0.5 + 10 * np.sin(2 * np.pi * day / WEEK) + 20 * promoted
    return pd.DataFrame({
        "day": pd.date_range("2023-01-01", periods=ROWS).strftime("%Y-%m-%d"),
        "sold": (sold + rng.normal(0, 1, ROWS)).round(3),
        "promoted": promoted.astype(int),
        "rain": rng.random(ROWS).round(3),
    })  # fmt: skip


def dataset(**roles: tuple[str, ...]) -> ObjectSpec:
    file = data_files.keep(NAME, shop().to_csv(index=False).encode())
    named = {role: dict.fromkeys(names, "number") for role, names in roles.items()}
    config = {"time": "day", "values": {"sold": "number"}, "window": 14, "horizon": WEEK, **named}
    return ObjectSpec("SeriesFile", Config(config, file=file, name=NAME))


@pytest.fixture(scope="module", autouse=True)
def workspace(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERWISE_HOME", str(tmp_path_factory.mktemp("home")))
        loading.forget()
        yield


def train(spec, folder, epochs):
    training = suggest(loading.describe(spec), spec, "linear").with_fit(epochs=epochs)
    result = train_run.train(training, folder, NullSink(), lambda: None)
    return str(result["artefact"]), training, result["test"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory, workspace):
    return train(dataset(known=("promoted",)), tmp_path_factory.mktemp("run"), 60)


@pytest.fixture(scope="module")
def alone(tmp_path_factory, workspace):
    """Nothing is read but the sales themselves."""
    return train(dataset(), tmp_path_factory.mktemp("run"), 2)


def test_the_suggested_model_beats_every_naive_forecast_and_is_beaten_by_none(trained):
    scores = {m["name"]: m["mae"] for m in baselines.compare(trained[1])["models"]}
    assert set(scores) == {"Tomorrow is today", "Same as last season", "Ridge regression"}
    naive = min(scores["Tomorrow is today"], scores["Same as last season"])
    assert trained[2]["mean_absolute_error"] < naive / 3


def test_the_baselines_repeat_what_was(trained):
    answer = loading.load(trained[1].dataset).column("sold")
    sold = shop()["sold"].to_numpy("float32")
    begin = ROWS - round(ROWS * 0.2)  # the first day of the test
    assert season_of(answer) == WEEK
    np.testing.assert_array_equal(last_value(answer, [3])[0], np.full(WEEK, sold[begin + 2]))
    np.testing.assert_array_equal(last_season(answer, [3])[0], sold[begin - 4 : begin + 3])
    by_hand = np.mean(
        [np.abs(sold[b : b + 7] - sold[b - 1]).mean() for b in range(begin, ROWS - 6)]
    )
    said = {m["name"]: m for m in baselines.compare(trained[1])["models"]}["Tomorrow is today"]
    assert said["mae"] == pytest.approx(float(by_hand), rel=1e-5)
    assert said["is_guess"]


def test_evaluate_and_the_run_and_the_back_test_say_the_same(trained):
    artefact, training, test = trained
    report = evaluation.report(artefact, training)
    assert report["test"]["mean_absolute_error"] == pytest.approx(test["mean_absolute_error"], 1e-4)
    assert report["mae"] == pytest.approx(test["mean_absolute_error"], rel=1e-4)
    (tested,) = back_test.back_test(artefact, training)
    assert np.mean(tested["mae"]) == pytest.approx(test["mean_absolute_error"], rel=1e-4)
    assert tested["times"][0][0] == "2023-07-12"
    assert tested["times"][-1][-1] == "2023-08-28"
    assert len(tested["mae"]) == len(tested["naive"]["Tomorrow is today"]) == WEEK


def future(**changes):
    """The coming week with its promotions, sales still empty."""
    days = pd.date_range("2023-08-29", periods=WEEK).strftime("%Y-%m-%d")
    return pd.DataFrame({"day": days, "sold": np.nan, "promoted": [0, 1, 0, 0, 1, 0, 0], **changes})


def test_the_next_steps_go_on_with_the_clock_and_what_is_known(trained, tmp_path):
    path = tmp_path / "now.csv"
    pd.concat([shop(), future()]).to_csv(path, index=False, sep=";")
    found = forecast.forecast(*trained[:2], path)
    assert found["times"] == future()["day"].tolist()
    assert found["past"]["times"][-1] == "2023-08-28"
    keras_says = model_cache.get_model(trained[0]).predict(
        {"past": shop()[["sold", "promoted"]].to_numpy("float32")[None, -14:],
         "ahead": future()[["promoted"]].to_numpy("float32")[None]}, verbose=0)  # fmt: skip
    np.testing.assert_allclose(found["values"]["sold"], keras_says[0], rtol=1e-5)
    assert found["values"]["sold"][1] - found["values"]["sold"][2] > 8  # promoted, and not


def test_what_is_known_in_advance_must_be_there(trained):
    with pytest.raises(DataError, match=r"known in advance \(promoted\) is missing") as caught:
        forecast.forecast(*trained[:2])
    assert "Add rows" in caught.value.hint


def test_beyond_a_horizon_forecasts_are_read_as_if_they_had_come(alone, tmp_path):
    once, twice = (forecast.forecast(*alone[:2], steps=steps) for steps in (7, 10))
    assert twice["values"]["sold"][:7] == once["values"]["sold"]
    went_on = future(sold=once["values"]["sold"])
    path = tmp_path / "later.csv"
    pd.concat([shop(), went_on]).to_csv(path, index=False)
    later = forecast.forecast(*alone[:2], path)
    np.testing.assert_allclose(twice["values"]["sold"][7:], later["values"]["sold"][:3], rtol=1e-4)
    assert twice["times"][7:] == later["times"][:3]
    sheet = forecast.forecast_file(*alone[:2], path, 2).splitlines()
    assert sheet[0] == "day,predicted_sold"
    assert sheet[1].startswith("2023-09-05,") and len(sheet) == 3


def test_a_model_that_reads_what_nobody_forecasts_ends_with_its_horizon(tmp_path):
    spec = dataset(others=("rain",))
    training = suggest(loading.describe(spec), spec, "linear")
    with pytest.raises(DataError, match="reads the past of 'rain'"):
        forecast.forecast("none.keras", training, steps=8)


@pytest.mark.parametrize(("rows", "words"), [
    (shop()[:9], "The last 14 steps before the forecast are not all there"),
    (shop().drop(index=[ROWS - 5]), "The last 14 steps before the forecast are not all there"),
    (shop().drop(columns="sold"), "has no column 'sold'"),
    (shop().assign(sold=""), "'sold' holds no number"),
])  # fmt: skip
def test_a_file_that_cannot_be_continued_is_told(rows, words, alone, tmp_path):
    path = tmp_path / "new.csv"
    rows.to_csv(path, index=False)
    with pytest.raises(DataError, match=words) as caught:
        forecast.forecast(*alone[:2], path)
    assert caught.value.hint and str(tmp_path) not in caught.value.message


def test_a_model_of_another_horizon_is_told(alone):
    change = edit.layer_of(alone[1].model, "sold_change").with_(units=3)
    short = replace(alone[1], model=edit.configure(alone[1].model, "sold_change", change))
    facts, model = loading.describe(short.dataset), keras_model.summary(short.model)
    (wrong,) = [p for p in check.problems(short, facts, model, 10**10) if p.severe]
    assert "gives 3 numbers, but the column 'sold' needs 7" in wrong.message


def test_other_models_forecast_nothing(alone):
    with pytest.raises(DataError, match="did not learn from a series"):
        forecast.forecast(alone[0], replace(alone[1], dataset=ObjectSpec("Iris")))


CALENDARS = {
    "months": (["2023-11-01", "2023-12-01", "2024-01-01"], ["2024-02-01", "2024-03-01"]),
    "ends of months": (["2023-11-30", "2023-12-31", "2024-01-31"], ["2024-02-29", "2024-03-31"]),
    "quarters": (["2023-01-15", "2023-04-15", "2023-07-15"], ["2023-10-15", "2024-01-15"]),
    "working days": (["2024-02-28", "2024-02-29", "2024-03-01"], ["2024-03-04", "2024-03-05"]),
    "hours": (["2024-02-29T22", "2024-02-29T23"], ["2024-03-01T00:00", "2024-03-01T01:00"]),
    "years": (["2020-02-29", "2021-02-28", "2022-02-28"], ["2023-02-28", "2024-02-29"]),
}


@pytest.mark.parametrize("name", CALENDARS)
def test_a_clock_goes_on_as_its_calendar_does(name):
    before, after = (np.array(times, "datetime64[us]") for times in CALENDARS[name])
    np.testing.assert_array_equal(series_file.next_times(before, 2), after)


def test_windows_of_a_long_series_are_answered_without_laying_them_out(alone, monkeypatch):
    laid = []
    plain = Windows.__getitem__
    monkeypatch.setattr(Windows, "__getitem__", lambda self, part: laid.append(
        0 if isinstance(part, slice) else np.size(part)) or plain(self, part))  # fmt: skip
    monkeypatch.setattr(Windows, "__array__", None)
    answer = loading.load(alone[1].dataset).column("past").train
    monkeypatch.setattr(evaluation, "_kept", {})
    evaluation._predict(model_cache.get_model(alone[0]), answer)
    assert max(laid) <= evaluation.BATCH


@pytest.fixture(scope="module")
def grouped(tmp_path_factory, workspace):
    """Two shops in one table, one of which sells a thousand more."""
    both = pd.concat([shop().assign(town=town, sold=shop()["sold"] + more)
                      for town, more in (("Ulm", 0), ("Bonn", 1000))])  # fmt: skip
    file = data_files.keep("both.csv", both.to_csv(index=False).encode())
    spec = dataset().with_(file=file, name="both.csv", group="town")
    return train(spec, tmp_path_factory.mktemp("grouped"), 20)


def test_one_of_several_series_is_continued(grouped):
    artefact, training, _ = grouped
    found = {name: forecast.forecast(artefact, training, group=name) for name in ("Ulm", "Bonn")}
    assert found["Ulm"]["groups"] == ["Bonn", "Ulm"]
    low, high = (np.mean(found[name]["values"]["sold"]) for name in ("Ulm", "Bonn"))
    assert 900 < high - low < 1100
    assert found["Ulm"]["times"] == found["Bonn"]["times"]
    with pytest.raises(DataError, match="no series 'Kiel'"):
        forecast.forecast(artefact, training, group="Kiel")


def test_a_file_of_several_series_is_continued_series_by_series(grouped):
    artefact, training, _ = grouped
    path = data_files.find_file(training.dataset.config["file"])
    lines = forecast.forecast_file(artefact, training, path).splitlines()
    assert lines[0] == "town,day,predicted_sold" and len(lines) == 1 + 2 * WEEK
    assert [line.split(",")[0] for line in lines[1:]] == ["Bonn"] * WEEK + ["Ulm"] * WEEK
    assert len(forecast.forecast_file(artefact, training, path, group="Ulm").splitlines()) == 8


def test_each_series_is_tested_at_its_own_end(grouped):
    (found,) = back_test.back_test(*grouped[:2])
    assert set(found["groups"]) == {"Ulm", "Bonn"}
    assert (found["true"][np.array(found["groups"]) == "Bonn"] > 900).all()
    assert len(found["times"]) == len(found["groups"]) == found["of"]


def test_what_is_known_in_advance_is_asked_for_and_taken(trained):
    artefact, training, _ = trained
    asked = forecast.known_ahead(training, steps=10)
    assert asked["columns"] == ["promoted"] and len(asked["times"]) == 2 * WEEK
    assert all(row == [None] for row in asked["rows"])
    low, high = (
        np.mean(
            forecast.forecast(artefact, training, steps=WEEK, ahead=[[v]] * WEEK)["values"]["sold"]
        )
        for v in (0, 1)
    )
    assert high - low > 10, "promoted days sell twenty more"


def test_a_museum_of_ours_goes_on(tmp_path):
    training = starters.find_starter("museum").training.with_fit(epochs=1)
    result = train_run.train(training, tmp_path, NullSink(), lambda: None)
    found = forecast.forecast(str(result["artefact"]), training, steps=20)
    assert len(found["values"]["visitors"]) == 20 and found["times"][0] == 1
    assert all(None not in row for row in forecast.known_ahead(training, steps=20)["rows"])
