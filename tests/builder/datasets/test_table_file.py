"""A person's own table: its columns as arrays, the rows of the test, and the same in a script."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import train_test_split

from builder.datasets import _table_program, table_file
from builder.engine.data import loading
from builder.errors import DataError
from builder.runs.disk import data_files
from builder.spec import Config, ObjectSpec
from builder.suggest import table_dataset, table_model
from builder.tables import table_overview
from builder.tables.table_records import TableFormat
from tests.builder.tables.small_files import zipped

ROWS = 60


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))
    loading.forget()


def table(**changes):
    """Sixty guests: numbers with gaps, names, an answer, days, and what they paid."""
    rng = np.random.default_rng(0)
    age = rng.integers(18, 80, ROWS).astype(float)
    age[::7] = np.nan
    columns = {
        "age": age,
        "town": rng.choice(["Bonn", "Köln", "Ulm"], ROWS),
        "smokes": rng.choice(["yes", "no"], ROWS),
        "day": pd.date_range("2023-01-01", periods=ROWS, freq="9D").strftime("%Y-%m-%d"),
        "group": np.arange(ROWS) % 6,
        "paid": rng.normal(20, 5, ROWS).round(2),
        "came": rng.choice(["again", "never"], ROWS),
    }
    return pd.DataFrame(columns | changes)


def further(frame, name="later.csv", part="train"):
    """A second file as the setting ``more`` has it."""
    data = frame.to_csv(index=False).encode()
    return {name: {"file": data_files.keep(name, data), "part": part}}


def dataset(text: str, targets=("came",), name="guests.csv", **settings):
    data = text.encode()
    profile = table_overview.overview(data).profile
    made = table_dataset.table_dataset(data_files.keep(name, data), name, profile, targets)
    return made.with_(**settings)


def columns(data):
    return {c.facts.name: c for c in data.columns}


def run_source(spec, text, folder, monkeypatch):
    """What the script's own lines make of the file that lies beside it."""
    (folder / "guests.csv").write_bytes(text.encode())
    monkeypatch.chdir(folder)
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(loading.source(spec), "script", "exec"), names)  # noqa: S102 - our own lines
    return names


DIALECTS = {
    "plain": (table().to_csv(index=False), {}),
    "semicolons and decimal commas": (table().to_csv(index=False, sep=";", decimal=","), {}),
    "tabs, no header": (table().to_csv(index=False, sep="\t", header=False), {}),
    "a comment and missing words": (
        "# made by hand\n" + table().to_csv(index=False, na_rep="NA"),
        {},
    ),
    "by time": (table().to_csv(index=False), {"split": "time", "by": "day"}),
    "by group": (table().to_csv(index=False), {"split": "group", "by": "group"}),
    "by a column": (
        table(part=["test" if i % 5 == 0 else "train" for i in range(ROWS)]).to_csv(index=False),
        {"split": "column", "by": "part"},
    ),
}


@pytest.mark.parametrize("case", DIALECTS)
def test_a_script_reads_the_file_as_it_is_read_here(case, tmp_path, monkeypatch):
    text, settings = DIALECTS[case]
    target = "column_7" if "no header" in case else "came"
    spec = dataset(text, (target,), **settings)
    ours, script = loading.load(spec), run_source(spec, text, tmp_path, monkeypatch)
    for name, column in columns(ours).items():
        side = "y" if name == target else "x"
        for part in ("train", "test"):
            theirs = script[f"{side}_{part}"][name]
            np.testing.assert_array_equal(getattr(column, part), theirs, err_msg=f"{name} {part}")
            assert theirs.dtype == getattr(column, part).dtype


def german(rows, form="%d.%m.%Y", **changes):
    """Guests whose days are written with the day first."""
    days = pd.date_range("2023-01-01", periods=ROWS, freq="9D")
    days = days if rows else days.where(days.day < 13, pd.Timestamp("2023-02-03"))
    return table(day=days.strftime(form), **changes)


@pytest.mark.parametrize("settles", [True, False])
@pytest.mark.parametrize("form", ["%d.%m.%Y", "%d/%m/%y", "%m/%d/%Y", "%d %B %Y", "%Y%m%d"])
def test_a_script_reads_a_doubtful_date_as_it_is_read_here(form, settles, tmp_path, monkeypatch):
    text = german(settles, form).to_csv(index=False)
    spec = dataset(text, split="time", by="day")
    ours, script = columns(loading.load(spec)), run_source(spec, text, tmp_path, monkeypatch)
    assert not np.isnan(ours["day"].train).any()
    np.testing.assert_array_equal(ours["day"].train, script["x_train"]["day"])
    np.testing.assert_array_equal(ours["paid"].test, script["x_test"]["paid"])


def test_what_a_person_counts_as_missing_in_a_column_is_missing_in_the_script(
    tmp_path, monkeypatch
):
    text = table(age=[999, *range(20, 79)]).to_csv(index=False)
    spec = dataset(text)
    spec = spec.with_(format={**spec.config["format"], "missing": (("age", "999"),)})
    ours, script = columns(loading.load(spec)), run_source(spec, text, tmp_path, monkeypatch)
    assert sum(np.isnan(getattr(ours["age"], part)).sum() for part in ("train", "test")) == 1
    np.testing.assert_array_equal(ours["age"].train, script["x_train"]["age"])


def test_a_second_file_is_the_test_or_more_rows(tmp_path, monkeypatch):
    text, later = table().to_csv(index=False), table(paid=np.arange(ROWS) * 1.0)[:20]
    (tmp_path / "later.csv").write_text(later.to_csv(index=False), "utf-8")
    tested = dataset(text, split="file", more=further(later, part="test"))
    ours, script = columns(loading.load(tested)), run_source(tested, text, tmp_path, monkeypatch)
    np.testing.assert_array_equal(ours["paid"].test, np.arange(20, dtype="float32"))
    assert len(ours["paid"].train) == ROWS
    joined = dataset(text, more=further(later))
    data = loading.load(joined)
    assert data.facts.n_train + data.facts.n_test == ROWS + 20
    more = run_source(joined, text, tmp_path, monkeypatch)
    for read, lines in ((ours, script), (columns(data), more)):
        for name in ("paid", "town", "day"):
            np.testing.assert_array_equal(read[name].train, lines["x_train"][name])
            np.testing.assert_array_equal(read[name].test, lines["x_test"][name])


def test_a_second_file_lacks_no_column(tmp_path):
    text = table().to_csv(index=False)
    with pytest.raises(DataError, match=r"later\.csv has no column 'came'"):
        loading.load(dataset(text, split="file", more=further(table().drop(columns="came"))))
    with pytest.raises(DataError, match=r"further file later\.csv cannot be read"):
        loading.load(dataset(text, more={"later.csv": {"part": "both"}}))
    with pytest.raises(DataError, match=r"later\.csv is not in this workspace"):
        loading.load(dataset(text, more={"later.csv": {"file": "0" * 64}}))


def test_a_column_says_how_much_each_row_counts(tmp_path, monkeypatch):
    text = table().to_csv(index=False)
    spec = dataset(text, weight="paid")
    inputs = {k: v for k, v in spec.config["inputs"].items() if k != "paid"}
    spec = spec.with_(inputs=inputs)
    data, script = loading.load(spec), run_source(spec, text, tmp_path, monkeypatch)
    assert [c.facts.name for c in data.columns if c.facts.role == "weight"] == ["paid"]
    assert "paid" not in {c.name for c in (*data.facts.inputs, *data.facts.targets)}
    np.testing.assert_array_equal(columns(data)["paid"].train, script["w_train"])
    assert set(script["x_train"]) == set(script["x_test"]) == set(inputs)


def test_each_kind_becomes_what_a_model_reads():
    data = columns(loading.load(dataset(table().to_csv(index=False))))
    assert {n: (c.facts.kind, c.train.dtype.name) for n, c in data.items()} == {
        "age": ("number", "float32"),
        "town": ("category", "object"),
        "smokes": ("yes_no", "float32"),
        "day": ("date", "float32"),
        "group": ("number", "float32"),
        "paid": ("number", "float32"),
        "came": ("category", "int64"),
    }
    assert data["town"].facts.classes == ("Bonn", "Köln", "Ulm")
    assert data["smokes"].facts.classes == ("no", "yes")
    whole = np.concatenate([data["day"].train, data["day"].test])
    assert whole.min() == (pd.Timestamp("2023-01-01") - pd.Timestamp(0)).days
    assert np.isnan(data["age"].train).sum() + np.isnan(data["age"].test).sum() == len(table()[::7])


def test_the_classes_of_every_column_are_counted():
    made = dataset(table().to_csv(index=False))
    shown = {row["name"]: row.get("counts") for row in loading.preview(made)["rows"]}
    towns = columns(loading.load(made))["town"].raw.train
    assert shown["town"] == [(n, int((towns == n).sum())) for n in ("Bonn", "Köln", "Ulm")]
    assert all(sum(n for _, n in shown[c]) == len(towns) for c in ("smokes", "came"))
    assert shown["age"] is None


def test_dates_of_any_year_are_read():
    far = pd.Series(np.array(["6023-04-18", "0001-01-01", "NaT"], "datetime64[us]"))
    days = far.to_numpy().astype("datetime64[D]").astype("float64")
    expected = np.where(far.isna(), np.nan, days)
    np.testing.assert_array_equal(_table_program.date(far), expected.astype("float32"))


def test_the_test_rows_are_those_of_scikit_learn():
    frame = table()
    data = columns(loading.load(dataset(frame.to_csv(index=False), test_split=0.25, seed=3)))
    train, test = train_test_split(
        np.arange(ROWS), test_size=0.25, random_state=3, stratify=frame["came"]
    )
    np.testing.assert_array_equal(data["paid"].train, frame["paid"].to_numpy("float32")[train])
    np.testing.assert_array_equal(data["paid"].test, frame["paid"].to_numpy("float32")[test])


def test_by_time_the_last_rows_are_tested_and_a_group_stays_together():
    text = table().to_csv(index=False)
    by_time = columns(loading.load(dataset(text, split="time", by="day")))
    assert by_time["day"].train.max() < by_time["day"].test.min()
    by_group = columns(loading.load(dataset(text, split="group", by="group")))
    assert not set(by_group["group"].train) & set(by_group["group"].test)


def test_rows_without_an_answer_are_left_out_and_counted():
    paid = table()["paid"].where(np.arange(ROWS) % 10 > 0)
    data = loading.load(dataset(table(paid=paid).to_csv(index=False), ("paid",)))
    assert data.facts.n_train + data.facts.n_test == ROWS - 6
    assert data.facts.warning == "6 rows without a value to predict are left out."


def test_classes_that_are_numbers_stand_in_their_order():
    stars = [str(n) for n in np.arange(ROWS) % 11]
    spec = dataset(table(came=stars).to_csv(index=False))
    spec = spec.with_(targets={"came": "category"})
    assert columns(loading.load(spec))["came"].facts.classes == tuple(map(str, range(11)))


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        ({"file": "0" * 64}, "dataset.file", "guests.csv is not in this workspace"),
        ({"inputs": {"height": "number"}}, "dataset.inputs", "no column 'height'"),
        ({"inputs": {}}, "dataset.inputs", "No column is chosen"),
        ({"inputs": {"age": "image"}}, "dataset.inputs", "cannot be of the kind"),
        ({"targets": {"came": "date"}}, "dataset.targets", "cannot be predicted"),
        ({"split": "group", "by": "height"}, "dataset.by", "no column 'height'"),
        ({"split": "column", "by": "town"}, "dataset.split", "no row is left"),
        ({"weight": "age"}, "dataset.weight", "cannot be read or predicted, too"),
        ({"weight": "height"}, "dataset.weight", "no column 'height'"),
        ({"weight": "age", "inputs": {"paid": "number"}}, "dataset.weight", "rows without one"),
        ({"split": "weekly"}, "dataset.split", "must be one of"),
        ({"format": 7}, "dataset.format", "must be an object"),
        ({"format": {"speed": 1}}, "dataset.format", "has no 'speed'"),
        ({"format": {"delimiter": 1}}, "dataset.format", "'delimiter' of a table's format"),
        ({"format": {"missing": ["x"]}}, "dataset.format", "'missing' of a table's format"),
    ],
)
def test_what_cannot_be_is_told_at_its_setting(change, where, words):
    with pytest.raises(DataError) as caught:
        loading.load(dataset(table().to_csv(index=False)).with_(**change))
    assert caught.value.where == where
    assert words in caught.value.message
    assert caught.value.hint


def test_too_few_rows_are_refused():
    with pytest.raises(DataError, match="too few to learn from"):
        loading.load(dataset(table()[:8].to_csv(index=False)))


def test_a_target_that_never_changes_is_refused():
    with pytest.raises(DataError, match="'came' is 'again' in every row"):
        loading.load(dataset(table(came="again").to_csv(index=False)))


def test_why_nothing_is_left_to_predict_from_is_told():
    text = "name,came\n" + "".join(f"guest {i} of {i * i},{i % 2}\n" for i in range(40))
    with pytest.raises(DataError, match=r"No column is left to predict from\. 'name'"):
        dataset(text)


def test_a_hostile_name_stays_a_text_in_the_script():
    name = "x'); import os; os.system('ls').csv"
    spec = ObjectSpec("TableFile", Config(file="0" * 64, name=name, inputs={"a": "number"},
                                          targets={"'b": "number"}))  # fmt: skip
    compile(table_file.source(spec.config), "script", "exec")
    assert f"pd.read_csv({name!r}" in table_file.source(spec.config)


def test_a_row_that_stands_twice_is_taken_once_and_rare_classes_are_left_out(tmp_path, monkeypatch):
    came = np.where(np.arange(ROWS) < 4, "once", table()["came"])
    frame = pd.concat([table(came=came), table(came=came)[10:20]])
    text = frame.to_csv(index=False)
    spec = dataset(text, unique=True, fewest=10)
    data = loading.load(spec)
    assert data.facts.n_train + data.facts.n_test == ROWS - 4
    assert data.facts.warning == "Left out: 14 rows that stand twice or are of rare classes."
    assert columns(data)["came"].facts.classes == ("again", "never")
    script = run_source(spec, text, tmp_path, monkeypatch)
    np.testing.assert_array_equal(columns(data)["came"].train, script["y_train"]["came"])
    assert set(script["y_test"]["came"]) == {0, 1}


def test_a_class_only_among_rows_without_an_answer_has_no_number():
    came = table()["came"].where(np.arange(ROWS) > 0, "a stranger")
    paid = table()["paid"].where(np.arange(ROWS) > 0)
    data = columns(
        loading.load(dataset(table(paid=paid, came=came).to_csv(index=False), ("came", "paid")))
    )
    assert data["came"].facts.classes == ("again", "never")
    assert set(data["came"].train) == {0, 1}


def test_a_table_among_several_in_a_zip_is_read_by_the_script(tmp_path, monkeypatch):
    frame = table()
    archive = zipped({"big.csv": frame.to_csv(index=False).encode(), "small.csv": b"a,b\n1,2\n"})
    profile = table_overview.overview(archive).profile
    file = data_files.keep("both.zip", archive)
    spec = table_dataset.table_dataset(file, "both.zip", profile, ["came"])
    assert spec.config["format"]["member"] == "big.csv"
    (tmp_path / "both.zip").write_bytes(archive)
    script = run_source(spec, "", tmp_path, monkeypatch)
    ours = columns(loading.load(spec))["paid"].train
    np.testing.assert_array_equal(ours, script["x_train"]["paid"])


def tagged():
    tags = ["red;round", "red", "round; soft", None, "soft", "soft;red"] * 10
    return table(tags=tags)


def test_labels_in_one_cell_become_answers_of_their_own(tmp_path, monkeypatch):
    text = tagged().to_csv(index=False)
    spec = dataset(text)
    profile = table_overview.overview(text.encode()).profile
    assert profile.column("tags").mark == ";"
    assert not any(c.mark for c in profile.columns if c.name != "tags")
    form = TableFormat(labels=(("tags", ";"),))
    split = table_overview.overview(text.encode(), form).profile
    spec = table_dataset.split_labels(
        table_dataset.set_targets(spec, profile, ["tags"]), split, "tags"
    )
    names = ["tags: red", "tags: round", "tags: soft"]
    assert list(spec.config["targets"]) == names
    data, script = loading.load(spec), run_source(spec, text, tmp_path, monkeypatch)
    assert data.facts.n_train + data.facts.n_test == 50, "who names nothing is no example"
    for name in names:
        assert columns(data)[name].facts.classes == ("no", "yes")
        np.testing.assert_array_equal(columns(data)[name].train, script["y_train"][name])
    whole = np.concatenate([columns(data)["tags: red"].train, columns(data)["tags: red"].test])
    assert whole.sum() == 30
    ends = table_model.suggest(data.facts, spec).compile["loss"]
    assert {one.class_name for one in ends.values()} == {"BinaryCrossentropy"}


def test_too_many_labels_are_no_columns():
    text = table(tags=[f"a{i};b{i}" for i in range(ROWS)]).to_csv(index=False)
    form = TableFormat(delimiter=",")
    assert not table_overview.overview(text.encode(), form).profile.column("tags").mark
    with pytest.raises(DataError, match="120 different labels"):
        table_overview.overview(text.encode(), replace(form, labels=(("tags", ";"),)))
