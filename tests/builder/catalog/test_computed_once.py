"""What the catalogue says can be computed once for all epochs, held against Keras itself."""

from __future__ import annotations

import os
from functools import reduce
from typing import Any

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from builder import catalog
from builder.catalog import Entry
from builder.catalog.layers import needs_adapt
from tests.builder.catalog.test_layers import ANY, fresh, make, sample

ALL = (*catalog.entries("layers"), *catalog.joins())
ONCE = [e for e in ALL if e.traits.precomputes]
OPERATIONS = [e for e in catalog.operations() if e.traits.precomputes]
WEIGHING = [e for e in ALL if e.traits.weighs and e.traits.reads != ("int",)]
"""Of whole numbers, sums are the same in any order."""

MOVES = {"Cast", "ExpandDims", "Identity", "Pack", "Reshape", "Squeeze", "StridedSlice"}
MOVES |= {"SpaceToBatchND", "Transpose"}
WEIGHS = {"BatchMatMulV2", "Conv2D", "Conv2DBackpropInput", "Conv3D", "Conv3DBackpropInputV2"}
WEIGHS |= {"DepthwiseConv2dNative", "Einsum", "MatMul", "Shape", "TensorListFromTensor"}
"""What a graph may do with a tensor: move it, and then let it meet weights."""


def rows_of(row: Entry) -> Any:
    """Some different examples a layer can read, more than a vector of the processor holds."""
    few = sample(row, (row.ndim or ANY.get(row.class_name, (2,)))[0])
    if few.dtype == object:
        return np.concatenate([few, few + " and more", few[::-1]] * 7)
    many = np.concatenate([few * n for n in range(1, 18)])
    return many % 4 if many.dtype.kind == "i" else many


def bits(values: Any) -> Any:
    found = np.asarray(values)
    return found.tolist() if found.dtype == object else found.tobytes()


@pytest.mark.parametrize("row", ONCE, ids=lambda e: e.class_name)
def test_a_layer_computed_once_gives_each_row_the_same_bits_anywhere(row: Entry) -> None:
    made, x = make(fresh(row)), rows_of(row)
    if needs_adapt(row.class_name, fresh(row).config):
        made.adapt(x)

    def call(rows: Any, **more: Any) -> Any:
        graph = tf.function(lambda t: made([t, t] if row.traits.call == "list" else t, **more))
        return graph(tf.constant(rows)).numpy()

    all_rows = call(x)
    assert not made.trainable_variables
    assert bits(call(x[5:6])) == bits(all_rows[5:6])
    assert bits(call(x[::-1])) == bits(all_rows[::-1])
    if made._call_has_training_arg:
        assert bits(call(x, training=True)) == bits(call(x, training=False)) == bits(all_rows)


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda e: e.class_name)
def test_an_operation_computed_once_gives_each_row_the_same_bits_anywhere(row: Entry) -> None:
    function = reduce(getattr, row.class_name.split("."), keras)
    rng, kind = np.random.default_rng(0), row.class_name.removeprefix("ops.")
    shape = {"image.resize": (37, 9, 7, 3), "squeeze": (37, 5, 1)}.get(kind, (37, 5))
    x = rng.normal(size=(len(row.extra["tensors"]), *shape)).astype("float32") * 9
    if kind.startswith("logical") or kind == "one_hot":
        x = (x > 0).astype("int32" if kind == "one_hot" else "bool")
    config = {k: v for k, v in fresh(row).config.items() if k not in row.extra["tensors"]}

    def call(tensors: Any) -> Any:
        many = bool(row.extra["many"])
        run = tf.function(lambda *t: function(t, **config) if many else function(*t, **config))
        return run(*map(tf.constant, tensors)).numpy()

    all_rows = call(x)
    assert bits(call(x[:, 5:6])) == bits(all_rows[5:6])
    assert bits(call(x[:, ::-1])) == bits(all_rows[::-1])


@pytest.mark.parametrize("row", WEIGHING, ids=lambda e: e.class_name)
def test_what_weighs_reads_nothing_but_to_weigh_it(row: Entry) -> None:
    made, x = make(fresh(row)), sample(row, (row.ndim or (2,))[0])
    made(x)
    assert made.trainable_variables
    graph = tf.function(made.__call__).get_concrete_function(tf.TensorSpec(x.shape, x.dtype))
    waiting, met = [graph.inputs[0]], set()
    while waiting:
        for operation in waiting.pop().consumers():
            if operation.type in MOVES:
                waiting += operation.outputs
            else:
                met.add(operation.type)
    assert met and met <= WEIGHS
