"""Keras's train and test steps, many in one graph call, over arrays that stay on the device."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.engine.build.backend import keras
from builder.engine.training.batch_order import Indices
from builder.engine.training.batches import ALL, Batches

XLA_BLOCK = 150
"""Lines of a compiled call: XLA compiles anew for every other number, so what is missing is filled
up, and the loop is told how many to do."""

Logs = dict[str, NDArray[np.float32]]
Step = Callable[[Any], Mapping[str, Any]]
"""Done with a batch: ``(x, y)`` or ``(x, y, sample_weight)``; gives the metrics by name."""


class Steps:
    """One kind of step (train or test) over one set of arrays.

    The arithmetic is Keras's: ``model.train_step`` or ``model.test_step`` on batches gathered by
    index. What is saved is the way there and back for every single step.

    Args:
        step: the bound method, or what does the same (see ``engine.adam``).
        data: ``(x, y)`` or ``(x, y, sample_weight)``; arrays or nested structures of them.
        batch_size: of the full batches.
        names: metrics whose value after each step is returned.
        until_nan: stop after a step whose loss is no number.
        xla: compile the whole loop.
        ties: one number for each array of ``data``: the same where Keras's graph shows that their
            batches have one length. By default it shows it of none.
    """

    def __init__(
        self,
        step: Step,
        data: Any,
        batch_size: int,
        names: tuple[str, ...] = (),
        until_nan: bool = False,
        xla: bool = False,
        ties: tuple[int, ...] = (),
    ) -> None:
        import tensorflow as tf

        ties = ties or tuple(range(len(keras.tree.flatten(data))))
        # Keras's dataset has a static batch size only when no short batch follows, and kernels
        # of convolutions give other last bits for other shapes
        count = len(keras.tree.flatten(data)[0])
        width = batch_size if count % batch_size == 0 else None
        self._batches = Batches(data, (ALL,) * len(ties) if width or xla else ties)
        self.count, self.batch_size, self._xla = count, batch_size, xla
        # a function of its own, as in Keras: TensorFlow adds more than two tensors up in the order
        # of their names, and inside the loop's body gradients are named otherwise
        step = tf.function(step, autograph=False)
        gather = self._batches.gather
        self._run = tf.function(
            lambda tensors, blocks, count: _loop(
                lambda rows: step(gather(tensors, rows)), blocks, count, names, until_nan
            ),
            input_signature=[
                tuple(tf.TensorSpec(t.shape, t.dtype) for t in self._batches.tensors),
                tf.TensorSpec([None, width], tf.int32),
                tf.TensorSpec([], tf.int32),
            ],
            jit_compile=xla or None,
            autograph=False,
        )

    def __call__(self, blocks: Indices) -> tuple[int, Logs]:
        """Runs one step for each line of ``blocks`` (steps, batch); compiled, at most XLA_BLOCK.

        Returns:
            How many steps were done (fewer than lines only with ``until_nan``), and per name the
            values after each of them, as float32.
        """
        import tensorflow as tf

        lines = len(blocks)
        if self._xla:
            blocks = np.pad(blocks, ((0, XLA_BLOCK - lines), (0, 0)))
        with _cheap_random_numbers() if self._xla else contextlib.nullcontext():
            done, columns = self._run(
                self._batches.tensors, tf.constant(blocks), tf.constant(lines)
            )
        count = int(done)
        return count, {name: column.numpy()[:count] for name, column in columns.items()}


def _loop(
    step: Step,
    blocks: Any,
    count: Any,
    names: tuple[str, ...],
    until_nan: bool,
) -> Any:
    import tensorflow as tf

    size = tf.shape(blocks)[0]
    empty = {n: tf.TensorArray(tf.float32, size=size, element_shape=()) for n in names}

    def body(i: Any, going: Any, columns: Any) -> Any:
        logs = step(blocks[i])
        written = {n: c.write(i, tf.cast(logs[n], tf.float32)) for n, c in columns.items()}
        if until_nan:
            going = tf.math.is_finite(tf.cast(logs["loss"], tf.float32))
        return i + 1, going, written

    done, _, columns = tf.while_loop(
        lambda i, going, _: tf.logical_and(going, i < count),
        body,
        [tf.constant(0), tf.constant(True), empty],
        parallel_iterations=1,
    )
    return done, {name: column.stack() for name, column in columns.items()}


@contextlib.contextmanager
def _cheap_random_numbers() -> Iterator[None]:
    """Pin TensorFlow's stateless random numbers to Philox while a loop is traced.

    Left to choose, XLA on the CPU takes 0.8 ms a step for a dropout; Philox is what the graph
    kernels use, and gives the same numbers for next to nothing.
    """
    import tensorflow as tf

    modules = [(tf.nn.experimental, "stateless_dropout", "rng_alg")] + [
        (tf.random, name, "alg")
        for name in ("stateless_normal", "stateless_uniform", "stateless_truncated_normal")
    ]
    kept = [(module, name, getattr(module, name)) for module, name, _ in modules]
    for (module, name, argument), (_, _, function) in zip(modules, kept, strict=True):
        setattr(module, name, functools.partial(function, **{argument: "philox"}))
    try:
        yield
    finally:
        for module, name, function in kept:
            setattr(module, name, function)
