"""A second file beside a table: whether it fits, what it is for, and what it is called."""

from __future__ import annotations

import pytest

from builder.errors import DataError
from builder.suggest import further_files, table_dataset
from builder.tables import table_overview

ROWS = "\n".join(f"{i % 7},{i / 3:.2f},{'yes' if i % 2 else 'no'}" for i in range(30))


def profile(head: str = "age,paid,came", rows: str = ROWS):
    return table_overview.overview(f"{head}\n{rows}\n".encode()).profile


@pytest.fixture
def guests():
    return table_dataset.table_dataset("0" * 64, "train.csv", profile(), ["came"])


def test_a_file_becomes_the_test_and_goes_again(guests):
    tested = further_files.add_file(guests, "1" * 64, "test.csv", profile(), "test")
    assert tested.config["split"] == "file"
    assert tested.config["more"]["test.csv"]["file"] == "1" * 64
    gone = further_files.remove_file(tested, "test.csv")
    assert (gone.config["split"], dict(gone.config["more"])) == ("random", {})


def test_files_of_one_name_are_numbered(guests):
    for _ in range(2):
        guests = further_files.add_file(guests, "1" * 64, "train.csv", profile(), "train")
    assert list(guests.config["more"]) == ["train (2).csv", "train (3).csv"]
    assert "split" not in guests.config or guests.config["split"] == "random"


@pytest.mark.parametrize(
    ("head", "rows", "words"),
    [
        ("age,price,came", ROWS, "lacks 'paid', which this project reads"),
        ("age,paid,came", ROWS.replace(".", " of "), "'paid' holds numbers in train.csv"),
    ],
)
def test_a_file_that_does_not_fit_is_told_in_a_sentence(head, rows, words, guests):
    guests = guests.with_(inputs={"age": "number", "paid": "number"})
    with pytest.raises(DataError) as caught:
        further_files.add_file(guests, "1" * 64, "later.csv", profile(head, rows), "train")
    assert words in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("name", ["test.csv", "titanic_test.csv", "X-valid.parquet", "My dev.xlsx"])
def test_names_of_files_for_the_test_are_known(name):
    assert further_files.is_test(name)
    assert not further_files.is_test("latest_contest.csv")


def test_a_file_without_answers_is_no_test(guests):
    inputs = profile("age,paid", "\n".join(row.rpartition(",")[0] for row in ROWS.split("\n")))
    assert not further_files.may_follow(guests, inputs)
    assert further_files.lacks_answers(guests, inputs)
    assert not further_files.lacks_answers(guests, profile())


def test_a_column_that_weighs_is_neither_read_nor_predicted(guests):
    weighed = table_dataset.set_weight(guests, "paid")
    assert "paid" not in weighed.config["inputs"]
    assert weighed.config["weight"] == "paid"
    read = table_dataset.set_kind(weighed, "paid", "number")
    assert (read.config["weight"], read.config["inputs"]["paid"]) == ("", "number")
    assert table_dataset.set_targets(weighed, profile(), ["paid"]).config["weight"] == ""
