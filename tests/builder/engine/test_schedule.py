"""The learning-rate curve against the formulas in Keras's manual."""

from __future__ import annotations

import math

import pytest

from builder.engine.training import learning_rate_curve
from builder.errors import BuildError
from builder.spec import ObjectSpec


def test_a_plain_rate_is_a_level_line() -> None:
    assert learning_rate_curve.curve(ObjectSpec("SGD", {"learning_rate": 0.5}), 100) == [
        (0, 0.5),
        (99, 0.5),
    ]


def test_without_a_rate_it_is_keras_default() -> None:
    assert learning_rate_curve.curve(ObjectSpec("Adam"), 10)[0][1] == pytest.approx(0.001)


def test_exponential_decay_follows_its_formula() -> None:
    rule = ObjectSpec(
        "ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 50, "decay_rate": 0.5}
    )
    points = learning_rate_curve.curve(ObjectSpec("Adam", {"learning_rate": rule}), 1000, points=40)
    assert len(points) == 40 and points[0][0] == 0 and points[-1][0] == 999
    for step, rate in points:
        assert rate == pytest.approx(0.1 * 0.5 ** (step / 50), rel=1e-4)


def test_cosine_decay_ends_where_it_should() -> None:
    rule = ObjectSpec("CosineDecay", {"initial_learning_rate": 0.2, "decay_steps": 100})
    points = dict(learning_rate_curve.curve(ObjectSpec("SGD", {"learning_rate": rule}), 101))
    assert points[50.0] == pytest.approx(0.2 * 0.5 * (1 + math.cos(math.pi / 2)), abs=1e-6)
    assert points[100.0] == pytest.approx(0.0, abs=1e-7)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_shortest_trainings_have_a_curve(steps: int) -> None:
    rule = ObjectSpec("CosineDecay", {"initial_learning_rate": 0.2, "decay_steps": 10})
    points = learning_rate_curve.curve(ObjectSpec("SGD", {"learning_rate": rule}), steps)
    assert points[0] == (0.0, pytest.approx(0.2))


def test_a_schedule_keras_refuses_is_an_error_in_words() -> None:
    rule = ObjectSpec("PiecewiseConstantDecay", {"boundaries": (10,), "values": (1.0,)})
    with pytest.raises(BuildError, match="PiecewiseConstantDecay"):
        learning_rate_curve.curve(ObjectSpec("SGD", {"learning_rate": rule}), 100)
