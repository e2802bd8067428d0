"""Which calls of a model are computed once, and what becomes of it when something goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builder.engine.build.backend import keras
from builder.engine.build.front import find_front
from builder.engine.training import precompute
from builder.engine.training.batch_order import BatchOrder
from builder.engine.training.loop import Loop, Plan
from builder.engine.training.reporting import NullSink, Reporter
from builder.engine.training.snapshot import Snapshots
from tests.builder.engine import front_cases
from tests.builder.engine.front_cases import CODES, NUMBERS, TOWNS, learned
from tests.builder.engine.parity_cases import BINARY

L = keras.layers
GIB = 2**30


def stack(*layers: Any, shape: tuple[int, ...] = (5,), dtype: str = "float32") -> Any:
    return keras.Sequential([keras.Input(shape, dtype=dtype), *layers, L.Dense(1)])


def once(model: Any, rows: int = 300, room: float = GIB) -> list[str]:
    """The kinds of the calls that are computed once."""
    front = find_front(model, rows, room)
    return [type(c.node.operation).__name__ for c in front.calls] if front else []


def test_of_a_table_all_lookups_and_the_normalization() -> None:
    found = once(front_cases.table(Path())[0])
    assert sorted(found) == [
        *("CategoryEncoding", "CategoryEncoding", "Discretization", "Hashing", "IntegerLookup"),
        *("Normalization", "StringLookup"),
    ]


def test_a_nested_model_is_taken_apart_and_one_called_twice_counts_as_one_layer() -> None:
    found = once(front_cases.block(Path())[0])
    assert sorted(found) == [
        *("Isnan", "Normalization", "Sequential", "Sequential", "StringLookup", "StringLookup"),
        "Where",
    ]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ((L.Normalization(),), ["Normalization"]),
        ((L.Rescaling(0.1), L.Dropout(0.2)), []),
        ((L.Discretization([0.0]), L.Dropout(0.2)), ["Discretization"]),
        ((L.Rescaling(0.1), L.Discretization([0.0]), L.Rescaling(2.0), L.GaussianNoise(0.1)),
         ["Rescaling", "Discretization"]),
        ((L.Rescaling(0.1), L.BatchNormalization()), []),
        ((L.Rescaling(0.1), L.Reshape((5, 1)), L.Add()), []),
        ((L.Reshape((5, 1)), L.Flatten()), []),
        ((L.Dense(3), L.Discretization([0.0])), []),
        ((L.Rescaling(0.1), L.Flatten(activity_regularizer="l2")), []),
    ],
)  # fmt: skip
def test_what_is_random_learned_or_merged_with_it_stays(layers: Any, expected: list[str]) -> None:
    if isinstance(layers[-1], L.Add):
        x = keras.Input((5,))
        small = layers[1](layers[0](x))
        assert once(keras.Model(x, layers[-1]([small, L.Dense(1)(small)]))) == expected
    else:
        assert once(stack(*layers)) == expected


def test_a_frozen_base_is_computed_once_unless_chance_or_learning_is_in_it() -> None:
    def base(*more: Any, frozen: bool = True) -> Any:
        inner = keras.Sequential(
            [keras.Input((8, 8, 1)), L.Conv2D(3, 3), L.BatchNormalization(), *more]
        )
        inner.trainable = not frozen
        return once(stack(inner, L.Flatten(), shape=(8, 8, 1)))

    assert base() == base(L.ReLU()) == ["Sequential", "Flatten"]
    assert base(L.Dropout(0.1)) == ["Conv2D", "BatchNormalization"]
    assert base(frozen=False) == []
    flat = L.Conv2D(3, 3, trainable=False)
    assert once(stack(flat, L.Flatten(), shape=(8, 8, 1))) == ["Conv2D", "Flatten"]
    augmented = keras.Sequential([keras.Input((8, 8, 1)), L.Conv2D(3, 3)])
    augmented.trainable = False
    assert once(stack(L.RandomFlip(), augmented, L.Flatten(), shape=(8, 8, 1))) == []


@pytest.mark.parametrize("rows", [290, 288])
def test_a_frozen_base_gives_what_it_gives_in_a_step(rows: int) -> None:
    model = front_cases.frozen(Path())[0]
    front = find_front(model, rows, GIB)
    assert front is not None and front.has_weights
    (found,) = precompute.compute(front, front_cases.IMAGES[:rows], 32)
    base = model.get_layer("base")
    said = base.predict(front_cases.IMAGES[:rows], batch_size=32, verbose=0)
    np.testing.assert_array_equal(found, said)


def test_long_rows_are_not_stored_for_a_mere_calculation() -> None:
    def picture(*layers: Any) -> list[str]:
        return once(stack(*layers, L.Flatten(), shape=(20, 20, 1)))

    assert picture(L.Rescaling(0.1)) == []
    assert picture(L.Resizing(15, 15), L.Rescaling(0.1)) == ["Resizing", "Rescaling", "Flatten"]


def test_a_table_too_large_to_store_stays_in_the_step() -> None:
    words = [f"w{i}" for i in range(10_000)]
    lookup = L.StringLookup(vocabulary=words, output_mode="one_hot")
    model = stack(lookup, shape=(1,), dtype="string")
    assert once(model, rows=10_000) == ["StringLookup"]
    assert once(model, rows=1_000_000) == []


def test_words_of_a_length_that_follows_the_batch_stay_in_the_step() -> None:
    words = learned(L.TextVectorization(), TOWNS)
    pooled = (L.Embedding(9, 2), L.GlobalAveragePooling1D())
    assert once(stack(words, *pooled, shape=(1,), dtype="string")) == []


def test_a_layer_of_someone_elses_with_the_name_of_keras_own_stays() -> None:
    class Rescaling(L.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x - keras.ops.mean(x)

    assert once(stack(Rescaling())) == []


def test_rows_that_depend_on_their_place_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    model = stack(L.Discretization([0.0]), L.Embedding(3, 2), L.Flatten())
    real = L.Discretization.call
    step, data = model.test_step, (NUMBERS, BINARY)
    assert precompute.move_front(model, step, data, 32)[0] is not step
    monkeypatch.setattr(L.Discretization, "call", lambda self, x: real(self, x - keras.ops.mean(x)))
    assert precompute.move_front(model, step, data, 32) == (step, data, ())


@pytest.mark.parametrize("rows", [288, 300])
def test_the_front_comes_out_as_the_layers_give_it(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precompute, "CHUNK_ROWS", 64)
    lookup = learned(L.IntegerLookup(), CODES)
    model = stack(lookup, L.Embedding(12, 2), L.Flatten(), shape=(1,), dtype="int64")
    front = find_front(model, rows, GIB)
    assert front is not None
    (found,) = precompute.compute(front, CODES[:rows], 32)
    np.testing.assert_array_equal(found, lookup(CODES[:rows]))


def test_an_order_is_heard_while_the_front_is_computed(tmp_path: Path) -> None:
    model = stack(L.Discretization([0.0]), L.Embedding(3, 2), L.Flatten())
    model.compile("adam", "mse")
    plan = Plan((NUMBERS, BINARY), None, BatchOrder(300, 32, True, 0))
    reporter = Reporter(NullSink(), lambda: "pause")
    loop = Loop(model, plan, [], reporter, Snapshots(tmp_path, model, []))
    assert loop.run() == "paused"
    assert (tmp_path / "snapshot.npz").exists() and not loop._model.optimizer.iterations.numpy()
