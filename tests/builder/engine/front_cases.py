"""Trainings with a front that is computed once; our loop and ``model.fit`` are compared on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from builder.engine.build.backend import keras
from tests.builder.engine.parity_cases import BINARY, CASES, IMAGES, ONE_HOT, Case

L, ops = keras.layers, keras.ops
RNG = np.random.default_rng(6)
NUMBERS = (RNG.normal(size=(300, 5)) * 50 + 7).astype("float32")
TOWNS = np.array(["Bath", "Cork", "Deal", "Ely"], object)[np.argmax(ONE_HOT, axis=1)]
OTHERS = TOWNS[::-1].copy()
CODES = RNG.integers(0, 9, (300, 1)).astype("int64")
WORDS = np.array(["good", "bad", "soup", "the", "was"])[RNG.integers(0, 5, (300, 7))]
TEXTS = np.array([" ".join(row[: 1 + i % 7]) for i, row in enumerate(WORDS)], object)


def learned(layer: Any, data: Any) -> Any:
    layer.adapt(data)
    return layer


def compiled(inputs: Any, outputs: Any, loss: Any = "binary_crossentropy") -> tuple[Any, list[Any]]:
    model = keras.Model(inputs, outputs)
    model.compile("adam", loss, metrics=["accuracy"] if isinstance(loss, str) else None)
    return model, []


def entrances() -> dict[str, Any]:
    dtypes = {"row": "float32", "town": "string", "code": "int64"}
    return {k: keras.Input((5 if k == "row" else 1,), name=k, dtype=d) for k, d in dtypes.items()}


def table(folder: Path) -> tuple[Any, list[Any]]:
    """Every kind of lookup: some end in a Dense, some in an Embedding, one is read by two."""
    x = entrances()
    bins = learned(L.Discretization(num_bins=4), NUMBERS)(x["row"])
    codes = learned(L.IntegerLookup(), CODES)(x["code"])
    parts = [
        learned(L.Normalization(), NUMBERS)(x["row"]),
        learned(L.StringLookup(output_mode="one_hot"), TOWNS)(x["town"]),
        L.Flatten()(L.Embedding(5, 2)(bins)),
        L.Flatten()(L.Embedding(12, 3)(codes)),
        L.Flatten()(L.Embedding(7, 2)(L.Hashing(7)(x["town"]))),
        L.CategoryEncoding(9)(x["code"]),
        L.CategoryEncoding(12, output_mode="one_hot")(codes),
    ]
    deep = L.Dropout(0.2)(L.Dense(8, "relu")(L.Concatenate()(parts)))
    return compiled(x, L.Dense(1, "sigmoid")(deep))


def block(folder: Path) -> tuple[Any, list[Any]]:
    """A nested model of which one half is learned, a layer called twice, and a nested model that is
    called twice."""
    row, word = keras.Input((5,)), keras.Input((1,), dtype="string")
    lookup = learned(L.StringLookup(), TOWNS)
    one = L.Flatten()(L.Embedding(6, 3)(lookup(word)))
    scaled = learned(L.Normalization(), NUMBERS)(ops.where(ops.isnan(row), 0.0, row))
    features = keras.Model([row, word], ops.concatenate([scaled, one], axis=-1), name="features")
    hashed = keras.Sequential([keras.Input((1,), dtype="string"), L.Hashing(9)], name="hashed")
    x = {"row": keras.Input((5,), name="row")}
    x |= {k: keras.Input((1,), name=k, dtype="string") for k in ("town", "other")}
    table = L.Embedding(9, 2)
    rest = [L.Flatten()(table(hashed(x[k]))) for k in ("town", "other")]
    rest.append(L.Flatten()(L.Embedding(6, 2)(lookup(x["other"]))))
    joined = L.Concatenate()([features([x["row"], x["town"]]), *rest])
    return compiled(x, L.Dense(1, "sigmoid")(joined))


def text(folder: Path) -> tuple[Any, list[Any]]:
    words = learned(L.TextVectorization(output_sequence_length=6), TEXTS)
    x = keras.Input((1,), dtype="string")
    read = L.GRU(4)(L.Embedding(8, 4, mask_zero=True)(words(x)))
    return compiled(x, L.Dense(1, "sigmoid")(read))


def pictures(folder: Path) -> tuple[Any, list[Any]]:
    """What is random stays in the step, and so do the sums that TensorFlow merges with it."""
    x = keras.Input((12, 12, 1))
    even = L.Rescaling(0.7, 0.1)(L.Resizing(9, 8)(x))
    seen = L.Conv2D(3, 3)(L.RandomRotation(0.1)(L.RandomFlip()(even)))
    return compiled(x, L.Dense(1, "sigmoid")(L.GlobalAveragePooling2D()(seen)))


def frozen(folder: Path) -> tuple[Any, list[Any]]:
    """A base that learns nothing any more, behind nothing random."""
    base = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            L.Conv2D(6, 3, activation="relu"),
            L.BatchNormalization(),
            L.MaxPooling2D(),
            L.Conv2D(8, 3, use_bias=False),
            L.ReLU(6.0),
            L.GlobalAveragePooling2D(),
            L.Dense(16, activation="relu"),
        ],
        name="base",
    )
    base.trainable = False
    x = keras.Input((12, 12, 1))
    return compiled(x, L.Dense(1, "sigmoid")(L.Dropout(0.3)(base(x))))


def merged(folder: Path) -> tuple[Any, list[Any]]:
    """Sums and products before Dropout, noise and a sum with what is learned."""
    x = keras.Input((5,))
    small = L.Rescaling(0.02, 0.3)(x)
    deep = L.Add()([L.Dense(5)(L.Dropout(0.3)(L.Rescaling(0.1)(x))), small])
    return compiled(x, L.Dense(1, "sigmoid")(L.GaussianNoise(0.1)(deep)))


def answered(folder: Path) -> tuple[Any, list[Any]]:
    """What the front gives is an output of the model, too."""
    x = keras.Input((1,), dtype="string")
    town = learned(L.StringLookup(output_mode="one_hot", num_oov_indices=0), TOWNS)(x)
    return compiled(x, [L.Dense(4)(town), town], ["mse", "mse"])


def halved(folder: Path) -> tuple[Any, list[Any]]:
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        return table(folder)
    finally:
        keras.config.set_dtype_policy("float32")


def sums(folder: Path) -> tuple[Any, list[Any]]:
    """Nothing is computed once; TensorFlow must not learn that two inputs have one length."""
    x, y = keras.Input((5,), name="row"), keras.Input((1,), name="amount")
    deep = L.Dense(6)(x)
    grown = ops.tanh(ops.multiply(ops.add(ops.multiply(deep, 2.0), y), deep) * 1e-4)
    return compiled({"row": x, "amount": y}, L.Dense(1, "sigmoid")(grown))


COLUMNS = {"row": NUMBERS, "town": TOWNS, "code": CODES}
BLOCK = {"row": NUMBERS, "town": TOWNS, "other": OTHERS}
HELD = {"validation_split": 0.2}

FRONTS: dict[str, Case] = {
    "table": Case(table, COLUMNS, BINARY, rows=290, fit=HELD),
    "table_even": Case(table, COLUMNS, BINARY),
    "block": Case(block, BLOCK, BINARY, rows=290, fit=HELD),
    "texts": Case(text, TEXTS, BINARY, rows=290, fit=HELD),
    "pictures": Case(pictures, IMAGES, BINARY, rows=290, fit=HELD),
    "frozen": Case(frozen, IMAGES, BINARY, rows=290, fit=HELD),
    "merged": Case(merged, NUMBERS, BINARY, rows=290, fit=HELD),
    "answered": Case(answered, TOWNS, [ONE_HOT, ONE_HOT], rows=290, fit=HELD),
    "table_mixed": Case(halved, COLUMNS, BINARY, rows=290, fit=HELD),
    "sums": Case(sums, {"row": NUMBERS, "amount": NUMBERS[:, :1] * 0.1}, BINARY, rows=290),
}

ALL: dict[str, Case] = {**CASES, **FRONTS}
