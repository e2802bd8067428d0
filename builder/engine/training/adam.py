"""Adam's update with half the memory traffic, used where it gives Keras's own bits."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from builder.engine.build.backend import keras
from builder.engine.training.steps import Step

Rates = dict[Any, Any]
"""Graph → the rate of one step."""

own = keras.optimizers.Adam.update_step
"""Keras's update: twelve operations, each over arrays as large as the weights."""


def adam_step(model: keras.Model) -> Step:
    """``model.train_step``, which traces Adam's update as ``update``, if that is exact here.

    A subclass that keeps Adam's update (AdamW) has it too; ``amsgrad`` has not.
    """
    optimizer = model.optimizer
    if type(optimizer).update_step is not own or optimizer.amsgrad or not is_exact():
        return model.train_step  # type: ignore[no-any-return]

    # a step of another kind may update more than once
    one_update = type(model).train_step is keras.Model.train_step

    def run_step(batch: Any) -> Mapping[str, Any]:
        rates: Rates | None = {} if one_update else None
        optimizer.update_step = lambda g, v, rate: update(optimizer, g, v, rate, rates)
        try:
            return model.train_step(batch)  # type: ignore[no-any-return]
        finally:
            del optimizer.update_step

    return run_step


def update(
    self: Any, gradient: Any, variable: Any, learning_rate: Any, rates: Rates | None = None
) -> None:
    """As ``keras.optimizers.Adam.update_step``, formula for formula.

    TensorFlow's fused Adam rounds ``1 - beta`` otherwise. Its gradient descent,
    ``var -= delta * alpha``, and its Adagrad without accumulating,
    ``var -= grad * lr / (sqrt(accum) + epsilon)``, are the parts of Keras's formula as they stand.

    Args:
        rates: what was calculated for the other variables of this step.
    """
    import tensorflow as tf

    if isinstance(gradient, tf.IndexedSlices) or variable.dtype != "float32":
        return own(self, gradient, variable, learning_rate)  # type: ignore[no-any-return]
    raw, graph = tf.raw_ops, tf.compat.v1.get_default_graph()
    rates = {} if rates is None else rates
    if graph not in rates:
        rates[graph] = _rate(self, learning_rate)
    gradient = keras.ops.cast(gradient, "float32")
    at = self._get_variable_index(variable)
    m, v = self._momentums[at].value, self._velocities[at].value
    toward_1 = tf.constant(1 - self.beta_1, tf.float32)
    toward_2 = tf.constant(1 - self.beta_2, tf.float32)
    raw.ResourceApplyGradientDescent(var=m.handle, alpha=toward_1, delta=m - gradient)
    raw.ResourceApplyGradientDescent(var=v.handle, alpha=toward_2, delta=v - tf.square(gradient))
    raw.ResourceApplyAdagradV2(
        var=self._trainable_variables[at].value.handle,
        accum=v.handle,
        lr=rates[graph],
        epsilon=tf.constant(self.epsilon, tf.float32),
        grad=m,
        update_slots=False,
    )
    return None


def _rate(self: Any, learning_rate: Any) -> Any:
    """The learning rate, corrected for moments that begin at zero: of all variables the same."""
    ops = keras.ops
    count = ops.cast(self.iterations + 1, "float32")
    power_1 = ops.power(ops.cast(self.beta_1, "float32"), count)
    power_2 = ops.power(ops.cast(self.beta_2, "float32"), count)
    return ops.cast(learning_rate, "float32") * ops.sqrt(1 - power_2) / (1 - power_1)


@functools.cache
def is_exact() -> bool:
    """Whether both updates leave the same bits on this machine: tried, once a process.

    A TensorFlow compiled to fuse multiplications with additions may round one of them otherwise.
    """
    random = np.random.default_rng(0)
    start = random.normal(size=1003).astype("float32")  # no multiple of any vector's width
    sizes = np.array([[1], [1e-3], [0]])
    gradients = (random.normal(size=(3, 1003)) * sizes).astype("float32")
    return _after(own, start, gradients) == _after(update, start, gradients)


def _after(way: Callable[..., None], start: Any, gradients: Any) -> list[bytes]:
    """The weights and both moments when ``way`` has seen all gradients."""
    optimizer = keras.optimizers.Adam(0.01)
    variable = keras.Variable(start)
    optimizer.build([variable])
    for gradient in gradients:
        way(optimizer, keras.ops.convert_to_tensor(gradient), variable, 0.01)
        optimizer.iterations.assign_add(1)
    kept = (variable, *optimizer._momentums, *optimizer._velocities)
    return [np.asarray(each).tobytes() for each in kept]
