"""What is said about models of several inputs and outputs, and what the fixes make of them."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from builder import check, edit, starters
from builder.engine.build import keras_model
from builder.facts import Problem
from builder.spec import Config, ObjectSpec, TrainingSpec
from tests import zoo

TRAINING = starters.find_starter("reviews").training
DATA = zoo.DATA["Reviews"]


def found(training: TrainingSpec) -> tuple[Problem, ...]:
    return check.problems(training, DATA, keras_model.summary(training.model))


def mended(training: TrainingSpec, where: str) -> TrainingSpec:
    """Presses the first button of the only severe problem, which must be there."""
    severe = [p for p in found(training) if p.severe]
    assert [p.where for p in severe] == [where], severe
    after = severe[0].fixes[0].training
    assert found(after) == ()
    return after


def test_the_starter_has_no_problem() -> None:
    assert found(TRAINING) == ()


def test_an_unbound_input_offers_the_column_that_is_free() -> None:
    other = replace(
        TRAINING, model=edit.rename(TRAINING.model, "price", "cost"),
        columns=TRAINING.columns.without("price"),
    )  # fmt: skip
    assert mended(other, "columns.cost").columns["cost"] == "price"


def test_an_output_bound_to_an_input_is_refused() -> None:
    wrong = replace(TRAINING, columns=TRAINING.columns.with_(stars="price"))
    problem = next(p for p in found(wrong) if p.where == "columns.stars")
    assert "bound to 'price', which is an input" in problem.message
    assert mended(wrong, "columns.stars").columns["stars"] == "stars"


def test_each_output_is_judged_by_its_own_column() -> None:
    losses = TRAINING.compile["loss"].with_(sentiment=ObjectSpec("MeanAbsolutePercentageError"))
    after = mended(TRAINING.with_compile(loss=losses), "compile.loss.sentiment")
    assert after.compile["loss"]["sentiment"].class_name == "BinaryCrossentropy"
    assert after.compile["loss"]["stars"] == TRAINING.compile["loss"]["stars"]


def test_a_last_layer_of_the_wrong_size_is_mended_in_place() -> None:
    wide = edit.configure(TRAINING.model, "stars", zoo.dense(3))
    after = mended(replace(TRAINING, model=wide), "model.stars")
    assert after.model.outputs == TRAINING.model.outputs
    assert edit.layer_of(after.model, "stars").config["units"] == 1


def test_metrics_are_judged_by_output() -> None:
    metrics = TRAINING.compile["metrics"].with_(stars=(ObjectSpec("accuracy"),))
    after = mended(TRAINING.with_compile(metrics=metrics), "compile.metrics.stars")
    assert after.compile["metrics"]["stars"][0].class_name == "MeanAbsoluteError"
    assert after.compile["metrics"]["sentiment"] == TRAINING.compile["metrics"]["sentiment"]


def test_one_loss_for_two_outputs_becomes_one_each() -> None:
    single = TRAINING.with_compile(loss=ObjectSpec("MeanSquaredError"), metrics=())
    problem = next(p for p in found(single) if p.where == "compile.loss")
    assert "2 outputs" in problem.message
    after = problem.fixes[0].training
    assert found(after) == ()
    assert after.compile["loss"]["sentiment"].class_name == "BinaryCrossentropy"


def test_settings_by_output_do_not_stay_when_one_is_left() -> None:
    alone = replace(TRAINING, model=replace(TRAINING.model, outputs=("stars",)))
    problem = next(p for p in found(alone) if p.where == "compile.loss")
    after = problem.fixes[0].training
    assert after.compile["loss"] == TRAINING.compile["loss"]["stars"]
    assert not [p for p in found(after) if p.where.startswith("compile")]


@pytest.mark.parametrize(
    ("weights", "where"),
    [
        (Config(sentiment=-1.0, stars=1.0), "compile.loss_weights.sentiment"),
        (Config(sentiment=0, stars=0), "compile.loss_weights"),
        (2.0, "compile.loss_weights"),
        (Config(stars=2.0), "compile.loss_weights"),
        (Config(other=1.0), "compile.loss_weights"),
    ],
)
def test_weights_that_make_no_sense(weights: object, where: str) -> None:
    mended(TRAINING.with_compile(loss_weights=weights), where)


def test_an_input_of_another_shape_than_its_column() -> None:
    layer = zoo.given(20)
    longer = replace(TRAINING, model=edit.configure(TRAINING.model, "text", layer))
    after = mended(longer, "model.text")
    assert edit.layer_of(after.model, "text").config["shape"] == (14,)


def test_callbacks_watch_the_names_keras_reports() -> None:
    watch = ObjectSpec("EarlyStopping", {"monitor": "val_sentiment_accuracy"})
    after = mended(TRAINING.with_fit(callbacks=(watch,)), "fit.callbacks")
    assert after.fit["callbacks"][0].config["mode"] == "max"
    error = ObjectSpec("EarlyStopping", {"monitor": "val_stars_mean_absolute_error"})
    after = mended(TRAINING.with_fit(callbacks=(error,)), "fit.callbacks")
    assert after.fit["callbacks"][0].config["mode"] == "min"
    lost = ObjectSpec("EarlyStopping", {"monitor": "val_accuracy"})
    mended(TRAINING.with_fit(callbacks=(lost,)), "fit.callbacks")


def test_class_weights_need_a_single_output() -> None:
    mended(TRAINING.with_fit(class_weight={"0": 2.0}), "fit.class_weight")


def test_two_outputs_of_one_layer_are_told_apart() -> None:
    pairs = starters.find_starter("digit_pairs").training
    twice = replace(pairs.model, outputs=("encoder", "encoder_1"))
    said = [p.message for p in check.problems(replace(pairs, model=twice))]
    assert any("'encoder' gives two outputs" in message for message in said)


ODD = (
    *(None, 0, -1, "text", "nothing", "mse", (), ("a",), True),
    *(Config(), Config(stars=1.0), Config(stars="accuracy"), Config(stars=(1, 2)), Config(x=())),
    *(ObjectSpec("Nope"), ObjectSpec("MeanSquaredError"), Config(stars=ObjectSpec("Huber"))),
)
RETURNED = ((), ("stars",), ("stars", "stars"), ("nope", "stars"), ("stars:1", "sentiment"))


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_settings_are_it_is_said_and_never_a_traceback(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(15):
        odd = {key: chance.choice(ODD) for key in ("loss", "metrics", "loss_weights")}
        nodes = ("text", "price", "stars", "else")
        training = replace(
            TRAINING.with_compile(**odd),
            columns=Config({name: chance.choice(ODD) for name in nodes}),
            model=replace(TRAINING.model, outputs=chance.choice(RETURNED)),
        )
        for problem in check.problems(training, chance.choice((DATA, zoo.DATA["Iris"], None))):
            assert problem.message and problem.where
        assert check.adapt_to_outputs(training, DATA) is not None


@pytest.mark.parametrize("name", ["covered_digits", "digit_pairs", "reviews", "witness"])
def test_the_zoo_knows_the_columns_as_they_are(name: str) -> None:
    from builder.engine.data import loading

    dataset = starters.find_starter(name).training.dataset
    known, real = zoo.DATA[dataset.class_name], loading.describe(dataset)
    assert (known.title, known.n_train, known.n_test) == (real.title, real.n_train, real.n_test)
    for ours, theirs in zip(known.columns, real.columns, strict=True):
        for field in ("name", "role", "kind", "shape", "dtype", "task", "labels", "classes"):
            assert getattr(ours, field) == getattr(theirs, field), (ours.name, field)
        assert ours.features == theirs.features and ours.whole == theirs.whole
