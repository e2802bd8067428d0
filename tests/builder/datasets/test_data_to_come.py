"""Data to come: made-up rows of the shapes that code asks for, in the app and in its script."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from builder import check, code, parse
from builder.code import data_source
from builder.datasets import data_to_come
from builder.engine.data import loading
from builder.errors import DataError
from builder.facts import DataFacts, ModelFacts, NodeFacts
from builder.spec import Config, ObjectSpec, TrainingSpec
from tests.zoo.awaited import ALL, MASKS, PICTURES, TEXTS, WORDS


def read(source: str) -> TrainingSpec:
    training = parse.parse(source).training
    assert training is not None
    return training


def facts(training: TrainingSpec) -> DataFacts:
    return loading.describe(training.dataset)


@pytest.mark.parametrize("name", ALL)
def test_the_script_makes_up_the_very_same_rows(name: str) -> None:
    dataset = read(ALL[name]).dataset
    loaded, names = loading.load(dataset), dict[str, Any]()
    exec(loading.source(dataset), names)  # noqa: S102 - our own lines, as a script would run them
    for column in loaded.columns:
        for part in ("train", "test"):
            given = names[f"{'x' if column.facts.role == 'input' else 'y'}_{part}"]
            given = given[column.facts.name] if loaded.facts.is_named else given
            assert np.array_equal(getattr(column, part), given)


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_wrong_but_that_the_data_are_not_here(name: str) -> None:
    training = read(ALL[name])
    problems = check.problems(training, facts(training))
    assert [(p.where, p.severe, len(p.fixes)) for p in problems if "dataset" in p.where] == [
        ("dataset.said", False, 0)
    ]
    assert [p.message for p in problems if p.severe] == []


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("style", ["", "functional"])
def test_the_script_is_read_back_as_the_same_project(name: str, style: str) -> None:
    training = read(ALL[name])
    expected = data_source.expected_facts(training.dataset)
    assert expected is not None
    text = code.script(training, data_source.source(training.dataset, expected), "", style)
    again = parse.parse(text).training
    assert again is not None
    assert (again.dataset, again.columns) == (training.dataset, training.columns)


def test_what_is_made_up_has_the_shapes_and_ranges_that_the_model_reads() -> None:
    pictures, words = facts(read(PICTURES)), facts(read(WORDS))
    assert (pictures.input.shape, pictures.input.high) == ((20, 24, 3), 255)
    assert (pictures.target.labels, len(pictures.target.classes)) == ("one_hot", 5)
    assert words.input.whole and (words.input.low, words.input.high) == (0, 499)
    assert facts(read(MASKS)).target.shape == (16, 16, 1)
    assert facts(read(TEXTS)).input.is_text


def test_the_author_s_names_stay() -> None:
    training = read(PICTURES)
    expected = data_source.expected_facts(training.dataset)
    assert expected is not None
    text = code.script(training, data_source.source(training.dataset, expected))
    assert "model.fit(\n    train_pictures,\n    train_kinds," in text
    assert "(test_pictures, test_kinds)" in text
    assert "x_train" not in text and "y_test" not in text


def test_a_name_that_the_script_needs_itself_is_not_taken() -> None:
    training = read(PICTURES.replace("train_kinds", "layers").replace("test_kinds", "np"))
    names = training.dataset.config["names"]
    assert names == {"x_train": "train_pictures", "x_test": "test_pictures"}


def test_the_data_follow_a_model_that_asks_for_others_and_never_the_reverse() -> None:
    training = read(MASKS)
    built = ModelFacts(
        (NodeFacts("conv2d_1", "Conv2D", ((None, 8, 8, 1),), "float32", 0, 0, 0, 0),)
    )
    severe = [p for p in check.problems(training, facts(training), built) if p.severe]
    assert [p.message for p in severe] == [
        "The data to come are not those that the model asks for by now: it answers 8 × 8 × 1"
        " numbers."
    ]
    fixed = severe[0].fixes[0].training
    assert fixed.model == training.model
    assert fixed.dataset.config["targets"]["y"]["shape"] == (8, 8, 1)
    assert not [p for p in check.problems(fixed, facts(fixed), built) if p.severe]


@pytest.mark.parametrize(
    ("side", "column", "why"),
    [
        ("inputs", {"kind": "vector", "shape": (10**4, 10**4)}, "holds 100,000,000 numbers"),
        ("inputs", {"kind": "vector", "shape": (0,)}, "has the shape"),
        ("inputs", {"kind": "soup", "shape": (3,)}, "is of the kind 'soup'"),
        ("inputs", {"kind": "sequence", "shape": (3,), "high": 1e300}, "goes from"),
        ("inputs", {"kind": "vector", "eval": "1"}, "is said"),
        ("targets", {"kind": "category"}, "has no number of classes"),
        ("targets", {"kind": "category", "classes": 10**9}, "classes"),
        ("targets", {"kind": "text", "words": 3}, "is of the kind 'text'"),
    ],
)
def test_what_cannot_be_made_up_is_refused(side: str, column: dict[str, Any], why: str) -> None:
    name = "x" if side == "inputs" else "y"
    with pytest.raises(DataError, match=why):
        data_to_come.load(Config({side: {name: column}}))


def test_a_file_s_name_cannot_leave_its_comment() -> None:
    config = Config(said={"file": "a\nimport os", "target": 'b"""\rimport os'})
    lines = data_to_come.source(config).splitlines()
    assert not [line for line in lines if line.startswith("import os")]


def test_what_the_code_says_stands_in_the_script() -> None:
    said = {"form": "table", "file": "../data/pay.csv", "target": "Class", "scale": "standard"}
    lines = data_to_come.source(Config(said=said))
    assert "# Your data: pay.csv, 10 numbers → one of 2 classes." in lines
    assert "# Target Class, standardised." in lines
    assert data_to_come.awaits(Config(said=said)).startswith(
        "The data of this code are not here (pay.csv)"
    )
    assert ObjectSpec("DataToCome") == ObjectSpec("DataToCome", Config())
