"""Several columns in one Input: checked, repaired, printed, and kept when the code is read back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builder import binding, check, code, edit, parse
from builder.datasets import table_file
from builder.errors import SpecError
from builder.spec import ObjectSpec, TrainingSpec
from tests.zoo import tables

GUESTS, FACTS = tables.GUESTS, tables.FACTS


def bound(**columns: object) -> TrainingSpec:
    return replace(GUESTS, columns=GUESTS.columns.with_(**columns))


def problems(training: TrainingSpec):
    return [p for p in check.problems(training, FACTS, None, 10**10) if p.severe]


def test_the_suggested_model_has_no_problem():
    assert problems(GUESTS) == []
    assert binding.bound_columns(GUESTS)["numbers"] == ("age", "paid")
    assert set(binding.read_columns(GUESTS)) == {c.name for c in FACTS.inputs}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("age", "town"), "'town' (one of 3 classes) cannot stand beside others"),
        (("age", "height"), "bound to 'height', which does not exist of My table"),
        (("age", "came"), "bound to 'came', which is a target of My table"),
    ],
)
def test_what_cannot_stand_in_one_input_is_told_and_left_out_by_a_click(names, words):
    wrong = problems(bound(numbers=names))[0]
    assert wrong.where == "columns.numbers"
    assert words in wrong.message and wrong.hint
    assert wrong.fixes[0].training.columns["numbers"] == "age"


def test_an_input_of_another_size_gets_the_size_of_its_columns():
    model = edit.configure(GUESTS.model, "numbers", ObjectSpec("InputLayer", {"shape": (3,)}))
    wrong = next(p for p in problems(replace(GUESTS, model=model)) if p.where == "model.numbers")
    fixed = wrong.fixes[0].training.model
    assert edit.layer_of(fixed, "numbers").config["shape"] == (2,)


def test_the_script_puts_the_columns_side_by_side_and_adapts_the_block():
    text = code.script(GUESTS, table_file.source(GUESTS.dataset.config), "Guests")
    assert '"numbers": np.stack([x_train["age"], x_train["paid"]], axis=1)' in text
    assert 'features.get_layer("town_string_lookup").adapt(x_train["town"])' in text


def test_a_script_that_is_read_back_keeps_the_projects_table():
    text = code.script(GUESTS, table_file.source(GUESTS.dataset.config), "Guests")
    changed = text.replace("Dense(64", "Dense(48")
    read = parse.parse(changed, "Guests", around=GUESTS).training
    assert read is not None
    assert (read.dataset, read.columns) == (GUESTS.dataset, GUESTS.columns)
    assert edit.layer_of(read.model, "dense").config["units"] == 48


def test_a_class_refuses_a_block_that_learns_and_says_what_to_do():
    text = table_file.source(GUESTS.dataset.config)
    with pytest.raises(SpecError, match="'features' learns") as caught:
        code.script(GUESTS, text, "Guests", "subclass")
    assert "Functional style" in caught.value.hint
