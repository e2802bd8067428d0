"""Adapt preprocessing layers (Normalization, TextVectorization …) to the training data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from builder.catalog.layers import needs_adapt
from builder.engine.build.backend import keras
from builder.engine.build.keras_model import dtype_policy
from builder.kinds._windows import Windows


def adapt(model: keras.Model, x_train: Any) -> tuple[str, ...]:
    """Let every layer that needs it learn its table from the training examples, in place.

    Each is fed with what reaches it: ``x_train`` itself when it stands first, else the output of
    the layers before it, in the order the data flows. One whose table is given learns nothing.

    Args:
        model: built; compiled or not, but not yet trained.
        x_train: the training examples as ``model.fit`` takes them; of several Inputs a dict by
            name, or a list.

    Returns:
        The names of the layers that learned.
    """
    names: list[str] = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            if _waiting(layer):
                names += adapt(layer, _reaching(model, layer, x_train))
        elif _learns(layer):
            layer.adapt(_reaching(model, layer, x_train))
            names.append(layer.name)
    return tuple(names)


def _learns(layer: Any) -> bool:
    return needs_adapt(type(layer).__name__, layer.get_config())


def _waiting(model: keras.Model) -> bool:
    return any(
        _waiting(layer) if isinstance(layer, keras.Model) else _learns(layer)
        for layer in model.layers
    )


def _reaching(model: keras.Model, layer: Any, x_train: Any) -> Any:
    """What ``layer`` receives for ``x_train`` where it is called first, as its call takes it."""
    read = layer._inbound_nodes[0].input_tensors
    given = [_rows_of_input(model, tensor, x_train) for tensor in read]
    if all(array is not None for array in given):
        return given if len(given) > 1 else given[0]
    with dtype_policy(model.dtype_policy.name):
        before = keras.Model(model.inputs, list(read) if len(read) > 1 else read[0])
    outputs = before.predict(keras.tree.map_structure(np.asarray, x_train), verbose=0)
    if model.compute_dtype == "float32":
        return outputs
    # NumPy would add up thousands of 16-bit numbers in 16 bits.
    return keras.tree.map_structure(lambda array: array.astype("float32"), outputs)


def _rows_of_input(model: keras.Model, tensor: Any, x_train: Any) -> Any:
    """The training examples of the Input that ``tensor`` is; None where it is none."""
    place = next((i for i, one in enumerate(model.inputs) if one is tensor), None)
    if place is None:
        return None
    rows = x_train[place] if isinstance(x_train, list) else x_train
    if isinstance(x_train, Mapping):
        rows = x_train[model.inputs[place]._keras_history.operation.name]
    return np.asarray(rows) if isinstance(rows, Windows) else rows
