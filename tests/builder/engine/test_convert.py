"""The way back: a Keras model, live or as Keras wrote it down, is the spec it was built from."""

from __future__ import annotations

import copy
import functools
import json
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from builder import catalog
from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.files.records import compile_records, convert, deserialize
from builder.errors import FileError
from builder.spec import Config, ModelSpec, active, chain
from tests import zoo
from tests.zoo import dense, given, layer


def canonical(model: ModelSpec) -> ModelSpec:
    """``model`` without defaults, without what is switched off, its nodes in order of name.

    Keras keeps neither the order in which a person put the nodes nor the names of second calls.
    """

    def short(part: Any) -> Any:
        nested = isinstance(part, ModelSpec)
        return canonical(part) if nested else catalog.minimal("layers", part)

    model = active(model)
    titles, seen = {}, Counter[str]()
    for node in model.nodes:
        many = seen[node.layer]
        titles[node.name] = f"{node.layer}_{many}" if many else node.layer
        seen[node.layer] += 1

    def told(ref: str) -> str:
        name, colon, index = ref.partition(":")
        return titles[name] + colon + index

    nodes = [
        replace(n, name=titles[n.name], inbound=tuple(told(r) for r in n.inbound))
        for n in model.nodes
    ]
    return replace(
        model,
        layers=Config({k: short(v) for k, v in model.layers.items()}),
        nodes=tuple(sorted(nodes, key=lambda n: n.name)),
        outputs=tuple(told(r) for r in model.outputs),
    )


def written(model: keras.Model) -> Any:
    return json.loads(model.to_json())["config"]


def inputs(model: ModelSpec) -> list[str]:
    """The order in which the model takes its inputs."""
    return [n.name for n in model.nodes if not n.inbound]


MODELS = {**zoo.MODELS, **zoo.SEVERAL}


@pytest.mark.parametrize("name", MODELS)
def test_what_was_built_converts_back(name: str) -> None:
    spec = MODELS[name]
    model = keras_model.build(spec)
    before = written(model)
    back, notes = convert.to_spec(model)
    assert notes == ()
    assert written(keras_model.build(back)) == before
    assert canonical(back) == canonical(spec)
    assert inputs(back) == inputs(spec)


@pytest.mark.parametrize("name", zoo.SEVERAL)
def test_the_same_weights_give_the_same_numbers(name: str) -> None:
    model = keras_model.build(zoo.SEVERAL[name])
    again = keras_model.build(convert.to_spec(model)[0])
    again.set_weights(model.get_weights())
    rng = np.random.default_rng(0)
    x = [rng.integers(0, 2, (2, *t.shape[1:])).astype(t.dtype) for t in model.inputs]
    given_ = x if len(x) > 1 else x[0]
    for a, b in zip(model(given_), again(given_), strict=True):
        assert np.array_equal(a, b)


def test_a_second_call_of_a_layer_gets_a_name_of_its_own() -> None:
    back, _ = convert.to_spec(keras_model.build(zoo.SHARED))
    assert [(n.name, n.layer) for n in back.nodes if n.layer == "tower"] == [
        ("tower", "tower"),
        ("tower_1", "tower"),
    ]


@pytest.mark.parametrize("entry", catalog.entries("layers"), ids=lambda e: e.class_name)
def test_every_layer_of_the_catalogue_survives(entry: catalog.Entry) -> None:
    spec = catalog.new("layers", entry.class_name)
    if entry.class_name == "InputLayer":
        return
    from builder.engine.build import keras_objects

    with keras_model.without_allocating():
        record = keras.saving.serialize_keras_object(keras_objects.make("layers", spec))
        back = deserialize.read_object(
            "layers", json.loads(json.dumps(record)), "layer", lambda text: None
        )
    kept = back.config if "seed" in spec.config else back.config.without("seed")
    assert replace(back, config=kept) == catalog.minimal("layers", spec)


def test_a_functional_tutorial_with_operations_and_masks() -> None:
    words = keras.Input((12,), name="words")
    x = keras.layers.Embedding(50, 8, mask_zero=True, name="embedding")(words)
    x = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True), name="both")(x)
    x = x + keras.layers.Dense(8, name="again")(x)
    x = keras.layers.GlobalAveragePooling1D(name="average")(x)
    model = keras.Model(words, keras.layers.Dense(1, name="out")(x), name="tutorial")
    back, notes = convert.to_spec(model)
    assert notes == ()
    assert {n.layer for n in back.nodes} >= {"words", "embedding", "both", "again", "out"}
    assert not any("not_equal" in n.name for n in back.nodes)
    assert keras_model.build(back).count_params() == model.count_params()


def test_initial_states_and_nested_functional_models() -> None:
    inner_in = keras.Input((3,))
    hidden = keras.layers.Dense(4, name="h")(inner_in)
    inner = keras.Model(inner_in, [hidden, keras.layers.Dense(2, name="o")(hidden)], name="inner")
    seq = keras.Input((7, 3), name="seq")
    _, h, c = keras.layers.LSTM(4, return_state=True, name="encoder")(seq)
    decoded = keras.layers.LSTM(4, name="decoder")(seq, initial_state=[h, c])
    flat = keras.Input((3,), name="flat")
    first, second = inner(flat)
    model = keras.Model([seq, flat], [decoded, first, second], name="states")
    back, notes = convert.to_spec(model)
    assert notes == ()
    assert back.outputs == ("decoder", "inner", "inner:1")
    assert back.node("decoder").inbound == ("seq", "encoder:1", "encoder:2")
    rebuilt = keras_model.build(back)
    assert rebuilt.count_params() == model.count_params()
    rebuilt.set_weights(model.get_weights())
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(2, 7, 3)).astype("float32"), rng.normal(size=(2, 3)).astype("float32")]
    for a, b in zip(model(x), rebuilt(x), strict=True):
        assert np.array_equal(a, b)


def test_a_frozen_layer_stays_frozen() -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, trainable=False, name="d")])
    back, _ = convert.to_spec(model)
    assert back.layers["d"] == layer("Dense", units=2, trainable=False)
    assert keras_model.summary(back).trainable == 0


def test_a_stack_of_keras_2_is_read() -> None:
    old = {
        "class_name": "Sequential",
        "config": {
            "name": "sequential",
            "layers": [
                {
                    "class_name": "Dense",
                    "config": {
                        "name": "dense",
                        "batch_input_shape": [None, 8],
                        "dtype": "float32",
                        "units": 4,
                        "activation": "relu",
                        "kernel_initializer": {
                            "class_name": "GlorotUniform",
                            "config": {"seed": None},
                        },
                    },
                },
                {"class_name": "LeakyReLU", "config": {"name": "leaky", "alpha": 0.2}},
            ],
        },
        "keras_version": "2.9.0",
    }
    back, notes = convert.from_record(old)
    want = chain("sequential", given(8), dense(4, "relu"), layer("LeakyReLU"))
    assert list(back.layers.values()) == list(want.layers.values())
    assert [(n.where, n.message) for n in notes] == [
        ("leaky", "'alpha' of LeakyReLU does not exist in this Keras and was left out.")
    ]


def test_a_graph_of_keras_2_is_read() -> None:
    def call(*names: str) -> list[Any]:
        return [[[n, 0, 0, {}] for n in names]]

    rows: list[dict[str, Any]] = [
        {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 4], "name": "i"}},
        {"class_name": "Dense", "config": {"units": 4, "name": "d"}, "inbound_nodes": call("i")},
        {"class_name": "Add", "config": {"axis": -1, "name": "a"}, "inbound_nodes": call("i", "d")},
    ]
    record = {
        "class_name": "Functional",
        "config": {
            "name": "old",
            "layers": [{"name": r["config"]["name"], **r} for r in rows],
            "input_layers": [["i", 0, 0]],
            "output_layers": [["a", 0, 0]],
        },
    }
    back, _ = convert.from_record(record)
    assert back.node("a").inbound == ("i", "d")
    assert keras_model.build(back).count_params() == 20


def test_a_stack_without_input_says_so() -> None:
    back, notes = convert.to_spec(keras.Sequential([keras.layers.Dense(3, name="d")]))
    assert [n.name for n in back.nodes] == ["d"]
    assert notes[0].message == "The model has no Input: add one to give it a shape."


def test_compile_settings_come_back_as_they_were_chosen() -> None:
    spec = zoo.STACKS["nested_choices"].with_compile(
        metrics=(layer("accuracy"), layer("AUC", num_thresholds=50)),
        loss=layer("CategoricalCrossentropy", label_smoothing=0.1),
    )
    model = keras_model.build_compiled(spec)
    back, _ = compile_records.read_compile(json.loads(model.to_json())["compile_config"])
    assert back == spec.compile


@pytest.mark.parametrize(
    ("written", "chosen"),
    [
        ("mse", "MeanSquaredError"),
        ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"),
        (
            {"module": "builtins", "class_name": "function", "config": "huber"},
            "Huber",
        ),
    ],
)
def test_short_names_of_losses_are_understood(written: Any, chosen: str) -> None:
    back, _ = compile_records.read_compile(
        {"optimizer": "adam", "loss": written, "metrics": ["acc", "mae"]}
    )
    assert back is not None
    assert back["optimizer"] == layer("Adam") and back["loss"] == layer(chosen)
    assert back["metrics"] == (layer("accuracy"), layer("MeanAbsoluteError"))


def test_a_learning_rate_comes_back_as_it_was_typed() -> None:
    model = keras_model.build_compiled(
        zoo.STACKS["toy"].with_compile(optimizer=layer("SGD", learning_rate=0.03))
    )
    back, _ = compile_records.read_compile(json.loads(model.to_json())["compile_config"])
    assert back is not None and back["optimizer"] == layer("SGD", learning_rate=0.03)


class Own(keras.Model):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return x


class Doubling(keras.layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return 2 * x


def stack(*layers: Any) -> keras.Model:
    return keras.Sequential([keras.Input((3,)), *layers])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Own, "is a custom class"),
        (lambda: stack(keras.layers.Dense(2, activation=lambda x: x, name="d")), "'d' "),
    ],
    ids=["subclassed", "custom_activation"],
)
def test_code_is_refused(make: Any, message: str) -> None:
    with pytest.raises(FileError, match=message):
        convert.to_spec(make())


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (keras.layers.Lambda(lambda x: x, name="own"), "is a Lambda"),
        (Doubling(name="own"), "is a custom class"),
    ],
)
def test_a_layer_with_code_is_kept_as_it_was_told(made: Any, said: str) -> None:
    back, notes = convert.to_spec(stack(made, keras.layers.Dense(2)))
    assert [n.where for n in notes] == ["own"] and notes[0].message.startswith(said)
    assert back.node("dense").inbound == ("own",)


def test_an_operation_that_takes_code_is_named() -> None:
    x = keras.Input((3,))
    record = json.loads(keras.Model(x, keras.ops.sin(x)).to_json())
    record["config"]["layers"][1]["class_name"] = "Map"
    with pytest.raises(FileError, match="is the bare operation Map, which this app does not know"):
        convert.from_record(record)


@pytest.mark.parametrize(
    ("make", "operation"),
    [
        (lambda x: 1 - x, layer("ops.subtract", x1=1)),
        (lambda x: x[..., 1:], layer("ops.get_item", key=("...", {"start": 1, "stop": None,
                                                                    "step": None}))),
        (keras.ops.absolute, layer("ops.abs")),
        (lambda x: keras.ops.nextafter(1.0, x), layer("ops.nextafter", x1=1.0)),
        (lambda x: keras.ops.clip(x, 0, 1), layer("ops.clip", x_min=0, x_max=1)),
        (lambda x: keras.ops.isin(x, [1.0, 2.0]), layer("ops.isin", x2=(1.0, 2.0))),
        (keras.activations.relu, layer("ReLU")),
    ],
)  # fmt: skip
def test_operations_of_python_and_keras_are_read(make: Any, operation: Any) -> None:
    x = keras.Input((4, 3))
    model = keras.Model(x, make(x))
    back, notes = convert.to_spec(model)
    assert notes == ()
    assert list(back.layers.values())[1] == operation
    data = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    assert np.array_equal(keras_model.build(back)(data), model(data))


JUNK: tuple[Any, ...] = (
    *(None, True, -1, 2, 10**9, 0.5, "", "relu", [], [1, -1], [None, 3], {}, {"0": 1}),
    {"class_name": "Dense", "config": {}},
    {"class_name": "__slice__", "config": {}},
    {"class_name": "__tensor__", "config": {"value": [1]}},
    {"class_name": "__keras_tensor__", "config": {"keras_history": ["source", 0, 99]}},
    ["source", 0, 99],
)


@functools.cache
def records() -> tuple[str, ...]:
    return tuple(keras_model.build(m).to_json() for m in zoo.SEVERAL.values())


@hypothesis.given(st.integers(0, 2**30))
@hypothesis.settings(max_examples=100, database=None)
def test_a_damaged_record_is_read_or_refused_in_words(seed: int) -> None:
    dice = random.Random(seed)
    record = json.loads(dice.choice(records()))
    for _ in range(dice.randint(1, 3)):
        at: Any = record
        *keys, last = dice.choice(places(record)[1:])
        for key in keys:
            at = at[key]
        at[last] = copy.deepcopy(dice.choice(JUNK))
    try:
        spec, _ = convert.from_record(record)
    except FileError as error:
        assert error.message and error.hint
        return
    keras_model.summary(spec)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON document, as the keys that lead there."""
    rows = value.items() if isinstance(value, dict) else ()
    rows = enumerate(value) if isinstance(value, list) else rows
    return [path, *(p for k, v in rows for p in places(v, (*path, k)))]
