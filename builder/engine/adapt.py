"""Layers that learn a table from the data before training: ``adapt`` as Keras's tutorials do it."""

from __future__ import annotations

from typing import Any

from builder.catalog.layers import learns
from builder.engine.backend import keras
from builder.engine.build import dtype_policy


def adapt(model: keras.Model, x_train: Any) -> tuple[str, ...]:
    """Let every layer that needs it learn its table from the training examples, in place.

    Each is fed with what reaches it: ``x_train`` itself when it stands first, else the output of
    the layers before it, in the order the data flows. One whose table is given learns nothing.

    Args:
        model: built; compiled or not, but not yet trained.
        x_train: the training examples as ``model.fit`` takes them.

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
    return learns(type(layer).__name__, layer.get_config())


def _waiting(model: keras.Model) -> bool:
    return any(
        _waiting(layer) if isinstance(layer, keras.Model) else _learns(layer)
        for layer in model.layers
    )


def _reaching(model: keras.Model, layer: Any, x_train: Any) -> Any:
    """What ``layer`` receives for ``x_train``, as one array."""
    if len(model.inputs) == 1 and layer.input is model.inputs[0]:
        return x_train
    with dtype_policy(model.dtype_policy.name):
        before = keras.Model(model.inputs, layer.input)
    found = before.predict(x_train, verbose=0)
    # NumPy would add up thousands of 16-bit numbers in 16 bits.
    return found if model.compute_dtype == "float32" else found.astype("float32")
