"""What the settings of a training offer and count, without a page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from builder import catalog, check, starters
from builder.check.training import class_weights
from builder.facts import DataFacts
from builder.spec import ObjectSpec, TrainingSpec
from pages.widgets.runs import run_sentences
from pages.widgets.train import compile_form, live_charts
from tests.zoo.data import x, y


def xor(**fit: Any) -> TrainingSpec:
    return starters.find_starter("xor").training.with_fit(**fit)


@pytest.mark.parametrize("counts", [(50, 50, 50), (90, 10), (1, 7, 300)])
def test_balanced_weights_are_scikit_learns(counts: tuple[int, ...]) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    truth = compute_class_weight("balanced", classes=np.arange(len(counts)), y=labels)
    assert [*class_weights.balanced_weights(counts).values()] == pytest.approx(truth, rel=1e-3)


def test_an_empty_class_does_not_break_the_balance() -> None:
    assert class_weights.balanced_weights((10, 0))["1"] == 1.0


@pytest.mark.parametrize(("counts", "advised"), [((90, 30), False), ((90, 29, 0), True)])
def test_uneven_classes_are_told_with_a_fix(counts: tuple[int, ...], advised: bool) -> None:
    given = facts(("a", "b", "c")[: len(counts)])
    target = replace(given.target, counts=counts)
    given = replace(given, columns=(given.input, target))
    training = replace(starters.find_starter("iris").training, dataset=ObjectSpec("Iris"))
    seen = [p for p in check.problems(training, given) if p.where == "fit.class_weight"]
    assert [p.severe for p in seen] == [False] * advised
    if advised:
        fixed = seen[0].fixes[0].training
        assert fixed.fit["class_weight"] == class_weights.balanced_weights(counts)
        assert "90 training examples are 'a' and only 29 'b'" in seen[0].message
        again = check.problems(fixed, given)
        assert not [p for p in again if p.where == "fit.class_weight"]


def facts(classes: tuple[str, ...] = ("a", "b", "c"), labels: str = "integers") -> DataFacts:
    columns = (x("vector", (4,)), y(classes, labels=labels))
    return DataFacts("t", columns, 100, 20, 1000)


@pytest.mark.parametrize(
    "data",
    [
        facts(),
        facts(labels="one_hot"),
        facts(classes=("no", "yes")),
        facts(classes=()),
    ],
)
def test_what_is_sensible_is_among_what_fits(data: DataFacts) -> None:
    loss, metrics, _ = check.recommend_loss(data)
    assert compile_form.fits_data(catalog.entry("losses", loss.class_name), data)
    assert all(
        compile_form.fits_data(catalog.entry("metrics", m.class_name), data) for m in metrics
    )


def test_a_loss_for_two_classes_does_not_fit_three() -> None:
    binary = catalog.entry("losses", "BinaryCrossentropy")
    assert not compile_form.fits_data(binary, facts())
    assert compile_form.fits_data(binary, facts(classes=("no", "yes")))


@pytest.mark.parametrize(
    ("split", "batch", "steps"), [(0.0, 32, 4), (0.2, 32, 3), (0.2, 80, 1), (0.95, 32, 1)]
)
def test_steps_are_counted_as_keras_counts_them(split: float, batch: int, steps: int) -> None:
    training = xor(validation_split=split, batch_size=batch)
    assert compile_form.steps_per_epoch(training, facts()) == steps


def test_epoch_rules_run_from_the_optimizers_own_rate() -> None:
    rule = ObjectSpec("StepDecay", {"factor": 0.5, "every": 2})
    points = compile_form.epoch_points(rule, 0.1, 5)
    assert points == [(0, 0.1), (1, 0.1), (2, 0.05), (3, 0.05), (4, 0.025)]
    assert compile_form.learning_rate(ObjectSpec("SGD")) == 0.01


def test_panels_are_keras_history_keys() -> None:
    metrics = (ObjectSpec("accuracy"), ObjectSpec("MeanAbsoluteError"), ObjectSpec("AUC"))
    assert run_sentences.curve_names(xor().with_compile(metrics=metrics)) == [
        "loss", "accuracy", "mean_absolute_error", "auc",
    ]  # fmt: skip


def test_the_rate_curve_says_its_ends_and_escapes_its_name() -> None:
    svg = live_charts.rate_svg([(0, 0.1), (50, 0.05), (100, 0.01)], 10, "<Decay>")
    assert 'aria-label="&lt;Decay&gt;: from 0.1 at the start to 0.01 at the end."' in svg
    assert "<Decay>" not in svg
