"""Model files as Keras 1.2 to 2.15 wrote them, by h5py alone: their records and their arrays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import numpy as np

from builder.engine.build.backend import keras

GLOROT = {
    "class_name": "VarianceScaling",
    "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None},
}
"""How Keras 2.0 to 2.2 wrote glorot_uniform."""

UNIFORM = {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}
"""How TensorFlow 1.13 to 2.1 wrote it."""

CONV = {
    "padding": "valid",
    "data_format": "channels_last",
    "activation": "relu",
    "use_bias": True,
    "kernel_initializer": GLOROT,
    "bias_initializer": {"class_name": "Zeros", "config": {}},
    "kernel_regularizer": None,
    "bias_regularizer": None,
    "activity_regularizer": None,
    "kernel_constraint": None,
    "bias_constraint": None,
}
RNN = {
    "return_sequences": False,
    "return_state": False,
    "go_backwards": False,
    "stateful": False,
    "unroll": False,
    "activation": "tanh",
    "recurrent_activation": "sigmoid",
    "use_bias": True,
    "kernel_initializer": UNIFORM,
    "recurrent_initializer": {"class_name": "Orthogonal", "config": {"gain": 1.0, "seed": None}},
    "dropout": 0.0,
    "recurrent_dropout": 0.0,
    "kernel_regularizer": None,
    "activity_regularizer": None,
}


def obj(class_: str, /, **config: Any) -> dict[str, Any]:
    """A serialized object of Keras 2."""
    return {"class_name": class_, "config": config}


def row(class_: str, /, **config: Any) -> dict[str, Any]:
    """A layer's row of Keras 2."""
    usual = {"name": class_.lower(), "trainable": True, "dtype": "float32"}
    return {"class_name": class_, "config": usual | config}


def conv(class_: str, /, side: int = 2, **config: Any) -> dict[str, Any]:
    sides = {"kernel_size": [3] * side, "strides": [1] * side, "dilation_rate": [1] * side}
    return row(class_, **(CONV | sides | config))


def rnn(class_: str, /, **config: Any) -> dict[str, Any]:
    return row(class_, **(RNN | config))


def stack(shape: list[Any], *rows: dict[str, Any]) -> dict[str, Any]:
    """A Sequential of Keras 2.2.3 to 2.15, its shape in its first layer."""
    first = {**rows[0], "config": {**rows[0]["config"], "batch_input_shape": [None, *shape]}}
    return obj("Sequential", name="old", layers=[first, *rows[1:]])


def write(
    path: Path,
    model: dict[str, Any],
    weights: dict[str, list[Any]],
    version: str = "2.4.0",
    training: dict[str, Any] | None = None,
    backend: str = "tensorflow",
) -> Path:
    """An ``.h5`` of Keras 2: the arrays of each layer in the order of old."""
    with h5py.File(path, "w") as file:
        file.attrs["backend"], file.attrs["keras_version"] = backend, version
        file.attrs["model_config"] = json.dumps(model)
        if training is not None:
            file.attrs["training_config"] = json.dumps(training)
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [n.encode() for n in weights]
        for name, arrays in weights.items():
            one = group.create_group(name)
            keys = [f"{name}/w{i}:0" for i in range(len(arrays))]
            one.attrs["weight_names"] = [k.encode() for k in keys]
            for key, array in zip(keys, arrays, strict=True):
                one.create_dataset(key, data=array)
    return path


def arrays_of(model: keras.Model) -> dict[str, list[Any]]:
    """The arrays of a live model in the order of old: first what is trained."""
    return {
        layer.name: [
            np.asarray(w) for w in (*layer.trainable_weights, *layer.non_trainable_weights)
        ]
        for layer in model.layers
        if layer.weights
    }


def shake(model: keras.Model, seed: int = 0) -> keras.Model:
    """The model with weights of chance, so that none is what it begins with."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        if "float" in str(weight.dtype):
            weight.assign(rng.uniform(0.1, 0.9, weight.shape))
    return model
