"""Files of Keras 0.x to 2.15: the same layers, weights and answers, and the settings whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.files import initial_weights, model_files
from builder.spec import Config
from tests.builder.engine import older_kerases as old
from tests.builder.engine.older_kerases import conv, obj, rnn, row, stack
from tests.zoo import layer

L = keras.layers


def opened(path: Path) -> tuple[keras.Model, dict[str, Any]]:
    """The model that a file gives, with its weights, and all that was found."""
    keep = path.parent / "kept.npz"
    found = model_files.open_model(path, keep)
    model = keras_model.build(found["model"])
    if found["weights"]:
        assert initial_weights.load_weights(model, keep) == ()
    return model, found


def answers(model: keras.Model, low: float = -1.0, high: float = 1.0) -> Any:
    rng = np.random.default_rng(1)
    given = [rng.uniform(low, high, (3, *i.shape[1:])).astype(i.dtype) for i in model.inputs]
    return model.predict_on_batch(given if len(given) > 1 else given[0])


NORM = {
    "momentum": 0.99,
    "epsilon": 0.001,
    "center": True,
    "scale": True,
    "beta_initializer": obj("Zeros"),
    "gamma_initializer": obj("Ones"),
}
POOL = {"pool_size": [2, 2], "padding": "valid", "strides": [2, 2], "data_format": "channels_last"}
WAYS = {
    "class_name": "LSTM",
    "config": {**old.RNN, "name": "inner", "units": 2, "time_major": False, "implementation": 2},
}

CASES: dict[str, tuple[list[int], dict[str, Any], Callable[[], Any]]] = {
    # name: (shape, the row as a Keras of old wrote it, the layer that it is)
    "norm axis [3]": ([4, 4, 2], row("BatchNormalization", axis=[3], **NORM), L.BatchNormalization),
    "norm axis [-1]": ([4], row("BatchNormalization", axis=[-1], **NORM), L.BatchNormalization),
    "norm v1": (
        [4],
        row(
            "BatchNormalizationV1",
            axis=[1],
            renorm=False,
            fused=None,
            virtual_batch_size=None,
            **NORM,
        ),
        L.BatchNormalization,
    ),
    "norm synced": (
        [4],
        row("SyncBatchNormalization", axis=[1], **NORM),
        lambda: L.BatchNormalization(synchronized=True),
    ),
    "layer norm": (
        [4, 3],
        row("LayerNormalization", axis=[2], **(NORM | {"momentum": None})),
        L.LayerNormalization,
    ),
    "conv": (
        [6, 6, 2],
        conv("Conv2D", filters=3, groups=1),
        lambda: L.Conv2D(3, 3, activation="relu"),
    ),
    "conv 2.0": (
        [6, 6, 2],
        conv("Convolution2D", filters=3),
        lambda: L.Conv2D(3, 3, activation="relu"),
    ),
    "conv1d": (
        [6, 2],
        conv("Conv1D", 1, filters=3, groups=1),
        lambda: L.Conv1D(3, 3, activation="relu"),
    ),
    "conv3d": (
        [4, 4, 4, 2],
        conv("Conv3D", 3, filters=3, groups=1),
        lambda: L.Conv3D(3, 3, activation="relu"),
    ),
    "causal": (
        [6, 2],
        conv("Conv1D", 1, filters=3, padding="causal", dilation_rate=[2]),
        lambda: L.Conv1D(3, 3, padding="causal", dilation_rate=2, activation="relu"),
    ),
    "depthwise": (
        [6, 6, 2],
        conv(
            "DepthwiseConv2D",
            groups=1,
            depth_multiplier=2,
            depthwise_initializer=old.GLOROT,
            depthwise_regularizer=None,
            depthwise_constraint=None,
        ),
        lambda: L.DepthwiseConv2D(3, depth_multiplier=2, activation="relu"),
    ),
    "separable": (
        [6, 6, 2],
        conv(
            "SeparableConv2D",
            filters=3,
            groups=1,
            depth_multiplier=1,
            depthwise_initializer=old.GLOROT,
            pointwise_initializer=old.GLOROT,
        ),
        lambda: L.SeparableConv2D(3, 3, activation="relu"),
    ),
    "transposed": (
        [4, 4, 2],
        conv("Conv2DTranspose", filters=3, output_padding=None, groups=1),
        lambda: L.Conv2DTranspose(3, 3, activation="relu"),
    ),
    "dense": (
        [4],
        row(
            "Dense",
            units=3,
            activation="linear",
            use_bias=True,
            kernel_initializer=old.UNIFORM,
            kernel_regularizer=obj("L1L2", l1=0.0, l2=0.01),
            kernel_constraint=obj("MaxNorm", max_value=2, axis=0),
        ),
        lambda: L.Dense(3),
    ),
    "swish": (
        [4],
        row("Dense", units=3, activation="swish"),
        lambda: L.Dense(3, activation="silu"),
    ),
    "leaky": ([4], row("LeakyReLU", alpha=0.30000001192092896), lambda: L.LeakyReLU(0.3)),
    "leaky 0.1": ([4], row("LeakyReLU", alpha=0.1), lambda: L.LeakyReLU(0.1)),
    "threshold": ([4], row("ThresholdedReLU", theta=0.5), lambda: L.ReLU(threshold=0.5)),
    "relu 6": (
        [4],
        row("ReLU", max_value={"type": "ndarray", "value": 6.0}, negative_slope=0.0, threshold=0.0),
        lambda: L.ReLU(6.0),
    ),
    "prelu": (
        [4, 4, 2],
        row("PReLU", shared_axes=[1, 2], alpha_initializer=obj("Zeros")),
        lambda: L.PReLU(shared_axes=[1, 2]),
    ),
    "average": ([4, 4, 2], row("AveragePooling2D", **POOL), lambda: L.AveragePooling2D(2)),
    "max": ([4, 4, 2], row("MaxPooling2D", **POOL), L.MaxPooling2D),
    "global": (
        [4, 4, 2],
        row("GlobalAveragePooling2D", data_format="channels_last", keepdims=False),
        L.GlobalAveragePooling2D,
    ),
    "upsampling": (
        [4, 4, 2],
        row("UpSampling2D", size=[2, 2], data_format="channels_last", interpolation="nearest"),
        L.UpSampling2D,
    ),
    "padding": (
        [4, 4, 2],
        row("ZeroPadding2D", padding=[[1, 2], [0, 1]], data_format="channels_last"),
        lambda: L.ZeroPadding2D(((1, 2), (0, 1))),
    ),
    "lstm": (
        [5, 3],
        rnn("LSTM", units=2, unit_forget_bias=True, implementation=2, time_major=False),
        lambda: L.LSTM(2),
    ),
    "lstm 1": (
        [5, 3],
        rnn("LSTM", units=2, unit_forget_bias=True, implementation=1),
        lambda: L.LSTM(2),
    ),
    "gru": (
        [5, 3],
        rnn("GRU", units=2, implementation=2, reset_after=True, time_major=False),
        lambda: L.GRU(2),
    ),
    "gru 2.1": ([5, 3], rnn("GRU", units=2, implementation=1), lambda: L.GRU(2, reset_after=False)),
    "simple": (
        [5, 3],
        rnn("SimpleRNN", units=2, time_major=False, recurrent_activation=None),
        lambda: L.SimpleRNN(2),
    ),
    "both ways": (
        [5, 3],
        row("Bidirectional", layer=WAYS, merge_mode="concat"),
        lambda: L.Bidirectional(L.LSTM(2)),
    ),
    "conv lstm": (
        [3, 6, 6, 1],
        {
            **conv("ConvLSTM2D", filters=2, **(old.RNN | {"activation": "tanh"})),
        },
        lambda: L.ConvLSTM2D(2, 3, recurrent_activation="sigmoid"),
    ),
    "distributed": (
        [3, 4],
        row("TimeDistributed", layer=row("Dense", units=2, activation="relu")),
        lambda: L.TimeDistributed(L.Dense(2, activation="relu")),
    ),
    "cell": (
        [5, 3],
        row(
            "RNN",
            return_sequences=False,
            unroll=False,
            time_major=False,
            cell=obj(
                "LSTMCell", units=2, name="c", implementation=2, recurrent_activation="sigmoid"
            ),
        ),
        lambda: L.RNN(L.LSTMCell(2)),
    ),
    "reshape": ([4], row("Reshape", target_shape=[2, 2]), lambda: L.Reshape((2, 2))),
    "permute": ([2, 3], row("Permute", dims=[2, 1]), lambda: L.Permute((2, 1))),
    "repeat": ([4], row("RepeatVector", n=3), lambda: L.RepeatVector(3)),
    "noise": ([4], row("GaussianNoise", stddev=0.1), lambda: L.GaussianNoise(0.1)),
    "rescaling": ([4, 4, 1], row("Rescaling", scale=0.5, offset=0.0), lambda: L.Rescaling(0.5)),
    "softmax": ([4], row("Softmax", axis=-1), L.Softmax),
    "flip": (
        [4, 4, 1],
        row("RandomFlip", mode="horizontal", seed=None),
        lambda: L.RandomFlip("horizontal"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_layer_of_old_has_its_weights_and_its_answers(name: str, tmp_path: Path) -> None:
    shape, written, made = CASES[name]
    meant = old.shake(keras.Sequential([keras.Input(shape), made()]))
    weights = (
        {written["config"]["name"]: old.arrays_of(meant)[meant.layers[0].name]}
        if (meant.layers[0].weights)
        else {}
    )
    path = old.write(tmp_path / "old.h5", stack(shape, written), weights)
    model, found = opened(path)
    assert found["notes"] == ()
    np.testing.assert_array_equal(answers(model), answers(meant))


def test_an_embedding_of_old_with_its_length(tmp_path: Path) -> None:
    written = row(
        "Embedding",
        input_dim=10,
        output_dim=3,
        input_length=4,
        mask_zero=False,
        embeddings_initializer=obj("RandomUniform", minval=-0.05, maxval=0.05, seed=None),
        activity_regularizer=None,
    )
    meant = old.shake(keras.Sequential([keras.Input((4,)), L.Embedding(10, 3)]))
    weights = {"embedding": old.arrays_of(meant)[meant.layers[0].name]}
    model, found = opened(old.write(tmp_path / "old.h5", stack([4], written), weights))
    assert found["notes"] == ()
    np.testing.assert_array_equal(answers(model, 0, 10), answers(meant, 0, 10))


def test_a_normalization_of_old_that_counted(tmp_path: Path) -> None:
    arrays = [np.array([1.0, 2.0], "f"), np.array([4.0, 9.0], "f"), np.array(7, "int64")]
    path = old.write(
        tmp_path / "old.h5",
        stack([2], row("Normalization", axis=[-1], mean=None, variance=None)),
        {"normalization": arrays},
    )
    model, _ = opened(path)
    np.testing.assert_allclose(model.predict_on_batch(np.array([[3.0, 5.0]])), [[1, 1]])


# --- weights laid out otherwise -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_weights_of_nvidias_library_are_brought_into_order(kind: str, tmp_path: Path) -> None:
    parts = {"LSTM": 4, "GRU": 3}[kind]
    meant = old.shake(keras.Sequential([keras.Input((5, 3)), getattr(L, kind)(2)]))
    kernel, recurrent, bias = (np.asarray(w) for w in meant.layers[0].weights)
    there = [
        np.hstack([k.T.reshape(k.shape, order="C") for k in np.split(kernel, parts, axis=1)]),
        np.hstack([k.T for k in np.split(recurrent, parts, axis=1)]),
        np.tile(0.5 * bias, 2) if kind == "LSTM" else bias.ravel(),
    ]
    written = row(
        f"CuDNN{kind}",
        units=2,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
    )
    path = old.write(tmp_path / "old.h5", stack([5, 3], written), {f"cudnn{kind.lower()}": there})
    model, found = opened(path)
    assert found["notes"] == ()
    np.testing.assert_allclose(answers(model), answers(meant), rtol=1e-6)


def hard_sigmoid(x: Any) -> Any:
    """As Keras 2 computed it."""
    return np.clip(0.2 * x + 0.5, 0, 1)


def test_the_gates_of_old_answer_as_they_did(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    kernel, recurrent = rng.normal(size=(3, 8)).astype("f"), rng.normal(size=(2, 8)).astype("f")
    bias = rng.normal(size=8).astype("f")
    written = rnn("LSTM", units=2, recurrent_activation="hard_sigmoid", unit_forget_bias=True)
    weights = {"lstm": [kernel, recurrent, bias]}
    model, found = opened(old.write(tmp_path / "o.h5", stack([4, 3], written), weights, "2.2.4"))
    x = rng.normal(size=(1, 4, 3)).astype("f")
    h, c = np.zeros((1, 2)), np.zeros((1, 2))
    for step in range(4):
        i, f, g, o = np.split(x[:, step] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = hard_sigmoid(f) * c + hard_sigmoid(i) * np.tanh(g)
        h = hard_sigmoid(o) * np.tanh(c)
    np.testing.assert_allclose(model.predict_on_batch(x), h, rtol=1e-5)
    assert "'hard_sigmoid' is flatter in Keras 3" in found["notes"][0].message


def test_other_hard_sigmoids_are_told(tmp_path: Path) -> None:
    written = stack([4], row("Dense", units=3, activation="hard_sigmoid"))
    path = tmp_path / "old.json"
    path.write_text(json.dumps({**written, "keras_version": "2.2.4"}))
    note = next(n for n in model_files.open_model(path)["notes"] if n.where == "dense")
    assert "0.2 x + 0.5" in note.message


def test_kernels_of_theano_are_turned_round(tmp_path: Path) -> None:
    meant = old.shake(keras.Sequential([keras.Input((6, 6, 2)), L.Conv2D(3, 3, activation="relu")]))
    kernel, bias = (np.asarray(w) for w in meant.layers[0].weights)
    path = old.write(
        tmp_path / "o.h5",
        stack([6, 6, 2], conv("Conv2D", filters=3)),
        {"conv2d": [kernel[::-1, ::-1], bias]},
        "2.1.0",
        backend="theano",
    )
    np.testing.assert_array_equal(answers(opened(path)[0]), answers(meant))


def test_keras_1_kept_the_gates_apart(tmp_path: Path) -> None:
    meant = old.shake(keras.Sequential([keras.Input((5, 3)), L.LSTM(2)]))
    kernel, recurrent, bias = (np.asarray(w) for w in meant.layers[0].weights)
    i, f, c, o = ([np.split(a, 4, axis=-1)[k] for a in (kernel, recurrent, bias)] for k in range(4))
    written = row(
        "LSTM",
        output_dim=2,
        init="glorot_uniform",
        inner_init="orthogonal",
        forget_bias_init="one",
        activation="tanh",
        inner_activation="sigmoid",
        W_regularizer=None,
        U_regularizer=None,
        b_regularizer=None,
        dropout_W=0.0,
        dropout_U=0.0,
        consume_less="cpu",
        input_dim=3,
        input_length=None,
        return_sequences=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
    )
    model_ = obj("Sequential") | {"config": stack([5, 3], written)["config"]["layers"]}
    path = old.write(tmp_path / "o.h5", model_, {"lstm": [*i, *c, *f, *o]}, "1.2.2")
    model, found = opened(path)
    assert found["notes"] == ()
    np.testing.assert_allclose(answers(model), answers(meant), rtol=1e-6)


def test_keras_1_had_colors_first(tmp_path: Path) -> None:
    meant = old.shake(
        keras.Sequential([keras.Input((2, 6, 6)), L.Conv2D(4, 3, data_format="channels_first")])
    )
    kernel, bias = (np.asarray(w) for w in meant.layers[0].weights)
    written = row(
        "Convolution2D",
        nb_filter=4,
        nb_row=3,
        nb_col=3,
        border_mode="valid",
        subsample=[1, 1],
        dim_ordering="th",
        init="glorot_uniform",
        activation="linear",
        W_regularizer=None,
        bias=True,
    )
    model_ = obj("Sequential") | {"config": stack([2, 6, 6], written)["config"]["layers"]}
    weights = {"convolution2d": [kernel.transpose(3, 2, 0, 1), bias]}
    model, found = opened(old.write(tmp_path / "o.h5", model_, weights, "1.1.0"))
    assert found["notes"] == ()
    np.testing.assert_allclose(answers(model), answers(meant), rtol=1e-6)


def test_a_nested_frozen_model_of_old(tmp_path: Path) -> None:
    """As Teachable Machine exports: stacks in a stack, all weights of each in one list."""
    inner = keras.Sequential(
        [keras.Input((6, 6, 2)), L.Conv2D(3, 3), L.BatchNormalization(), L.Flatten()]
    )
    inner.trainable = False
    meant = old.shake(keras.Sequential([keras.Input((6, 6, 2)), inner, L.Dense(2)]))
    for layer_ in inner.layers:
        layer_.trainable = False
    rows = [
        conv("Conv2D", name="c", filters=3, activation="linear", trainable=False, groups=1),
        row("BatchNormalization", name="n", axis=[3], trainable=False, **NORM),
        row("Flatten", name="f", data_format="channels_last", trainable=False),
    ]
    nested = stack([6, 6, 2], *rows) | {"name": None}
    nested["config"]["name"] = "inner"
    model_ = obj("Sequential", name="outer", layers=[nested, row("Dense", name="d", units=2)])
    weights = {
        "inner": [np.asarray(w) for w in inner.weights],
        "d": old.arrays_of(meant)[
            "dense" if "dense" in old.arrays_of(meant) else meant.layers[-1].name
        ],
    }
    model, found = opened(old.write(tmp_path / "o.h5", model_, weights))
    assert found["notes"] == () and not model.layers[0].trainable_weights
    np.testing.assert_array_equal(answers(model), answers(meant))


def test_calls_of_old_keep_their_arguments(tmp_path: Path) -> None:
    """``attention(query, value)`` and states between recurrent layers stand in the calls."""

    def inbound(*refs: list[Any]) -> list[Any]:
        return [[[*ref, {}] if len(ref) == 3 else ref for ref in refs]]

    rows = [
        row("InputLayer", name="a", batch_input_shape=[None, 5, 4], sparse=False, ragged=False)
        | {"name": "a", "inbound_nodes": []},
        rnn("LSTM", name="e", units=4, return_state=True)
        | {"name": "e", "inbound_nodes": inbound(["a", 0, 0])},
        rnn("LSTM", name="d", units=4, return_sequences=True)
        | {"name": "d", "inbound_nodes": inbound(["a", 0, 0], ["e", 0, 1], ["e", 0, 2])},
        row(
            "MultiHeadAttention",
            name="m",
            num_heads=2,
            key_dim=3,
            value_dim=3,
            dropout=0.0,
            use_bias=True,
            output_shape=None,
            attention_axes=[1],
            query_shape=[None, 5, 4],
            key_shape=[None, 5, 4],
            value_shape=[None, 5, 4],
        )
        | {"name": "m", "inbound_nodes": inbound(["d", 0, 0, {"value": ["a", 0, 0]}])},
        row("Concatenate", name="c", axis=-1)
        | {"name": "c", "inbound_nodes": inbound(["d", 0, 0], ["m", 0, 0])},
    ]
    model_ = obj(
        "Functional", name="g", layers=rows, input_layers=[["a", 0, 0]], output_layers=[["c", 0, 0]]
    )
    path = tmp_path / "old.json"
    path.write_text(json.dumps({**model_, "keras_version": "2.8.0"}))
    found = model_files.open_model(path)
    nodes = {n.name: n.inbound for n in found["model"].nodes}
    assert nodes["d"] == ("a", "e:1", "e:2") and nodes["m"] == ("d", "a")
    assert keras_model.build(found["model"]).count_params() > 0
    assert all(n.where == "" for n in found["notes"])


# --- settings of compile --------------------------------------------------------------------------


def settings(tmp_path: Path, version: str, **training: Any) -> tuple[Config, list[str]]:
    written = stack([4], row("Dense", units=3, activation="softmax"))
    weights = {"dense": [np.zeros((4, 3), "f"), np.zeros(3, "f")]}
    found = model_files.open_model(
        old.write(tmp_path / "o.h5", written, weights, version, training), tmp_path / "w.npz"
    )
    return found["compile"], [f"{n.where}: {n.message}" for n in found["notes"]]


KERAS_212 = {
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "jit_compile": True,
    "is_legacy_optimizer": False,
}
OPTIMIZERS = [
    (
        "2.0.5",
        obj("Adam", lr=0.0001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, decay=0.0),
        layer("Adam", learning_rate=0.0001),
    ),
    (
        "2.2.4",
        obj("Adam", lr=0.00019999999494757503, epsilon=None, decay=0.0, amsgrad=False),
        layer("Adam", learning_rate=0.0002),
    ),
    (
        "2.0.5",
        obj("Adadelta", lr=1.0, rho=0.95, epsilon=1e-07, decay=0.0),
        layer("Adadelta", learning_rate=1.0),
    ),
    (
        "2.1.0",
        obj("Adagrad", lr=0.01, epsilon=1e-07, decay=0.0),
        layer("Adagrad", learning_rate=0.01, initial_accumulator_value=0.0),
    ),
    (
        "2.0.5",
        obj("SGD", lr=0.05, momentum=0.9, decay=0.0, nesterov=True),
        layer("SGD", learning_rate=0.05, momentum=0.9, nesterov=True),
    ),
    (
        "2.2.0",
        obj("Nadam", lr=0.002, epsilon=None, schedule_decay=0.004),
        layer("Nadam", learning_rate=0.002),
    ),
    (
        "2.4.0",
        obj(
            "RMSprop",
            name="RMSprop",
            learning_rate=0.0003,
            decay=0.0,
            rho=0.9,
            momentum=0.0,
            epsilon=1e-07,
            centered=False,
        ),
        layer("RMSprop", learning_rate=0.0003),
    ),
    (
        "2.12.0",
        obj("Custom>Adam", name="Adam", learning_rate=0.0005, **KERAS_212),
        layer("Adam", learning_rate=0.0005),
    ),
    (
        "2.11.0",
        obj(
            "Custom>AdamW",
            name="AdamW",
            learning_rate=0.0005,
            **(KERAS_212 | {"weight_decay": 0.01}),
        ),
        layer("AdamW", learning_rate=0.0005, weight_decay=0.01),
    ),
    ("2.3.0", obj("adam", learning_rate=0.01, decay=0.0), layer("Adam", learning_rate=0.01)),
    (
        "2.6.0",
        obj(
            "SGD",
            learning_rate=obj(
                "ExponentialDecay",
                initial_learning_rate=0.1,
                decay_steps=100,
                decay_rate=0.9,
                staircase=False,
                name=None,
            ),
            decay=0.0,
            momentum=0.0,
            nesterov=False,
        ),
        layer(
            "SGD",
            learning_rate=layer(
                "ExponentialDecay", initial_learning_rate=0.1, decay_steps=100, decay_rate=0.9
            ),
        ),
    ),
]


@pytest.mark.parametrize(("version", "written", "chosen"), OPTIMIZERS)
def test_optimizers_of_old_come_whole(
    version: str, written: Any, chosen: Any, tmp_path: Path
) -> None:
    found, notes = settings(tmp_path, version, optimizer_config=written, loss="mse", metrics=None)
    assert found["optimizer"] == chosen and notes == []


def test_decay_becomes_the_schedule_that_it_was(tmp_path: Path) -> None:
    written = obj("SGD", lr=0.1, momentum=0.0, decay=0.01, nesterov=False)
    found, notes = settings(tmp_path, "2.2.0", optimizer_config=written, loss="mse")
    rate = found["optimizer"].config["learning_rate"]
    assert rate == layer(
        "InverseTimeDecay", initial_learning_rate=0.1, decay_steps=1, decay_rate=0.01
    )
    assert notes == [
        "compile.optimizer: decay=0.01 became the schedule InverseTimeDecay, which is the same."
    ]


WRAPPED = obj("MeanMetricWrapper", name="accuracy", dtype="float32", fn="categorical_accuracy")


@pytest.mark.parametrize(
    ("written", "chosen"),
    [
        (["accuracy"], ("accuracy",)),
        (["acc"], ("accuracy",)),
        ([["accuracy"]], ("accuracy",)),
        ([[WRAPPED]], ("accuracy",)),
        (
            [
                WRAPPED,
                obj("MeanMetricWrapper", name="mae", dtype="float32", fn="mean_absolute_error"),
            ],
            ("accuracy", "MeanAbsoluteError"),
        ),
        (
            [
                [
                    obj(
                        "MeanMetricWrapper",
                        name="top",
                        fn={"class_name": "function", "config": "top_k_categorical_accuracy"},
                    )
                ]
            ],
            ("TopKCategoricalAccuracy",),
        ),
        (
            [obj("CategoricalAccuracy", name="categorical_accuracy", dtype="float32")],
            ("CategoricalAccuracy",),
        ),
        (
            [
                obj(
                    "AUC",
                    name="auc",
                    dtype="float32",
                    num_thresholds=5,
                    curve="ROC",
                    summation_method="interpolation",
                    thresholds=[0.25, 0.5, 0.75],
                    multi_label=False,
                    label_weights=None,
                )
            ],
            ("AUC",),
        ),
        (["cosine_proximity", "MSE"], ("CosineSimilarity", "MeanSquaredError")),
    ],
)
def test_metrics_of_old_are_understood(written: Any, chosen: Any, tmp_path: Path) -> None:
    optimizer = obj("SGD", lr=0.01)
    found, notes = settings(
        tmp_path, "2.4.0", optimizer_config=optimizer, loss="mse", metrics=written
    )
    assert tuple(m.class_name for m in found["metrics"]) == chosen and notes == []


@pytest.mark.parametrize(
    ("written", "chosen"),
    [
        ("kullback_leibler_divergence", layer("KLDivergence")),
        ("logcosh", layer("LogCosh")),
        ("MSE", layer("MeanSquaredError")),
        (
            obj(
                "CategoricalCrossentropy",
                reduction="auto",
                name="categorical_crossentropy",
                from_logits=True,
                label_smoothing=0,
            ),
            layer("CategoricalCrossentropy", from_logits=True),
        ),
        (
            obj("LossFunctionWrapper", fn="huber_loss", reduction="auto", name="huber"),
            layer("Huber"),
        ),
        (["categorical_crossentropy"], layer("CategoricalCrossentropy")),
    ],
)
def test_losses_of_old_are_understood(written: Any, chosen: Any, tmp_path: Path) -> None:
    found, notes = settings(tmp_path, "2.4.0", optimizer_config=obj("SGD", lr=0.01), loss=written)
    assert found["loss"] == chosen and notes == []


def test_one_part_not_understood_drops_no_other(tmp_path: Path) -> None:
    found, notes = settings(
        tmp_path,
        "2.4.0",
        optimizer_config=obj("Addons>LAMB", lr=0.01),
        loss="mse",
        metrics=["mae", "dice_of_my_own", {"class_name": "function", "config": "mine"}],
    )
    assert found == Config(loss=layer("MeanSquaredError"), metrics=(layer("MeanAbsoluteError"),))
    assert [n.partition(":")[0] for n in notes] == [
        "compile.optimizer",
        "compile.metrics",
        "compile.metrics",
    ]


def test_an_optimizer_outlives_its_schedule(tmp_path: Path) -> None:
    found, notes = settings(
        tmp_path,
        "2.4.0",
        loss="mse",
        optimizer_config=obj("Adam", learning_rate=obj("WarmUp", steps=3), beta_1=0.8, decay=0.0),
    )
    assert found["optimizer"] == layer("Adam", beta_1=0.8)
    assert "WarmUp" in notes[0] and "usual rate" in notes[0]


# --- before 1.0 -----------------------------------------------------------------------------------


def test_a_model_of_before_keras_1(tmp_path: Path) -> None:
    layers = [
        {
            "name": "Convolution2D",
            "nb_filter": 2,
            "nb_row": 3,
            "nb_col": 3,
            "border_mode": "same",
            "subsample": [1, 1],
            "init": "uniform",
            "activation": "relu",
            "input_shape": [1, 8, 8],
        },
        {"name": "MaxPooling2D", "pool_size": [2, 2], "strides": [2, 2], "border_mode": "valid"},
        {"name": "Flatten"},
        {"name": "Dropout", "p": 0.25},
        {
            "name": "Dense",
            "input_dim": None,
            "output_dim": 3,
            "init": "uniform",
            "activation": "softmax",
            "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01},
        },
    ]
    record = {
        "name": "Sequential",
        "loss": "categorical_crossentropy",
        "layers": layers,
        "optimizer": {"name": "SGD", "lr": 0.1, "momentum": 0.9, "decay": 0.0, "nesterov": False},
    }
    path = tmp_path / "old.json"
    path.write_text(json.dumps(record))
    found = model_files.open_model(path)
    assert found["notes"] == ()
    made = found["model"].layers
    assert made["convolution2d"] == layer(
        "Conv2D",
        filters=2,
        kernel_size=3,
        padding="same",
        activation="relu",
        data_format="channels_first",
        kernel_initializer=layer("RandomUniform"),
    )
    assert made["dropout"] == layer("Dropout", rate=0.25)
    assert made["dense"].config["kernel_regularizer"].config["l2"] == 0.01
    assert found["compile"]["optimizer"] == layer("SGD", learning_rate=0.1, momentum=0.9)
    assert keras_model.build(found["model"]).output_shape == (None, 3)
