"""Cache of trained models: loaded once, traced to one graph with a fixed signature."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from builder.engine.build.backend import keras
from builder.engine.inference.artefact import AGAIN, load_artefact
from builder.errors import DataError, FileError
from builder.kinds.contract import Array

T = TypeVar("T")

KEPT = 4
"""How many models stay warm."""


@dataclass(frozen=True, slots=True)
class CompiledModel:
    """A model ready to answer.

    Args:
        call: (batch, *shape) → what the model says, both NumPy; the batch is fixed. A model that
            reads text takes an array of strings.
        shape: of its input, batch axis first, as the model declares it.
        model: itself, whose layers can be asked.
    """

    call: Callable[[Array], Array]
    shape: tuple[int | None, ...]
    model: keras.Model


_kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = threading.Lock()


def get_model(artefact: str) -> keras.Model:
    """The model of that file, not compiled; it is shared: whoever changes it, loads his own.

    Raises:
        FileError: it cannot be read.
    """
    return _get_or_make(artefact, None, lambda: load_artefact(artefact, compiled=False))


def get_compiled(artefact: str, batch: int) -> CompiledModel:
    """The model of that file for batches of that size; FileError and DataError as above."""

    def make() -> CompiledModel:
        return compile_graph(load_artefact(artefact, compiled=False), batch)

    return _get_or_make(artefact, batch, make)


def get_batch_call(artefact: str) -> tuple[keras.Model, Callable[[list[Array]], Any]]:
    """The model of that file, and what it says of a batch of any length.

    That takes an array for each of the model's inputs, in their order, and gives an array, or for
    several outputs a dict of them by name.

    Raises:
        FileError: it cannot be read.
    """

    def make() -> tuple[keras.Model, Callable[[list[Array]], Any]]:
        model = load_artefact(artefact, compiled=False)
        return model, _batch_call(model)

    return _get_or_make(artefact, "any", make)


def _batch_call(model: keras.Model) -> Callable[[list[Array]], Any]:
    import tensorflow as tf

    specs = [tf.TensorSpec(t.shape, t.dtype) for t in model.inputs]
    # a Sequential that was loaded has no ``input`` until it is called
    like = 0 if isinstance(model, keras.Sequential) else _structure(model.input)
    graph = tf.function(
        lambda x: model(keras.tree.pack_sequence_as(like, x), training=False),
        input_signature=[specs],
        autograph=False,
    )
    dtypes = [np.dtype(object if s.dtype == tf.string else s.dtype.as_numpy_dtype) for s in specs]

    def call(x: list[Array]) -> Any:
        pairs = zip(x, dtypes, strict=True)
        answer = graph([tf.constant(a.astype(dtype, copy=False)) for a, dtype in pairs])
        answers = [each.numpy() for each in keras.tree.flatten(answer)]
        if len(answers) == 1:
            return answers[0]
        return dict(zip(model.output_names, answers, strict=True))

    return call


def _structure(inputs: Any) -> Any:
    return keras.tree.map_structure(lambda t: 0, inputs)


def _get_or_make(artefact: str, batch: int | str | None, make: Callable[[], T]) -> T:
    """What ``make`` gives, made once and kept while the file stays the same."""
    try:
        stat = os.stat(artefact)
    except OSError as error:
        raise FileError("The trained model cannot be used: it is missing.", AGAIN) from error
    key = (str(artefact), stat.st_mtime_ns, stat.st_size, batch)
    with _lock:
        if key not in _kept:
            _kept[key] = make()
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        model: T = _kept[key]
        return model


def compile_graph(model: keras.Model, batch: int) -> CompiledModel:
    """One graph with a fixed signature: a call costs a hundredth of ``model.predict``.

    Raises:
        DataError: the model has several inputs or outputs.
    """
    import tensorflow as tf

    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise DataError(
            f"This model has {len(model.inputs)} inputs and {len(model.outputs)} outputs; a"
            " picture needs one of each.",
            "Choose another run.",
            "model",
        )
    shape = tuple(model.inputs[0].shape)
    fixed = (batch, *(28 if s is None else s for s in shape[1:]))
    signature = [tf.TensorSpec(fixed, model.inputs[0].dtype)]
    graph = tf.function(lambda x: model(x, training=False), input_signature=signature)
    given = keras.backend.standardize_dtype(model.inputs[0].dtype)
    dtype = np.dtype(object if given == "string" else given)

    def call(x: Array) -> Array:
        answer: Array = graph(tf.constant(x.astype(dtype))).numpy()
        return answer

    return CompiledModel(call, shape, model)
