"""Layers that learn from the data: what they are fed with, and that they keep it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from builder.engine.build import keras_model
from builder.engine.training import adapt_layers
from builder.spec import Config, ModelSpec, Node, ObjectSpec, chain
from tests import zoo
from tests.zoo import dense, given, layer

RNG = np.random.default_rng(0)
TABLE = RNG.normal((3, -20, 500, 0), (1, 2, 90, 0.1), (300, 4)).astype("float32")


def made(*layers: ObjectSpec, policy: str | None = None) -> keras.Model:
    training = zoo.training(chain("m", *layers), layer("Iris"))
    return keras_model.build_compiled(training.with_compile(dtype_policy=policy))


def after(model: keras.Model, name: str, x: Any) -> np.ndarray:
    output = model.get_layer(name).output
    found: np.ndarray = keras.Model(model.inputs, output).predict(x, verbose=0)
    return found.astype("float32")


def test_the_first_layer_learns_from_the_examples_themselves() -> None:
    model = made(given(4), layer("Normalization"), dense(3, "softmax"))
    assert adapt_layers.adapt(model, TABLE) == ("normalization",)
    out = after(model, "normalization", TABLE)
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(out.std(axis=0), 1, atol=1e-3)


@pytest.mark.parametrize("policy", [None, "mixed_bfloat16"])
def test_a_later_layer_learns_from_what_reaches_it(policy: str | None) -> None:
    """In 16 bits too, where adding up 300 rows in 16 bits would be far off."""
    model = made(
        given(4),
        layer("Normalization"),
        dense(6, "relu"),
        layer("Rescaling", scale=7.0, offset=30.0),
        layer("Normalization"),
        dense(3, "softmax"),
        policy=policy,
    )
    assert adapt_layers.adapt(model, TABLE) == ("normalization", "normalization_1")
    out = after(model, "normalization_1", TABLE)
    reads = after(model, "rescaling", TABLE).std(axis=0) > 0.1
    rough = 0.15 if policy else 1e-3
    np.testing.assert_allclose(out.mean(axis=0)[reads], 0, atol=rough)
    np.testing.assert_allclose(out.std(axis=0)[reads], 1, atol=rough)


def test_bins_hold_about_the_same_number_of_examples() -> None:
    model = made(
        given(1),
        layer("Discretization", num_bins=4),
        layer("Embedding", input_dim=4, output_dim=2),
        layer("Flatten"),
        dense(3),
    )
    adapt_layers.adapt(model, TABLE[:, :1])
    counts = np.bincount(after(model, "discretization", TABLE[:, :1]).astype(int).ravel())
    assert len(counts) == 4 and counts.min() > 60


def test_whole_numbers_get_their_places_by_how_often_they_occur() -> None:
    model = made(given(3), layer("IntegerLookup"), layer("Rescaling", scale=1.0), dense(3))
    adapt_layers.adapt(model, np.array([[7, 7, 7], [7, 40, 40]], "int32"))
    found = after(model, "integer_lookup", np.array([[7, 40, 5]], "int32"))
    assert found.tolist() == [[1, 2, 0]]


def test_a_table_that_is_given_is_kept() -> None:
    model = made(
        given(4),
        layer("Normalization", mean=(1.0,) * 4, variance=(4.0,) * 4),
        layer("Discretization", bin_boundaries=(0.0, 1.0)),
        layer("IntegerLookup", vocabulary=(0, 1, 2)),
        layer("Rescaling", scale=1.0),
        dense(3),
    )
    assert adapt_layers.adapt(model, TABLE) == ()
    np.testing.assert_allclose(after(model, "normalization", TABLE), (TABLE - 1) / 2, rtol=1e-5)


def test_a_model_inside_a_model_learns_too() -> None:
    inner = chain("inner", given(4), layer("Normalization"), dense(2, "relu"))
    outer = ModelSpec(
        "outer",
        Config(input=given(4), scale=layer("Rescaling", scale=3.0), inner=inner, out=dense(3)),
        (
            Node("input", "input"),
            Node("scale", "scale", ("input",)),
            Node("inner", "inner", ("scale",)),
            Node("out", "out", ("inner",)),
        ),
        ("out",),
    )
    model = keras_model.build_compiled(zoo.training(outer, layer("Iris")))
    assert adapt_layers.adapt(model, TABLE) == ("normalization",)
    mean = model.get_layer("inner").get_layer("normalization").mean
    np.testing.assert_allclose(np.ravel(mean), 3 * TABLE.mean(axis=0), rtol=1e-4)


def test_what_was_learned_is_saved_with_the_model(tmp_path: Path) -> None:
    model = made(
        given(4),
        layer("Normalization"),
        layer("Discretization", num_bins=5),
        layer("IntegerLookup"),
        layer("Rescaling", scale=1.0),
        dense(3, "softmax"),
    )
    adapt_layers.adapt(model, TABLE)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", compile=False)
    x = TABLE[:20]
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


def test_words_that_are_given_are_kept() -> None:
    """Learned anew they would be in another order, and others would be missing."""
    words = ("bad", "good", "never seen")
    model = made(
        layer("InputLayer", shape=(1,), dtype="string"),
        layer("TextVectorization", vocabulary=words, output_sequence_length=2),
        dense(3),
    )
    texts = np.array([["good good"], ["film bad"]], "object")
    assert adapt_layers.adapt(model, texts) == ()
    reader = model.get_layer("text_vectorization")
    assert reader.get_vocabulary()[2:] == list(words)
    assert np.asarray(reader(["good good", "film bad"])).tolist() == [[3, 3], [1, 2]]
