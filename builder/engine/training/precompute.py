"""Compute the front of a model once: its results take the place of the data in every step."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import psutil
from keras.src.models.functional import operation_fn

from builder.engine.build.backend import keras
from builder.engine.build.front import Front, find_front, nodes
from builder.engine.training.batches import to_tensor
from builder.engine.training.steps import Step
from builder.kinds._windows import Windows

ROOM = 0.1
"""The part of the free memory that the results of a front may take; for a moment they lie there
up to three times: in pieces, joined, and beside other columns."""

CHUNK_ROWS = 8192
CHUNK_BYTES = 64 * 2**20
"""A front is computed for so many rows at a time, or for fewer where they take more than this."""

Hook = Callable[[], None]


def move_front(
    model: keras.Model, step: Step, data: Any, batch_size: int, between: Hook = lambda: None
) -> tuple[Step, Any, tuple[int, ...]]:
    """A step without the front of the model, the data it takes, which the front gives, and their
    ties (see ``Steps``).

    Every number stays as it is. Where there is no front, both are handed back as they are.

    Args:
        step: traces ``model.train_step`` or ``model.test_step``.
        data: ``(x, y)`` or ``(x, y, sample_weight)``.
        batch_size: of the full batches of the steps.
        between: called now and then; what it raises ends the work.
    """
    x, *targets = data
    series = any(isinstance(leaf, Windows) for leaf in keras.tree.flatten(x))
    if series or type(model).train_step is not keras.Model.train_step:
        return step, data, ()
    rows = len(keras.tree.flatten(x)[0])
    front = find_front(model, rows, psutil.virtual_memory().available * ROOM)
    values = front and compute(front, x, batch_size, between)
    if front is None or values is None:
        return step, data, ()

    def rest_step(batch: Any) -> Mapping[str, Any]:
        values, *targets = batch
        inputs, held = _stand_ins(front, values)
        with _without_front(front, held):
            return step((inputs, *targets))

    others = len(keras.tree.flatten(targets))
    ties = front.ties()
    return rest_step, (values, *targets), (*ties, *(len(ties) + i for i in range(others)))


def compute(front: Front, x: Any, batch_size: int, between: Hook = lambda: None) -> Any:
    """What ``front.cut`` names for all examples, a tuple of tensors.

    Args:
        batch_size: of the steps. Where all their batches have one size, known to TensorFlow, these
            have, too, as its optimizer of graphs may see more then; frozen layers are given as
            many rows at once as in a step.

    Returns:
        None where a row does not get the same bits beside other rows: the front cannot be moved.
    """
    import tensorflow as tf

    x = keras.tree.lists_to_tuples(x)
    rows = len(keras.tree.flatten(x)[0])
    rest = rows % batch_size
    static = not rest
    size = min(rows, batch_size if front.has_weights else _chunk(front))
    width = size if static else None
    specs = keras.tree.map_structure(
        lambda t: tf.TensorSpec((width, *t.shape[1:]), t.dtype), _rows(x, np.arange(1))
    )
    run = tf.function(
        functools.partial(_run_front, front), input_signature=[specs], autograph=False
    )
    if not _is_steady(run, x, size):
        return None
    if front.has_weights and rest and not _is_steady(run, x, size, rest):
        return None
    parts = []
    for start in range(0, rows, size):
        places = np.arange(start, start + size if static else min(start + size, rows))
        found = run(_rows(x, places % rows))
        parts.append([column[: rows - start] for column in found])
        between()
    return tuple(tf.concat(column, 0) for column in zip(*parts, strict=True))


def _chunk(front: Front) -> int:
    keys = {*front.graph.inputs, *front.known}
    row = sum(map(front.graph.row_bytes, keys))
    return max(1, min(CHUNK_ROWS, CHUNK_BYTES // max(1, row)))


def _rows(x: Any, places: Any) -> Any:
    return keras.tree.map_structure(lambda array: to_tensor(np.asarray(array)[places]), x)


def _is_steady(run: Callable[[Any], Any], x: Any, size: int, others: int = 0) -> bool:
    """Whether rows get the same bits at other places, beside other rows: half of the first ones,
    twice and backwards; or beside so many ``others`` only."""
    places = np.arange(others or size)[::-1] // 2
    pairs = zip(run(_rows(x, np.arange(size))), run(_rows(x, places)), strict=True)
    return all(_bits(a.numpy()[places]) == _bits(b.numpy()) for a, b in pairs)


def _bits(array: Any) -> Any:
    return array.tolist() if array.dtype == object else array.tobytes()


def _run_front(front: Front, x: Any) -> list[Any]:
    graph = front.graph
    values = dict(zip(graph.inputs, graph.top._standardize_inputs(x), strict=True))
    for call in front.calls:
        node = call.node
        read = {id(t): values[graph.key(t)] for t in node.input_tensors}
        args, kwargs = node.arguments.fill_in(read)
        results = operation_fn(node.operation, training=False)(*args, **kwargs)
        values |= zip(call.outputs, keras.tree.flatten(results), strict=True)
    return [values[key] for key in front.cut]


def _stand_ins(front: Front, values: Any) -> tuple[Any, dict[int, Any]]:
    """The model's inputs for a step that has these values of its cut, and every tensor that is
    known; those nobody reads any more are empty and as long as the batch."""
    import tensorflow as tf

    graph = front.graph
    held = dict(zip(front.cut, values, strict=True))
    count = tf.shape(values[0])[0]
    for key in front.known - held.keys():
        tensor = graph.tensors[key]
        held[key] = tf.zeros((count, *(n or 1 for n in tensor.shape[1:])), tensor.dtype)
    inputs = [held[key] for key in graph.inputs]
    return keras.tree.pack_sequence_as(graph.top._inputs_struct, inputs), held


@contextlib.contextmanager
def _without_front(front: Front, held: dict[int, Any]) -> Iterator[None]:
    """While a step is traced the calls of the front are not made."""
    for model in front.graph.models:
        model._run_through_graph = functools.partial(_run_rest, front, model, held)
    try:
        yield
    finally:
        for model in front.graph.models:
            del model._run_through_graph


def _run_rest(
    front: Front, model: Any, held: Mapping[int, Any], inputs: Any, operation_fn: Any
) -> Any:
    """As Keras's ``_run_through_graph``, but for the calls of the front."""
    key, known = front.graph.key, front.known
    given = zip(model.inputs, keras.tree.flatten(inputs), strict=True)
    tensors = {id(t): held.get(key(t), value) for t, value in given}
    for node in nodes(model):
        keys = tuple(map(key, node.outputs))
        if known.issuperset(keys):
            results = [held[k] for k in keys]
        else:
            args, kwargs = node.arguments.fill_in(tensors)
            results = keras.tree.flatten(operation_fn(node.operation)(*args, **kwargs))
        tensors |= {id(t): value for t, value in zip(node.outputs, results, strict=True)}
    outputs = [tensors[id(t)] for t in model.outputs]
    return keras.tree.pack_sequence_as(model._outputs_struct, outputs)
