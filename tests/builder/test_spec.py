"""The five values: frozen, equal by content, and what is derived from them."""

from __future__ import annotations

import pickle

import pytest

from builder.spec import Config, ModelSpec, Node, ObjectSpec, active, chain, snake_case, unique_name
from tests import zoo
from tests.zoo import TUTORIAL, dense, given, layer


def test_a_config_cannot_change() -> None:
    config = Config({"units": [1, 2], "inner": {"a": 1}})
    with pytest.raises(AttributeError):
        config.units = 3  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        config["units"] = 3  # type: ignore[index]
    assert config["units"] == (1, 2)
    assert isinstance(config["inner"], Config)


def test_changes_make_copies() -> None:
    config = Config(a=1, b=2)
    assert config.with_(a=3) == {"a": 3, "b": 2} and config["a"] == 1
    assert config.without("a") == {"b": 2}
    assert dense(3).with_(units=4) == dense(4)


def test_equal_content_is_equal_and_hashes_alike() -> None:
    one = ObjectSpec("Dense", Config(units=3, activation="relu"))
    two = ObjectSpec("Dense", Config(activation="relu", units=3))
    assert one == two and hash(one) == hash(two)
    assert hash(TUTORIAL.layers) == hash(Config(dict(TUTORIAL.layers)))


@pytest.mark.parametrize("name", zoo.STACKS)
def test_specs_cross_processes(name: str) -> None:
    spec = zoo.STACKS[name]
    assert pickle.loads(pickle.dumps(spec)) == spec  # noqa: S301
    assert len({spec, pickle.loads(pickle.dumps(spec))}) == 1  # noqa: S301


def test_chain_names_layers_as_keras_does() -> None:
    model = chain("m", given(4), dense(3), dense(3), layer("Conv2D"), layer("LSTM"))
    assert [n.name for n in model.nodes] == ["input_layer", "dense", "dense_1", "conv2d", "lstm"]
    assert model.node("dense_1").inbound == ("dense",)
    assert model.outputs == ("lstm",)
    with pytest.raises(KeyError):
        model.node("gone")


@pytest.mark.parametrize(
    ("class_name", "name"),
    [
        ("Dense", "dense"),
        ("Conv2D", "conv2d"),
        ("MaxPooling2D", "max_pooling2d"),
        ("LSTM", "lstm"),
        ("GlobalAveragePooling1D", "global_average_pooling1d"),
        ("InputLayer", "input_layer"),
    ],
)
def test_snake(class_name: str, name: str) -> None:
    assert snake_case(class_name) == name


def test_unique() -> None:
    assert unique_name("a", set()) == "a"
    assert unique_name("a", {"a", "a_1"}) == "a_2"


def test_active_hands_on_what_a_switched_off_layer_read() -> None:
    model = ModelSpec(
        "m",
        Config(a=given(4), b=dense(3), c=dense(2), d=dense(1)),
        (
            Node("a", "a"),
            Node("b", "b", ("a",), off=True),
            Node("c", "c", ("b",), off=True),
            Node("d", "d", ("c",)),
        ),
        ("d",),
    )
    left = active(model)
    assert [n.name for n in left.nodes] == ["a", "d"]
    assert left.node("d").inbound == ("a",)
    assert set(left.layers) == {"a", "d"}


def test_active_returns_the_last_layer_that_is_on() -> None:
    model = chain("m", given(4), dense(3), dense(2))
    off = ModelSpec(
        "m",
        model.layers,
        (*model.nodes[:2], Node("dense_1", "dense_1", ("dense",), off=True)),
        model.outputs,
    )
    assert active(off).outputs == ("dense",)
    assert active(model) is model
