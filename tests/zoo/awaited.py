"""Pasted code whose data are not here, and code that writes its few numbers down itself."""

from __future__ import annotations

from builder import parse
from builder.spec import TrainingSpec

HEAD = "import keras\nfrom keras import layers\n"
PICTURES = f"""{HEAD}
net = keras.Sequential([
    keras.Input((20, 24, 3)), layers.Rescaling(1 / 255), layers.Conv2D(4, 3), layers.Flatten(),
    layers.Dense(5, activation="softmax")])
net.compile("adam", "categorical_crossentropy", ["accuracy"])
net.fit(train_pictures, train_kinds, epochs=2)
net.evaluate(test_pictures, test_kinds)
"""
MASKS = f"""{HEAD}
i = keras.Input((16, 16, 1))
x = layers.Conv2D(4, 3, padding="same", activation="relu")(i)
o = layers.Conv2D(1, 1, activation="sigmoid")(x)
unet = keras.Model(i, o)
unet.compile("adam", "binary_crossentropy", ["accuracy"])
unet.fit(X, Y, epochs=2)
"""
WORDS = f"""{HEAD}
net = keras.Sequential([
    keras.Input((30,)), layers.Embedding(500, 8), layers.LSTM(4),
    layers.Dense(1, activation="sigmoid")])
net.compile("adam", "binary_crossentropy")
net.fit(padded, mood)
"""
TWO = f"""{HEAD}
a, b = keras.Input((3,), name="left"), keras.Input((7, 2), name="right")
x = layers.Concatenate()([a, layers.Flatten()(b)])
price = layers.Dense(1, name="price")(x)
kind = layers.Dense(4, activation="softmax", name="kind")(x)
net = keras.Model([a, b], [price, kind])
net.compile("adam", {{"price": "mse", "kind": "sparse_categorical_crossentropy"}})
net.fit([p, q], [r, s])
"""
TEXTS = f"""{HEAD}
net = keras.Sequential([
    keras.Input((), dtype="string"),
    layers.TextVectorization(max_tokens=50, output_mode="multi_hot", pad_to_max_tokens=True),
    layers.Dense(2, activation="softmax")])
net.compile("adam", "sparse_categorical_crossentropy")
net.fit(texts, labels)
"""
ALL = {"pictures": PICTURES, "masks": MASKS, "words": WORDS, "two": TWO, "texts": TEXTS}

NUMBERS = f"""{HEAD}
import numpy as np
km = np.array([0, 3, 7, 12, 20, 42], dtype=float)
miles = np.array([0.0, 1.86, 4.35, 7.46, 12.43, 26.1], dtype=float)
m = keras.Sequential([layers.Dense(units=1, input_shape=[1])])
m.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam(0.1))
m.fit(km, miles, epochs=3)
"""


def read(source: str) -> TrainingSpec:
    """The project in that code."""
    found = parse.add_seed(parse.parse(source)).training
    assert found is not None
    return found


TRAINED = {"masks_to_come": read(MASKS), "two_to_come": read(TWO), "km": read(NUMBERS)}
"""Those whose scripts are trained beside their runs."""
