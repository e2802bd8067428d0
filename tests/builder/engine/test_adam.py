"""Adam in fewer passes: bit for bit Keras's own update, and only where it is."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from builder.engine.training import adam

FLOATS = st.floats(width=32, allow_nan=False)


def bits(way: Any, optimizer: keras.Optimizer, gradients: list[list[float]]) -> list[bytes]:
    """The weights and both moments when ``way`` has seen all gradients."""
    variable = keras.Variable(np.linspace(-1, 1, len(gradients[0])).astype("float32"))
    optimizer.build([variable])
    traced = tf.function(lambda gradient: way(optimizer, gradient, variable, 0.01), autograph=False)
    for gradient in gradients:
        traced(tf.constant(gradient, tf.float32))
        optimizer.iterations.assign_add(1)
    return [np.asarray(each).tobytes() for each in optimizer.variables[2:]] + [
        np.asarray(variable).tobytes()
    ]


@given(
    st.integers(1, 40).flatmap(
        lambda width: st.lists(
            st.lists(FLOATS, min_size=width, max_size=width), min_size=1, max_size=4
        )
    ),
    st.floats(0, 0.9999),
    st.floats(0, 0.9999),
    st.floats(1e-10, 1),
)
def test_the_update_is_that_of_keras(
    gradients: list[list[float]], beta_1: float, beta_2: float, epsilon: float
) -> None:
    made = [keras.optimizers.Adam(beta_1=beta_1, beta_2=beta_2, epsilon=epsilon) for _ in range(2)]
    expected, found = bits(adam.own, made[0], gradients), bits(adam.update, made[1], gradients)
    assert found == expected or not adam.is_exact()


def compiled(optimizer: Any) -> keras.Model:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(optimizer, "mse")
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_a_step_is_traced_with_it_and_leaves_the_optimizer_as_it_was(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    update = adam.update
    monkeypatch.setattr(adam, "is_exact", lambda: True)
    monkeypatch.setattr(adam, "update", lambda *given: (seen.append(given), update(*given))[1])
    model = compiled(name)
    tf.function(adam.adam_step(model), autograph=False)((np.ones((4, 3)), np.ones((4, 2))))
    assert len(seen) == 2, "a kernel and a bias"
    assert "update_step" not in vars(model.optimizer)


@pytest.mark.parametrize(
    "optimizer", [keras.optimizers.Adam(amsgrad=True), "sgd", "rmsprop", "nadam", "adamax"]
)
def test_other_optimizers_step_as_they_are(optimizer: Any) -> None:
    model = compiled(optimizer)
    assert adam.adam_step(model) == model.train_step


def test_where_the_bits_would_differ_keras_updates_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
        adam.own(self, gradient * 1.0000001, variable, rate)

    monkeypatch.setattr(adam, "update", other)
    adam.is_exact.cache_clear()
    try:
        model = compiled("adam")
        assert adam.adam_step(model) == model.train_step
    finally:
        adam.is_exact.cache_clear()


def test_an_embedding_keeps_its_sparse_gradient() -> None:
    """Two models, the same seed: one step of ``fit`` and one of ours."""
    words = np.array([[1, 2, 2], [3, 0, 1]])
    kept = []
    for ours in (False, True):
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Embedding(5, 4)])
        model.compile("adam", "mse")
        step = adam.adam_step(model) if ours else model.train_step
        run = tf.function(step, autograph=False)
        for _ in range(3):
            run((words, np.ones((2, 3, 4))))
        kept.append([w.tobytes() for w in model.get_weights()])
    assert kept[0] == kept[1]
