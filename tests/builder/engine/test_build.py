"""Specs become Keras models; what Keras would say of them costs no memory and never raises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import psutil
import pytest

from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.errors import BuildError
from builder.spec import Config, ModelSpec, Node, chain
from tests import broken, zoo
from tests.zoo import dense, given, layer


@pytest.mark.parametrize("name", zoo.STACKS)
def test_a_stack_becomes_a_sequential(name: str) -> None:
    model = keras_model.build(zoo.STACKS[name].model, name="mine")
    assert isinstance(model, keras.Sequential)
    assert model.name == "mine"


@pytest.mark.parametrize("name", zoo.GRAPHS)
def test_a_graph_becomes_a_model_that_computes(name: str) -> None:
    spec = zoo.GRAPHS[name]
    model = keras_model.build(spec)
    assert isinstance(model, keras.Model)
    inputs = [np.ones((2, *t.shape[1:]), t.dtype) for t in model.inputs]
    answer = model(inputs if len(inputs) > 1 else inputs[0])
    assert len(keras.tree.flatten(answer)) == len(spec.outputs)


def test_two_calls_of_one_layer_share_its_weights() -> None:
    model = keras_model.build(zoo.SHARED)
    assert model.count_params() == (6 * 4 + 4) + (4 + 1)
    facts = keras_model.summary(zoo.SHARED)
    assert facts.of("tower").params == 28 and facts.of("tower_again").params == 0


def test_the_second_output_of_a_layer_is_its_state() -> None:
    model = keras_model.build(zoo.STATE)
    x = np.random.default_rng(0).normal(size=(2, 7, 3)).astype("float32")
    lstm, out = model.get_layer("encoder"), model.get_layer("out")
    assert np.array_equal(model(x), out(lstm(x)[2]))


def test_shapes_are_the_tutorials() -> None:
    facts = keras_model.summary(zoo.TUTORIAL)
    assert [n.outputs for n in facts.nodes] == [
        ((None, 28, 28),),
        ((None, 784),),
        ((None, 128),),
        ((None, 128),),
        ((None, 10),),
    ]
    assert [n.params for n in facts.nodes] == [0, 0, 100_480, 0, 1_290]
    assert (facts.params, facts.trainable, facts.weight_bytes) == (101_770, 101_770, 407_080)
    assert facts.output_bytes == 4 * (784 + 784 + 128 + 128 + 10)


def test_not_all_weights_are_trained() -> None:
    facts = keras_model.summary(chain("m", given(8), layer("BatchNormalization")))
    assert (facts.params, facts.trainable) == (32, 16)


def test_half_precision_counts_half() -> None:
    facts = keras_model.summary(chain("m", given(8), dense(2, dtype="float16")))
    assert facts.weight_bytes == 2 * (16 + 2)
    assert facts.nodes[-1].output_bytes == 4


@pytest.mark.parametrize("name", broken.BROKEN)
def test_summary_never_raises_and_agrees_with_build(name: str) -> None:
    model = broken.BROKEN[name].training.model
    failure = keras_model.summary(model).failure
    if failure is None and model.nodes and model.outputs:
        facts = keras_model.summary(model)
        if facts.params < 10_000_000:
            assert keras_model.build(model).count_params() == facts.params
        return
    with pytest.raises(BuildError) as caught:
        keras_model.build(model)
    if failure:
        assert caught.value.where == failure.node
        assert failure.message in caught.value.message


@pytest.mark.parametrize(
    ("model", "node", "message"),
    [
        (
            ModelSpec("m", Config(d=dense(3)), (Node("d", "d", ("gone",)),), ("d",)),
            "d",
            "it reads 'gone', which does not exist.",
        ),
        (
            ModelSpec("m", Config(d=dense(3)), (Node("d", "d"),), ("d",)),
            "d",
            "it has no input: connect it to an Input or to a layer.",
        ),
        (
            ModelSpec(
                "m",
                Config(a=dense(3), b=dense(3)),
                (Node("a", "a", ("b",)), Node("b", "b", ("a",))),
                ("b",),
            ),
            "a",
            "it is part of a circle: it waits for itself.",
        ),
        (
            ModelSpec("m", Config(i=given(3)), (Node("i", "i"), Node("d", "d", ("i",))), ("d",)),
            "d",
            "its layer 'd' does not exist.",
        ),
        (
            ModelSpec("m", Config(i=given(3)), (Node("i", "i"), Node("i", "i")), ("i",)),
            "i",
            "there are two layers of this name.",
        ),
        (
            ModelSpec("m", Config(i=given(3)), (Node("i", "i", ("i",)),), ("i",)),
            "i",
            "it is part of a circle: it waits for itself.",
        ),
        (
            ModelSpec(
                "m",
                Config(i=given(3), d=dense(2)),
                (Node("i", "i"), Node("d", "d", ("i:4",))),
                ("d",),
            ),
            "d",
            "it reads an output that is not there: 'i:4' does not exist: 'i' has 1 output(s).",
        ),
        (
            ModelSpec("m", Config(i=given(3)), (Node("i", "i"),), ("x",)),
            "",
            "its output 'x' does not exist.",
        ),
    ],
)
def test_half_wired_graphs_say_where(model: ModelSpec, node: str, message: str) -> None:
    failure = keras_model.summary(model).failure
    assert failure is not None
    assert (failure.node, failure.message) == (node, message)
    with pytest.raises(BuildError) as caught:
        keras_model.build(model)
    assert caught.value.where == node


def test_a_refused_layer_says_what_it_received() -> None:
    stack = chain("m", given(28, 28), dense(4), layer("Conv2D", filters=2, kernel_size=3), dense(1))
    facts = keras_model.summary(stack)
    assert [n.node for n in facts.nodes] == ["input_layer", "dense"]
    assert facts.failure and facts.failure.node == "conv2d"
    assert facts.failure.received == ((None, 28, 4),)
    with pytest.raises(BuildError) as caught:
        keras_model.build(stack)
    start = "Layer 'conv2d' (Conv2D), which receives (batch, 28, 4), cannot be built: "
    assert caught.value.message.startswith(start)
    assert "\n" not in caught.value.message and "Arguments received" not in caught.value.message


def test_a_failure_inside_a_nested_model_names_both() -> None:
    inner = chain("inner", given(6), layer("Conv2D", filters=2, kernel_size=3))
    outer = replace(zoo.NESTED, layers=zoo.NESTED.layers.with_(inner=inner))
    failure = keras_model.summary(outer).failure
    assert failure and failure.node == "inner"
    assert failure.message.startswith("in 'conv2d': ")


@pytest.mark.parametrize(
    "huge",
    [
        dense(10**9),
        dense(10**15),
        layer("Embedding", input_dim=10**9, output_dim=10**4),
        layer("LSTM", units=10**7),
        layer("Dense", units=10**8, kernel_initializer=layer("Orthogonal")),
        layer("RepeatVector", n=10**9),
        layer("Conv1D", filters=10**8, kernel_size=3, padding="same"),
        layer("CategoryEncoding", num_tokens=10**9),
    ],
    ids=lambda spec: spec.class_name,
)
def test_impossible_sizes_allocate_nothing(huge) -> None:
    before = psutil.Process().memory_info().rss
    shape = (4,) if huge.class_name in ("Dense", "RepeatVector", "CategoryEncoding") else (4, 8)
    shape = (4,) if huge.class_name == "Embedding" else shape
    keras_model.summary(chain("m", given(*shape), huge))
    keras_model.summary(
        zoo.TUTORIAL
    )  # the trap: the next scope to exit could allocate what is pending
    assert psutil.Process().memory_info().rss - before < 100_000_000


def test_too_big_is_refused_with_its_estimate() -> None:
    facts = keras_model.summary(chain("m", given(1000), dense(100_000), dense(1)))
    keras_model.refuse_if_too_big(facts, 10**10)
    with pytest.raises(BuildError) as caught:
        keras_model.refuse_if_too_big(facts, 10**9)
    assert caught.value.where == "dense"
    assert caught.value.message == (
        "This model has 100,200,001 parameters; training it needs about 4.49 GB, and 1 GB are"
        " free. Most of them are in 'dense' (100,100,000)."
    )
    huge = keras_model.summary(chain("m", given(1000), dense(10**9)))
    with pytest.raises(BuildError, match="more than 2,000,000,000 parameters"):
        keras_model.refuse_if_too_big(huge, 10**18)


def test_what_is_switched_off_is_not_there() -> None:
    spec = zoo.STACKS["switched_off"].model
    assert [n.node for n in keras_model.summary(spec).nodes] == [
        "input_layer",
        "flatten",
        "dense",
        "dense_1",
    ]
    assert len(keras_model.build(spec).layers) == 3


def test_the_seed_decides_the_weights_as_in_a_plain_script() -> None:
    spec = zoo.STACKS["tutorial"]
    ours = keras_model.build_compiled(spec)
    keras.utils.set_random_seed(spec.seed)
    plain = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    for a, b in zip(ours.get_weights(), plain.get_weights(), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"optimizer": layer("Adamm")}, "compile.optimizer"),
        ({"optimizer": layer("Adam", learning_rate="fast")}, "compile.optimizer"),
        ({"loss": layer("MeanSquared")}, "compile.loss"),
        ({"metrics": (layer("Lambda"),)}, "compile.metrics"),
    ],
)
def test_compiling_says_which_choice_is_wrong(changes, where: str) -> None:
    with pytest.raises(BuildError) as caught:
        keras_model.build_compiled(zoo.STACKS["toy"].with_compile(**changes))
    assert caught.value.where == where


def test_a_warning_of_keras_is_no_failure() -> None:
    masked = chain("m", given(5), layer("Embedding", input_dim=9, output_dim=2, mask_zero=True),
                   layer("Flatten"), dense(2))  # fmt: skip
    assert keras_model.summary(masked).failure is None


def test_a_policy_holds_for_the_model_alone() -> None:
    model = keras_model.build_compiled(zoo.STACKS["half_precision"])
    assert {layer.compute_dtype for layer in model.layers} == {"bfloat16"}
    assert {layer.variable_dtype for layer in model.layers} == {"float32"}
    plain = keras_model.build_compiled(zoo.STACKS["toy"])
    assert {layer.compute_dtype for layer in plain.layers} == {"float32"}


def test_an_unknown_policy_is_refused_in_words() -> None:
    spec = zoo.STACKS["toy"]
    with pytest.raises(BuildError) as caught:
        keras_model.build_compiled(spec.with_compile(dtype_policy="float3"))
    assert caught.value.where == "compile.dtype_policy"
    assert {layer.compute_dtype for layer in keras_model.build_compiled(spec).layers} == {"float32"}
