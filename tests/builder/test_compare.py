"""What changed between trainings, in words: nothing for nothing, and a name for every edit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import catalog, compare, edit
from builder.compare import standing
from builder.datasets.registry import find_dataset
from builder.errors import LayerwiseError
from builder.spec import ModelSpec, TrainingSpec
from tests import zoo
from tests.zoo import TUTORIAL, dense, layer

DIGITS = zoo.STACKS["tutorial"]


def test_a_file_known_by_its_hash_is_told_by_the_first_digits():
    before, after = (
        replace(DIGITS, dataset=layer("NpzFile", file=digit * 64, name="mine.npz"))
        for digit in "ab"
    )
    assert compare.changes(before, after, find) == ("file aaaaaaaa → bbbbbbbb in NpzFile",)


def having(model: ModelSpec) -> TrainingSpec:
    return replace(DIGITS, model=model)


def find(kind: str, name: str) -> catalog.Entry | None:
    """As the pages look things up: the datasets are among them."""
    if kind == "datasets":
        return find_dataset(name).ENTRY  # type: ignore[no-any-return]
    return compare.catalog_entry(kind, name)


@pytest.mark.parametrize("name", zoo.STACKS)
def test_the_same_is_no_change(name: str) -> None:
    training = zoo.STACKS[name]
    assert compare.changes(training, training) == ()
    again = replace(training, seed=training.seed)
    assert compare.changes(training, again) == () == compare.table([training, again])


ADAM = layer("Adam")
CONV = layer("Conv2D", filters=8, kernel_size=3)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (DIGITS, having(edit.configure(TUTORIAL, "dense", dense(256, "relu"))),
         "units 128 → 256 in dense"),
        (DIGITS, having(edit.configure(TUTORIAL, "dropout", layer("Dropout", rate=0.5))),
         "Dropout 0.2 → 0.5"),
        (DIGITS, having(edit.insert(TUTORIAL, CONV, "flatten")),
         "added Conv2D 'conv2d' after 'flatten'"),
        (DIGITS, having(edit.remove(TUTORIAL, "dropout")), "removed Dropout 'dropout'"),
        (DIGITS, having(edit.rename(TUTORIAL, "dense_1", "digits")), "renamed dense_1 → digits"),
        (DIGITS, having(edit.move(TUTORIAL, "dropout", 1)), "moved 'dropout' before 'flatten'"),
        (DIGITS, having(edit.move(TUTORIAL, "flatten", 3)), "moved 'flatten' after 'dropout'"),
        (DIGITS, having(edit.switch(TUTORIAL, "dropout", True)), "switched off Dropout 'dropout'"),
        (having(edit.switch(TUTORIAL, "dropout", True)), DIGITS, "switched on Dropout 'dropout'"),
        (DIGITS, having(edit.configure(TUTORIAL, "dense", dense(128))),
         "activation relu → none in dense"),
        (DIGITS, having(edit.configure(TUTORIAL, "dense", layer("LSTM", units=4))),
         "Dense(units=128, activation=relu) → LSTM(units=4) in dense"),
        (DIGITS, having(replace(TUTORIAL, name="mine")), "model name tutorial → mine"),
        (DIGITS, replace(DIGITS, seed=7), "seed 1 → 7"),
        (DIGITS, replace(DIGITS, seed=None), "seed 1 → none"),
        (DIGITS, DIGITS.with_fit(epochs=15), "epochs 2 → 15"),
        (DIGITS, DIGITS.with_fit(batch_size=64), "batch size 32 → 64"),
        (DIGITS, DIGITS.with_compile(optimizer=ADAM.with_(learning_rate=0.01)),
         "learning rate 0.001 → 0.01"),
        (DIGITS, DIGITS.with_compile(optimizer=layer("SGD", momentum=0.9)),
         "optimizer Adam → SGD(momentum=0.9)"),
        (DIGITS, DIGITS.with_compile(loss=layer("CategoricalCrossentropy", label_smoothing=0.1)),
         "label smoothing 0 → 0.1 in CategoricalCrossentropy"),
        (DIGITS, DIGITS.with_compile(metrics=(layer("accuracy"), layer("AUC"))),
         "added metric AUC"),
        (DIGITS, DIGITS.with_fit(callbacks=(layer("EarlyStopping", patience=3),)),
         "added callback EarlyStopping"),
        (zoo.STACKS["nested_choices"], zoo.STACKS["nested_choices"].with_fit(
            callbacks=(layer("EarlyStopping", patience=9, restore_best_weights=True),)),
         "patience 3 → 9 in EarlyStopping"),
        (DIGITS, DIGITS.with_fit(class_weight={"0": 2.0}), "class weight none → 0: 2"),
        (DIGITS, replace(DIGITS, dataset=layer("Mnist")), "dataset Digits → Mnist"),
        (DIGITS, replace(DIGITS, dataset=zoo.DIGITS.with_(variants=4)), "variants 8 → 4 in Digits"),
    ],
)  # fmt: skip
def test_one_change_is_one_line(before: TrainingSpec, after: TrainingSpec, said: str) -> None:
    assert compare.changes(before, after, find) == (said,)


@pytest.mark.parametrize(
    "alike",
    [
        DIGITS.with_fit(callbacks=(), class_weight=None, validation_freq=1),
        DIGITS.with_compile(optimizer="adam", jit_compile="auto"),
        DIGITS.with_compile(optimizer=layer("Adam", learning_rate=0.001)),
        replace(DIGITS, dataset=layer("Digits")),
        having(edit.configure(TUTORIAL, "dense", dense(128, "relu", use_bias=True))),
        having(edit.configure(TUTORIAL, "dense", dense(128, "relu", kernel_regularizer=None))),
    ],
)
def test_what_equals_the_default_is_no_change(alike: TrainingSpec) -> None:
    assert alike != DIGITS
    assert compare.changes(DIGITS, alike, find) == () == compare.changes(alike, DIGITS, find)
    assert compare.table([DIGITS, alike], find) == ()


def test_settings_inside_settings_are_found() -> None:
    before = zoo.STACKS["nested_choices"]
    record = edit.layer_of(before.model, "dense")
    other = record.with_(kernel_regularizer=layer("L2", l2=0.01), bias_constraint=None)
    after = replace(before, model=edit.configure(before.model, "dense", other))
    assert compare.changes(before, after) == (
        "kernel regularizer's l2 0.001 → 0.01 in dense",
        "bias constraint MaxNorm(max_value=3) → none in dense",
    )


def test_branches_shared_layers_and_models_in_models() -> None:
    def said(before: ModelSpec, after: ModelSpec) -> tuple[str, ...]:
        return compare.changes(having(before), having(after))

    shared = edit.configure(zoo.SHARED, "tower", dense(8, "relu"))
    assert said(zoo.SHARED, shared) == ("units 4 → 8 in tower and tower_again",)
    inner = edit.configure(zoo.NESTED.layers["inner"], "dense", dense(6, "relu"))
    nested = replace(zoo.NESTED, layers=zoo.NESTED.layers.with_(inner=inner))
    assert said(zoo.NESTED, nested) == ("units 5 → 6 in dense in inner",)
    assert said(zoo.RESIDUAL, edit.remove(zoo.RESIDUAL, "deep")) == ("removed Dense 'deep'",)
    nodes = tuple(replace(n, inbound=("wide", "deep")) if n.name == "sum" else n
                  for n in zoo.RESIDUAL.nodes)  # fmt: skip
    assert said(zoo.RESIDUAL, replace(zoo.RESIDUAL, nodes=nodes)) == (
        "'sum' reads 'input' and 'deep' → 'wide' and 'deep'",
    )
    assert said(zoo.MULTI, replace(zoo.MULTI, outputs=("kind",))) == (
        "outputs 'kind' and 'amount' → 'kind'",
    )


def test_the_table_has_only_what_differs_and_a_value_for_each() -> None:
    two = having(edit.configure(TUTORIAL, "dense", dense(256, "relu"))).with_fit(epochs=5)
    three = replace(having(edit.remove(TUTORIAL, "dropout")), seed=None)
    assert compare.table([DIGITS, two, three], find) == (
        ("dense: units", ("128", "256", "128")),
        ("dropout", ("Dropout(rate=0.2)", "Dropout(rate=0.2)", "–")),
        ("Epochs", ("2", "5", "2")),
        ("Seed", ("1", "1", "none")),
    )


@pytest.mark.parametrize("one", zoo.MODELS)
@pytest.mark.parametrize("other", ["tutorial", "cnn", "shared", "nested"])
def test_any_two_models_can_be_compared(one: str, other: str) -> None:
    pair = [having(zoo.MODELS[name]) for name in (one, other)]
    assert bool(compare.changes(*pair)) == (one != other) == bool(compare.table(pair))
    assert all(len(values) == 2 for _, values in compare.table(pair))


LAYERS = [catalog.new("layers", e.class_name) for e in catalog.entries("layers")
          if e.class_name != "InputLayer"]  # fmt: skip


@st.composite
def edited(draw: st.DrawFn) -> tuple[ModelSpec, ModelSpec, str]:
    """A model of the zoo, after one edit, and the node it was about."""
    model = zoo.MODELS[draw(st.sampled_from(sorted(zoo.MODELS)))]
    node = draw(st.sampled_from(edit.topological_order(model)))
    new = node
    try:
        match draw(st.sampled_from(["insert", "remove", "rename", "move", "switch", "configure"])):
            case "insert":
                after = edit.insert(model, draw(st.sampled_from(LAYERS)), node, "fresh")
                new = "fresh"
            case "remove":
                after = edit.remove(model, node)
            case "rename":
                after = edit.rename(model, node, "fresh")
            case "move":
                after = edit.move(model, node, draw(st.integers(1, 6)))
            case "switch":
                after = edit.switch(model, node, not model.node(node).off)
            case _:
                after = edit.configure(model, node, draw(st.sampled_from(LAYERS)))
    except LayerwiseError:  # this node cannot be edited so
        return model, model, node
    return model, after, new


@given(edited())
@settings(max_examples=300)
def test_every_edit_is_named(case: tuple[ModelSpec, ModelSpec, str]) -> None:
    before, after, node = case
    lines = compare.changes(having(before), having(after))
    if before == after:
        assert lines == ()
    else:
        assert any(node in line.lower() for line in lines), (lines, node)
        assert compare.changes(having(after), having(before))


def simple_models(*scores: float, measure: str = "accuracy", tested: int = 10_000):
    names = ("guessing", "the linear model", "gradient boosting")
    models = [
        {"word": word, "is_guess": word == "guessing", measure: score}
        for word, score in zip(names, scores, strict=False)
    ]
    return {"models": models, "tested": tested}


@pytest.mark.parametrize(
    ("score", "verdict", "advice"),
    [
        (0.62, "worse", "learned nothing"),
        (0.70, "beaten", "Gradient boosting does better"),
        (0.80, "equal", "The linear model is as good"),
        (0.90, "better", "worth it"),
    ],
)
def test_a_result_is_told_beside_simple_models(score, verdict, advice):
    stand = standing.judge("accuracy", score, simple_models(0.62, 0.795, 0.8))
    others = "the linear model gets 0.795, gradient boosting 0.8, guessing 0.62."
    assert stand.numbers == f"Accuracy {score:.3g}; {others}"
    assert stand.verdict == verdict and advice in stand.advice


def test_a_model_of_weighted_classes_had_another_aim():
    for score, aim in ((0.6, "recall of each class"), (0.9, "worth it")):
        stand = standing.judge("accuracy", score, simple_models(0.8, 0.81), weighted=True)
        assert aim in stand.advice


def test_a_lead_within_chance_is_none():
    few, many = (simple_models(0.5, 0.79, tested=n) for n in (100, 10_000))
    assert standing.judge("accuracy", 0.82, few).verdict == "equal"
    assert standing.judge("accuracy", 0.82, many).verdict == "better"


def test_of_errors_less_is_better_and_other_measures_are_not_compared():
    errors = simple_models(2.0, 1.5, measure="mae")
    assert standing.judge("mae", 1.0, errors).verdict == "better"
    assert standing.judge("mae", 1.8, errors).verdict == "beaten"
    assert standing.judge("mae", 2.5, errors).verdict == "worse"
    assert standing.judge("accuracy", 0.9, errors) is None
    assert standing.find_measure({"loss": 1.0, "mean_absolute_error": 2.0}) == ("mae", 2.0)
    assert standing.find_measure({"loss": 1.0}) is None
