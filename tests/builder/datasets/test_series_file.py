"""A person's own series: windows over it, the test at its end, gaps, and the same in a script."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pandas as pd
import pytest

from builder.datasets import series_file
from builder.engine.data import loading, naive_forecasts
from builder.errors import DataError
from builder.kinds._windows import Windows
from builder.runs.disk import data_files
from builder.spec import Config, ObjectSpec

NAME = "beach.csv"
DAYS = 90


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))
    loading.forget()


def table(rows=DAYS, freq="D", start="2023-01-01", **changes):
    """Temperatures of a beach, its ice creams, and whether it was a holiday."""
    days = np.arange(rows)
    columns = {
        "day": pd.date_range(start, periods=rows, freq=freq).strftime("%Y-%m-%d"),
        "warm": (20 + 5 * np.sin(days / 7)).round(3),
        "ices": (days % 11) * 2.5,
        "holiday": (days % 7 > 4).astype(int),
    }
    return pd.DataFrame(columns | changes)


def dataset(frame, values=("warm",), known=(), others=(), **settings):
    text = frame if isinstance(frame, str) else frame.to_csv(index=False)
    given = {"values": values, "known": known, "others": others}
    roles = {role: dict.fromkeys(names, "number") for role, names in given.items()}
    config = {"time": "day", "window": 7, "horizon": 2, **roles, **settings}
    return ObjectSpec("SeriesFile", Config(config, file=data_files.keep(NAME, text.encode()),
                                           name=NAME))  # fmt: skip


def columns(spec):
    return {c.facts.name: c for c in loading.load(spec).columns}


def test_each_window_is_followed_by_its_values():
    frame = table()
    data = columns(dataset(frame, known=["holiday"], others=["ices"]))
    warm, ices, holiday = (frame[n].to_numpy("float32") for n in ("warm", "ices", "holiday"))
    assert [c.facts.shape for c in data.values()] == [(7, 3), (2, 1), (2,)]
    past, ahead, answer = (np.asarray(data[n].train) for n in ("past", "ahead", "warm"))
    for row in (0, 5, len(past) - 1):
        seen, later = slice(row, row + 7), slice(row + 7, row + 9)
        np.testing.assert_array_equal(past[row], np.stack([warm, holiday, ices], 1)[seen])
        np.testing.assert_array_equal(ahead[row], holiday[later, None])
        np.testing.assert_array_equal(answer[row], warm[later])


@pytest.mark.parametrize(
    "settings", [{}, {"stride": 3}, {"test_split": 0.5}, {"horizon": 5}, {"delay": 4}]
)
def test_no_value_asked_in_the_test_was_there_to_learn_from(settings):
    answer = columns(dataset(table(warm=np.arange(DAYS)), **settings))["warm"]
    train, test = np.asarray(answer.train), np.asarray(answer.test)
    assert train.max() < test.min()
    assert test.max() > DAYS - 1 - settings.get("stride", 1)
    assert (np.diff(train[:, 0]) > 0).all() and (np.diff(test[:, 0]) > 0).all()


def test_steps_between_a_window_and_what_is_asked_are_unseen():
    data = columns(dataset(table(), known=["holiday"], delay=4))
    warm, holiday = (table()[n].to_numpy("float32") for n in ("warm", "holiday"))
    np.testing.assert_array_equal(np.asarray(data["past"].train)[5, :, 0], warm[5:12])
    np.testing.assert_array_equal(np.asarray(data["warm"].train)[5], warm[16:18])
    np.testing.assert_array_equal(np.asarray(data["ahead"].train)[5, :, 0], holiday[16:18])
    seen = np.asarray(data["past"].test)[0, -1, 0]
    np.testing.assert_array_equal(naive_forecasts.last_value(data["warm"], [0]), [[seen, seen]])


def test_the_windows_lie_in_memory_once():
    frame = table(rows=2000)
    spec = dataset(frame, window=100)
    data = loading.load(spec)
    assert data.facts.bytes == 2000 * 4
    parts = [part for c in data.columns for part in (c.train, c.test)]
    assert all(isinstance(part, Windows) for part in parts)
    assert len({id(part.values) for part in parts}) == 1


HOLES = table().drop(index=[20, 21, 22, 50])


def test_no_window_reaches_over_a_gap():
    data = columns(dataset(HOLES.assign(warm=HOLES.index)))
    rows = np.concatenate([np.asarray(data["past"].train)[..., 0], data["warm"].train], axis=1)
    assert (np.diff(rows) == 1).all()
    assert "2 gaps in time, which no window crosses" in loading.describe(dataset(HOLES)).warning


def test_gaps_are_filled_on_the_line_between_their_neighbours():
    spec = dataset(HOLES.assign(warm=HOLES.index), gaps="fill")
    data = columns(spec)
    assert (np.diff(data["past"].train.used[:, 0]) == 1).all()
    assert "4 steps in time" in loading.describe(spec).warning


def test_what_is_filled_for_training_knows_nothing_of_the_test():
    warm = np.where(np.arange(DAYS) < 68, 1.0, np.where(np.arange(DAYS) < 76, np.nan, 99.0))
    frame = table(warm=np.r_[2.0, warm[1:]])  # the test begins at 72, within the gap
    train = columns(dataset(frame, gaps="fill"))["warm"].train
    assert np.asarray(train).max() <= 2.0


def test_rows_of_one_time_become_their_mean_and_order_does_not_matter():
    frame = table()
    double = pd.concat([frame, frame.assign(warm=frame["warm"] + 2)]).sample(frac=1, random_state=0)
    spec = dataset(double)
    np.testing.assert_allclose(
        columns(spec)["past"].train.used[:, 0],
        columns(dataset(frame))["past"].train.used[:, 0] + 1, rtol=1e-6,
    )  # fmt: skip
    warning = loading.describe(spec).warning
    assert "90 rows of a time that stood there already averaged" in warning
    assert "put in the order of time" in warning


CLOCKS = {
    "months": table(freq="MS"),
    "ends of months": table(freq="ME"),
    "quarters": table(freq="QS"),
    "working days": table(freq="B"),
    "weeks": table(freq="W"),
    "a year with a leap day": table(start="2024-01-01"),
}


@pytest.mark.parametrize("name", CLOCKS)
def test_a_calendar_has_no_gaps(name):
    facts = loading.describe(dataset(CLOCKS[name]))
    assert facts.warning == ""


def shops(days=("Ulm", DAYS), others=(("Bonn", 60), ("Kiel", 5))):
    """Beaches of several towns in one table, by day; each has its own level."""
    parts = [
        table(rows=rows).assign(town=town, warm=lambda t, i=i: t["warm"] + 100 * i)
        for i, (town, rows) in enumerate((days, *others))
    ]
    return pd.concat(parts).sort_values(["day", "town"])


def test_no_window_reaches_from_one_series_into_another():
    spec = dataset(shops(), group="town")
    data = columns(spec)
    rows = np.concatenate([np.asarray(data["past"].train)[..., 0], data["warm"].train], axis=1)
    assert (np.ptp(rows, axis=1) < 50).all(), "towns are a hundred apart"
    levels = (rows[:, 0] // 100).astype(int)
    assert set(levels) == {0, 1}
    last = levels[-len(levels) // 7 :]
    assert set(last) == {0, 1}, "the windows a training is watched by are of every series"
    assert "1 of 3 series, too short for a window, left out" in loading.describe(spec).warning


def test_each_series_has_its_test_at_its_own_end():
    frame = shops().assign(warm=lambda t: t.groupby("town").cumcount())
    data = columns(dataset(frame, group="town"))
    ends = {60 - 12, DAYS - 18}  # a fifth of the steps
    assert set(np.asarray(data["warm"].train).max(axis=1)) <= set(range(max(ends)))
    firsts = data["warm"].test.beginnings(data["warm"].test.places(np.arange(3))[:, 0])
    assert np.asarray(data["warm"].test)[0, 0] == 60 - 12 and firsts[0] == 0


def test_a_forecast_by_the_last_season_stays_in_its_series():
    frame = shops(("Ulm", 400), [("Bonn", 400)])
    wave = 10 * np.sin(2 * np.pi * np.arange(400) / 7)
    frame["warm"] = frame.groupby("town")["warm"].transform(lambda t: wave + t.max())
    answer = columns(dataset(frame, group="town", horizon=7))["warm"]
    off = np.abs(naive_forecasts.last_season(answer) - np.asarray(answer.test))
    assert off.max() < 0.01


SCRIPTS = {
    "several series": (shops(), {"group": "town", "known": ["holiday"]}),
    "several series, gaps filled": (shops()[::3], {"group": "town", "gaps": "fill"}),
    "plain": (table(), {}),
    "all columns": (table(), {"known": ["holiday"], "others": ["ices"], "values": ["warm"]}),
    "two values": (table(), {"values": ["warm", "ices"], "stride": 2}),
    "gaps kept": (HOLES, {}),
    "gaps filled": (HOLES, {"gaps": "fill"}),
    "missing values": (table().assign(warm=table()["warm"].where(np.arange(DAYS) % 20 > 0)), {}),
    "unsorted, doubled": (
        pd.concat([table(), table()[:9] * 1]).sample(frac=1, random_state=1), {},
    ),
    "no time": (table(), {"time": ""}),
    "seconds": (table(day=1_700_000_000 + 60 * np.arange(DAYS)), {}),
    "day first": (
        table(day=pd.date_range("2023-01-01", periods=DAYS).strftime("%d/%m/%Y")),
        {"format": {"day_first": True}},
    ),
    "semicolons and decimal commas": (
        table().to_csv(index=False, sep=";", decimal=","), {"format": {"delimiter": ";",
                                                                       "decimal": ","}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SCRIPTS)
def test_a_script_makes_the_same_windows(case, tmp_path, monkeypatch):
    frame, settings = SCRIPTS[case]
    spec = dataset(frame, **settings)
    text = frame if isinstance(frame, str) else frame.to_csv(index=False)
    (tmp_path / NAME).write_text(text)
    monkeypatch.chdir(tmp_path)
    script: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(loading.source(spec), "script", "exec"), script)  # noqa: S102 - our own lines
    for name, column in columns(spec).items():
        side = "x" if column.facts.role == "input" else "y"
        for part in ("train", "test"):
            theirs = script[f"{side}_{part}"][name]
            np.testing.assert_array_equal(getattr(column, part), theirs, err_msg=f"{name} {part}")
            assert theirs.dtype == getattr(column, part).dtype


def two_clocks():
    later = table(rows=40, start="2023-06-01").assign(
        day=pd.date_range("2023-06-01", periods=40, freq="h").strftime("%Y-%m-%d %H:%M")
    )
    return pd.concat([table(), later])


def random_times():
    hours = np.cumsum(np.random.default_rng(0).exponential(1000, DAYS))
    return table(day=(pd.Timestamp("2023-01-01") + pd.to_timedelta(hours, "min")).strftime("%F %T"))


@pytest.mark.parametrize(
    ("frame", "change", "where", "words"),
    [
        (two_clocks(), {}, "dataset.time", "it has two clocks"),
        (random_times(), {}, "dataset.time", "no even clock"),
        (table(warm=3.0), {}, "dataset.values", "'warm' never changes"),
        (table(warm="sunny"), {}, "dataset.values", "'warm' holds no number"),
        (table(warm=np.nan), {}, "dataset.values", "'warm' holds no number"),
        (table(day="someday"), {}, "dataset.time", "'day' holds no dates"),
        (table(), {"window": 80}, "dataset.window", "too few for a window of 80"),
        (table(rows=8), {"window": 30}, "dataset.window", "The series has 8 steps"),
        (table(), {"values": ()}, "dataset.values", "No column is chosen to forecast"),
        (table(), {"known": ("warm",)}, "dataset.known", "'warm' is named for two things"),
        (table(), {"values": ("day",)}, "dataset.values", "'day' is named for two things"),
        (table(), {"others": ("wind",)}, "dataset.others", "no column 'wind'"),
        (table(), {"time": "date"}, "dataset.time", "no column 'date'"),
        (table().rename(columns={"warm": "past"}), {"values": ("past",)}, "dataset.values",
         "cannot be called 'past'"),
        (table(warm=np.where(np.arange(DAYS) % 5, 20.0 + np.arange(DAYS), np.nan)), {},
         "dataset.gaps", "no window of 7 steps is left to learn from"),
        (shops(), {"group": "city"}, "dataset.group", "no column 'city'"),
        (table(town=None), {"group": "town"}, "dataset.group", "'town' names no series"),
        (table(), {"group": "warm"}, "dataset.values", "'warm' is named for two things"),
        (table(), {"gaps": "jump"}, "dataset.gaps", "must be one of"),
        (table(), {"horizon": 0}, "dataset.horizon", "between 1 and 1000"),
    ],
)  # fmt: skip
def test_what_is_no_series_is_told_at_its_setting(frame, change, where, words):
    with pytest.raises(DataError) as caught:
        loading.load(dataset(frame, **change))
    assert caught.value.where == where
    assert words in caught.value.message
    assert caught.value.hint


def test_a_hostile_name_stays_a_text_in_the_script():
    name = "x'); import os; os.system('ls').csv"
    config = Config(file="0" * 64, name=name, time=name, values={name: "number"})
    compile(series_file.source(config), "script", "exec")
    assert f"pd.read_csv({name!r}" in series_file.source(config)
